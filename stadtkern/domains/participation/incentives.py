"""Points for taking part as data: what earns how many, the bounds, what they are good for. Strictly read."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy

from .models import PointsLine

HERE = Path(__file__).with_name("incentives.toml")
Source = PointsLine.Source
# What can earn. Nothing people cast, hold or sign is here: points never depend on a vote, an opinion, a support.
EARNING = (Source.REPORT_DONE, Source.IDEA_TAKEN_UP, Source.ATTENDED)
REASONS: dict[str, Any] = {
    Source.REPORT_DONE: gettext_lazy("Ihre Meldung hat zu einer Reparatur geführt"),
    Source.IDEA_TAKEN_UP: gettext_lazy("Aus Ihrem Beitrag ist etwas geworden"),
    Source.ATTENDED: gettext_lazy("Sie waren bei einer Veranstaltung dabei"),
    Source.REDEEMED: gettext_lazy("Eingelöst"),
    Source.RETURNED: gettext_lazy("Gutschein zurückgegeben"),
    Source.EXPIRED: gettext_lazy("Gutschein abgelaufen: Punkte zurück"),
}


class RulesBroken(Exception):
    """The file cannot be read; for the people who keep it."""


@dataclass(frozen=True)
class Offer:
    """What points are good for at a desk of the city."""

    key: str
    title: str
    where: str
    points: int
    days: int  # a voucher holds so long


@dataclass(frozen=True)
class Rules:
    """The whole file."""

    on: bool
    per_day: int
    per_month: int
    sources: Mapping[str, int]
    offers: Mapping[str, Offer]


def rules() -> Rules:
    """The rules of this city, read again when a file changes."""
    local = settings.CITY_FOLDER / "participation" / "incentives.toml"
    return _read(tuple((str(file), file.stat().st_mtime_ns) for file in (HERE, local) if file.is_file()))


@lru_cache(maxsize=8)
def _read(files: tuple[tuple[str, int], ...]) -> Rules:
    merged: dict[str, Any] = {}
    for name, _stamp in files:
        table = tomllib.loads(Path(name).read_text(encoding="utf-8"))
        for key, value in table.items():
            merged[key] = {**merged.get(key, {}), **value} if key == "sources" else value
    return read(merged)


def read(table: Mapping[str, Any]) -> Rules:
    """The rules of a table. Raises RulesBroken for a source that cannot be one, a number that is none, an unknown word."""
    if strange := set(table) - {"on", "per_day", "per_month", "sources", "offers"}:
        raise RulesBroken(f"incentives.toml: unbekannt: {', '.join(sorted(strange))}")
    sources = dict(table.get("sources", {}))
    if strange := set(sources) - {source.value for source in EARNING}:
        raise RulesBroken(f"incentives.toml: dafür kann es keine Punkte geben: {', '.join(sorted(strange))}")
    offers = {}
    for key, one in table.get("offers", {}).items():
        if set(one) != {"title", "where", "points", "days"}:
            raise RulesBroken(f"incentives.toml: {key}: title, where, points, days")
        offers[key] = Offer(key, str(one["title"])[:150], str(one["where"]), int(one["points"]), int(one["days"]))
    numbers = [*sources.values(), *(one.points for one in offers.values()), *(one.days for one in offers.values())]
    numbers += [table.get("per_day", 0), table.get("per_month", 0)]
    if any(isinstance(one, bool) or not isinstance(one, int) or not 0 < one < 100_000 for one in numbers):
        raise RulesBroken("incentives.toml: Zahlen von 1 bis 99.999")
    return Rules(bool(table.get("on")), table["per_day"], table["per_month"], sources, offers)
