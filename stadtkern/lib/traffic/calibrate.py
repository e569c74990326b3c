"""Demand from counts and a prior: as near to the prior as the counts allow, and judged on detectors that were not used.

minimise  Σ (x - prior)² / (spread² prior²)  +  Σ (A x - count)² / variance   with x ≥ 0. Counts alone do not say where people
go; therefore the prior, and therefore the held-out detectors: a good fit on counted streets proves nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def geh(model: Floats, counted: Floats) -> Floats:
    """The usual measure of fit for hourly flows; below 5 is called good."""
    total = model + counted
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(total > 0, np.sqrt(2 * (model - counted) ** 2 / total), 0.0))


def good(model: Floats, counted: Floats) -> float:
    """Per cent of detectors with GEH below 5."""
    return float(100 * (geh(model, counted) < 5).mean()) if len(counted) else float("nan")


@dataclass(frozen=True)
class Calibrated:
    """Vehicles by route, and the fit on detectors used and held out (per cent with GEH < 5; NaN: none)."""

    amounts: Floats
    fitted: float
    held_out: float
    moved: float  # per cent of the prior that was changed


def calibrate(
    routes: Sequence[Sequence[str]],
    prior: Floats,
    counts: Mapping[str, float],
    held_out: Mapping[str, float] | None = None,
    spread: float = 0.5,
    total_spread: float = 0.3,
) -> Calibrated:
    """`routes`: edges of each; `counts`: vehicles an hour by edge. First the level of all demand moves, then single routes."""
    edges = sorted(counts)
    use = _incidence(routes, edges)
    counted = np.array([counts[edge] for edge in edges])
    level = _level(use @ prior, counted, total_spread)
    start = np.maximum(prior * level, 1e-3)
    weight = 1 / (spread * np.maximum(start, 1.0))
    sure = 1 / np.sqrt(np.maximum(counted, 1.0) + (0.05 * counted) ** 2)
    matrix = np.vstack([np.diag(weight), use * sure[:, None]])
    wanted = np.concatenate([weight * start, sure * counted])
    from scipy.optimize import lsq_linear  # a second to import: not at the start of every process

    found = lsq_linear(matrix, wanted, bounds=(0, np.inf), max_iter=200)
    amounts = np.asarray(found.x)
    other = held_out or {}
    kept = sorted(other)
    there = _incidence(routes, kept) @ amounts
    return Calibrated(
        amounts,
        good(use @ amounts, counted),
        good(there, np.array([other[edge] for edge in kept])) if kept else float("nan"),
        float(100 * np.abs(amounts - prior).sum() / max(1e-9, prior.sum())),
    )


def _incidence(routes: Sequence[Sequence[str]], edges: Sequence[str]) -> Floats:
    place = {edge: at for at, edge in enumerate(edges)}
    use = np.zeros((len(edges), len(routes)))
    for column, route in enumerate(routes):
        for edge in set(route):
            if edge in place:
                use[place[edge], column] = 1.0
    return use


def _level(model: Floats, counted: Floats, spread: float) -> float:
    """By how much all demand is larger than the prior; bounded, so that one broken detector does not move a city."""
    if not model.sum():
        return 1.0
    return float(np.clip(counted.sum() / model.sum(), 1 - spread, 1 + spread))
