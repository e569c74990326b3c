"""From the door to every stop and back, by every mode: seconds for the timetable, and the pieces a chosen way consists of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from stadtkern.lib.ways.search import FAR

from .fleets import LEAVE_S, TAKE_S, Fleet, Piece
from .moment import Moment
from .streets import Points, Times, points
from .world import Mode, Request, Spot

LOCK_S = 60  # one's own bike at a stop
PARK_S = 180  # from the ramp of a garage to its exit
TO_VEHICLE_S = 600  # at most, on foot


class Side(Protocol):
    """One way of getting between the door and the stops."""

    @property
    def seconds(self) -> NDArray[np.int32]:
        """For each target; FAR where it is too far."""
        ...

    def pieces(self, target: int, door: Spot, stop: Spot) -> list[Piece]:
        """In the order of travel."""
        ...


def whole(ms: NDArray[np.int32]) -> NDArray[np.int32]:
    """Whole seconds, rounded up; FAR stays."""
    up = (ms.astype(np.int64) + 999) // 1000
    return np.where(ms >= FAR, FAR, up).astype(np.int32)


@dataclass(frozen=True)
class Simple:
    """On foot or by one's own bike or car, all the way."""

    mode: Mode
    times: Times
    back: bool
    extra_ms: int = 0

    @cached_property
    def seconds(self) -> NDArray[np.int32]:
        return whole(np.where(self.times.ms >= FAR, FAR, self.times.ms + self.extra_ms).astype(np.int32))

    def pieces(self, target: int, door: Spot, stop: Spot) -> list[Piece]:
        ms, metres = int(self.times.ms[target]) + self.extra_ms, float(self.times.metres[target])
        return [Piece(self.mode, stop if self.back else door, door if self.back else stop, ms, metres)]


@dataclass(frozen=True)
class Changed:
    """Door, something in between (a garage), stop."""

    mode: Mode
    near: Times  # door to what is between
    far: Times  # on to the stops; its metres include the near part
    spots: Sequence[Spot]
    extra_ms: int
    back: bool = False

    @cached_property
    def seconds(self) -> NDArray[np.int32]:
        return whole(self.far.ms)

    def pieces(self, target: int, door: Spot, stop: Spot) -> list[Piece]:
        at = int(self.far.source[target])
        first = int(self.near.ms[at]) + self.extra_ms
        rest = int(self.far.ms[target]) - first
        drive = Piece(self.mode, door, self.spots[at], first, float(self.near.metres[at]))
        return [drive, Piece(Mode.WALK, self.spots[at], stop, rest, float(self.far.metres[target] - self.near.metres[at]))]


@dataclass(frozen=True)
class Rented:
    """Door, walk, vehicle, ride, where it is left, walk, stop; searched from the door outwards in both directions."""

    fleet: Fleet
    near: Times  # door to the pickups (back: to where it is left)
    ride: Times
    far: Times  # to the stops
    near_spots: Sequence[Spot]
    far_spots: Sequence[Spot]
    near_ms: int  # taking the vehicle (back: leaving it)
    far_ms: int
    back: bool = False

    @cached_property
    def seconds(self) -> NDArray[np.int32]:
        return whole(self.far.ms)

    def pieces(self, target: int, door: Spot, stop: Spot) -> list[Piece]:
        there = int(self.far.source[target])
        here = int(self.ride.source[there])
        first = int(self.near.ms[here])
        second = int(self.ride.ms[there]) + self.far_ms - first
        third = int(self.far.ms[target]) - first - second
        gone = float(self.near.metres[here]), float(self.ride.metres[there]), float(self.far.metres[target])
        one, other = self.near_spots[here], self.far_spots[there]
        pickup = self.fleet.pickups[there if self.back else here]
        walks = Piece(Mode.WALK, door, one, first, gone[0]), Piece(Mode.WALK, other, stop, third, gone[2] - gone[1])
        ride = Piece(self.fleet.mode, one, other, second, gone[1] - gone[0], pickup)
        found = [walks[0], ride, walks[1]]
        if self.back:
            found = [Piece(p.mode, p.goal, p.start, p.ms, p.metres, p.pickup) for p in found[::-1]]
        return [piece for piece in found if piece.mode is not Mode.WALK or piece.ms > 0]


def on_foot(moment: Moment, door: Points, targets: Points, request: Request, back: bool, seconds: float) -> Simple:
    profile = "wheelchair" if request.wheelchair else "walk"
    times = moment.streets.times(door, targets, profile, seconds, back=back, kmh=request.walk_kmh)
    return Simple(Mode.WALK, times, back)


def by_own(moment: Moment, door: Points, targets: Points, mode: Mode, seconds: float, extra_s: int) -> Simple:
    """One's own bike or car stands at the door where the trip starts."""
    profile = "bike" if mode is Mode.BIKE else "car"
    times = moment.streets.times(door, targets, profile, seconds)
    return Simple(mode, times, False, extra_s * 1000)


def park_and_ride(moment: Moment, door: Points, targets: Points, request: Request) -> Changed | None:
    garages = [one for one in moment.world.parking if one.park_ride and one.open and (one.free is None or one.free > 0)]
    if not garages:
        return None
    spots = [Spot(one.lat, one.long, "parking", one.id, one.name) for one in garages]
    at = points(*((one.lat, one.long) for one in garages))
    near = moment.streets.times(door, at, "car", request.max_ride_s * 2)
    begin = np.where(near.ms >= FAR, FAR, near.ms.astype(np.int64) + PARK_S * 1000)
    limit = request.max_ride_s * 2 + PARK_S + TO_VEHICLE_S
    profile = "wheelchair" if request.wheelchair else "walk"
    far = moment.streets.times(at, targets, profile, limit, ms=begin, metres=near.metres, kmh=request.walk_kmh)
    return Changed(Mode.PARK_RIDE, near, far, spots, PARK_S * 1000)


def by_rental(moment: Moment, fleet: Fleet, door: Points, targets: Points, request: Request, back: bool) -> Rented | None:
    """With a vehicle of this fleet, left at a dock, at the target or (where that is forbidden) near it."""
    drops = moment.drops(fleet, door if back else targets)
    near_at, far_at = (drops.at, fleet.at) if back else (fleet.at, drops.at)
    spots = [one.spot for one in fleet.pickups]
    ends = (drops.spots, spots) if back else (spots, drops.spots)
    take, leave = TAKE_S[fleet.mode] * 1000, LEAVE_S[fleet.mode] * 1000
    near_ms, far_ms = (leave, take) if back else (take, leave)
    streets, kmh = moment.streets, request.walk_kmh
    on_foot_s = min(TO_VEHICLE_S, request.max_walk_s)
    near = streets.times(door, near_at, "walk", on_foot_s, back=back, kmh=kmh)
    reached = np.flatnonzero(near.ms < FAR)
    if not len(reached):
        return None
    limit = on_foot_s + request.max_ride_s
    ride = streets.times(
        near_at.take(reached), far_at, fleet.profile, limit, ms=near.ms[reached].astype(np.int64) + near_ms,
        metres=near.metres[reached], back=back, cost=moment.passage(fleet),
    )  # fmt: skip
    ride = _within_range(fleet, near, _at(ride, reached), back)
    far = _walked_on(moment, far_at, 0 if back else drops.targets, targets, ride, far_ms, limit + on_foot_s, back, kmh)
    return Rented(fleet, near, ride, far, *ends, near_ms, far_ms, back)


def _at(times: Times, seeds: NDArray[np.int64]) -> Times:
    """The source as a number in the larger list the seeds were taken from."""
    if not len(seeds):
        return times
    return Times(times.ms, times.metres, np.where(times.source >= 0, seeds[times.source], -1).astype(np.int32))


def _walked_on(
    moment: Moment,
    left: Points,
    direct: int,
    targets: Points,
    ride: Times,
    extra_ms: int,
    seconds: float,
    back: bool,
    kmh: float,
) -> Times:
    """From where vehicles are left to the targets; the first `direct` places are the targets themselves."""
    then = np.where(ride.ms >= FAR, FAR, ride.ms.astype(np.int64) + extra_ms)
    some = np.flatnonzero(then[direct:] < FAR) + direct
    seeds = left.take(some)
    far = moment.streets.times(seeds, targets, "walk", seconds, ms=then[some], metres=ride.metres[some], back=back, kmh=kmh)
    far = _at(far, some)
    if direct:
        better = np.flatnonzero(then[:direct] < far.ms)
        far.ms[better], far.metres[better], far.source[better] = then[better], ride.metres[better], better
    return far


def _within_range(fleet: Fleet, near: Times, ride: Times, back: bool) -> Times:
    """A ride longer than the battery lasts is no ride."""
    reach = np.array([one.range_m for one in fleet.pickups])
    if (reach >= 1e9).all():
        return ride
    known = np.flatnonzero(ride.source >= 0)
    length = ride.metres[known] - near.metres[ride.source[known]]
    own = reach[known] if back else reach[ride.source[known]]
    ms, source = ride.ms.copy(), ride.source.copy()
    ms[known[length > own]], source[known[length > own]] = FAR, -1
    return Times(ms, ride.metres, source)


@dataclass(frozen=True)
class Best:
    """Several ways; for each target the quickest of them (the earlier in the list where they are equal)."""

    sides: Sequence[Side]
    back: bool = False

    @cached_property
    def table(self) -> NDArray[np.int32]:
        return np.stack([side.seconds for side in self.sides])

    @cached_property
    def seconds(self) -> NDArray[np.int32]:
        least: NDArray[np.int32] = self.table.min(axis=0)
        return least

    def pieces(self, target: int, door: Spot, stop: Spot) -> list[Piece]:
        return self.sides[int(self.table[:, target].argmin())].pieces(target, door, stop)
