"""Streets that are closed for a while: nobody drives through, bikes are pushed, on foot one gets past.

Who lives there drives to the next open street and walks the rest, as with a full closure (Vollsperrung) in reality.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from .graph import METRES, PROFILES, SCALE, Array, Ways

PART_M = 250.0  # of a street with a house number: so far from it to both sides
PUSHED_TOO = ("bike", "scooter")


@dataclass(frozen=True)
class Barred:
    """A street by its name; with a point only what lies near it."""

    street: str
    point: tuple[float, float] | None = None


def without(ways: Ways, streets: Iterable[Barred]) -> Ways:
    """The same streets with these closed; the very same object where none of them is known."""
    shut = np.zeros(ways.edges, np.bool_)
    for one in streets:
        shut |= _edges(ways, one)
    if not shut.any():
        return ways
    both = np.repeat(shut, 2)  # directed edges
    cost, firm = np.array(ways.cost), np.array(ways.firm)
    car, walk = PROFILES.index("car"), PROFILES.index("walk")
    cost[car, both] = -1
    firm[car, shut] = False
    for profile in PUSHED_TOO:
        row = PROFILES.index(profile)
        open_to = both & (cost[row] >= 0)
        on_foot = cost[walk, open_to]
        cost[row, open_to] = np.where(on_foot < 0, -1, np.maximum(cost[row, open_to], on_foot))
        firm[row] &= (cost[row, ::2] >= 0) | (cost[row, 1::2] >= 0)
    return replace(ways, cost=cost, firm=firm)


def _edges(ways: Ways, one: Barred) -> Array:
    wanted = one.street.casefold()
    known = np.array([name.casefold() == wanted for name in ways.names], np.bool_)
    named = known[np.asarray(ways.name)] if wanted else np.zeros(ways.edges, np.bool_)
    if one.point is None or not named.any():
        return named
    near = np.array([_metres(ways, int(edge), one.point) for edge in np.flatnonzero(named)])
    part = np.zeros(ways.edges, np.bool_)
    part[np.flatnonzero(named)[near <= max(PART_M, near.min())]] = True
    return part


def _metres(ways: Ways, edge: int, point: tuple[float, float]) -> float:
    """From a point to the nearest corner of an edge's shape, or to its middle."""
    first, last = int(ways.shape_first[edge]), int(ways.shape_first[edge + 1])
    lat, long = ways.shape_lat[first:last] / SCALE, ways.shape_long[first:last] / SCALE
    lat, long = np.append(lat, lat.mean()), np.append(long, long.mean())
    wide = np.cos(np.radians(point[0]))
    return float((np.hypot(lat - point[0], (long - point[1]) * wide) * METRES).min())
