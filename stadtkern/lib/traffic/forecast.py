"""Counts of the next days and hours for every detector: a boosted model over references of like days.

For every hour a reference is known: the median of the last four days of the same kind (a public holiday is like a Sunday). The
model learns by how much the hour differs from it, from the last days, the calendar and, where there is one, the year before.
Only what was counted up to the day of origin is used. Without enough days to learn from, the reference itself is the answer.
"""

import warnings
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .days import Days, same_season

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingRegressor

Floats = NDArray[np.float64]

BACK = 84  # days to look back for like days
LEARN = 18  # days a model needs
MOST_ROWS = 400_000
FEW_ROWS = 60_000  # below that a smaller model
RATIO = (0.0, 4.0)
LEAST = 4.0  # vehicles an hour below which ratios say nothing
SATURDAY = 5


@dataclass(frozen=True)
class Counts:
    """Vehicles by detector, day and hour; NaN where nothing was counted."""

    detectors: tuple[str, ...]
    first: date
    values: Floats  # [detector, day, hour]

    @property
    def dates(self) -> list[date]:
        return [self.first + timedelta(days=at) for at in range(self.values.shape[1])]


def _median(stack: Floats) -> Floats:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmedian(stack, axis=1), dtype=float)


class Table:
    """References and features of days; every one only from days up to the origin."""

    def __init__(self, counts: Counts, days: Days) -> None:
        self.values = np.where(counts.values < 0, np.nan, counts.values)
        self.first, self.days = counts.first, days
        self.known = counts.dates
        self.kinds = np.array([days.kind(day) for day in self.known])
        self.facts = [days.facts(day) for day in self.known]
        self._references: dict[tuple[int, int, int], Floats] = {}
        self._ratios: dict[int, Floats] = {}

    def day(self, at: int) -> date:
        return self.first + timedelta(days=at)

    def like(self, kind: int, origin: int, many: int) -> Floats:
        """Median of the last `many` days of this kind up to the origin: [detector, hour]."""
        key = (kind, origin, many)
        if key not in self._references:
            begin = max(0, origin + 1 - BACK)
            found = [begin + int(at) for at in np.flatnonzero(self.kinds[begin : origin + 1] == kind)][-many:]
            empty = np.full((self.values.shape[0], 24), np.nan)
            self._references[key] = _median(self.values[:, found]) if found else empty
        return self._references[key]

    def ratio(self, at: int) -> Floats:
        """A known day beside its own reference: [detector, hour]."""
        if at not in self._ratios:
            reference = self.like(self.days.kind(self.day(at)), at - 1, 4)
            self._ratios[at] = np.clip(self.values[:, at] / np.maximum(reference, LEAST), *RATIO)
        return self._ratios[at]

    def scale(self, at: int, origin: int) -> Floats:
        """The reference of a day; where no like day was counted, the median of its last four weekdays, holiday or not.

        A detector of a few days has neither: then its working days, as the others differ on such a day.
        """
        reference = self.like(self.days.kind(self.day(at)), origin, 4)
        if np.isnan(reference).any():
            past = [at - 7 * week for week in range(1, 6) if 0 <= at - 7 * week <= origin][:4]
            if past:
                reference = np.where(np.isfinite(reference), reference, _median(self.values[:, past]))
            if np.isnan(reference).any():
                reference = np.where(np.isfinite(reference), reference, self.borrowed(self.days.kind(self.day(at)), origin))
        return np.maximum(reference, LEAST)

    def borrowed(self, kind: int, origin: int) -> Floats:
        """The working days of each detector, times what the middle detector has on this kind of day beside them."""
        begin = max(0, origin + 1 - BACK)
        working = [begin + int(at) for at in np.flatnonzero(self.kinds[begin : origin + 1] < SATURDAY)][-8:]
        if not working:
            return np.full((self.values.shape[0], 24), np.nan)
        own = _median(self.values[:, working])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            share = np.nanmedian(np.clip(self.like(kind, origin, 4) / np.maximum(own, LEAST), *RATIO), 0)
        return np.asarray(own * np.where(np.isfinite(share), share, 1.0)[None])

    def features(self, at: int, origin: int) -> Floats:
        """[detector × hour, feature] of one day, seen from the end of the day of origin."""
        many, scale = self.values.shape[0], self.scale(at, origin)
        kind = self.days.kind(self.day(at))
        facts = self.facts[at] if at < len(self.facts) else self.days.facts(self.day(at))
        nothing = np.full((many, 24), np.nan)

        def share(values: Floats) -> Floats:
            return np.clip(values / scale, *RATIO)

        def past(back: int) -> Floats:
            return self.values[:, at - back] if 0 <= at - back <= origin else nothing

        recent = [self.ratio(day) if day >= 7 else nothing for day in range(origin, max(-1, origin - 3), -1)]
        recent += [nothing] * (3 - len(recent))
        week = np.stack([self.ratio(day) for day in range(max(7, origin - 6), origin + 1)] or [nothing])
        before = same_season(self.day(at), self.known[: origin + 1])
        ago = self.ratio(before) if before is not None and before >= 7 else nothing
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            columns = [
                *[np.full((many, 24), fact) for fact in facts],
                np.broadcast_to(np.arange(24.0), (many, 24)),
                np.log1p(scale),
                share(self.like(kind, origin, 1)),
                share(self.like(kind, origin, 2)),
                share(self.like(kind, origin, 8)),
                share(past(7)),
                share(past(14)),
                share(past(1)),
                share(self.like(6, origin, 4)),
                share(self.like(5, origin, 4)),
                share(self.like(4, origin, 4)),
                share(np.roll(scale, 1, 1)),
                share(np.roll(scale, -1, 1)),
                *recent[:1],
                *[np.broadcast_to(np.nanmean(one, 1, keepdims=True), (many, 24)) for one in recent],
                *[np.broadcast_to(np.nanmedian(one, 0), (many, 24)) for one in recent[:2]],
                np.nanmedian(week, 0),
                np.broadcast_to(np.nanmean(week, (0, 2))[:, None], (many, 24)),
                np.broadcast_to(np.nanmedian(week, (0, 1)), (many, 24)),
                ago,
                np.broadcast_to(np.nanmedian(ago, 0), (many, 24)),
                np.full((many, 24), float(at - origin)),
            ]
        return np.stack(columns, -1).reshape(many * 24, len(columns))


@dataclass
class Forecaster:
    """A model learned from all days up to the day of origin."""

    table: Table
    origin: int
    model: "HistGradientBoostingRegressor | None"
    told: NDArray[np.bool_]  # the features it was learned with

    @classmethod
    def learn(cls, counts: Counts, days: Days, origin: int, *, ahead: int = 1, seed: int = 1) -> "Forecaster":
        """Learn from days up to `origin` (index), for forecasts up to `ahead` days."""
        from sklearn.ensemble import HistGradientBoostingRegressor  # seconds to import: not at the start of every process

        from .levels import levelled

        table = Table(levelled(counts, days, origin), days)
        possible = list(range(8, origin + 1))
        if len(possible) < LEARN:
            return cls(table, origin, None, np.zeros(0, dtype=bool))
        rng = np.random.default_rng(seed)
        share = min(1.0, MOST_ROWS / (len(possible) * table.values.shape[0] * 24))
        xs, ys, ws = [], [], []
        for at in possible:
            back = 1 if ahead == 1 else int(rng.integers(1, ahead + 1))
            if at - back < 7:
                continue
            scale, actual = table.scale(at, at - back).ravel(), table.values[:, at].ravel()
            good = np.isfinite(scale) & np.isfinite(actual)
            if share < 1:
                good &= rng.random(good.size) < share
            xs.append(table.features(at, at - back)[good])
            ys.append(np.clip(actual[good] / scale[good], *RATIO))
            ws.append(scale[good])
        rows = np.concatenate(xs)
        few = len(rows) < FEW_ROWS
        model = HistGradientBoostingRegressor(
            max_iter=60 if few else 200, learning_rate=0.08, max_leaf_nodes=16 if few else 48,
            min_samples_leaf=40 if few else 200, l2_regularization=1.0, early_stopping=False, random_state=seed,
        )  # fmt: skip
        told = np.asarray(np.isfinite(rows).any(0), dtype=np.bool_)  # a column without any value (no year before) is no feature
        model.fit(rows[:, told], np.concatenate(ys), np.concatenate(ws))
        return cls(table, origin, model, told)

    def day(self, at: int, origin: int | None = None) -> Floats:
        """Vehicles by detector and hour of a day (index), seen from the end of `origin`; NaN where nothing is known."""
        seen = self.origin if origin is None else origin
        scale = self.table.scale(at, seen)
        if self.model is None:
            return scale
        ratio = np.asarray(self.model.predict(self.table.features(at, seen)[:, self.told])).reshape(scale.shape)
        return np.where(np.isfinite(scale), np.maximum(0.0, ratio * scale), np.nan)


def wape(forecast: Floats, actual: Floats) -> float:
    """Sum of the errors as per cent of the sum of what was counted."""
    both = np.isfinite(forecast) & np.isfinite(actual)
    return float(100 * np.abs(forecast - actual)[both].sum() / actual[both].sum())


def corrected(expected: Floats, seen: Floats, half: float = 3.0, back: int = 3) -> Floats:
    """The rest of a day by what was counted of it: the last hours' share of what was expected, fading with distance.

    `expected` and `seen`: [detector, 24]; `seen` is NaN from now on. Hours that were counted stay as counted.
    """
    known = np.isfinite(seen).any(0)
    if not known.any():
        return expected
    last = int(np.flatnonzero(known).max())
    lately = slice(max(0, last + 1 - back), last + 1)
    both = np.isfinite(seen[:, lately]) & np.isfinite(expected[:, lately])
    counted, thought = np.where(both, seen[:, lately], 0).sum(1), np.where(both, expected[:, lately], 0).sum(1)
    everywhere = counted.sum() / max(1.0, thought.sum())
    steady = 60.0 + thought * 0.25  # few vehicles say little of one detector: then the whole network speaks
    share = np.clip((counted + steady * everywhere) / (thought + steady), 0.3, 3.0)
    fade = 0.5 ** ((np.arange(24) - last) / half)
    factor = 1 + (share[:, None] - 1) * np.clip(fade, 0, 1)[None]
    return np.asarray(np.where(np.isfinite(seen), seen, np.where(np.arange(24) > last, expected * factor, expected)))
