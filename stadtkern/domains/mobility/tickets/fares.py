"""Prices of the timetable in use (GTFS fares 1 and 2), where it has them; else those of the tariff hold."""

import json
from functools import lru_cache
from pathlib import Path

from stadtkern.lib.transit.fares import cents

from ..trips import folder
from .products import Product


def cents_of(product: Product, zones: int) -> int | None:
    """The price the timetable names for this product and so many zones; None where it names none."""
    name = product.fares[zones - 1] if 0 < zones <= len(product.fares) else ""
    return prices().get(name) if name else None


def prices() -> dict[str, int]:
    """Id of a fare (fares 1) or a product (fares 2) -> cents for one adult."""
    return _read(str(folder.current_file()), folder.stamp())


@lru_cache(maxsize=2)
def _read(file: str, stamp: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for told in folder.current().values():
        if told.get("kind") == "GTFS":
            found |= _of_feed(Path(told["folder"]) / "fares.json")
    return found


def _of_feed(file: Path) -> dict[str, int]:
    """Nothing where the file is missing or says something else."""
    try:
        tables = json.loads(file.read_text(encoding="utf-8"))["tables"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    usual = {"", "adult"} | {
        row.get("rider_category_id", "")
        for row in tables.get("rider_categories.txt", [])
        if row.get("is_default_fare_category") == "1"
    }
    found: dict[str, int] = {}
    for row in tables.get("fare_attributes.txt", []):
        _add(found, row.get("fare_id", ""), row.get("price", ""), row.get("currency_type", ""))
    others: dict[str, int] = {}
    for row in sorted(tables.get("fare_products.txt", []), key=_price, reverse=True):
        table = found if row.get("rider_category_id", "") in usual else others
        if table is found or row.get("fare_product_id", "") not in others:
            _add(table, row.get("fare_product_id", ""), row.get("amount", ""), row.get("currency", ""))
    return others | found


def _price(row: dict[str, str]) -> int:
    """Of the usual rider the cheapest medium counts, of the others the dearest: a child's price is nobody else's."""
    return cents(row.get("amount", "")) or 0


def _add(found: dict[str, int], name: str, price: str, currency: str) -> None:
    amount = cents(price)
    if name and amount and currency == "EUR":
        found[name] = amount
