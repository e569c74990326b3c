"""How good the forecasts of the last weeks were, and what follows for the next one: by time of day, as a span.

The error of an hour is a share of what was expected. The span of a new hour is where eight of ten shares lay at that time of
day: it is measured, not assumed, and says nothing where too few hours were counted.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EDGES = (0, 6, 9, 15, 19, 24)
SPAN = (0.1, 0.9)
LEAST_HOURS = 15  # of a time of day
LEAST_DAYS = 7
LEAST = 4.0  # vehicles an hour below which shares say nothing


@dataclass(frozen=True)
class Band:
    """Hours first to last - 1: per cent off (None: nothing drove), and the shares between which eight of ten hours lay."""

    first: int
    last: int
    off: float | None
    low: float
    high: float


@dataclass(frozen=True)
class Skill:
    """Over all hours `off` per cent of what was counted (WAPE), on so many days."""

    days: int
    off: float
    bands: tuple[Band, ...]

    def span(self, expected: Floats) -> tuple[Floats, Floats]:
        """Least and most of each of 24 hours; NaN where it is not known."""
        low, high = np.full(24, np.nan), np.full(24, np.nan)
        for one in self.bands:
            hours = slice(one.first, one.last)
            room = np.maximum(expected[hours], LEAST)
            low[hours] = np.maximum(0.0, expected[hours] + (one.low - 1) * room)
            high[hours] = np.maximum(0.0, expected[hours] + (one.high - 1) * room)
        return low, high


def skill(counted: Floats, expected: Floats) -> Skill | None:
    """Of days that are over, [day, 24], NaN where a value is missing; None: too little to say anything."""
    both = np.isfinite(counted) & np.isfinite(expected)
    days = int(both.any(1).sum())
    off = _off(counted[both], expected[both])
    if days < LEAST_DAYS or off is None:
        return None
    bands = []
    for first, last in pairwise(EDGES):
        some = both[:, first:last]
        if some.sum() >= LEAST_HOURS:
            real, thought = counted[:, first:last][some], expected[:, first:last][some]
            low, high = np.quantile(1 + (real - thought) / np.maximum(thought, LEAST), SPAN)
            bands.append(Band(first, last, _off(real, thought), float(low), float(high)))
    return Skill(days, off, tuple(bands))


def _off(counted: Floats, expected: Floats) -> float | None:
    return float(100 * np.abs(counted - expected).sum() / counted.sum()) if counted.sum() > 0 else None
