"""From lines with tags to the flat street graph: cut at junctions, priced for every profile, indexed to find the nearest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from .graph import BIT, METRES, PROFILES, SCALE, Array, Ways, metres
from .rules import Speeds

Frame = tuple[float, float, float, float, int, int]  # south, west, height and width of a cell, rows, columns
CELL_M = 200.0
ISLAND = 30  # nodes: a smaller piece of network that is cut off is not snapped to


@dataclass
class Raw:
    """Lines as they were read: points of all lines one after the other, and for each line its speeds."""

    point: list[int] = field(default_factory=list)  # identity of a point; the same number means connected
    lat: list[float] = field(default_factory=list)
    long: list[float] = field(default_factory=list)
    first: list[int] = field(default_factory=lambda: [0])
    speeds: list[Speeds] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    name: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=lambda: [""])
    known: dict[str, int] = field(default_factory=lambda: {"": 0})
    shut: dict[int, int] = field(default_factory=dict)  # point -> bits of the profiles it stops

    def add(
        self, points: Sequence[int], lats: Sequence[float], longs: Sequence[float], speeds: Speeds, marks: int, name: str
    ) -> None:
        self.point.extend(points)
        self.lat.extend(lats)
        self.long.extend(longs)
        self.first.append(len(self.point))
        self.speeds.append(speeds)
        self.marks.append(marks)
        if name not in self.known:
            self.known[name] = len(self.names)
            self.names.append(name)
        self.name.append(self.known[name])

    def close(self, point: int, profiles: Sequence[str]) -> None:
        self.shut[point] = self.shut.get(point, 0) | sum(BIT[profile] for profile in profiles)


def build(raw: Raw) -> Ways:
    """The graph; lines of fewer than two points are ignored."""
    ids, index = np.unique(np.array(raw.point, np.int64), return_inverse=True)
    lat, long = np.array(raw.lat, np.float64), np.array(raw.long, np.float64)
    first = np.array(raw.first, np.int64)
    is_node, line_of = _nodes(raw, ids, index, first)
    number = np.cumsum(is_node) - 1  # of a point: its node
    at = np.flatnonzero(is_node[index])
    same = line_of[at[:-1]] == line_of[at[1:]]
    start, end = at[:-1][same], at[1:][same]  # positions of the first and last point of every edge
    sizes = end - start + 1
    shape_first = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    at_point = np.repeat(start - shape_first[:-1], sizes) + np.arange(shape_first[-1])
    shape_lat, shape_long = lat[at_point], long[at_point]
    along = _along(shape_lat, shape_long, shape_first)
    edge_m = along[shape_first[1:] - 1] if len(start) else np.zeros(0)
    tail, head = number[index[start]].astype(np.int32), number[index[end]].astype(np.int32)
    cost = _cost(raw, line_of[start], edge_m)
    node_at = np.zeros(int(is_node.sum()), np.int64)
    node_at[number[index[at]]] = at
    shut = np.zeros(len(node_at), np.uint8)
    for place, bits in zip(np.searchsorted(ids, list(raw.shut)), raw.shut.values(), strict=True):
        shut[number[place]] = bits
    arc_first, arc_to, arc_way = _arcs(len(node_at), tail, head)
    segment_edge, segment_at, cell_first, cells, frame = _grid(shape_lat, shape_long, shape_first)
    return Ways(
        lat[node_at], long[node_at], shut, tail, head, edge_m.astype(np.float32),
        np.array(raw.marks, np.uint8)[line_of[start]], cost, _firm(len(node_at), tail, head, cost, shut),
        np.array(raw.name, np.int32)[line_of[start]], shape_first,
        np.round(shape_lat * SCALE).astype(np.int32), np.round(shape_long * SCALE).astype(np.int32), along.astype(np.float32),
        arc_first, arc_to, arc_way, segment_edge, segment_at, cell_first, cells, raw.names, frame,
    )  # fmt: skip


def _nodes(raw: Raw, ids: Array, index: Array, first: Array) -> tuple[Array, Array]:
    """Which points are nodes: ends of lines, points used twice, points that stop somebody. And the line of every position."""
    sizes = np.diff(first)
    line_of = np.repeat(np.arange(len(sizes)), sizes)
    uses = np.bincount(index, minlength=len(ids))
    is_node = uses > 1
    whole = sizes > 0
    is_node[index[first[:-1][whole]]] = True
    is_node[index[first[1:][whole] - 1]] = True
    if raw.shut:
        stops = np.array(sorted(raw.shut), np.int64)
        known = stops[np.isin(stops, ids)]
        for point in set(raw.shut) - set(known.tolist()):
            del raw.shut[point]
        is_node[np.searchsorted(ids, known)] = True
    return is_node, line_of


def _along(lat: Array, long: Array, shape_first: Array) -> Array:
    """Metres from the start of each edge."""
    if not len(lat):
        return np.zeros(0)
    steps = np.concatenate([[0.0], metres(lat[:-1], long[:-1], lat[1:], long[1:])])
    steps[shape_first[:-1]] = 0.0
    total = np.cumsum(steps)
    metres_along: Array = total - np.repeat(total[shape_first[:-1]], np.diff(shape_first))
    return metres_along


def _cost(raw: Raw, line: Array, edge_m: Array) -> Array:
    """Milliseconds of every directed edge for every profile, -1 where it is forbidden."""
    pace = np.array(raw.speeds, np.float64).reshape(-1, len(PROFILES), 2)[line]  # edge x profile x direction
    with np.errstate(divide="ignore"):
        ms = np.where(pace > 0, np.ceil(edge_m[:, None, None] * 1000 / np.where(pace > 0, pace, 1)), -1)
    whole: Array = ms.transpose(1, 0, 2).reshape(len(PROFILES), -1).astype(np.int32)
    return whole


def _arcs(nodes: int, tail: Array, head: Array) -> tuple[Array, Array, Array]:
    leave = np.stack([tail, head], axis=1).ravel()
    enter = np.stack([head, tail], axis=1).ravel()
    order = np.argsort(leave, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(leave, minlength=nodes))])
    return first.astype(np.int32), enter[order].astype(np.int32), order.astype(np.int32)


def _firm(nodes: int, tail: Array, head: Array, cost: Array, shut: Array) -> Array:
    """Edges one can get away from and back to: in a strongly connected piece that is not tiny beside the largest."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    firm = np.zeros((len(PROFILES), len(tail)), np.bool_)
    for number, profile in enumerate(PROFILES):
        forth, back = cost[number, 0::2] >= 0, cost[number, 1::2] >= 0
        one, other = np.concatenate([tail[forth], head[back]]), np.concatenate([head[forth], tail[back]])
        passes = (shut[other] & BIT[profile]) == 0
        net = coo_matrix((np.ones(int(passes.sum()), np.int8), (one[passes], other[passes])), shape=(nodes, nodes))
        if not nodes:
            continue
        _, piece = connected_components(net, directed=True, connection="strong")
        size = np.bincount(piece)
        enough = min(ISLAND, int(size.max()))
        big = size[piece] >= enough
        firm[number] = (forth | back) & (big[tail] | big[head])
    return firm


def _grid(lat: Array, long: Array, shape_first: Array) -> tuple[Array, Array, Array, Array, Frame]:
    """Cells of about 200 metres with the pieces of edges that touch them."""
    inner = np.ones(len(lat), np.bool_)
    inner[shape_first[1:] - 1] = False
    segment_at = np.flatnonzero(inner).astype(np.int32)
    edge_of = np.repeat(np.arange(len(shape_first) - 1), np.diff(shape_first))
    if not len(segment_at):
        return edge_of.astype(np.int32), segment_at, np.zeros(2, np.int32), np.zeros(0, np.int32), (0.0, 0.0, 1.0, 1.0, 1, 1)
    south, west = float(lat.min()), float(long.min())
    high = CELL_M / METRES
    wide = CELL_M / (METRES * max(0.01, float(np.cos(np.radians(lat.mean())))))
    row, column = np.floor((lat - south) / high).astype(np.int64), np.floor((long - west) / wide).astype(np.int64)
    rows, columns = int(row.max()) + 1, int(column.max()) + 1
    low_r, high_r = np.minimum(row[segment_at], row[segment_at + 1]), np.maximum(row[segment_at], row[segment_at + 1])
    low_c, high_c = (
        np.minimum(column[segment_at], column[segment_at + 1]),
        np.maximum(column[segment_at], column[segment_at + 1]),
    )
    wide_n = high_c - low_c + 1
    many = (high_r - low_r + 1) * wide_n
    owner = np.repeat(np.arange(len(segment_at)), many)
    turn = np.arange(len(owner)) - np.repeat(np.cumsum(many) - many, many)
    cell = (low_r[owner] + turn // wide_n[owner]) * columns + low_c[owner] + turn % wide_n[owner]
    order = np.argsort(cell, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(cell, minlength=rows * columns))]).astype(np.int32)
    return edge_of[segment_at].astype(np.int32), segment_at, first, owner[order].astype(np.int32), (
        south, west, high, wide, rows, columns,
    )  # fmt: skip
