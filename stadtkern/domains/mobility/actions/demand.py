"""Demand for shared vehicles, from what operators publish: who left, who came, where none stood, who searched in vain.

Two readings of a source are compared. A vehicle that is gone was rented (or fetched, or broke): an estimate, told as one. No
person, no vehicle and no way is kept, only sums of a district and an hour.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.geo import queries as geo
from stadtkern.lib.sharing.system import Station, System

from ..models import SharingHour

KEEP = timedelta(days=180)
VAN = 5  # so many at one station between two readings: the operator's van, no trips
FIELDS = ("looks", "standing", "empty", "left", "came", "moved", "searches", "missed")
Place = tuple[str, str]  # kind, district


@dataclass
class Sums:
    """What one reading adds, by kind and district."""

    standing: Counter[Place] = field(default_factory=Counter)
    left: Counter[Place] = field(default_factory=Counter)
    came: Counter[Place] = field(default_factory=Counter)
    moved: Counter[Place] = field(default_factory=Counter)


def compared(before: System | None, after: System) -> Sums:
    """Where vehicles stand, and what changed since `before` (None: nothing to compare with)."""
    sums, places = Sums(), _Places()
    here = {one.id: places.of(after, one.type, one.lat, one.long) for one in after.vehicles if one.usable and not one.station}
    sums.standing.update(here.values())
    stations = {one.id: one for one in after.stations}
    for stop in stations.values():
        sums.standing[places.at(after, stop)] += stop.vehicles or 0
    if before is None:
        return sums
    there = {
        one.id: places.of(before, one.type, one.lat, one.long) for one in before.vehicles if one.usable and not one.station
    }
    sums.left.update(there[key] for key in there.keys() - here.keys())
    sums.came.update(here[key] for key in here.keys() - there.keys())
    for stop in before.stations:
        now = stations.get(stop.id)
        if now is None or now.vehicles is None or stop.vehicles is None:
            continue
        change, place = now.vehicles - stop.vehicles, places.at(after, now)
        kept = sums.moved if abs(change) >= VAN else sums.came if change > 0 else sums.left
        kept[place] += abs(change)
    return sums


class _Places:
    """Districts of points, each asked once."""

    def __init__(self) -> None:
        self.known: dict[tuple[float, float], str] = {}

    def of(self, system: System, type_id: str, lat: float, long: float) -> Place:
        kind = system.types[type_id].kind if type_id in system.types else _usual(system)
        return kind, self.district(lat, long)

    def at(self, system: System, stop: Station) -> Place:
        types = [one for one, many in stop.by_type.items() if many and one in system.types]
        return (system.types[types[0]].kind if types else _usual(system)), self.district(stop.lat, stop.long)

    def district(self, lat: float, long: float) -> str:
        point = (round(lat, 4), round(long, 4))
        if point not in self.known:
            found = geo.district_of(*point)
            self.known[point] = found.key if found else ""
        return self.known[point]


def _usual(system: System) -> str:
    return next((one.kind for one in system.types.values()), "other")


@transaction.atomic
def note(key: str, before: System | None, after: System, now: datetime) -> int:
    """Add a reading to its hour; returns how many vehicles left. A passing figure, no line in the diary."""
    sums = compared(before, after)
    kinds = {kind for kind, _district in (*sums.standing, *sums.left, *sums.came)} or {_usual(after)}
    wanted = {(kind, one.key) for kind in kinds for one in geo.districts()} | {
        *sums.standing,
        *sums.left,
        *sums.came,
        *sums.moved,
    }
    _add(key, now, {
        place: {
            "looks": 1, "standing": sums.standing[place], "empty": int(not sums.standing[place]), "left": sums.left[place],
            "came": sums.came[place], "moved": sums.moved[place],
        } for place in wanted
    })  # fmt: skip
    return sum(sums.left.values())


@transaction.atomic
def search(kind: str, lat: float, long: float, found: bool, now: datetime) -> None:
    """Somebody looked for a vehicle near a place: that it happened, where roughly, and whether one was near. Nothing else."""
    district = geo.district_of(lat, long)
    _add("", now, {(kind, district.key if district else ""): {"searches": 1, "missed": int(not found)}})


def _add(system: str, now: datetime, sums: dict[Place, dict[str, int]]) -> None:
    at = now.replace(minute=0, second=0, microsecond=0)
    SharingHour.objects.bulk_create(
        [SharingHour(system=system, kind=kind, district=district, at=at) for kind, district in sorted(sums)],
        ignore_conflicts=True,
    )
    rows = list(SharingHour.objects.select_for_update().filter(system=system, at=at).order_by("pk"))
    changed = [row for row in rows if (row.kind, row.district) in sums]
    for row in changed:
        for name, many in sums[row.kind, row.district].items():
            setattr(row, name, getattr(row, name) + many)
    SharingHour.objects.bulk_update(changed, FIELDS)


@transaction.atomic
def forget(now: datetime) -> int:
    """Old hours."""
    gone, _rows = SharingHour.objects.filter(at__lt=now - KEEP).delete()
    if gone:
        record("sharing.demand_forgotten", subject="sharing", actor=SYSTEM, data={"rows": gone})
    return gone
