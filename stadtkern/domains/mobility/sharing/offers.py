"""What stands near a place: vehicles and stations of all systems, garages, charging points. Read from the city's sources."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from stadtkern.lib.earth import Point, metres
from stadtkern.lib.sharing.system import Plan

from ..adapters import connected
from ..trips.sharing import garages, systems
from ..trips.showing import metres_words
from .prices import Part, words

KINDS = {
    "bike": gettext_lazy("Fahrrad"),
    "scooter": gettext_lazy("E-Scooter"),
    "moped": gettext_lazy("Motorroller"),
    "car": gettext_lazy("Auto"),
    "other": gettext_lazy("Fahrzeug"),
}
MOST = 60
FAR = 3000.0  # metres


@dataclass(frozen=True)
class Offer:
    """One thing one can have: `vehicle` is the provider's number, or "station:<number>" for any vehicle there."""

    system: str
    provider: str
    vehicle: str
    kind: str
    title: str
    place: str
    lat: float
    long: float
    many: int = 1
    range_km: int | None = None
    metres: int = 0
    bookable: bool = False
    price: str = ""  # as the operator says it; "" where it says nothing

    @property
    def far(self) -> str:
        return metres_words(self.metres)


@dataclass(frozen=True)
class Spot:
    """A garage or a charging point; `free` None: nobody counts there."""

    title: str
    text: str
    lat: float
    long: float
    metres: int
    capacity: int | None = None
    free: int | None = None
    source: str = ""

    @property
    def far(self) -> str:
        return metres_words(self.metres)


def near(here: Point, kind: str = "") -> list[Offer]:
    """Offers around a place, the nearest first."""
    found = [_with_distance(one, round(metres(here, (one.lat, one.long)))) for one in _all() if not kind or one.kind == kind]
    return sorted((one for one in found if one.metres <= FAR), key=lambda one: (one.metres, one.vehicle))[:MOST]


def find(system: str, vehicle: str) -> Offer | None:
    """The offer behind a button; None where it is gone."""
    return next((one for one in _all() if one.system == system and one.vehicle == vehicle), None)


def providers() -> list[str]:
    """Names of all systems that answer."""
    return [str(one.name or one.id) for one in systems()[0]]


def _with_distance(one: Offer, away: int) -> Offer:
    return Offer(**{**one.__dict__, "metres": away})


def _all() -> Iterator[Offer]:
    for system in systems()[0]:
        bookable, name = connected(system.id), str(system.name or system.id)
        for one in system.vehicles:
            if one.usable and not one.station:
                kind = system.types[one.type].kind if one.type in system.types else "other"
                far = round(one.range_m / 1000) if one.range_m else None
                title, price = f"{KINDS[kind]}, {name}", _price(system, one.plan, one.type)
                yield Offer(system.id, name, one.id, kind, title, "", one.lat, one.long, 1, far, 0, bookable, price)
        for stop in system.stations:
            if stop.vehicles and stop.renting:
                type_id = _type_at(system, stop)
                kind = system.types[type_id].kind if type_id else "bike"
                title = _("%(kind)s an der Station %(stop)s") % {"kind": KINDS[kind], "stop": stop.name}
                yield Offer(
                    system.id, name, f"station:{stop.id}", kind, title, stop.name, stop.lat, stop.long, stop.vehicles, None, 0,
                    bookable, _price(system, "", type_id),
                )  # fmt: skip


def _price(system: Any, plan: str, type_id: str) -> str:
    kind = system.types.get(type_id)
    found = system.pricing.get(plan or (kind.plan if kind else "") or system.plan)
    if found is None:
        return ""
    return str(found.text)[:120] if get_language() == "de" else words(_parts(found)) or str(found.text)[:120]


def _parts(plan: Plan) -> tuple[Part, ...]:
    """What the operator says in numbers, for those who do not read its sentence; () where we could not say all of it."""
    rows = [("MINUTE", step) for step in plan.per_minute] + [("KM", step) for step in plan.per_km]
    plain = all(step.every >= 1 and step.every == int(step.every) and step.end is None for _unit, step in rows)
    if plan.currency != "EUR" or not plain or any(unit == "KM" and step.start for unit, step in rows):
        return ()
    once = [Part("FIXED", f"{plan.price:.2f}")] if plan.price else []
    return (*once, *(Part("FLEX", f"{step.rate:g}", int(step.every), unit, int(step.start)) for unit, step in rows))


def _type_at(system: Any, stop: Any) -> str:
    types = [one for one, many in stop.by_type.items() if many and one in system.types] or list(system.types)
    return str(types[0]) if types else ""


def parking(here: Point) -> list[Spot]:
    """Garages and lots, the nearest first; with free places where somebody counts them."""
    now, found = timezone.now(), []
    for one in garages():
        free, source = occupancy(one.id, one.capacity, now) if one.free is None else (one.free, _("Parkleitsystem"))
        text = _("Park and Ride") if one.park_ride else ""
        found.append(
            Spot(one.name, text, one.lat, one.long, round(metres(here, (one.lat, one.long))), one.capacity, free, source)
        )
    return sorted(found, key=lambda spot: spot.metres)


def occupancy(key: str, capacity: int | None, now: datetime) -> tuple[int | None, str]:
    """Free places as the city's source says; "demo" works them out from the clock and says so."""
    if settings.CITY_TOML.get("garages", {}).get("adapter") != "demo" or capacity is None:
        return None, _("wird nicht gezählt")
    from ..trips.demo import dice

    local = timezone.localtime(now)
    busy = 35 if 9 <= local.hour < 18 else 10
    share = min(97, busy + dice(local.date(), local.hour, local.minute // 10, key) * 60 // 100)
    return capacity - capacity * share // 100, _("Demo-Zahlen")


def charging(here: Point) -> list[Spot]:
    """Charging points, the nearest first; whether one is free is told by their operators, who are not connected."""
    file = Path(settings.CITY_FOLDER) / "mobility" / "charging.json"
    rows = _charging(file, file.stat().st_mtime_ns) if file.is_file() else ()
    found = [
        Spot(
            one["name"],
            ngettext("%(n)s Ladepunkt, %(kw)s kW, %(plug)s", "%(n)s Ladepunkte, %(kw)s kW, %(plug)s", one["points"])
            % {"n": one["points"], "kw": one["kilowatts"], "plug": one["plug"]},
            one["lat"], one["long"], round(metres(here, (one["lat"], one["long"]))), one["points"], None,
            _("Belegung nicht verbunden"),
        )
        for one in rows
    ]  # fmt: skip
    return sorted(found, key=lambda spot: spot.metres)


@lru_cache(maxsize=2)
def _charging(file: Path, changed: int) -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(file.read_text(encoding="utf-8")))
