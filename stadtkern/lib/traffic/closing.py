"""What if a street is closed: demand between places, the equilibrium before and after, time and emissions of each street.

The streets are a graph of lib.ways; capacities follow from the speed allowed (a residential street takes less than a main one).
Demand is a gravity model scaled to counts where there are some. All of it is an estimate: every figure comes with the range
that demand twenty per cent lower and higher gives, and with the gap of the equilibrium.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from ..ways.graph import BIT, PROFILES, Ways
from .assign import Assigned, Links, Trips, equilibrium

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RANGE = (1.0, 0.8, 1.2)  # of demand
LENGTH = 1500.0  # metres after which trips become rarer (gravity)
MOST_PLACES = 300
DETOUR = 1800.0  # seconds somebody would drive round rather than through the closed street; residents still get home
BARRED = 1e6  # seconds: more than any way takes, so that what is left of a sum of them is the time on the way
# Grams of CO2 per kilometre by speed: a fit to the usual curve of average-speed models (slow and very fast cost more).
# An estimate for an average car fleet, not a measurement.
CO2 = (2300.0, 100.0, 0.011)  # a / v + b + c v², v in km/h


@dataclass(frozen=True)
class Streets:
    """Links of all streets for cars; `edge` the edge of the graph, `name` of each link."""

    links: Links
    edge: Ints
    name: list[str]
    metres: Floats


@dataclass(frozen=True)
class Row:
    """A street before and after, vehicles an hour both ways together, with the range of the difference."""

    street: str
    before: float
    after: float
    low: float
    high: float
    load_before: float  # of capacity, on its busiest part
    load_after: float


@dataclass(frozen=True)
class Lost:
    """Trips an hour that begin at a node: seconds more on average, and how many of them lose more than a minute."""

    node: int
    trips: float
    seconds: float
    over_a_minute: float


@dataclass(frozen=True)
class Result:
    """Totals are for the hour: vehicle hours and kilograms of CO2."""

    rows: list[Row]
    hours: tuple[float, float]
    hours_range: tuple[float, float]
    co2: tuple[float, float]
    co2_range: tuple[float, float]
    trips: float
    bound: float  # vehicles an hour that still drive into the closed street, because they have no other way
    gap: float
    lost: list[Lost]


class NothingToClose(ValueError):
    """No street of this name is open to cars."""


def streets(ways: Ways) -> Streets:
    """Every direction of a street that cars may use."""
    cost = np.asarray(ways.cost[PROFILES.index("car")])
    directed = np.flatnonzero(cost > 0)
    edge = directed // 2
    forward = directed % 2 == 0
    one, other, nodes = _ends(ways)
    tail = np.where(forward, one[edge], other[edge])
    head = np.where(forward, other[edge], one[edge])
    metres = np.asarray(ways.edge_m[edge], float)
    free = cost[directed] / 1000.0
    speed = metres / np.maximum(free, 0.1) * 3.6
    capacity = np.where(speed >= 60, 1800.0, np.where(speed >= 36, 900.0, np.where(speed >= 26, 600.0, 350.0)))
    many = len(directed)
    links = Links(nodes, tail, head, free, capacity, np.full(many, 0.6), np.full(many, 4.0))
    names = [ways.names[at] for at in np.asarray(ways.name[edge])]
    return Streets(links, edge.astype(np.int64), names, metres)


def _ends(ways: Ways) -> tuple[Ints, Ints, int]:
    """First and last node of every edge, and how many nodes: where no car passes (a bollard), each edge has an end of its own.

    One drives up to a bollard from either side and not through it. The ends are numbered behind the nodes of the graph.
    """
    ends, nodes = np.concatenate([ways.tail, ways.head]).astype(np.int64), int(ways.nodes)
    stopped = np.flatnonzero(np.asarray(ways.shut)[ends] & BIT["car"])
    ends[stopped] = nodes + np.arange(len(stopped))
    return ends[: len(ways.tail)], ends[len(ways.tail) :], nodes + len(stopped)


def gravity(ways: Ways, town: Streets, places: Sequence[tuple[float, float, float]], total: float) -> Trips:
    """Trips an hour between (lat, long, weight) places: rarer with distance, `total` in all."""
    many = list(places)[:MOST_PLACES]
    lat, long = np.asarray(ways.lat), np.asarray(ways.long)
    open_nodes = np.unique(np.concatenate([town.links.tail, town.links.head]))
    open_nodes = open_nodes[open_nodes < len(lat)]  # nobody sets out at a bollard
    wide = np.cos(np.radians(lat[open_nodes].mean())) if len(open_nodes) else 1.0
    nodes = np.array(
        [open_nodes[np.argmin((lat[open_nodes] - y) ** 2 + ((long[open_nodes] - x) * wide) ** 2)] for y, x, _ in many], np.int64
    )
    weight = np.array([one[2] for one in many])
    y, x = np.array([one[0] for one in many]) * 111_195, np.array([one[1] for one in many]) * 111_195 * wide
    away = np.hypot(y[:, None] - y[None], x[:, None] - x[None])
    amount = weight[:, None] * weight[None] * np.exp(-away / LENGTH)
    amount[nodes[:, None] == nodes[None]] = 0.0
    if not amount.sum():
        return Trips(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    amount *= total / amount.sum()
    origin, goal = np.nonzero(amount)
    return Trips(nodes[origin], nodes[goal], amount[origin, goal])


def scaled(town: Streets, trips: Trips, counts: Mapping[str, float]) -> tuple[Trips, int]:
    """Demand at the level of the counts (vehicles an hour by street), where there are any; and how many streets said so."""
    if not counts or not len(trips.amount):
        return trips, 0
    flow = equilibrium(town.links, trips, gap=1e-3, rounds=60).flow
    pairs = [(_of_street(town, flow, name), many) for name, many in counts.items()]
    told = [(model, many) for model, many in pairs if model > 0 and many > 0]
    if not told:
        return trips, 0
    factor = float(np.median([many / model for model, many in told]))
    return Trips(trips.origin, trips.goal, trips.amount * float(np.clip(factor, 0.05, 20.0))), len(told)


def _of_street(town: Streets, flow: Floats, name: str) -> float:
    """Flow of both directions on the busiest part of a street."""
    at = np.array([one == name for one in town.name])
    if not at.any():
        return 0.0
    edges, back = np.unique(town.edge[at], return_inverse=True)
    return float(np.bincount(back, flow[at], len(edges)).max())


def close(
    town: Streets,
    trips: Trips,
    closed: Sequence[str],
    progress: Callable[[float], None] = lambda share: None,
    gap: float = 1e-4,
) -> Result:
    """Both equilibria for three levels of demand. Raises NothingToClose."""
    shut = np.array([name in set(closed) for name in town.name])
    if not shut.any():
        raise NothingToClose
    free = np.where(shut, town.links.free + DETOUR, town.links.free)
    rest = replace(town.links, free=free, b=np.where(shut, 0.0, town.links.b))
    answers: list[tuple[Assigned, Floats]] = []
    for at, level in enumerate(RANGE):
        demand = Trips(trips.origin, trips.goal, trips.amount * level)
        before = equilibrium(town.links, demand, gap=gap)
        progress((2 * at + 1) / 6)
        changed = equilibrium(rest, demand, gap=gap)
        progress((2 * at + 2) / 6)
        answers.append((before, changed.flow))
        if at == 0:
            gaps = (before.gap, changed.gap)
    first, flow = answers[0]
    lost = losses(town.links, trips, town.links.time(first.flow), town.links.time(flow), shut)
    return _result(town, trips, shut, answers, max(gaps), lost)


def losses(links: Links, trips: Trips, before: Floats, after: Floats, shut: NDArray[np.bool_]) -> list[Lost]:
    """By node of origin, the most lost first: the quickest way of every trip with the times before and after.

    Who has no other way drives through the closed street, as in the flows; it costs them its time and no penalty.
    """
    origins, row = np.unique(trips.origin, return_inverse=True)
    more = np.zeros(len(trips.amount))
    if len(origins):
        was, now = (dijkstra(_matrix(links, times), indices=origins) for times in (before, after + BARRED * shut))
        with np.errstate(invalid="ignore"):
            now = np.where(np.isfinite(now), np.mod(now, BARRED), now)  # without the bars that were passed
            more = np.nan_to_num(now[row, trips.goal] - was[row, trips.goal], nan=0.0, posinf=0.0, neginf=0.0)
    many = np.bincount(row, trips.amount, len(origins))
    total = np.bincount(row, trips.amount * more, len(origins))
    over = np.bincount(row, trips.amount * (more > 60), len(origins))
    found = [
        Lost(int(node), float(many[at]), float(total[at] / many[at]), float(over[at]))
        for at, node in enumerate(origins)
        if many[at] > 0
    ]
    return sorted(found, key=lambda one: -one.seconds * one.trips)


def _matrix(links: Links, times: Floats) -> csr_array:
    """Of two links between the same nodes the quicker one."""
    order = np.lexsort((times, links.head, links.tail))
    tail, head = links.tail[order], links.head[order]
    first = np.append(True, (np.diff(tail) != 0) | (np.diff(head) != 0))
    kept = order[first]
    return csr_array((np.maximum(times[kept], 1e-6), (tail[first], head[first])), shape=(links.nodes, links.nodes))


def _result(
    town: Streets, trips: Trips, shut: NDArray[np.bool_], answers: list[tuple[Assigned, Floats]], gap: float, lost: list[Lost]
) -> Result:
    before, after = answers[0]
    spent = [float((town.links.time(flow) * flow).sum() / 3600) for _, flow in answers]
    extra = [many - one.spent / 3600 for many, (one, _) in zip(spent, answers, strict=True)]
    gases = [co2(town, flow) - co2(town, one.flow) for one, flow in answers]
    return Result(
        rows=_rows(town, answers),
        hours=(before.spent / 3600, spent[0]),
        hours_range=(float(min(extra)), float(max(extra))),
        co2=(co2(town, before.flow), co2(town, after)),
        co2_range=(float(min(gases)), float(max(gases))),
        trips=trips.total,
        bound=float(after[shut].max()),
        gap=gap,
        lost=lost,
    )


def co2(town: Streets, flow: Floats) -> float:
    """Kilograms in the hour, by length and average speed."""
    speed = np.clip(town.metres / np.maximum(town.links.time(flow), 0.1) * 3.6, 5, 130)
    grams = CO2[0] / speed + CO2[1] + CO2[2] * speed**2
    return float((flow * town.metres / 1000 * grams).sum() / 1000)


def _rows(town: Streets, answers: list[tuple[Assigned, Floats]]) -> list[Row]:
    names = sorted({name for name in town.name if name})
    rows = []
    for name in names:
        at = np.flatnonzero(np.array([one == name for one in town.name]))
        edges, back = np.unique(town.edge[at], return_inverse=True)
        part = [(np.bincount(back, one.flow[at], len(edges)), np.bincount(back, flow[at], len(edges))) for one, flow in answers]
        busiest = int(np.argmax(np.maximum(part[0][0], part[0][1])))
        change = [float(after[busiest] - before[busiest]) for before, after in part]
        room = town.links.capacity[at]
        rows.append(
            Row(
                name, float(part[0][0][busiest]), float(part[0][1][busiest]), min(change), max(change),
                float((answers[0][0].flow[at] / room).max()), float((answers[0][1][at] / room).max()),
            )
        )  # fmt: skip
    return sorted(rows, key=lambda row: -abs(row.after - row.before))
