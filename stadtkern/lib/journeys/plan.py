"""The question a passenger asks: how do I get there? All modes are searched, and what really differs is answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stadtkern.lib.ways.search import FAR

from .build import priced, street_legs, trip_of
from .choose import choose
from .crossing import Crossings
from .doors import LOCK_S, PARK_S, Best, Side, by_own, by_rental, on_foot, park_and_ride
from .moment import Moment
from .streets import Points, points
from .world import SHARED, Mode, Request, Spot, Trip, World

if TYPE_CHECKING:
    from stadtkern.lib.transit import Journey

LOOK_BACK_S = 3 * 3600  # for an arrival: how much earlier one may leave
Seeds = tuple[NDArray[np.int32], NDArray[np.int32]]
Search = tuple[tuple[Side, Side], Crossings | None]


def plan(request: Request, world: World) -> list[Trip]:
    """The trips worth showing, in the order in which to show them; empty where there is none.

    Raises ValueError for coordinates or times that cannot be.
    """
    checked(request)
    return choose(candidates(request, world), request)


def prepare(world: World, modes: Iterable[Mode] = SHARED) -> None:
    """Work out beforehand what the first question of a new moment would wait for."""
    Moment.of(world).crossings([mode for mode in Mode if mode in set(modes)])


def checked(request: Request) -> None:
    for lat, long in (request.start, request.goal):
        if not (-90 <= lat <= 90 and -180 <= long <= 180):
            raise ValueError("no place on earth")
    if not -86_400 <= request.at <= 5 * 86_400 or not 0 <= request.window_s <= 86_400:
        raise ValueError("no time of this day")
    if not 1 <= request.walk_kmh <= 12 or not 1 <= request.max_vehicles <= 10:
        raise ValueError("nobody moves like that")


def candidates(request: Request, world: World) -> list[Trip]:
    """Everything the searches find, before it is chosen from."""
    moment = Moment.of(world)
    start, goal = points(request.start), points(request.goal)
    doors = Spot(*request.start, "start"), Spot(*request.goal, "goal")
    found = [trip for side in direct(moment, start, goal, request) for trip in _door_to_door(moment, side, doors, request)]
    if Mode.TRANSIT in request.modes and world.timetable is not None:
        for sides, crossings in ways_to_stops(moment, start, goal, request):
            found += _by_timetable(moment, sides, doors, request, crossings)
    return found


def direct(moment: Moment, start: Points, goal: Points, request: Request) -> list[Side]:
    """All the way without a timetable."""
    sides: list[Side] = [on_foot(moment, start, goal, request, False, request.max_direct_s)]
    if Mode.BIKE in request.modes and not request.wheelchair:
        sides.append(by_own(moment, start, goal, Mode.BIKE, request.max_direct_s, LOCK_S))
    if Mode.CAR in request.modes:
        sides.append(by_own(moment, start, goal, Mode.CAR, request.max_direct_s, PARK_S))
    longer = replace(request, max_ride_s=request.max_direct_s)
    for mode in shared(request):
        rented = [by_rental(moment, fleet, start, goal, longer, False) for fleet in moment.open(mode, request.at)]
        some: list[Side] = [side for side in rented if side is not None]
        if some:
            sides.append(Best(some))
    return sides


def shared(request: Request) -> list[Mode]:
    """Modes of sharing asked for; nobody is sent to a scooter with a wheelchair."""
    return [mode for mode in Mode if mode in request.modes and mode in SHARED and not request.wheelchair]


def ways_to_stops(moment: Moment, start: Points, goal: Points, request: Request) -> Iterable[Search]:
    """Ways to the first and from the last stop, searched pair by pair: on foot, with shared vehicles (between rides, too),
    with one's own bike, with a car left in a garage."""
    stops = moment.stops
    feet = on_foot(moment, start, stops, request, False, request.max_walk_s)
    back = on_foot(moment, goal, stops, request, True, request.max_walk_s)
    yield (feet, back), None
    there: list[Side] = [feet]
    home: list[Side] = [back]
    for mode in shared(request):
        for fleet in moment.open(mode, request.at):
            for door, sides, homeward in ((start, there, False), (goal, home, True)):
                rented = by_rental(moment, fleet, door, stops, request, homeward)
                if rented is not None:
                    sides.append(rented)
    crossings = moment.crossings(shared(request)) if shared(request) else None
    if len(there) + len(home) > 2 or crossings is not None:
        yield (Best(there), Best(home, True)), crossings
    if Mode.BIKE in request.modes and not request.wheelchair:
        yield (by_own(moment, start, stops, Mode.BIKE, request.max_ride_s, LOCK_S), back), None
    if Mode.PARK_RIDE in request.modes and (parked := park_and_ride(moment, start, stops, request)) is not None:
        yield (parked, back), None


def _door_to_door(moment: Moment, side: Side, doors: tuple[Spot, Spot], request: Request) -> list[Trip]:
    seconds = int(side.seconds[0])
    if seconds >= FAR or seconds > request.max_direct_s:
        return []
    departs = request.at - seconds if request.arrive_by else request.at
    return [priced(moment, Trip(tuple(street_legs(moment, side.pieces(0, *doors), departs, seconds))))]


def seeds(side: Side) -> Seeds:
    """As the timetable wants them."""
    seconds = side.seconds
    near = np.flatnonzero(seconds < FAR).astype(np.int32)
    return near, seconds[near]


def _by_timetable(
    moment: Moment, sides: tuple[Side, Side], doors: tuple[Spot, Spot], request: Request, crossings: Crossings | None
) -> list[Trip]:
    from stadtkern.lib.transit import Options, profile

    timetable = moment.world.timetable if crossings is None else crossings.timetable
    assert timetable is not None
    access, egress = seeds(sides[0]), seeds(sides[1])
    if not len(access[0]) or not len(egress[0]):
        return []
    options = Options(request.max_vehicles, request.wheelchair, request.slack_s)
    first, last = request.at, request.at + request.window_s
    if request.arrive_by:
        first, last = request.at - request.window_s - LOOK_BACK_S, request.at
    journeys = few(profile(timetable, access, egress, first, last, options), request)
    found = [trip_of(moment, journey, sides, doors, request, crossings) for journey in journeys]
    if crossings is None and request.tight_penalty_s and any(trip.tight for trip in found[:2]):
        calm = replace(options, slack_s=request.slack_s + request.tight_s)
        journeys = few(profile(timetable, access, egress, first, last, calm), request)
        found += [trip_of(moment, journey, sides, doors, request, crossings) for journey in journeys]
    return found


def few(journeys: list[Journey], request: Request) -> list[Journey]:
    """Those worth building: the first to arrive (the last to leave), with the fewest vehicles, and the next ones."""
    if request.arrive_by:
        some = sorted((one for one in journeys if one.arrives <= request.at), key=lambda one: (-one.departs, one.vehicles))
    else:
        some = sorted(journeys, key=lambda one: (one.arrives, one.vehicles, -one.departs))
    kept, least = some[: 2 * request.many], 99
    for one in some:
        if one.vehicles < least:
            least = one.vehicles
            if one not in kept:
                kept.append(one)
    return kept
