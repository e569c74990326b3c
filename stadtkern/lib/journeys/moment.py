"""What is worked out once for a moment of the city: stops, fleets, where vehicles may be left."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from stadtkern.lib.earth import METRES

from .crossing import Crossings, crossings
from .fleets import DETOUR_M, Fleet, fleets, open_fleets, passage, points_of
from .streets import Array, Points, Streets
from .world import Mode, Spot, World

if TYPE_CHECKING:
    from stadtkern.lib.transit import Ride

EXTRA = 4000  # places to leave vehicles near forbidden stops, at most


@dataclass(frozen=True)
class Drops:
    """Where a vehicle may be left. The first `targets` places are the targets asked for; one that is forbidden lies nowhere."""

    at: Points
    spots: list[Spot]
    targets: int


class Ground:
    """What stays from moment to moment while timetable and streets are the same: places with their nearest edges, distances."""

    KEPT = 8  # days and cities

    def __init__(self, ways: Any, stops: Any) -> None:
        self.ways, self.timetable_stops = ways, stops
        empty = np.zeros(0)
        self.stops = Points(np.array(stops.lat), np.array(stops.long)) if stops is not None else Points(empty, empty)
        self.nodes = Points(ways.lat, ways.long) if ways is not None else Points(empty, empty)
        self.spots: dict[int, Spot] = {}
        self.rows: dict[Any, Any] = {}  # of crossing.py

    @classmethod
    def of(cls, world: World) -> Ground:
        stops = world.timetable.stops if world.timetable is not None else None
        key = id(world.ways), id(stops)  # both are held by what is kept, so that the numbers stay theirs
        found = _grounds.get(key)
        if found is None or found.ways is not world.ways or found.timetable_stops is not stops:
            while len(_grounds) >= cls.KEPT:
                _grounds.pop(next(iter(_grounds)), None)
            found = _grounds[key] = cls(world.ways, stops)
        return found

    @property
    def middle(self) -> float:
        lat = self.stops.lat[np.isfinite(self.stops.lat)]
        lat = lat if len(lat) else self.nodes.lat
        return float(lat.mean()) if len(lat) else 50.0


_grounds: dict[tuple[int, int], Ground] = {}


class Moment:
    """Made by `Moment.of(world)`, kept in the world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.told = world.timetable, world.ways, world.sharing  # a world whose parts are exchanged is another moment
        self.ground = Ground.of(world)
        self.streets = Streets(world.ways, self.ground.middle)
        self._fleets: dict[Mode, list[Fleet]] = {}
        self._passage: dict[tuple[int, str, str], Any] = {}
        self._drops: dict[tuple[int, int, str, bool], Drops] = {}
        self._crossings: dict[frozenset[Mode], Crossings | None] = {}

    @classmethod
    def of(cls, world: World) -> Moment:
        kept: Moment | None = world.kept.get("moment")
        now = world.timetable, world.ways, world.sharing
        if kept is None or any(one is not other for one, other in zip(kept.told, now, strict=True)):
            kept = world.kept["moment"] = cls(world)
        return kept

    @property
    def stops(self) -> Points:
        """All stops; of those without coordinates the numbers are no numbers, which nothing reaches."""
        return self.ground.stops

    def length(self, ride: Ride) -> int:
        """Metres along the stops of a ride, as the crow flies from each to the next."""
        timetable = self.world.timetable
        assert timetable is not None
        base = int(timetable.net.pattern_start[timetable.pattern_of_row[ride.row]])
        return int(self._gone[base + ride.last] - self._gone[base + ride.first])

    @cached_property
    def _gone(self) -> Array:
        """Metres from the first stop of all patterns laid end to end; steps without coordinates have none."""
        assert self.world.timetable is not None
        at = self.world.timetable.net.pattern_stop
        y, x = self.stops.lat[at] * METRES, self.stops.long[at] * METRES * np.cos(np.radians(self.streets.middle))
        steps = np.nan_to_num(np.hypot(np.diff(y), np.diff(x)))
        return np.concatenate([[0.0], np.cumsum(steps)])

    def stop(self, number: int) -> Spot:
        spots = self.ground.spots
        if number not in spots:
            spots[number] = self._spot(number)
        return spots[number]

    def _spot(self, number: int) -> Spot:
        timetable = self.world.timetable
        assert timetable is not None
        stops = timetable.stops
        return Spot(float(stops.lat[number]), float(stops.long[number]), "stop", stops.id[number], stops.name[number], number)

    def fleets(self, mode: Mode) -> list[Fleet]:
        if mode not in self._fleets:
            self._fleets[mode] = fleets(self.world.sharing, mode)
        return self._fleets[mode]

    def open(self, mode: Mode, at: int) -> list[Fleet]:
        """The fleets that are rented at this time; all are where no operator closes."""
        if all(system.hours is None for system in self.world.sharing):
            return self.fleets(mode)
        weekday = self.world.timetable.date.weekday() if self.world.timetable is not None else self.world.weekday
        return open_fleets(self.fleets(mode), weekday, at)

    def passage(self, fleet: Fleet) -> Array | None:
        key = id(fleet.system), fleet.type, fleet.profile
        if key not in self._passage:
            self._passage[key] = passage(fleet, self.streets)
        cost: Array | None = self._passage[key]
        return cost

    def drops(self, fleet: Fleet, targets: Points) -> Drops:
        """Docks, the targets themselves where that is allowed, else places near them."""
        if targets is not self.stops:
            return self._find_drops(fleet, targets)
        key = id(fleet.docks), id(fleet.system), fleet.type, fleet.free
        if key not in self._drops:
            self._drops[key] = self._find_drops(fleet, targets)
        return self._drops[key]

    def _find_drops(self, fleet: Fleet, targets: Points) -> Drops:
        if not fleet.free:
            return Drops(fleet.dock_points, list(fleet.docks), 0)
        open_ = fleet.may_end(targets.lat, targets.long)
        extra = self._nearby(fleet, targets, np.flatnonzero(~open_))
        lat = np.concatenate([np.where(open_, targets.lat, np.nan), fleet.dock_points.lat, extra.lat])
        long = np.concatenate([np.where(open_, targets.long, np.nan), fleet.dock_points.long, extra.long])
        own = [Spot(float(a), float(b)) for a, b in zip(targets.lat.tolist(), targets.long.tolist(), strict=True)]
        if targets is self.stops:
            own = [self.stop(number) for number in range(len(targets))]
        beside = [Spot(a, b, "parked") for a, b in zip(extra.lat.tolist(), extra.long.tolist(), strict=True)]
        return Drops(Points(lat, long), [*own, *fleet.docks, *beside], len(targets))

    def _nearby(self, fleet: Fleet, targets: Points, closed: Array) -> Points:
        """Allowed places near forbidden targets."""
        found: list[Points] = []
        many = 0
        for number in closed.tolist():
            lat, long = float(targets.lat[number]), float(targets.long[number])
            if not (np.isfinite(lat) and np.isfinite(long)) or many >= EXTRA:
                continue
            places = self.streets.around((lat, long), DETOUR_M)
            places = places.take(np.flatnonzero(fleet.may_end(places.lat, places.long)))
            found.append(places)
            many += len(places)
        if not found:
            return points_of(())
        table = np.unique(np.concatenate([np.stack([one.lat, one.long], 1) for one in found]), axis=0)
        return Points(table[:, 0], table[:, 1])

    def crossings(self, modes: list[Mode]) -> Crossings | None:
        """Rides with shared vehicles between stops."""
        key = frozenset(mode for mode in modes if self.fleets(mode))
        if key not in self._crossings:
            self._crossings[key] = crossings(self, sorted(key))
        return self._crossings[key]
