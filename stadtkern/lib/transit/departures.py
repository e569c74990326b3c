"""The departure board of stops."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .timetable import Timetable


@dataclass(frozen=True, slots=True)
class Departure:
    """A vehicle that leaves a stop. Times are seconds of the timetable's day."""

    departs: int
    planned: int
    stop: int
    trip: str
    route: int
    headsign: str
    delay: int | None  # None = no real time
    cancelled: bool
    last: int  # last stop of the trip
    row: int  # -1 when cancelled
    position: int


def board(timetable: Timetable, stops: Sequence[int], at: int, many: int = 20) -> list[Departure]:
    """The next `many` departures from any of `stops` (indexes) at `at` or later, cancelled ones among them, in order.

    The last stop of a trip and stops where nobody may get on are no departures. Raises IndexError for unknown stops.
    """
    if any(not 0 <= stop < len(timetable.stops) for stop in stops):
        raise IndexError("no such stop")
    streams = [column(timetable, pattern, position, at) for stop in stops for pattern, position in places(timetable, stop)]
    found: list[Departure] = []
    for departs, row, position in heapq.merge(*streams):
        if len(found) >= many:
            break
        found.append(leaving(timetable, departs, row, position))
    for one in timetable.gone:
        for position, (stop, departs) in enumerate(zip(one.stops[:-1], one.departs, strict=False)):
            if stop in stops and departs >= at:
                found.append(
                    Departure(
                        departs, departs, stop, one.trip, one.route, one.headsign, None, True, one.stops[-1], -1, position
                    )
                )
    return sorted(found, key=lambda one: (one.departs, one.trip))[:many]


def places(timetable: Timetable, stop: int) -> list[tuple[int, int]]:
    net = timetable.net
    rows = slice(int(net.stop_start[stop]), int(net.stop_start[stop + 1]))
    return list(zip(net.stop_pattern[rows].tolist(), net.stop_position[rows].tolist(), strict=True))


def column(timetable: Timetable, pattern: int, position: int, at: int) -> Iterator[tuple[int, int, int]]:
    """(departure, row, position) of a pattern's trips at one of its stops, from `at` on."""
    net = timetable.net
    long, trips = int(net.pattern_start[pattern + 1] - net.pattern_start[pattern]), int(net.pattern_trips[pattern])
    event = int(net.pattern_event[pattern])
    times = net.depart[event + position : event + trips * long : long]
    for at_row in range(int(np.searchsorted(times, at)), trips):
        if event + at_row * long + position in timetable.shut:
            continue
        yield int(times[at_row]), int(net.pattern_trip[pattern]) + at_row, position


def leaving(timetable: Timetable, departs: int, row: int, position: int) -> Departure:
    net, pattern = timetable.net, int(timetable.pattern_of_row[row])
    base, end = int(net.pattern_start[pattern]), int(net.pattern_start[pattern + 1])
    event = int(net.pattern_event[pattern]) + (row - int(net.pattern_trip[pattern])) * (end - base) + position
    source = int(timetable.trip_source[row])
    planned = departs if timetable.plan_depart is None else int(timetable.plan_depart[event])
    known = timetable.trip_live is not None and timetable.trip_live[row]
    return Departure(
        departs,
        planned,
        int(net.pattern_stop[base + position]),
        timetable.trips.id[source],
        int(timetable.trips.route[source]),
        timetable.headsign(event, source),
        departs - planned if known else None,
        False,
        int(net.pattern_stop[end - 1]),
        row,
        position,
    )
