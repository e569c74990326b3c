"""Car traffic of an hour at any level of demand: assigned at a few levels, read off between them.

Time lost is against empty streets: what the equilibrium needs more than free flow. It is a model of streets, not of signals.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .assign import Trips, equilibrium
from .closing import Streets, co2

Floats = NDArray[np.float64]
LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.6)


@dataclass(frozen=True)
class Hour:
    """Vehicles' trips, kilometres, hours on the way and of them lost, kilograms of CO2 in one hour."""

    trips: float
    vehicle_km: float
    drive_h: float
    lost_h: float
    co2_kg: float

    def __add__(self, other: "Hour") -> "Hour":
        mine, theirs = self.__dict__.values(), other.__dict__.values()
        return Hour(*(a + b for a, b in zip(mine, theirs, strict=True)))


NOTHING = Hour(0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Curve:
    """An hour by level of demand (1 = the demand given)."""

    levels: Floats
    values: Floats  # [level, field of Hour]

    def at(self, level: float) -> Hour:
        """Read off; beyond the last level as at the last level."""
        return Hour(*(float(np.interp(level, self.levels, column)) for column in self.values.T))


def curve(town: Streets, trips: Trips, gap: float = 1e-3, rounds: int = 80) -> Curve:
    """Assign the demand at every level."""
    rows = [[0.0] * 5]
    for level in LEVELS[1:]:
        demand = Trips(trips.origin, trips.goal, trips.amount * level)
        found = equilibrium(town.links, demand, gap=gap, rounds=rounds)
        spent, free = found.spent / 3600, float((found.flow * town.links.free).sum() / 3600)
        kilometres = float((found.flow * town.metres).sum() / 1000)
        rows.append([demand.total, kilometres, spent, max(0.0, spent - free), co2(town, found.flow)])
    return Curve(np.array(LEVELS), np.array(rows))
