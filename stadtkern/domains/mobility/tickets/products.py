"""What the city sells: `cities/<city>/tickets.toml`, read again when the file changes; none where the city has none."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language

from stadtkern.lib.uic.content import KINDS

FILE = "tickets.toml"
PRODUCT_KINDS = ("ride", "day", "month")
NOBODY = "-"
Texts = Mapping[str, Mapping[str, str]]  # language -> {"title": …}


class Said:
    """Its texts in the language of whoever reads; German where the file has no others. Barcodes and receipts stay German."""

    texts: Texts

    @property
    def lang(self) -> str:
        """The language the title is said in."""
        spoken = (get_language() or "de").split("-")[0]
        return spoken if "title" in self.texts.get(spoken, {}) else "de"

    def said(self, name: str) -> str:
        """One text."""
        return str(self.texts.get(self.lang, {}).get(name) or getattr(self, name))

    @property
    def said_title(self) -> str:
        return self.said("title")

    @property
    def said_text(self) -> str:
        return self.said("text")

    @property
    def said_ask(self) -> str:
        return self.said("ask")


@dataclass(frozen=True)
class Zone(Said):
    """One zone: its letter on the map, its number in the barcode."""

    key: str
    number: int
    title: str
    texts: Texts = field(default_factory=dict)


@dataclass(frozen=True)
class Product(Said):
    """One thing on sale; `cents` by the number of zones."""

    key: str
    title: str
    text: str
    kind: str
    cents: tuple[int, ...]
    minutes: int = 0
    count: int = 1
    use_by_months: int = 0
    personal: bool = False
    subscription: bool = False
    fares: tuple[str, ...] = ()
    texts: Texts = field(default_factory=dict)


@dataclass(frozen=True)
class Reduction(Said):
    """Who pays less, and who makes sure of it."""

    key: str
    title: str
    kind: str
    percent: int
    check: str
    proofs: tuple[str, ...] = ()
    months: int = 12
    ask: str = ""
    texts: Texts = field(default_factory=dict)


@dataclass(frozen=True)
class Tariff:
    """All of it."""

    issuer: str = ""
    company: str = ""
    office: str = ""
    day_ends_hour: int = 3
    round_to: int = 1
    phone_hours: int = 72
    vdv: str = "none"
    zones: Mapping[str, Zone] = field(default_factory=dict)
    products: Mapping[str, Product] = field(default_factory=dict)
    reductions: Mapping[str, Reduction] = field(default_factory=dict)
    best_day: str = ""
    best_month: str = ""

    def zones_of(self, text: str) -> tuple[str, ...]:
        """Keys of zones as an address writes them ("A,B"); what is none of ours is left out."""
        wanted = {part.strip().upper() for part in text[:200].split(",")}
        return tuple(key for key in self.zones if key in wanted)

    def unknown(self, text: str) -> list[str]:
        """Zones that an address names and we do not sell."""
        return sorted({part.strip().upper() for part in text[:200].split(",")} - set(self.zones) - {""})

    def numbers(self, keys: list[str]) -> tuple[int, ...]:
        """As the barcode has them; a zone that is gone from the tariff is in nobody's way."""
        return tuple(sorted(self.zones[key].number for key in keys if key in self.zones))

    def service_day(self, moment: datetime) -> date:
        """The day a ride counts for: the small hours belong to the evening before."""
        return (timezone.localtime(moment) - timedelta(hours=self.day_ends_hour)).date()


def tariff() -> Tariff:
    """Today's; ValueError says what is wrong with the file (also `manage.py check`)."""
    file = settings.CITY_FOLDER / FILE
    return _read(file, file.stat().st_mtime_ns) if file.is_file() else Tariff()


def title_of(product: str, title: str) -> str:
    """What was bought, in the language of whoever reads; as it was sold where the product is gone."""
    found = tariff().products.get(product)
    return found.said_title if found else title


def office() -> str:
    """The key of the office that answers and inspects; one that nobody belongs to where the city sells nothing."""
    try:
        return tariff().office or NOBODY
    except (ValueError, KeyError, TypeError):  # `manage.py check` says what is wrong
        return NOBODY


@lru_cache(maxsize=4)
def _read(file: Path, changed: int) -> Tariff:
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    zones = {
        key: Zone(key, int(one["number"]), str(one["title"]), _texts(one, file)) for key, one in raw.get("zones", {}).items()
    }
    products = {one["key"]: _product(one, len(zones), file) for one in raw.get("products", [])}
    reductions = {one["key"]: _reduction(one, file) for one in raw.get("reductions", [])}
    best = raw.get("best", {})
    for name in best.values():
        if name not in products:
            raise ValueError(f"{file}: [best] names {name}, which is no product")
    if products and not (raw.get("issuer") and zones):
        raise ValueError(f"{file}: products need an issuer and zones")
    plain = {
        name: raw[name]
        for name in ("issuer", "company", "office", "day_ends_hour", "round_to", "phone_hours", "vdv")
        if name in raw
    }
    most = {"best_day": best.get("day", ""), "best_month": best.get("month", "")}
    return Tariff(**plain, **most, zones=zones, products=products, reductions=reductions)


def _product(raw: dict[str, Any], zones: int, file: Path) -> Product:
    cents, fares = tuple(int(one) for one in raw["cents"]), tuple(raw.get("fares", ()))
    if raw["kind"] not in PRODUCT_KINDS or not cents or len(cents) > zones or any(one <= 0 for one in cents):
        raise ValueError(f"{file}: {raw['key']}: kind is one of {', '.join(PRODUCT_KINDS)}, cents for 1 to {zones} zones")
    if raw["kind"] == "ride" and not 0 < int(raw.get("minutes", 0)) <= 1440:
        raise ValueError(f"{file}: {raw['key']}: a ride lasts 1 to 1440 minutes")
    return Product(**{**raw, "cents": cents, "fares": fares, "texts": _texts(raw, file)})


def _reduction(raw: dict[str, Any], file: Path) -> Reduction:
    if raw["kind"] not in KINDS or not 0 < raw["percent"] < 100 or raw["check"] not in ("age", "right"):
        raise ValueError(f"{file}: {raw['key']}: kind is one of {', '.join(KINDS)}, percent 1 to 99, check age or right")
    return Reduction(**{**raw, "proofs": tuple(raw.get("proofs", ())), "texts": _texts(raw, file)})


def _texts(raw: Mapping[str, Any], file: Path) -> Texts:
    texts = raw.get("texts", {})
    for language, told in texts.items():
        if not isinstance(told, dict) or set(told) - {"title", "text", "ask"}:
            raise ValueError(f"{file}: texts.{language} has title, text and ask, nothing else")
    return texts  # type: ignore[no-any-return]
