"""Walking between stops over the streets, as the timetable wants it."""

from __future__ import annotations

import numpy as np

from .graph import Array, Places, Ways
from .search import spread


def footpaths(ways: Ways, stops: Places, seconds: int = 600, profile: str = "walk") -> tuple[Array, Array, Array]:
    """first (stops+1), to, seconds: from each stop to the others that are near. Snap the stops with the same profile."""
    to: list[Array] = []
    took: list[Array] = []
    for number in range(len(stops)):
        if stops.edge[number] < 0:
            to.append(np.zeros(0, np.int32))
            took.append(np.zeros(0, np.int32))
            continue
        found = spread(ways, stops[np.array([number])], stops, profile, seconds)
        near = np.flatnonzero(found.reached)
        near = near[near != number]
        to.append(near.astype(np.int32))
        took.append(found.seconds[near])
    first = np.concatenate([[0], np.cumsum([len(part) for part in to])]).astype(np.int32)
    empty = np.zeros(0, np.int32)
    return first, np.concatenate([empty, *to]), np.concatenate([empty, *took])
