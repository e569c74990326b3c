"""A sharing system at one moment, as its feed tells it: stations, vehicles, types, zones, prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ring = list[tuple[float, float]]  # of longitude, latitude
BIKES = {"bicycle", "cargo_bicycle"}
SCOOTERS = {"scooter", "scooter_standing", "scooter_seated"}


@dataclass(frozen=True)
class Finding:
    """What is wrong in a feed; the department says it in words."""

    code: str
    feed: str
    place: str = ""  # id of the station, vehicle, … it is about
    many: int = 1
    value: str = ""


@dataclass(frozen=True)
class VehicleType:
    id: str
    form: str = "bicycle"  # form_factor of GBFS
    propulsion: str = "human"
    name: str = ""
    range_m: float | None = None  # with a full battery
    returns: str = ""  # free_floating, any_station, roundtrip_station, hybrid; "" where the feed is silent
    plan: str = ""  # default pricing plan

    @property
    def kind(self) -> str:
        """bike, scooter, moped, car or other."""
        if self.form in BIKES:
            return "bike"
        return "scooter" if self.form in SCOOTERS else self.form if self.form in {"moped", "car"} else "other"


@dataclass(frozen=True)
class Station:
    id: str
    name: str
    lat: float
    long: float
    address: str = ""
    capacity: int | None = None
    vehicles: int | None = None  # to be rented now; None: the feed does not know
    by_type: Mapping[str, int] = field(default_factory=dict)
    docks: int | None = None  # free ones; None: the feed does not know
    docks_by_type: Mapping[str, int] = field(default_factory=dict)
    renting: bool = True
    returning: bool = True
    virtual: bool = False  # an area, not a rack
    link: str = ""
    reported: float | None = None


@dataclass(frozen=True)
class Vehicle:
    """One that stands about, or is named at a station."""

    id: str
    lat: float
    long: float
    type: str = ""
    station: str = ""
    range_m: float | None = None  # left in the battery
    usable: bool = True  # neither reserved nor out of order
    link: str = ""
    plan: str = ""


@dataclass(frozen=True)
class Rule:
    types: frozenset[str] = frozenset()  # empty: all
    start: bool = True
    end: bool = True
    through: bool = True
    kmh: float | None = None
    stations_only: bool = False  # parking only at stations


@dataclass(frozen=True)
class Zone:
    name: str
    polygons: tuple[tuple[Ring, ...], ...]
    rules: tuple[Rule, ...]

    def covers(self, lat: NDArray[Any], long: NDArray[Any]) -> NDArray[np.bool_]:
        inside = np.zeros(len(lat), np.bool_)
        for rings in self.polygons:
            inside |= _inside(lat, long, rings)
        return inside


@dataclass(frozen=True)
class Step:
    """A part of a price by time or distance: from `start` on, `rate` for each begun `every` (0: once)."""

    start: float
    rate: float
    every: float
    end: float | None = None

    def costs(self, amount: float) -> float:
        if amount <= self.start and not (amount == self.start == 0):
            return 0.0
        over = min(amount, self.end if self.end is not None else amount) - self.start
        if self.every <= 0:
            return self.rate
        return self.rate * max(1, -(-over // self.every))


@dataclass(frozen=True)
class Plan:
    """What a rental costs."""

    id: str
    name: str = ""
    currency: str = "EUR"
    price: float = 0.0
    per_minute: tuple[Step, ...] = ()
    per_km: tuple[Step, ...] = ()
    text: str = ""

    def cents(self, seconds: float, metres: float) -> int:
        """For a ride so long; `price` is paid once."""
        minutes = -(-seconds // 60)
        steps = [step.costs(minutes) for step in self.per_minute] + [step.costs(metres / 1000) for step in self.per_km]
        return round((self.price + sum(steps)) * 100)


@dataclass(frozen=True)
class System:
    """One operator's feed."""

    id: str
    name: str = ""
    operator: str = ""
    version: str = ""
    timezone: str = ""
    url: str = ""
    stations: tuple[Station, ...] = ()
    vehicles: tuple[Vehicle, ...] = ()
    types: Mapping[str, VehicleType] = field(default_factory=dict)
    zones: tuple[Zone, ...] = ()
    everywhere: tuple[Rule, ...] = ()  # where no zone applies
    pricing: Mapping[str, Plan] = field(default_factory=dict)
    plan: str = ""  # where neither vehicle nor type names one and there is only one
    ttl: int = 60  # seconds after which the moving part should be fetched again
    updated: float | None = None
    findings: tuple[Finding, ...] = ()
    hours: tuple[tuple[int, int, int], ...] | None = None  # weekday, from, to; None: always

    def open_at(self, weekday: int, seconds: int) -> bool:
        """Whether it rents at this time; weekday 0 is Monday. After midnight the hours of the evening before count, too."""
        day, now = (weekday + seconds // 86_400) % 7, seconds % 86_400
        return self.hours is None or any(
            (own == day and begin <= now < end) or ((own + 1) % 7 == day and begin <= now + 86_400 < end)
            for own, begin, end in self.hours
        )

    def allowed(self, lat: NDArray[Any], long: NDArray[Any], type_id: str, what: str) -> NDArray[np.bool_]:
        """Whether a ride may `start`, `end` or go `through` here.

        Since version 3 the first zone that knows the type decides; before, where zones overlap, all of them do.
        """
        open_ = np.ones(len(lat), np.bool_)
        for rule, here in self._ruled(lat, long, type_id):
            open_[here] &= _says(rule, what)
        return open_

    def limit(self, lat: NDArray[Any], long: NDArray[Any], type_id: str) -> NDArray[np.float64]:
        """How fast the zones let one go, km/h."""
        kmh = np.full(len(lat), 1e3)
        for rule, here in self._ruled(lat, long, type_id):
            if rule.kmh is not None:
                kmh[here] = np.minimum(kmh[here], max(1.0, rule.kmh))
        return kmh

    def _ruled(self, lat: NDArray[Any], long: NDArray[Any], type_id: str) -> list[tuple[Rule, NDArray[np.bool_]]]:
        lat, long = np.asarray(lat, np.float64), np.asarray(long, np.float64)
        said, found = np.zeros(len(lat), np.bool_), []
        for zone in self.zones:
            rule = next((rule for rule in zone.rules if not rule.types or type_id in rule.types), None)
            if rule is not None:
                here = zone.covers(lat, long) & ~said
                said |= here & (self.version >= "3")
                found.append((rule, here))
        rule = next((rule for rule in self.everywhere if not rule.types or type_id in rule.types), None)
        return [*found, (rule, ~said)] if rule is not None else found

    def costs(self, vehicle: Vehicle | None, type_id: str, seconds: float, metres: float) -> tuple[int, str] | None:
        """Cents and currency of a ride, where the feed says so."""
        kind = self.types.get(type_id)
        wanted = (vehicle.plan if vehicle else "") or (kind.plan if kind else "") or self.plan
        plan = self.pricing.get(wanted)
        return None if plan is None else (plan.cents(seconds, metres), plan.currency)


def _says(rule: Rule, what: str) -> bool:
    if what == "end":
        return rule.end and not rule.stations_only
    return rule.start if what == "start" else rule.through


def _inside(lat: NDArray[Any], long: NDArray[Any], rings: tuple[Ring, ...]) -> NDArray[np.bool_]:
    """Odd number of edges to the east, holes included."""
    odd = np.zeros(len(lat), np.bool_)
    for ring in rings:
        x, y = np.array(ring, np.float64).T
        near = (lat >= y.min()) & (lat <= y.max()) & (long <= x.max())
        if not near.any():
            continue
        px, py = long[near, None], lat[near, None]
        x1, y1, x2, y2 = x, y, np.roll(x, -1), np.roll(y, -1)
        with np.errstate(divide="ignore", invalid="ignore"):
            hits = ((y1 > py) != (y2 > py)) & (px < (x2 - x1) * (py - y1) / (y2 - y1) + x1)
        odd[near] ^= (hits.sum(axis=1) % 2).astype(np.bool_)
    return odd
