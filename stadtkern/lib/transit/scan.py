"""Connection Scan: another way to the same arrival, to check the planner with. It knows nothing of patterns and rounds.

Source: Dibbelt, Pajor, Strasser, Wagner, Connection Scan Algorithm, 2018: all connections of the day in the order of departure,
one pass, no queue. Two things are ours: connections that leave in the same second are gone through until nothing changes,
because hops without duration may feed each other; and arrival and readiness are two labels, as ways on foot start from vehicles
only.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stadtkern.lib.compiled import compiled

from .days import Runs
from .feed import Feed
from .scan_rules import crossings, named, ruled_scan
from .timetable import Timetable, frozen

NEVER = 2**31 - 1


class Connections(NamedTuple):
    """One row for each hop of each vehicle, by departure; `door` 1 = may get on, 2 = may get off at the end."""

    origin: NDArray[np.int32]
    target: NDArray[np.int32]
    leaves: NDArray[np.int32]
    arrives: NDArray[np.int32]
    vehicle: NDArray[np.int32]
    hop: NDArray[np.int32]
    door: NDArray[np.int32]
    vehicles: NDArray[np.int32]  # [1] how many
    hops: NDArray[np.int32]  # [vehicles] how many hops each has
    next_start: NDArray[np.int32]  # [vehicles + 1]
    next: NDArray[np.int32]  # the vehicles each goes on as, with everybody aboard
    route: NDArray[np.int32]  # [vehicles]
    trip: NDArray[np.int32]
    rules: NDArray[np.int32]  # transfers of lines and trips, as in Feed.rules


def connections(
    first: NDArray[Any],
    stop: Any,
    arrive: Any,
    depart: Any,
    board: Any,
    alight: Any,
    going_on: Sequence[tuple[int, int]] = (),
    who: tuple[NDArray[Any], NDArray[Any], NDArray[Any]] | None = None,
) -> Connections:
    """From stop times laid end to end: vehicle v has the rows first[v] to first[v + 1]. `who`: its line, its trip, rules."""
    many = np.diff(first)
    vehicle = np.repeat(np.arange(len(many)), many)
    hop = np.arange(len(vehicle)) - np.repeat(np.asarray(first)[:-1], many)
    begin = np.flatnonzero(vehicle[:-1] == vehicle[1:]) if len(vehicle) else np.zeros(0, np.int64)
    order = begin[np.lexsort((hop[begin], vehicle[begin], np.asarray(depart)[begin]))]
    door = np.where(np.asarray(board)[order], 1, 0) + np.where(np.asarray(alight)[order + 1], 2, 0)
    columns = (stop[order], stop[order + 1], depart[order], arrive[order + 1], vehicle[order], hop[order], door)
    packed: list[NDArray[np.int32]] = [frozen(column) for column in columns]
    after: list[list[int]] = [[] for _ in many]
    for one, other in going_on:
        after[one].append(other)
    start = np.cumsum([0, *(len(ones) for ones in after)])
    others = np.array([one for ones in after for one in ones], np.int32)
    of = who or (np.full(len(many), -1), np.full(len(many), -1), np.zeros((0, 8)))
    ends = (np.array([len(many)]), many - 1, start, others, *of)
    return Connections._make([*packed, *map(frozen, ends)])


def of_runs(feed: Feed, found: Runs) -> Connections:
    """The connections of a day straight from the feed, before anything was grouped."""
    flags = feed.times.flags[found.event]
    stops = feed.times.stop[found.event]
    who = feed.trips.route[found.source], found.source, feed.rules
    return connections(found.start, stops, found.arrive, found.depart, flags & 1, flags & 2, going_on(feed, found), who)


def going_on(feed: Feed, found: Runs) -> list[tuple[int, int]]:
    """Which run is the same vehicle as which, by going through what the feed says (the rules stand in stays.py)."""
    first = [int(found.depart[at]) for at in found.start[:-1]]
    last = [int(found.arrive[at - 1]) for at in found.start[1:]]
    ends = [(int(feed.times.stop[found.event[a]]), int(feed.times.stop[found.event[b - 1]])) for a, b in pairwise(found.start)]
    runs: dict[tuple[int, int], list[int]] = {}
    for run, (trip, day) in enumerate(zip(found.source.tolist(), found.day.tolist(), strict=True)):
        runs.setdefault((trip, day), []).append(run)
    single = {key: ones[0] for key, ones in runs.items() if len(ones) == 1}
    words: dict[tuple[int, int], int] = {(trip, other): kind for trip, other, kind in feed.stays.tolist()}
    blocks: dict[tuple[int, int], list[int]] = {}
    for (trip, day), run in single.items():
        if feed.block[trip] >= 0:
            blocks.setdefault((int(feed.block[trip]), day), []).append(run)
    found_pairs = []
    for (trip, day), run in single.items():
        told = [
            single[other, day] for (one, other), kind in words.items() if one == trip and kind == 4 and (other, day) in single
        ]
        mates = [one for one in blocks.get((int(feed.block[trip]), day), []) if one != run and first[one] >= last[run]]
        mate = min(mates, key=lambda one: (first[one], one), default=None)
        if mate is not None and (trip, int(found.source[mate])) not in words and first[mate] - last[run] <= 180:
            stops = ends[run][1], ends[mate][0]
            houses = {int(feed.stops.parent[stop]) for stop in stops}
            if stops[0] == stops[1] or (len(houses) == 1 and houses != {-1}):
                told.append(mate)
        found_pairs += [(run, one) for one in told if first[one] >= last[run] and (first[one], one) > (first[run], run)]
    return found_pairs


def of_timetable(timetable: Timetable, runs: Sequence[int] | None = None) -> Connections:
    """The connections of a timetable, also after real time: read trip by trip from its arrays. `runs`: only these patterns."""
    net, times = timetable.net, timetable.times
    first, stops, arrive, depart, board, alight = [0], [], [], [], [], []
    order = range(len(net.pattern_trips)) if runs is None else runs
    for p in order:
        rows = slice(net.pattern_start[p], net.pattern_start[p + 1])
        long = rows.stop - rows.start
        for trip in range(net.pattern_trips[p]):
            event = int(net.pattern_event[p]) + trip * long
            stops.append(net.pattern_stop[rows])
            open_here = [at not in timetable.shut for at in range(event, event + long)]
            board.append(net.pattern_board[rows] * open_here)
            alight.append(net.pattern_alight[rows] * open_here)
            arrive.append(times[0][event : event + long])
            depart.append(times[1][event : event + long])
            first.append(first[-1] + int(long))
    none = [np.zeros(0, np.int32)]
    columns: list[Any] = [np.concatenate(parts or none) for parts in (stops, arrive, depart, board, alight)]
    stop, came, left, on, off = columns
    follows = np.repeat(np.arange(len(net.stay_start) - 1), np.diff(net.stay_start)).tolist()
    pairs = list(zip(follows, net.stay_to.tolist(), strict=True))
    after = pairs if runs is None else among(timetable, runs, pairs)
    who = named_as(timetable, order)
    return connections(np.array(first), stop, came, left, on, off, after, who)


def named_as(timetable: Timetable, order: Sequence[int]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Line and trip of each vehicle, as the rules call them (a trip that took another's place has its id), and the rules."""
    net, ids = timetable.net, timetable.trips.id
    known = {ids[trip]: trip for trip in timetable.rules[:, 6:].ravel().tolist() if trip >= 0}
    sources = [
        int(timetable.trip_source[net.pattern_trip[p] + trip]) for p in order for trip in range(int(net.pattern_trips[p]))
    ]
    trips = [known.get(ids[source], -1) for source in sources] if known else [-1] * len(sources)
    return timetable.trips.route[sources], np.array(trips, np.int32), timetable.rules


def among(timetable: Timetable, runs: Sequence[int], pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The pairs of rows in these patterns, numbered as the patterns lie one after the other."""
    net, number = timetable.net, dict[int, int]()
    for p in runs:
        for trip in range(net.pattern_trips[p]):
            number[int(net.pattern_trip[p]) + trip] = len(number)
    return [(number[one], number[other]) for one, other in pairs if one in number and other in number]


def connection_scan(
    hops: Connections, timetable: Timetable, access: Any, egress: Any, depart: int, slack: int = 0, step_free: bool = False
) -> int:
    """The earliest arrival at the door with at least one vehicle, NEVER when there is none. Seeds as in `search.earliest`."""
    net = timetable.net
    feet = (net.foot_start, net.foot_to, net.foot_seconds)
    if step_free:
        feet = (timetable.free_start, timetable.free_to, timetable.free_seconds)
    ways = [frozen(part) for part in (*access, *egress)]
    moment = np.int32(depart), np.int32(slack)
    if len(hops.rules):
        cross, noted = crossings(hops, timetable, step_free), named(hops, timetable)
        return int(ruled_scan(hops, cross, noted, feet, net.change, *ways, *map(int, moment)))
    return int(scan(hops, feet[0], feet[1], feet[2], net.change, ways[0], ways[1], ways[2], ways[3], *moment))


@compiled
def scan(
    hops: Any,
    foot_start: Any,
    foot_to: Any,
    foot_seconds: Any,
    change: Any,
    access_stops: Any,
    access_seconds: Any,
    egress_stops: Any,
    egress_seconds: Any,
    depart: Any,
    slack: Any,
) -> Any:
    stops = len(change)
    can_board = np.full(stops, NEVER, np.int64)
    came = np.full(stops, NEVER, np.int64)
    home = np.full(stops, NEVER, np.int64)
    aboard_since = np.full(hops.vehicles[0], NEVER, np.int64)
    for i in range(len(access_stops)):
        can_board[access_stops[i]] = min(can_board[access_stops[i]], depart + access_seconds[i])
    for i in range(len(egress_stops)):
        home[egress_stops[i]] = min(home[egress_stops[i]], egress_seconds[i])
    best = np.int64(NEVER)
    begin = np.searchsorted(hops.leaves, depart)
    while begin < len(hops.leaves):
        now = hops.leaves[begin]
        if now >= best:
            break
        end = begin
        while end < len(hops.leaves) and hops.leaves[end] == now:
            end += 1
        again = True
        while again:
            again = False
            for c in range(begin, end):
                v = hops.vehicle[c]
                if aboard_since[v] > hops.hop[c]:
                    if not (hops.door[c] & 1) or can_board[hops.origin[c]] > now:
                        continue
                    aboard_since[v] = hops.hop[c]
                if hops.hop[c] == hops.hops[v] - 1:
                    for q in range(hops.next_start[v], hops.next_start[v + 1]):
                        if aboard_since[hops.next[q]] > -1:
                            aboard_since[hops.next[q]] = -1
                            again = True
                s, t = hops.target[c], np.int64(hops.arrives[c])
                if not (hops.door[c] & 2) or t >= came[s]:
                    continue
                came[s] = t
                if home[s] < NEVER:
                    best = min(best, t + home[s])
                if change[s] < 2**29 and t + max(change[s], slack) < can_board[s]:
                    can_board[s] = t + max(change[s], slack)
                    again = again or can_board[s] <= now
                for f in range(foot_start[s], foot_start[s + 1]):
                    there = t + foot_seconds[f] + slack
                    if there < can_board[foot_to[f]]:
                        can_board[foot_to[f]] = there
                        again = again or there <= now
        begin = end
    return best
