"""Streets from plain lines (GeoJSON), which cross without saying so: cut where they cross, joined where one ends at another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .build import Raw, build
from .graph import METRES, Ways
from .rules import passable, speeds

JOIN_M = 25.0  # an end so near to another street is meant to meet it
BRIDGE_M = 600.0  # pieces of the network so near to each other are joined by a straight street
SAME_M = 0.5
CELL_M = 300.0
KINDS = {  # of kernel/geo -> tags of OpenStreetMap
    "main": {"highway": "secondary"},
    "street": {"highway": "residential"}, "square": {"highway": "pedestrian", "bicycle": "yes"},
    "path": {"highway": "path", "bicycle": "yes"}, "cycleway": {"highway": "cycleway"}, "steps": {"highway": "steps"},
}  # fmt: skip
Flat = tuple[float, float]  # metres to the east and north


@dataclass
class _Line:
    tags: Mapping[str, str]
    points: list[Flat]
    cuts: list[tuple[float, Flat]]  # where along it (number of the piece + share), and the point


def from_lines(features: Iterable[Mapping[str, Any]], join_m: float = JOIN_M, bridge_m: float = BRIDGE_M) -> Ways:
    """A graph of LineString and MultiLineString features; `kind` of kernel/geo or tags of OpenStreetMap say who may use them.

    Meant for a few thousand lines drawn by hand; a whole city comes from OpenStreetMap.
    """
    told = [one for feature in features for one in _told(feature)]
    if not told:
        return build(Raw())
    middle = sum(lat for _, points in told for _, lat in points) / sum(len(points) for _, points in told)
    wide = METRES * max(0.01, math.cos(math.radians(middle)))
    lines = [_Line(tags, [(long * wide, lat * METRES) for long, lat in points], []) for tags, points in told]
    groups = Groups(len(lines))
    _cut(lines, join_m, groups)
    _bridge(lines, bridge_m, groups)
    return _graph(lines, wide)


class Groups:
    """Which lines hang together."""

    def __init__(self, many: int) -> None:
        self.parent = list(range(many))

    def of(self, one: int) -> int:
        while self.parent[one] != one:
            self.parent[one] = self.parent[self.parent[one]]
            one = self.parent[one]
        return one

    def join(self, one: int, other: int) -> None:
        self.parent[self.of(one)] = self.of(other)


def _told(feature: Mapping[str, Any]) -> list[tuple[Mapping[str, str], list[tuple[float, float]]]]:
    shape = feature.get("geometry") or {}
    said = {str(key): str(value) for key, value in (feature.get("properties") or {}).items()}
    tags = {**({} if "highway" in said else KINDS.get(said.get("kind", "street"), KINDS["street"])), **said}
    kind = shape.get("type")
    if kind not in ("LineString", "MultiLineString") or not passable(tags):
        return []
    many = [shape["coordinates"]] if kind == "LineString" else shape["coordinates"]
    found: list[tuple[Mapping[str, str], list[tuple[float, float]]]] = []
    for points in many:
        clean = [(float(p[0]), float(p[1])) for p in points if len(p) >= 2 and all(math.isfinite(float(x)) for x in p[:2])]
        if len(clean) > 1:
            found.append((tags, clean))
    return found


def _cut(lines: Sequence[_Line], join_m: float, groups: Groups) -> None:
    """Note where pieces cross, and where ends come near another line."""
    pieces = [(number, at) for number, line in enumerate(lines) for at in range(len(line.points) - 1)]
    cells: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for piece in pieces:
        for cell in _cells(lines, piece, join_m):
            cells.setdefault(cell, []).append(piece)
    seen: set[tuple[tuple[int, int], tuple[int, int]]] = set()
    for near in cells.values():
        for one in near:
            for other in near:
                if one < other and one[0] != other[0] and (one, other) not in seen:
                    seen.add((one, other))
                    _cross(lines, one, other, groups)
    for number, line in enumerate(lines):
        for at, end in ((0.0, line.points[0]), (float(len(line.points) - 1), line.points[-1])):
            _join(lines, number, at, end, cells, join_m, groups)


def _cells(lines: Sequence[_Line], piece: tuple[int, int], margin: float) -> list[tuple[int, int]]:
    (x1, y1), (x2, y2) = lines[piece[0]].points[piece[1] : piece[1] + 2]
    left, right = (math.floor((x + d) / CELL_M) for x, d in ((min(x1, x2), -margin), (max(x1, x2), margin)))
    low, high = (math.floor((y + d) / CELL_M) for y, d in ((min(y1, y2), -margin), (max(y1, y2), margin)))
    return [(x, y) for x in range(left, right + 1) for y in range(low, high + 1)]


def _cross(lines: Sequence[_Line], one: tuple[int, int], other: tuple[int, int], groups: Groups) -> None:
    (ax, ay), (bx, by) = lines[one[0]].points[one[1] : one[1] + 2]
    (cx, cy), (dx, dy) = lines[other[0]].points[other[1] : other[1] + 2]
    turn = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx)
    if abs(turn) < 1e-9:
        return
    s = ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / turn
    t = ((cx - ax) * (by - ay) - (cy - ay) * (bx - ax)) / turn
    if 0 <= s <= 1 and 0 <= t <= 1:
        point = ax + s * (bx - ax), ay + s * (by - ay)
        lines[one[0]].cuts.append((one[1] + s, point))
        lines[other[0]].cuts.append((other[1] + t, point))
        groups.join(one[0], other[0])


def _foot(end: Flat, line: _Line, piece: int) -> tuple[float, float, Flat]:
    """How far it is to a piece of a line, where along the line that is, and the point."""
    (ax, ay), (bx, by) = line.points[piece : piece + 2]
    length = (bx - ax) ** 2 + (by - ay) ** 2
    t = 0.0 if not length else min(1.0, max(0.0, ((end[0] - ax) * (bx - ax) + (end[1] - ay) * (by - ay)) / length))
    point = ax + t * (bx - ax), ay + t * (by - ay)
    return math.dist(end, point), piece + t, point


def _bridge(lines: list[_Line], bridge_m: float, groups: Groups) -> None:
    """Straight streets between pieces of the network, the shortest first."""
    own = len(lines)
    roots = {groups.of(number) for number in range(own)}
    if len(roots) < 2 or bridge_m <= 0 or own > 5000:
        return
    links: list[tuple[float, int, float, Flat, int, float, Flat]] = []
    for number in range(own):
        for at, end in enumerate(lines[number].points):
            near = [
                (*_foot(end, lines[other], piece), other)
                for other in range(own)
                if groups.of(other) != groups.of(number)
                for piece in range(len(lines[other].points) - 1)
            ]
            if near and min(near)[0] <= bridge_m:
                gap, along, point, other = min(near)
                links.append((gap, number, float(at), end, other, along, point))
    for _, number, _, end, other, along, point in sorted(links):
        if groups.of(number) != groups.of(other):
            groups.join(number, other)
            lines[other].cuts.append((along, point))
            lines.append(_Line(KINDS["street"], [end, point], []))


def _join(
    lines: Sequence[_Line], number: int, at: float, end: Flat, cells: Mapping[Any, Any], join_m: float, groups: Groups
) -> None:
    """The nearest point of another line (or of the far part of its own) becomes the end's neighbour."""
    best: tuple[float, int, float, Flat] | None = None
    for other, piece in cells.get((math.floor(end[0] / CELL_M), math.floor(end[1] / CELL_M)), ()):
        if other == number and abs(piece + 0.5 - at) < 2:
            continue
        gap, along, point = _foot(end, lines[other], piece)
        if gap <= join_m and (best is None or gap < best[0]):
            best = gap, other, along, point
    if best is not None:
        lines[best[1]].cuts.append((best[2], best[3]))
        lines[number].cuts.append((at + (0.5 if at else -0.5), best[3]))  # beyond its own end
        groups.join(number, best[1])


def _graph(lines: Sequence[_Line], wide: float) -> Ways:
    raw = Raw()
    known: dict[tuple[int, int], int] = {}

    def point(flat: Flat) -> int:
        cell = round(flat[0] / SAME_M), round(flat[1] / SAME_M)
        near = [known[c] for dx in (0, -1, 1) for dy in (0, -1, 1) if (c := (cell[0] + dx, cell[1] + dy)) in known]
        return near[0] if near else known.setdefault(cell, len(known))

    for line in lines:
        along = sorted([(float(at), flat) for at, flat in enumerate(line.points)] + line.cuts)
        numbers: list[int] = []
        flats: list[Flat] = []
        for _, flat in along:
            number = point(flat)
            if not numbers or numbers[-1] != number:
                numbers.append(number)
                flats.append(flat)
        if len(numbers) > 1:
            pace, marks = speeds(line.tags)
            raw.add(
                numbers, [y / METRES for _, y in flats], [x / wide for x, _ in flats], pace, marks, line.tags.get("name", "")
            )
    return build(raw)
