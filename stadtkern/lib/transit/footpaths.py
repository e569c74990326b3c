"""Ways on foot between stops: beeline or given from streets, then stations, transfers.txt and pathways.txt over it."""

import heapq
import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .feed import Feed, Stops
from .findings import FeedRefused, Finding, Limits
from .timetable import NO_CHANGE, Ints, frozen

Paths = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]  # start [stops + 1], to, seconds
Pairs = dict[tuple[int, int], int]
SPEED, DETOUR = 1.2, 1.3  # metres a second, way over beeline
RADIUS = 350.0  # metres of beeline
NEIGHBOURS = 60
STATION = 120  # seconds within a station whose platforms have no coordinates
MOST_PLATFORMS = 100
MOST_PLACES = 800  # looked at from each platform in pathways.txt


def walks(feed: Feed, given: Paths | None, step_free: Paths | None, limits: Limits | None = None) -> tuple[Paths, Paths, Ints]:
    """(footpaths, footpaths without steps, seconds to change at each stop).

    `given` and `step_free` are ways over streets, as CSR arrays over the feed's stops; without them the beeline is used. The
    feed's own words (transfers.txt, pathways.txt) come before both.
    """
    most = (limits or Limits()).footpaths
    base = unpack(given) if given is not None else beeline(feed, most)
    stations(feed, base, most)
    free = dict(base)
    if step_free is not None:
        free = unpack(step_free)
    inside(feed, base, free)
    change = np.zeros(len(feed.stops), np.int32)
    transfers(feed, base, free, change, most)
    return pack(base, len(feed.stops)), pack(free, len(feed.stops)), frozen(change)


def beside(feed: Feed, given: Paths, off: NDArray[np.bool_], limits: Limits | None = None) -> Paths:
    """`given` with beelines to and from the stops that lie off the known streets (`off`, one for each stop): a timetable often
    reaches further than the streets one has."""
    pairs = unpack(given)
    for pair, seconds in beeline(feed, (limits or Limits()).footpaths).items():
        if off[pair[0]] or off[pair[1]]:
            pairs.setdefault(pair, seconds)
    return pack(pairs, len(feed.stops))


def unpack(paths: Paths) -> Pairs:
    start, to, seconds = paths
    origin = np.repeat(np.arange(len(start) - 1), np.diff(start))
    return {(a, b): s for a, b, s in zip(origin.tolist(), to.tolist(), seconds.tolist(), strict=True) if a != b and s >= 0}


def pack(pairs: Pairs, stops: int) -> Paths:
    rows = np.array([(a, b, seconds) for (a, b), seconds in sorted(pairs.items())], np.int32).reshape(-1, 3)
    start = np.zeros(stops + 1, np.int64)
    np.cumsum(np.bincount(rows[:, 0], minlength=stops), out=start[1:])
    return frozen(start), frozen(rows[:, 1]), frozen(rows[:, 2])


def metres(stops: Stops, a: int, b: Any) -> NDArray[np.float64]:
    lat, long = stops.lat, stops.long
    east = (long[b] - long[a]) * math.cos(math.radians(lat[a]))
    return np.asarray(np.hypot(lat[b] - lat[a], east) * 111_195)


def beeline(feed: Feed, most: int) -> Pairs:
    """Served stops within RADIUS of each other, the nearest NEIGHBOURS of each."""
    served = np.unique(feed.times.stop)
    served = served[np.isfinite(feed.stops.lat[served])]
    served = served[np.argsort(feed.stops.lat[served], kind="stable")]
    lat = feed.stops.lat[served]
    reach = RADIUS / 111_195
    low, high = np.searchsorted(lat, lat - reach), np.searchsorted(lat, lat + reach, "right")
    pairs: Pairs = {}
    for at, stop in enumerate(served.tolist()):
        near = served[max(low[at], at - 5000) : min(high[at], at + 5000)]
        far = metres(feed.stops, stop, near)
        close = np.flatnonzero((far <= RADIUS) & (near != stop))
        if len(close) > NEIGHBOURS:
            close = close[np.argsort(far[close], kind="stable")[:NEIGHBOURS]]
        for other, way in zip(near[close].tolist(), far[close].tolist(), strict=True):
            pairs[stop, other] = walk(way)
        bounded(pairs, most)
    return pairs


def bounded(pairs: Pairs, most: int) -> None:
    if len(pairs) > most:
        raise FeedRefused(Finding("too_many_ways", "stops.txt", 0, {"ways": str(len(pairs))}))


def walk(way: float) -> int:
    """Seconds for metres of beeline."""
    return STATION if math.isnan(way) else math.ceil(way * DETOUR / SPEED)


def members(feed: Feed) -> dict[int, list[int]]:
    """Station to the served platforms in it."""
    served = set(np.unique(feed.times.stop).tolist())
    found: dict[int, list[int]] = {}
    for stop, parent in enumerate(feed.stops.parent.tolist()):
        if parent >= 0 and stop in served and len(found.setdefault(parent, [])) < MOST_PLATFORMS:
            found[parent].append(stop)
    return found


def stations(feed: Feed, pairs: Pairs, most: int) -> None:
    """Platforms of the same station can be reached from each other."""
    for platforms in members(feed).values():
        bounded(pairs, most)
        for a in platforms:
            for b in platforms:
                if a != b and (a, b) not in pairs:
                    pairs[a, b] = max(walk(float(metres(feed.stops, a, b))), 60)


def inside(feed: Feed, pairs: Pairs, free: Pairs) -> None:
    """Where pathways.txt knows a station, its ways count: the shortest, and the shortest without steps.

    It tells all of them: between two of its platforms without a way free of steps there is none, whatever the beeline says.
    """
    every: dict[int, list[tuple[int, int]]] = {}
    flat: dict[int, list[tuple[int, int]]] = {}
    for a, b, seconds, step_free in feed.pathways.tolist():
        every.setdefault(a, []).append((b, seconds))
        if step_free:
            flat.setdefault(a, []).append((b, seconds))
    served = set(np.unique(feed.times.stop).tolist())
    known = sorted({stop for row in feed.pathways[:, :2].tolist() for stop in row} & served)
    for stop in known:
        near, level = shortest(stop, every), shortest(stop, flat)
        for other in known:
            if other not in level and feed.stops.parent[other] == feed.stops.parent[stop] >= 0:
                free.pop((stop, other), None)
        for other in near:
            if other != stop and other in served:
                pairs[stop, other] = near[other]
                free.pop((stop, other), None)
                if other in level:
                    free[stop, other] = level[other]


def shortest(start: int, graph: dict[int, list[tuple[int, int]]], most: int = MOST_PLACES) -> dict[int, int]:
    """Seconds to what can be reached from `start`, the nearest `most` places (Dijkstra)."""
    best = {start: 0}
    queue, done = [(0, start)], set[int]()
    while queue and len(done) < most:
        seconds, place = heapq.heappop(queue)
        if place in done:
            continue
        done.add(place)
        for other, way in graph.get(place, ()):
            if seconds + way < best.get(other, 2**31):
                best[other] = seconds + way
                heapq.heappush(queue, (seconds + way, other))
    return best


def transfers(feed: Feed, pairs: Pairs, free: Pairs, change: NDArray[np.int32], most: int) -> None:
    """transfers.txt: 2 = needs this time, 3 = not possible, 0 and 1 = possible. A platform's word comes after its station's."""
    platforms = members(feed)
    rows = feed.transfers.tolist()
    general = [row for row in rows if row[0] in platforms or row[1] in platforms]
    special = [row for row in rows if not (row[0] in platforms or row[1] in platforms)]
    for origin, target, kind, seconds in [*general, *special]:
        bounded(pairs, most)
        for a in platforms.get(origin, [origin]):
            for b in platforms.get(target, [target]):
                if a == b:
                    change[a] = NO_CHANGE if kind == 3 else max(seconds, 0)
                elif kind == 3:
                    pairs.pop((a, b), None)
                    free.pop((a, b), None)
                else:
                    took = seconds if seconds >= 0 else pairs.get((a, b), walk(float(metres(feed.stops, a, b))))
                    if took <= 7200:
                        both = (a, b) in free or (a, b) not in pairs
                        pairs[a, b] = took
                        if both:
                            free[a, b] = took


def seeds(of: Iterable[int]) -> tuple[Ints, Ints]:
    """Access or egress of some stops without any way: (stop, seconds)."""
    stops = np.fromiter(of, np.int32)
    return stops, np.zeros(len(stops), np.int32)
