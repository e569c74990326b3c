"""Prices of the timetable in use (GTFS fares), where it has them; else those of the tariff hold."""

from .products import Product


def cents_of(product: Product, zones: int) -> int | None:
    """The price the timetable names for this product and so many zones; None where it names none."""
    name = product.fares[zones - 1] if 0 < zones <= len(product.fares) else ""
    return prices().get(name) if name else None


def prices() -> dict[str, int]:
    """Fare id -> cents for one adult."""
    return {}
