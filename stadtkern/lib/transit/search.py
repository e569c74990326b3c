"""Questions to a timetable: the earliest journeys from one moment, and all good ones of a window."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .journey import Journey, Ways, rebuild
from .timetable import Timetable, frozen

UNLIMITED = 0
ROUNDS = 10  # to begin with, when vehicles are not limited
MOST_WAY = 864_000  # seconds of a way to or from a stop
NONE = frozen(np.zeros(0, np.int32))
Seeds = tuple[NDArray[np.int32] | Sequence[int], NDArray[np.int32] | Sequence[int]]  # stops and seconds


@dataclass(frozen=True, slots=True)
class Options:
    """How somebody wants to travel. Seconds throughout."""

    max_vehicles: int = 6  # UNLIMITED = as many as it takes
    wheelchair: bool = False
    slack_s: int = 0  # needed at every change, beside the way
    tight_penalty_s: int = 0  # a change with less than tight_s to spare counts so much later
    tight_s: int = 120
    wheelchair_unknown: bool = False  # with wheelchair: vehicles of which the feed says nothing, too


def earliest(timetable: Timetable, access: Seeds, egress: Seeds, depart: int, options: Options | None = None) -> list[Journey]:
    """Journeys that leave the door at `depart` or later: the earliest arrival for each number of vehicles, the earliest first.

    `access` and `egress`: (stop index int32[n], seconds int32[n]) of the ways to and from stops. Only journeys with a vehicle;
    the way on foot alone is not a question to a timetable. With a penalty for tight changes, safer journeys that arrive later
    are there too, and the order is by `cost`. Raises ValueError for seeds that are no stops of the timetable.
    """
    ways = checked(timetable, access)
    begin = ways if timetable.places is None else timetable.places.ways(ways)
    return answered(timetable, (NONE, *begin), depart, ways, checked(timetable, egress), options or Options())


def profile(
    timetable: Timetable, access: Seeds, egress: Seeds, first: int, last: int, options: Options | None = None
) -> list[Journey]:
    """All journeys leaving the door between `first` and `last` of which no other leaves later, arrives earlier and needs no
    more vehicles (rRAPTOR: departures in descending order, labels kept); one that leaves a little after `last` may be there,
    when it is better than all before it. In the order of departure. Seeds and errors as in `earliest`.
    """
    from .kernel import departures

    options = options or Options()
    net, places = timetable.searched(name_of(options))
    ways = checked(timetable, access)
    begin = ways if places is None else places.ways(ways)
    seeds = departures(net, *begin, np.int32(first), np.int32(last))
    found = answered(timetable, tuple(map(frozen, seeds)), last, ways, checked(timetable, egress), options)
    if any(journey.departs > last for journey in found):  # not compared with each other: their departure was no seed
        found = undominated(found)
    return sorted(found, key=lambda journey: (journey.departs, journey.arrives, journey.vehicles))


def undominated(journeys: list[Journey]) -> list[Journey]:
    """Journeys of which no other leaves later, costs less and needs no more vehicles."""
    kept: list[Journey] = []
    for journey in sorted(journeys, key=lambda one: (one.cost, one.vehicles, -one.departs)):
        if not any(other.vehicles <= journey.vehicles and other.departs >= journey.departs for other in kept):
            kept.append(journey)
    return kept


def answered(
    timetable: Timetable, seeds: tuple[NDArray[np.int32], ...], depart: int, access: Ways, egress: Ways, options: Options
) -> list[Journey]:
    """The kernel's journeys, once as they are and, with a penalty for tight changes, once with room to spare."""
    plain = run(timetable, seeds, depart, access, egress, options, options.slack_s)
    if not options.tight_penalty_s:
        return sorted(plain, key=lambda journey: (journey.arrives, journey.vehicles))
    roomy = replace(options, slack_s=options.slack_s + options.tight_s)
    safe = run(timetable, seeds, depart, access, egress, roomy, options.slack_s)
    priced = [replace(journey, cost=journey.arrives + penalty(journey, options)) for journey in [*plain, *safe]]
    return undominated(priced)


def penalty(journey: Journey, options: Options) -> int:
    """Seconds for every change with less than tight_s to spare."""
    return sum(left < options.tight_s for left in journey.spares) * options.tight_penalty_s


def run(
    timetable: Timetable,
    seeds: tuple[NDArray[np.int32], ...],
    depart: int,
    access: Ways,
    egress: Ways,
    options: Options,
    slack: int,
) -> list[Journey]:
    """`seeds`: departures in descending order (none: all at `depart`), places, seconds of the ways to them. `slack` is what the
    journeys tell the time that is left over beside."""
    from .kernel import search

    net, places = timetable.searched(name_of(options))
    ends = egress if places is None else places.ways(egress)
    rounds = options.max_vehicles or ROUNDS
    while True:
        found, legs, rested = search(net, seeds[0], int(depart), *seeds[1:], *ends, rounds, int(options.slack_s))
        if rested or options.max_vehicles:
            break
        rounds *= 2
    return rebuild(timetable, net, found, legs, access, egress, slack)


def name_of(options: Options) -> str:
    """Which net of a timetable is searched."""
    if not options.wheelchair:
        return "net"
    return "step_free_or_unknown" if options.wheelchair_unknown else "step_free"


def checked(timetable: Timetable, seeds: Seeds) -> Ways:
    """Seeds as int32 arrays. Raises ValueError when they are not of the same length, no stops or negative."""
    from .kernel import within

    stops, seconds = np.asarray(seeds[0]), np.asarray(seeds[1])
    if stops.shape != seconds.shape or stops.ndim != 1:
        raise ValueError("stops and seconds must be two lists of the same length")
    one, other = frozen(stops), frozen(seconds)
    same = stops.dtype == seconds.dtype == np.int32 or (np.array_equal(one, stops) and np.array_equal(other, seconds))
    if not same or not within(one, other, len(timetable.stops), MOST_WAY):
        raise ValueError("no such stop, or an impossible way")
    return one, other


def at_stop(
    timetable: Timetable, stop: int, leaving: bool = True, step_free: bool = False
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Seeds for somebody who stands at a stop: the stop itself, the platforms of a station, and where footpaths lead (or come
    from)."""
    net = timetable.net
    start, to, seconds = (
        (timetable.free_start, timetable.free_to, timetable.free_seconds)
        if step_free
        else (net.foot_start, net.foot_to, net.foot_seconds)
    )
    best = {int(child): 0 for child in np.flatnonzero(timetable.stops.parent == stop)} | {stop: 0}
    for place in list(best):
        if leaving:
            rows = range(int(start[place]), int(start[place + 1]))
            ways = [(int(to[row]), int(seconds[row])) for row in rows]
        else:
            hits = np.flatnonzero(to == place)
            ways = [(int(np.searchsorted(start, row, "right")) - 1, int(seconds[row])) for row in hits.tolist()]
        for other, way in ways:
            best[other] = min(way, best.get(other, way))
    return np.fromiter(best.keys(), np.int32), np.fromiter(best.values(), np.int32)


def warm(timetable: Timetable) -> None:
    """Compile or load the kernels, so that the first question is as fast as the others."""
    none = np.zeros(0, np.int32)
    earliest(timetable, (none, none), (none, none), 0)
    profile(timetable, (none, none), (none, none), 0, 0)
