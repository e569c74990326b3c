"""Demand from counts and a prior: as near to the prior as the counts allow, and judged on detectors that were not used.

minimise  Σ (x - prior)² / (spread² prior²)  +  Σ (A x - count)² / variance   with x ≥ 0. Counts alone do not say where people
go; therefore the prior, and therefore the held-out detectors: a good fit on counted streets proves nothing.

First the level of all demand moves to what the middle detector says: a prior of another year or of half the trips is wrong in
its level before anything else. Then single routes. A detector that contradicts all others is broken more often than right: its
weight falls with its error (Cauchy's, iteratively reweighted least squares), from the start where it is far out of the usual.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEVEL = (0.05, 20.0)  # of all demand beside the prior
ERROR = 0.05  # of a detector, as a share; besides, what chance does to a count
FEW = 10.0  # vehicles: a count of none is not surer than one of ten
STRANGE = 2.5  # standard errors from which on a detector loses weight
USUAL = 0.2  # by which a prior is off at least, as a logarithm
ROUNDS = 4


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
) -> Calibrated:
    """`routes`: edges of each; `counts`: vehicles an hour by edge. First the level of all demand moves, then single routes."""
    edges = sorted(counts)
    use = _incidence(routes, edges)
    counted = np.array([counts[edge] for edge in edges])
    start = np.maximum(prior * _level(use @ prior, counted), 1e-3)
    sure = 1 / np.sqrt(np.maximum(counted, FEW) + (ERROR * counted) ** 2)
    amounts, trust = start, _trusted(use @ start, counted)
    for _round in range(ROUNDS):
        amounts = _nearest(start, 1 / (spread * np.maximum(start, 1.0)), use, counted, sure * trust)
        trust = 1 / np.sqrt(1 + (sure * (use @ amounts - counted) / STRANGE) ** 2)
    other = held_out or {}
    kept = sorted(other)
    there = _incidence(routes, kept) @ amounts
    return Calibrated(
        amounts,
        good(use @ amounts, counted),
        good(there, np.array([other[edge] for edge in kept])) if kept else float("nan"),
        float(100 * np.abs(amounts - prior).sum() / max(1e-9, prior.sum())),
    )


def _trusted(model: Floats, counted: Floats) -> Floats:
    """Weights before anything is known: less for a detector much further off than the middle one."""
    off = np.abs(np.log((counted + FEW) / (model + FEW)))
    usual = max(USUAL, float(np.median(off))) if len(off) else USUAL
    return np.asarray(1 / np.sqrt(1 + np.maximum(0.0, off / (3 * usual) - 1) ** 2 * 100))


def _nearest(start: Floats, weight: Floats, use: Any, counted: Floats, sure: Floats) -> Floats:
    """The amounts that keep to the prior and to the counts, each as its weight says."""
    from scipy.optimize import lsq_linear  # a second to import: not at the start of every process
    from scipy.sparse import diags_array, vstack

    matrix = vstack([diags_array(weight), diags_array(sure) @ use]).tocsr()
    wanted = np.concatenate([weight * start, sure * counted])
    return np.asarray(lsq_linear(matrix, wanted, bounds=(0, np.inf), tol=1e-6, max_iter=100).x)


def _incidence(routes: Sequence[Sequence[str]], edges: Sequence[str]) -> Any:
    """Sparse, [edge, route]: which route uses which edge."""
    from scipy.sparse import csr_array

    place = {edge: at for at, edge in enumerate(edges)}
    pairs = [(place[edge], column) for column, route in enumerate(routes) for edge in set(route) if edge in place]
    row, column = (np.array([pair[at] for pair in pairs], np.int64) for at in (0, 1))
    return csr_array((np.ones(len(pairs)), (row, column)), shape=(len(edges), len(routes)))


def _level(model: Floats, counted: Floats) -> float:
    """By how much all demand is larger than the prior: what the middle detector says, the busy ones heavier."""
    both = (model > 0) & (counted > 0)
    if not both.any():
        return 1.0
    ratio, heavy = counted[both] / model[both], np.sqrt(counted[both])
    order = np.argsort(ratio)
    middle = int(np.searchsorted(np.cumsum(heavy[order]), heavy.sum() / 2))
    return float(np.clip(ratio[order][middle], *LEVEL))
