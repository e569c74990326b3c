"""Detectors whose level changed for good: a lane more, a street closed nearby, a loop set anew.

Medians over four like days would need two weeks to notice. Where all of the last days, two at least, lie off what the same
kind of day had before, and the other detectors did not move with it, the days before are brought to the new level.
"""

import warnings

import numpy as np

from .days import Days
from .forecast import Counts, Floats

LATELY = 21  # days in which a change is looked for
BEFORE = 28  # days it is compared with
LEAST_DAYS = 2
EACH, MIDDLE = np.log(1.2), np.log(1.35)  # so far off are each of the new days, and the middle one
STEADY = np.log(1.25)  # days before the change lie nearer to their own middle than this, as a rule
HOURS = 20  # of a day that are counted
BUSY = 50.0  # vehicles a day below which chance moves levels


def levelled(counts: Counts, days: Days, origin: int) -> Counts:
    """The same, with days before a change of level brought to the level of the day of origin (an index)."""
    totals = _totals(counts.values[:, : origin + 1])
    kinds = np.array([days.kind(day) for day in counts.dates[: origin + 1]])
    groups = np.where(kinds < 5, 0, kinds)  # working days are alike enough to tell a level
    factors, since = np.ones(len(totals)), np.full(len(totals), -1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        for change in range(max(8, origin - LATELY + 1), origin - LEAST_DAYS + 2):
            off, steady = _off(totals, groups, change, origin)
            known = np.isfinite(off)
            middle = np.nanmedian(off, 1)
            same = (np.abs(off) > EACH) & (np.sign(off) == np.sign(middle)[:, None])
            moved = (since < 0) & steady & (known.sum(1) >= LEAST_DAYS) & known[:, 0] & (same | ~known).all(1)
            moved &= np.abs(middle) > MIDDLE
            since[moved], factors[moved] = change, np.exp(middle[moved])
    if (since < 0).all():
        return counts
    values = counts.values.copy()
    for row in np.flatnonzero(since >= 0):
        values[row, : since[row]] *= factors[row]
    return Counts(counts.detectors, counts.first, values)


def _totals(values: Floats) -> Floats:
    """[detector, day]; NaN for days with holes."""
    many = np.isfinite(values).sum(2)
    return np.where(many >= HOURS, np.nansum(values, 2) * 24 / np.maximum(many, 1), np.nan)


def _off(totals: Floats, groups: np.ndarray, change: int, origin: int) -> tuple[Floats, np.ndarray]:
    """[detector, day from the change on]: how far off like days before, as a logarithm beside all others; who was steady."""
    begin = max(0, change - BEFORE)
    off = np.full((len(totals), origin + 1 - change), np.nan)
    spread = np.full((len(totals), change - begin), np.nan)
    for group in np.unique(groups[change : origin + 1]):
        old = begin + np.flatnonzero(groups[begin:change] == group)
        if not len(old):
            continue
        usual = np.nanmedian(totals[:, old], 1)
        usual = np.where(usual >= BUSY, usual, np.nan)
        new = np.flatnonzero(groups[change : origin + 1] == group)
        off[:, new] = np.log(np.maximum(totals[:, change + new], 1.0) / usual[:, None])
        spread[:, old - begin] = np.abs(np.log(np.maximum(totals[:, old], 1.0) / usual[:, None]))
    everybody = np.nanmedian(off, 0) if len(totals) >= 5 else np.zeros(off.shape[1])
    return off - np.nan_to_num(everybody)[None], np.nanmedian(spread, 1) < STEADY
