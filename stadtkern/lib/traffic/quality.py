"""Faults of counting loops, found in what they count: silent, dead, stuck, impossible, or swapped with a neighbour."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from .forecast import Counts, Floats

LATELY = 28  # days a fault is looked for
GAPS = 0.1  # share of hours without a value
STUCK = 6  # hours with the same count, of at least MANY vehicles
MANY = 5
DAYTIME = slice(7, 20)
HIGHEST = 3600  # an hour: more than two seconds each on two lanes; who counts more on usual days counts a wide road or a crowd
BEYOND = 3.0  # times the usual busy hour of a detector
NEVER = 60_000  # nobody counts so many
LIVING = 20  # vehicles by day at least, on the usual day of a loop that is not dead when it counts none
SWAP_WEEKS = 2  # so long before and behind a change
DIFFERENT = 0.35  # so different two loops must be before a swap can be seen


@dataclass(frozen=True)
class Fault:
    """`code`: gaps · dead · stuck · impossible · swapped; `share` of hours or days, `other` detector of a swap."""

    code: str
    share: float = 0.0
    other: str = ""
    day: int = -1  # of a swap: from when


def node_of(detector: str) -> str:
    """The junction in a name such as MQ_01025_FV1_G; other names stand for themselves."""
    parts = detector.split("_")
    return "_".join(parts[:2]) if len(parts) > 2 else detector


def check(counts: Counts, group: Callable[[str], str] = node_of) -> dict[str, list[Fault]]:
    """Faults by detector; who has none is not in it."""
    found: dict[str, list[Fault]] = {}
    late = counts.values[:, -LATELY:]
    for at, detector in enumerate(counts.detectors):
        faults = [fault for fault in (_gaps(late[at]), _dead(late[at]), _stuck(late[at]), _impossible(late[at])) if fault]
        if faults:
            found[detector] = faults
    for one, other, day in _swaps(counts, group):
        found.setdefault(one, []).append(Fault("swapped", other=other, day=day))
        found.setdefault(other, []).append(Fault("swapped", other=one, day=day))
    return found


def without_faults(counts: Counts) -> Counts:
    """The same with what cannot have been counted taken out: negative, too many, stuck hours, days of a loop that was dead."""
    values = counts.values.copy()
    for at in range(len(counts.detectors)):
        values[at][_never(values[at])] = np.nan
        values[at][_dead_days(values[at])] = np.nan
    flat = values.reshape(len(counts.detectors), -1)
    flat[_stuck_hours(flat)] = np.nan
    return Counts(counts.detectors, counts.first, values)


def _gaps(values: Floats) -> Fault | None:
    share = float(np.isnan(values).mean())
    return Fault("gaps", share) if share > GAPS else None


def _dead(values: Floats) -> Fault | None:
    """Whole days without a vehicle by day, on a loop that counts on others, or on all of them."""
    zero = _zero_days(values)
    return Fault("dead", float(zero.mean())) if zero.any() else None


def _zero_days(values: Floats) -> np.ndarray:
    day = values[:, DAYTIME]
    return np.asarray(np.isfinite(day).all(1) & (np.nan_to_num(day).sum(1) == 0))


def _dead_days(values: Floats) -> np.ndarray:
    """Zero days of a loop that usually counts: it was dead, not the street empty."""
    zero = _zero_days(values)
    usual = np.nan_to_num(values[~zero][:, DAYTIME]).sum(1)
    return zero if len(usual) and float(np.median(usual)) >= LIVING else np.zeros(len(zero), dtype=bool)


def _never(values: Floats) -> np.ndarray:
    """Where no such number can have been counted. How many are too many is told by the detector's own busy hours."""
    known = values[np.isfinite(values) & (values >= 0)]
    usual = float(np.percentile(known, 95)) if len(known) else 0.0
    most = min(NEVER, max(HIGHEST, BEYOND * usual))
    with np.errstate(invalid="ignore"):
        return np.asarray((values < 0) | (values > most))


def _stuck_hours(flat: Floats) -> np.ndarray:
    """[detector, hour]: True where a count of MANY or more stays the same for STUCK hours."""
    same = np.zeros(flat.shape, dtype=np.int32)
    for hour in range(1, flat.shape[1]):
        alike = (flat[:, hour] == flat[:, hour - 1]) & (flat[:, hour] >= MANY)
        same[:, hour] = np.where(alike, same[:, hour - 1] + 1, 0)
    stuck = np.zeros(flat.shape, dtype=bool)
    for row, hour in zip(*np.nonzero(same >= STUCK - 1), strict=True):
        stuck[row, hour - STUCK + 1 : hour + 1] = True
    return stuck


def _stuck(values: Floats) -> Fault | None:
    share = float(_stuck_hours(values.reshape(1, -1)).mean())
    return Fault("stuck", share) if share else None


def _impossible(values: Floats) -> Fault | None:
    share = float(_never(values).mean())
    return Fault("impossible", share) if share else None


def _swaps(counts: Counts, group: Callable[[str], str]) -> list[tuple[str, str, int]]:
    """Pairs of one junction that count each other's traffic from some week on."""
    groups: dict[str, list[int]] = {}
    for at, detector in enumerate(counts.detectors):
        groups.setdefault(group(detector), []).append(at)
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        for members in groups.values():
            for one, other in combinations(members, 2):
                if (day := _swapped(counts.values[one], counts.values[other])) >= 0:
                    found.append((counts.detectors[one], counts.detectors[other], day))
    return found


def _swapped(one: Floats, other: Floats) -> int:
    """The day from which both count the other's profile; -1: never."""
    span = 7 * SWAP_WEEKS
    for day in range(span, one.shape[0] - span + 1, 7):
        a, b = np.nanmean(one[day - span : day], 0), np.nanmean(other[day - span : day], 0)
        a2, b2 = np.nanmean(one[day : day + span], 0), np.nanmean(other[day : day + span], 0)
        level = float(np.nansum(a) + np.nansum(b))
        if not level or not np.isfinite(a.sum() + b.sum() + a2.sum() + b2.sum()):
            continue
        apart = float(np.abs(a - b).sum()) * 2 / level
        stayed = float(np.abs(a - a2).sum() + np.abs(b - b2).sum()) / level
        crossed = float(np.abs(a - b2).sum() + np.abs(b - a2).sum()) / level
        if apart > DIFFERENT and crossed < 0.35 * stayed:
            return day
    return -1
