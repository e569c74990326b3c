"""User equilibrium: nobody gets there faster by another way. Conjugate Frank-Wolfe on links with the BPR function.

time = free × (1 + b × (flow / capacity) ^ power). The relative gap says how far from the equilibrium an answer is; it is told
with every result. Trips that have no way (a street closed around them) are counted, never dropped silently.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Links:
    """Directed links between nodes 0 … nodes-1; nodes below `through` begin and end trips but let nobody pass."""

    nodes: int
    tail: Ints
    head: Ints
    free: Floats
    capacity: Floats
    b: Floats
    power: Floats
    through: int = 0

    def time(self, flow: Floats) -> Floats:
        return np.asarray(self.free * (1 + self.b * (flow / self.capacity) ** self.power))

    def integral(self, flow: Floats) -> float:
        """Beckmann's objective, which the equilibrium makes smallest."""
        more = self.b * flow / (self.power + 1) * (flow / self.capacity) ** self.power
        return float((self.free * (flow + more)).sum())

    def slope(self, flow: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            found = self.free * self.b * self.power / self.capacity * (flow / self.capacity) ** (self.power - 1)
        return np.where(np.isfinite(found), found, 0.0)

    def without(self, closed: NDArray[np.bool_]) -> "Links":
        keep = ~closed
        return Links(
            self.nodes, self.tail[keep], self.head[keep], self.free[keep], self.capacity[keep], self.b[keep], self.power[keep],
            self.through,
        )  # fmt: skip


@dataclass(frozen=True)
class Trips:
    """Vehicles an hour between nodes."""

    origin: Ints
    goal: Ints
    amount: Floats

    @property
    def total(self) -> float:
        return float(self.amount.sum())


@dataclass(frozen=True)
class Assigned:
    """`time` and `flow` by link; `gap` relative; `lost` vehicles without a way; `spent` vehicle seconds in all."""

    flow: Floats
    time: Floats
    gap: float
    rounds: int
    lost: float

    @property
    def spent(self) -> float:
        return float((self.flow * self.time).sum())


def equilibrium(
    links: Links,
    trips: Trips,
    *,
    gap: float = 1e-4,
    rounds: int = 400,
    progress: Callable[[int, float], None] = lambda done, gap: None,
) -> Assigned:
    """Assign until the relative gap is reached or the rounds are over.

    `capacity` in vehicles an hour, as `amount`; `free` in seconds. Raises ValueError for what no street can be.
    """
    if not ((links.capacity > 0) & (links.free >= 0)).all() or not (np.isfinite(trips.amount) & (trips.amount >= 0)).all():
        raise ValueError("a street without capacity, or less than no trips")
    from .kernels import load  # brings the compiler: not at the start of every process

    shape = _csr(links)
    order = np.argsort(trips.origin, kind="stable")
    origins, begins = np.unique(trips.origin[order], return_index=True)
    first = np.append(begins, len(order)).astype(np.int64)

    def all_or_nothing(cost: Floats) -> tuple[Floats, float, float]:
        return load(  # type: ignore[no-any-return]
            *shape, links.tail, links.head, cost, links.through, first, origins, trips.goal[order], trips.amount[order]
        )

    flow, _, lost = all_or_nothing(links.free)
    target: Floats | None = None
    reached = np.inf
    done = 0
    for done in range(1, rounds + 1):
        cost = links.time(flow)
        shortest, least, lost = all_or_nothing(cost)
        spent = float((flow * cost).sum())
        reached = max(0.0, 1 - least / spent) if spent > 0 else 0.0
        progress(done, reached)
        if reached <= gap:
            break
        target = shortest if target is None else _conjugate(links, flow, target, shortest)
        step = _step(links, flow, target - flow)
        flow = np.maximum(0.0, flow + step * (target - flow))
        if step > 0.9999:
            target = None
    return Assigned(flow, links.time(flow), float(reached), done, float(lost))


def _csr(links: Links) -> tuple[Ints, Ints]:
    order = np.argsort(links.tail, kind="stable").astype(np.int64)
    first = np.zeros(links.nodes + 1, np.int64)
    np.add.at(first, links.tail + 1, 1)
    return np.cumsum(first), order


def _conjugate(links: Links, flow: Floats, before: Floats, shortest: Floats) -> Floats:
    """A point so that the new direction is conjugate to the last one (Mitradjieva and Lindberg)."""
    slope = links.slope(flow)
    old, new = before - flow, shortest - flow
    up = float((old * slope * new).sum())
    down = float((old * slope * (new - old)).sum())
    if down == 0:
        return shortest
    share = min(0.99, up / down) if up / down > 0 else 0.0
    return share * before + (1 - share) * shortest


def _step(links: Links, flow: Floats, way: Floats) -> float:
    """How far along the direction the objective falls: bisection on its slope."""
    low, high = 0.0, 1.0
    if float((links.time(flow + way) * way).sum()) <= 0:
        return 1.0
    for _ in range(40):
        middle = (low + high) / 2
        if float((links.time(np.maximum(0.0, flow + middle * way)) * way).sum()) > 0:
            high = middle
        else:
            low = middle
    return (low + high) / 2
