"""What is worked out once for a moment of the city: stops, fleets, where vehicles may be left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .crossing import Crossings, crossings
from .fleets import DETOUR_M, Fleet, fleets, passage, points_of
from .streets import Array, Points, Streets
from .world import Mode, Spot, World

EXTRA = 4000  # places to leave vehicles near forbidden stops, at most


@dataclass(frozen=True)
class Drops:
    """Where a vehicle may be left. The first `targets` places are the targets asked for; one that is forbidden lies nowhere."""

    at: Points
    spots: list[Spot]
    targets: int


class Moment:
    """Made by `Moment.of(world)`, kept in the world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.streets = Streets(world.ways, self._middle())
        self._fleets: dict[Mode, list[Fleet]] = {}
        self._passage: dict[int, Any] = {}
        self._drops: dict[int, Drops] = {}
        self._crossings: dict[frozenset[Mode], Crossings | None] = {}

    @classmethod
    def of(cls, world: World) -> Moment:
        kept: Moment | None = world.kept.get("moment")
        if kept is None or kept.world.timetable is not world.timetable or kept.world.sharing is not world.sharing:
            kept = world.kept["moment"] = cls(world)
        return kept

    @property
    def stops(self) -> Points:
        """All stops; of those without coordinates the numbers are no numbers, which nothing reaches."""
        stops = self.world.timetable.stops if self.world.timetable is not None else None
        known: tuple[Any, Points] | None = self.world.kept.get("stops")
        if known is None or known[0] is not stops:
            empty = np.zeros(0)
            own = Points(np.array(stops.lat), np.array(stops.long)) if stops is not None else Points(empty, empty)
            known = self.world.kept["stops"] = stops, own
        return known[1]

    def nodes(self) -> Points:
        """The nodes of the streets, as places."""
        ways = self.world.ways
        known: tuple[Any, Points] | None = self.world.kept.get("nodes")
        if known is None or known[0] is not ways:
            empty = np.zeros(0)
            known = self.world.kept["nodes"] = ways, Points(ways.lat, ways.long) if ways is not None else Points(empty, empty)
        return known[1]

    def _middle(self) -> float:
        lat = self.stops.lat[np.isfinite(self.stops.lat)]
        if not len(lat) and self.world.ways is not None:
            lat = self.world.ways.lat
        return float(lat.mean()) if len(lat) else 50.0

    def stop(self, number: int) -> Spot:
        timetable = self.world.timetable
        assert timetable is not None
        stops = timetable.stops
        return Spot(float(stops.lat[number]), float(stops.long[number]), "stop", stops.id[number], stops.name[number], number)

    def fleets(self, mode: Mode) -> list[Fleet]:
        if mode not in self._fleets:
            self._fleets[mode] = fleets(self.world.sharing, mode)
        return self._fleets[mode]

    def passage(self, fleet: Fleet) -> Array | None:
        if id(fleet) not in self._passage:
            self._passage[id(fleet)] = passage(fleet, self.streets)
        cost: Array | None = self._passage[id(fleet)]
        return cost

    def drops(self, fleet: Fleet, targets: Points) -> Drops:
        """Docks, the targets themselves where that is allowed, else places near them."""
        if targets is not self.stops:
            return self._find_drops(fleet, targets)
        if id(fleet) not in self._drops:
            self._drops[id(fleet)] = self._find_drops(fleet, targets)
        return self._drops[id(fleet)]

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
        key = frozenset(modes)
        if key not in self._crossings:
            self._crossings[key] = crossings(self, modes)
        return self._crossings[key]
