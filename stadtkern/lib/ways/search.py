"""Searching the street graph: from many places to many places, everything within a time, the line between two."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .graph import BIT, METRES, PROFILES, SCALE, Array, Place, Places, Ways

FAR = 2_000_000_000
WALK_M_S = 4.8 / 3.6  # beside the streets everybody walks
_rooms = threading.local()


@dataclass(frozen=True)
class Spread:
    """Labels of places: milliseconds (FAR where not reached), metres, and which seed each comes from."""

    ms: NDArray[np.int32]
    metres: NDArray[np.float32]
    source: NDArray[np.int32]

    @property
    def reached(self) -> NDArray[np.bool_]:
        return self.ms < FAR

    @property
    def seconds(self) -> NDArray[np.int32]:
        """Whole seconds, rounded up."""
        return ((self.ms.astype(np.int64) + 999) // 1000).astype(np.int32)


@dataclass(frozen=True)
class Field:
    """Labels of the nodes reached: milliseconds, metres, seed, and the directed edge they were entered by (-1: none)."""

    nodes: Array
    ms: Array
    metres: Array
    source: Array
    way: Array


@dataclass
class _Room:
    """Scratch arrays of one thread; clean between searches."""

    nodes: int
    edges: int
    state: tuple[Array, ...]
    heap: Array
    touched: Array
    queue: Array


def _room(ways: Ways, seeds: int) -> _Room:
    """Of this thread, large enough for these streets."""
    room: _Room | None = getattr(_rooms, "room", None)
    need = 2 * len(ways.arc_to) + 2 * seeds + 16
    if room is None or room.nodes < ways.nodes or room.edges < ways.edges or len(room.heap) < need:
        nodes = max(ways.nodes, room.nodes if room else 0)
        edges = max(ways.edges, room.edges if room else 0)
        state = (
            np.full(nodes, FAR, np.int32), np.zeros(nodes, np.float32), np.zeros(nodes, np.int32), np.zeros(nodes, np.int32),
        )  # fmt: skip
        heap = np.empty(max(need, len(room.heap) if room else 0), np.int64)
        room = _Room(nodes, edges, state, heap, np.empty(nodes, np.int32), np.full(edges, -1, np.int32))
        _rooms.room = room
    return room


def graph(ways: Ways) -> tuple[Array, ...]:
    return ways.arc_first, ways.arc_to, ways.arc_way, ways.edge_m, ways.tail, ways.head


def beside(places: Places, m_s: float = WALK_M_S) -> NDArray[np.int32]:
    """Milliseconds to walk from the street to where a place really is."""
    return (places.off_m / m_s * 1000).astype(np.int32)


def snap_all(ways: Ways, lat: Array, long: Array, profile: str, radius: float = 250.0) -> Places:
    """The nearest edge of each point that this profile may use and that is no island."""
    from . import kernels

    lat, long = np.asarray(lat, np.float64), np.asarray(long, np.float64)
    good = np.isfinite(lat) & np.isfinite(long)
    south, west, high, wide, rows, columns = ways.frame
    shape = (ways.shape_lat, ways.shape_long, ways.shape_m, ways.segment_edge, ways.segment_at, ways.edge_m)
    grid = (south, west, high, wide, rows, columns, ways.cell_first, ways.cell_segments, METRES)
    clean = np.where(good, lat, -90.0), np.where(good, long, -180.0)
    edge, share, off = kernels.nearest(*clean, float(radius), shape, grid, ways.firm[PROFILES.index(profile)])
    return Places(lat, long, np.where(good, edge, -1).astype(np.int32), share, off)


def _seeds(places: Places, ms: Array | None, metres: Array | None, m_s: float) -> tuple[Array, ...]:
    start = (
        beside(places, m_s) if ms is None else (np.asarray(ms, np.int64) + beside(places, m_s)).clip(0, FAR).astype(np.int32)
    )
    along = places.off_m if metres is None else (np.asarray(metres, np.float32) + places.off_m)
    return places.edge, places.share, start, along.astype(np.float32)


def prices(ways: Ways, profile: str, cost: Array | None) -> Array:
    return ways.cost[PROFILES.index(profile)] if cost is None else cost


def spread(
    ways: Ways, seeds: Places, points: Places, profile: str, seconds: float, *,
    ms: Array | None = None, metres: Array | None = None, back: bool = False, cost: Array | None = None, m_s: float = WALK_M_S,
) -> Spread:  # fmt: skip
    """The best label of each point from all seeds, which start with `ms`; `back`: the times from the points to the seeds."""
    from . import kernels

    room = _room(ways, len(seeds))
    price, limit = prices(ways, profile, cost), int(min(seconds, 100_000) * 1000)
    sown = _seeds(seeds, ms, metres, m_s)
    net = graph(ways)
    count = kernels.search(net, price, ways.shut, BIT[profile], back, sown, limit, -1, room.state, room.heap, room.touched)
    after = np.full(len(seeds), -1, np.int32)
    found = kernels.label(net, price, back, sown, (points.edge, points.share), limit, room.state, room.queue, after)
    kernels.wipe(count, room.state, room.touched)
    own, far, which = found
    whole = own.astype(np.int64) + beside(points, m_s)
    late = (own >= FAR) | (whole > limit)
    return Spread(np.where(late, FAR, whole).astype(np.int32), far + points.off_m, np.where(late, -1, which).astype(np.int32))


def flood(
    ways: Ways, seeds: Places, profile: str, seconds: float, *,
    ms: Array | None = None, metres: Array | None = None, back: bool = False, cost: Array | None = None,
    goal: int = -1, m_s: float = WALK_M_S,
) -> Field:  # fmt: skip
    """Everything within a time of these seeds."""
    from . import kernels

    room = _room(ways, len(seeds))
    price, limit = prices(ways, profile, cost), int(min(seconds, 100_000) * 1000)
    sown = _seeds(seeds, ms, metres, m_s)
    count = kernels.search(
        graph(ways), price, ways.shut, BIT[profile], back, sown, limit, goal, room.state, room.heap, room.touched
    )
    return Field(*kernels.harvest(count, room.state, room.touched))


def line(ways: Ways, start: Place, goal: Place, profile: str, cost: Array | None = None) -> list[tuple[float, float]]:
    """Coordinates of the best way from one place to the other."""
    if not start or not goal:
        return []
    price = prices(ways, profile, cost)
    steps = route(ways, start, goal, price, BIT[profile])
    if steps is None:
        return []
    points = [(float(start.lat), float(start.long))]
    for edge, one, other in steps:
        points += _piece(ways, edge, one, other)
    points.append((float(goal.lat), float(goal.long)))
    return [point for at, point in enumerate(points) if at == 0 or point != points[at - 1]]


def route(ways: Ways, start: Place, goal: Place, price: Array, bit: int) -> list[tuple[int, float, float]] | None:
    """The edges between two places, each with the share it is entered and left at; None: no way."""
    from . import kernels

    room = _room(ways, 1)
    sown = _seeds(Places.of(start), None, None, WALK_M_S)
    best: tuple[float, int] | None = None
    if start.edge == goal.edge:
        inward = 2 * goal.edge + (0 if goal.share >= start.share else 1)
        if price[inward] >= 0:
            best = abs(goal.share - start.share) * float(price[inward]) + float(sown[2][0]), -1
    count = kernels.search(graph(ways), price, ways.shut, bit, False, sown, FAR, -1, room.state, room.heap, room.touched)
    times, _, _, parents = room.state
    for node, share, inward in (
        (int(ways.tail[goal.edge]), goal.share, 2 * goal.edge), (int(ways.head[goal.edge]), 1 - goal.share, 2 * goal.edge + 1),
    ):  # fmt: skip
        if price[inward] >= 0 and times[node] < FAR:
            whole = float(times[node]) + share * float(price[inward])
            if best is None or whole < best[0]:
                best = whole, node
    steps = None if best is None else _steps(ways, start, goal, best[1], parents)
    kernels.wipe(count, room.state, room.touched)
    return steps


def _steps(ways: Ways, start: Place, goal: Place, node: int, parents: Array) -> list[tuple[int, float, float]]:
    if node < 0:
        return [(goal.edge, start.share, goal.share)]
    inward = node == int(ways.tail[goal.edge])
    steps = [(goal.edge, 0.0 if inward else 1.0, goal.share)]
    while (way := int(parents[node])) >= 0:
        back = way & 1
        steps.append((way >> 1, 1.0 if back else 0.0, 0.0 if back else 1.0))
        node = int(ways.head[way >> 1] if back else ways.tail[way >> 1])
    at_tail = node == int(ways.tail[start.edge])
    if at_tail and node == int(ways.head[start.edge]):  # a loop: the nearer end
        at_tail = start.share < 0.5
    steps.append((start.edge, start.share, 0.0 if at_tail else 1.0))
    return steps[::-1]


def _piece(ways: Ways, edge: int, one: float, other: float) -> list[tuple[float, float]]:
    """The shape of an edge between two shares of it, in the direction of travel."""
    first, last = int(ways.shape_first[edge]), int(ways.shape_first[edge + 1])
    along = ways.shape_m[first:last] / max(float(ways.edge_m[edge]), 1e-6)
    lat, long = ways.shape_lat[first:last] / SCALE, ways.shape_long[first:last] / SCALE
    low, high = min(one, other), max(one, other)
    within = (along > low) & (along < high)
    shares = np.concatenate([[low], along[within], [high]])
    points: list[Any] = list(zip(np.interp(shares, along, lat), np.interp(shares, along, long), strict=True))
    points = [(round(float(a), 7), round(float(b), 7)) for a, b in points]
    return points if one <= other else points[::-1]
