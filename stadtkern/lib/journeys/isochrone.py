"""How far one gets: seconds to every place on foot and by timetable, and the areas on the map."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stadtkern.lib.earth import METRES
from stadtkern.lib.ways.search import FAR

from .moment import Moment
from .streets import DETOUR, KMH, Points, points
from .world import Point, World

CELL_M = 60.0
MOST_CELLS = 400  # in one direction
Line = list[tuple[float, float]]  # longitude, latitude


@dataclass(frozen=True)
class Reach:
    """Places with the seconds it takes to get there; the stops first, then the streets' nodes."""

    lat: NDArray[np.float64]
    long: NDArray[np.float64]
    seconds: NDArray[np.int32]
    stops: int  # of them are stops, by their number in the timetable (FAR: not reached)
    limit: int


def reachable(
    world: World, start: Point, at: int, seconds: int, *, transit: bool = True, wheelchair: bool = False, walk_kmh: float = 4.8
) -> Reach:
    """Everything within `seconds` of leaving at `at`. Raises ValueError for what is no place, time or speed."""
    if not (-90 <= start[0] <= 90 and -180 <= start[1] <= 180) or not 0 < seconds <= 4 * 3600 or not 1 <= walk_kmh <= 12:
        raise ValueError("no place, time or speed")
    moment = Moment.of(world)
    profile = "wheelchair" if wheelchair else "walk"
    door, stops = points(start), moment.stops
    feet = moment.streets.times(door, stops, profile, seconds, kmh=walk_kmh)
    arrive = np.where(feet.ms >= FAR, FAR, at + (feet.ms.astype(np.int64) + 999) // 1000)
    if transit and world.timetable is not None and len(stops):
        arrive = np.minimum(arrive, _by_timetable(world, arrive, at + seconds, wheelchair))
    took = np.where(arrive - at <= seconds, arrive - at, FAR).astype(np.int32)
    lat, long, whole = _on_foot(moment, door, stops, took, profile, seconds, walk_kmh)
    return Reach(
        np.concatenate([stops.lat, lat]), np.concatenate([stops.long, long]), np.concatenate([took, whole]), len(took), seconds
    )


def _by_timetable(world: World, ready: Any, last: int, wheelchair: bool) -> Any:
    from .kernels import flood

    timetable = world.timetable
    assert timetable is not None
    net, places = timetable.searched("step_free" if wheelchair else "net")
    begin, end = ready.clip(0, FAR).astype(np.int32), np.int32(min(last, FAR - 1))
    if places is None:
        return flood(net, begin, end)
    arrive = np.full(len(begin), FAR, np.int32)
    np.minimum.at(arrive, places.stop, flood(net, begin[places.stop], end))
    return arrive


def _on_foot(
    moment: Moment, door: Points, stops: Points, took: Any, profile: str, seconds: int, kmh: float
) -> tuple[Any, Any, Any]:
    """On from every stop that is reached, over the streets' nodes; without streets nothing but the stops themselves."""
    ways = moment.streets.ways
    near = np.flatnonzero(took < FAR)
    seeds = Points(np.concatenate([door.lat, stops.lat[near]]), np.concatenate([door.long, stops.long[near]]))
    begin = np.concatenate([[0], took[near].astype(np.int64) * 1000])
    if ways is None:
        return np.zeros(0), np.zeros(0), np.zeros(0, np.int32)
    nodes = moment.ground.nodes
    found = moment.streets.times(seeds, nodes, profile, seconds, ms=begin, kmh=kmh)
    whole = np.where(found.ms >= FAR, FAR, (found.ms.astype(np.int64) + 999) // 1000).astype(np.int32)
    return nodes.lat, nodes.long, whole


def areas(reach: Reach, limits: list[int], walk_kmh: float = 4.8) -> list[dict[str, Any]]:
    """GeoJSON features (MultiPolygon), one for each limit, the largest first: places reached and the streets beside them.

    Where no streets are known the circle one can still walk round each stop is the area.
    """
    good = (reach.seconds < FAR) & np.isfinite(reach.lat) & np.isfinite(reach.long)
    lat, long, took = reach.lat[good], reach.long[good], reach.seconds[good]
    if not len(lat):
        return []
    streets = len(reach.lat) > reach.stops
    per_s = walk_kmh / 3.6 / DETOUR
    margin = 1.5 * CELL_M if streets else max(limits) * per_s
    wide = METRES * max(0.01, float(np.cos(np.radians(lat.mean()))))
    size = max(CELL_M, (np.ptp(lat) * METRES + 2 * margin) / MOST_CELLS, (np.ptp(long) * wide + 2 * margin) / MOST_CELLS)
    south, west = lat.min() - (margin + size) / METRES, long.min() - (margin + size) / wide
    y, x = (lat - south) * METRES / size, (long - west) * wide / size
    shape = int(y.max() + (margin + size) / size) + 2, int(x.max() + (margin + size) / size) + 2
    field = _field(y, x, took, shape, size, None if streets else per_s, max(limits))
    features = []
    for limit in sorted(set(limits), reverse=True):
        rings = [[(west + c * size / wide, south + r * size / METRES) for r, c in ring] for ring in outlines(field <= limit)]
        polygons = [[[(round(a, 6), round(b, 6)) for a, b in ring] for ring in part] for part in _nested(rings)]
        shape_ = {"type": "MultiPolygon", "coordinates": polygons}
        features.append({"type": "Feature", "properties": {"seconds": limit}, "geometry": shape_})
    return features


def _field(y: Any, x: Any, took: Any, shape: tuple[int, int], size: float, per_s: float | None, limit: int) -> Any:
    """Seconds of every cell: of the places in it and beside it, or of the circle round each stop."""
    field = np.full(shape, np.inf)
    if per_s is None:
        row, column = y.astype(int), x.astype(int)
        for dr in (-1, 0, 1):
            for dc in (-1, 0, 1):
                more = 0.0 if dr == dc == 0 else size * 0.75 / (KMH["walk"] / 3.6)
                np.minimum.at(field, ((row + dr).clip(0, shape[0] - 1), (column + dc).clip(0, shape[1] - 1)), took + more)
        return field
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]] + 0.5
    for one in np.argsort(took):
        radius = (limit - took[one]) * per_s / size
        low, high = max(0, int(y[one] - radius)), int(y[one] + radius) + 2
        left, right = max(0, int(x[one] - radius)), int(x[one] + radius) + 2
        gap = np.hypot(rows[low:high, left:right] - y[one], columns[low:high, left:right] - x[one]) * size
        field[low:high, left:right] = np.minimum(field[low:high, left:right], took[one] + gap / per_s)
    return field


def outlines(inside: NDArray[np.bool_]) -> list[list[tuple[int, int]]]:
    """Closed rings of corners (row, column) round the cells that are inside, with the inside to the left."""
    padded = np.pad(inside, 1)
    edges: dict[tuple[int, int], list[tuple[int, int]]] = {}
    own, below, left = padded, padded[:-1, :], padded[:, :-1]
    for cells, one, other in (
        (own[1:, :] & ~below, (1, 0), (1, 1)), (~own[1:, :] & below, (1, 1), (1, 0)),
        (own[:, 1:] & ~left, (1, 1), (0, 1)), (~own[:, 1:] & left, (0, 1), (1, 1)),
    ):  # fmt: skip
        rows, columns = np.nonzero(cells)
        for r, c in zip(rows.tolist(), columns.tolist(), strict=True):
            edges.setdefault((r + one[0] - 1, c + one[1] - 1), []).append((r + other[0] - 1, c + other[1] - 1))
    rings = []
    while edges:
        start = next(iter(edges))
        ring, here = [start], start
        while True:
            there = edges[here].pop()
            if not edges[here]:
                del edges[here]
            if there == start:
                break
            ring.append(there)
            here = there
        rings.append([*_straightened(ring), _straightened(ring)[0]])
    return rings


def _straightened(ring: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Without the corners in the middle of straight lines."""
    return [
        here for before, here, after in zip([ring[-1], *ring[:-1]], ring, [*ring[1:], ring[0]], strict=True)
        if (here[0] - before[0], here[1] - before[1]) != (after[0] - here[0], after[1] - here[1])
    ]  # fmt: skip


def _nested(rings: list[Line]) -> list[list[Line]]:
    """Outer rings with the holes in them; outer ones run counter-clockwise."""
    outer = [ring for ring in rings if _area(ring) > 0]
    found = [[ring] for ring in outer]
    for hole in (ring for ring in rings if _area(ring) <= 0):
        x, y = hole[0]
        homes = [number for number, ring in enumerate(outer) if _holds(ring, x + 1e-9, y + 1e-9)]
        if homes:
            found[min(homes, key=lambda number: _area(outer[number]))].append(hole)
    return found


def _area(ring: Line) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) / 2


def _holds(ring: Line, x: float, y: float) -> bool:
    odd = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            odd = not odd
    return odd
