"""Counts: faults are seen, forecasts use the past alone, demand keeps to prior and counts."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from stadtkern.lib.traffic import quality
from stadtkern.lib.traffic.calibrate import calibrate, geh, good
from stadtkern.lib.traffic.days import Days
from stadtkern.lib.traffic.forecast import Counts, Forecaster, Table, corrected, wape
from stadtkern.lib.traffic.levels import levelled
from stadtkern.lib.traffic.skill import skill

FIRST = date(2026, 1, 5)
DAYS = Days("NW", (), ((date(2026, 3, 30), date(2026, 4, 11)),))


def town(days: int, detectors: int = 6, seed: int = 1) -> Counts:
    """Weekly and daily shape, levels that differ, holidays like Sundays, and noise."""
    rng = np.random.default_rng(seed)
    hour = np.exp(-((np.arange(24) - 12) ** 2) / 40)
    values = np.empty((detectors, days, 24))
    level = np.resize([150, 800, 300, 700, 200, 900], detectors)
    for at in range(days):
        kind = DAYS.kind(FIRST + timedelta(days=at))
        values[:, at] = np.outer(level, hour) * (0.5 if kind == 6 else 0.7 if kind == 5 else 1.0) * rng.normal(1, 0.06)
    return Counts(tuple(f"MQ_{one // 2:05d}_FV{one}_G" for one in range(detectors)), FIRST, np.round(values))


def test_a_forecast_knows_nothing_of_the_day_and_beats_the_week_before():
    counts = town(96)
    origin = (date(2026, 4, 2) - FIRST).days  # Maundy Thursday: the next day is Good Friday
    model = Forecaster.learn(counts, DAYS, origin)
    blind = Counts(counts.detectors, counts.first, counts.values.copy())
    blind.values[:, origin + 1 :] = 9999
    unseen = Table(blind, DAYS).features(origin + 1, origin)
    assert np.array_equal(unseen, model.table.features(origin + 1, origin), equal_nan=True)
    friday, actual = model.day(origin + 1), counts.values[:, origin + 1]
    assert wape(friday, actual) < 15 < wape(counts.values[:, origin - 6], actual)
    assert np.isfinite(model.day(origin + 3)).all()
    short = Forecaster.learn(Counts(counts.detectors, FIRST, counts.values[:, :10]), DAYS, 9)
    assert short.model is None and np.isfinite(short.day(10)).all()
    assert Table(counts, DAYS).features(20, 19).shape[0] == 6 * 24


def test_a_new_detector_of_five_days_has_a_weekend():
    counts = town(72, detectors=8)
    origin = 67  # a Friday
    values = counts.values.copy()
    values[3, : origin - 4] = np.nan
    for learned in (True, False):
        model = Forecaster.learn(Counts(counts.detectors, counts.first, values), DAYS, origin)
        if not learned:
            model.model = None
        for ahead in (1, 2, 3):  # Saturday, Sunday, Monday
            assert wape(model.day(origin + ahead, origin)[3], counts.values[3, origin + ahead]) < 20
    nothing = Table(Counts(("a",), FIRST, np.full((1, 20, 24), np.nan)), DAYS)
    assert np.isnan(nothing.scale(19, 18)).all()


def test_a_detector_with_a_new_level_is_known_after_two_days():
    counts = town(70, detectors=12)
    origin = 60
    values = counts.values.copy()
    values[2, origin - 1 :] *= 0.5  # a lane was closed the day before yesterday
    values[5, origin - 12 :] *= 2.0
    values[7, origin:] *= 0.3  # one day alone says nothing
    values[9, :, :] *= np.resize([0.4, 1.6], (70, 1))  # never steady
    changed = Counts(counts.detectors, counts.first, values)
    told = levelled(changed, DAYS, origin)
    rows = [at for at in range(12) if not np.array_equal(told.values[at], values[at])]
    assert rows == [2, 5] and levelled(counts, DAYS, origin) is counts
    assert np.array_equal(told.values[2, origin - 1 :], values[2, origin - 1 :])
    assert np.median(told.values[2, :50, 12] / values[2, :50, 12]) == pytest.approx(0.5, rel=0.1)
    late = values.copy()
    late[:, origin + 1 :] = 9999  # what comes behind the origin is not looked at
    blind = levelled(Counts(counts.detectors, counts.first, late), DAYS, origin)
    assert np.array_equal(blind.values[:, : origin + 1], told.values[:, : origin + 1])
    holiday = counts.values.copy()
    holiday[:, origin - 2 :] *= 0.5  # everybody is away: that is no level of one detector
    assert levelled(Counts(counts.detectors, counts.first, holiday), DAYS, origin).values is holiday


def test_todays_counts_move_the_next_hours():
    expected = np.full((2, 24), 100.0)
    seen = np.full((2, 24), np.nan)
    seen[:, :10] = 60.0
    now = corrected(expected, seen)
    assert (now[:, :10] == 60).all() and 60 < now[0, 10] < 85 < now[0, 20] < 100
    assert np.array_equal(corrected(expected, np.full((2, 24), np.nan)), expected)


def test_how_good_it_was_is_measured_and_becomes_a_span():
    rng = np.random.default_rng(4)
    expected = np.tile(np.full(24, 200.0), (56, 1))
    spread = np.where(np.arange(24) < 6, 0.4, 0.05)  # the night is less sure
    counted = np.maximum(0, expected * rng.normal(1.02, spread, expected.shape))
    told = skill(counted[:28], expected[:28])
    assert told is not None and told.days == 28 and told.bands[0].off > 3 * told.bands[1].off and 5 < told.off < 15
    low, high = told.span(expected[28])
    inside = ((counted[28:] >= low) & (counted[28:] <= high)).mean()
    assert 0.72 < inside < 0.88  # eight of ten, on days it has not seen
    assert (high - low)[:6].min() > 3 * (high - low)[6:].max()
    gone = counted[:28].copy()
    gone[:, 15:19] = np.nan
    assert np.isnan(skill(gone, expected[:28]).span(expected[0])[0][15:19]).all()
    assert skill(counted[:5], expected[:5]) is None and skill(np.zeros((28, 24)), expected[:28]) is None


def test_faults_of_loops_are_found_and_good_ones_are_left_alone():
    counts = town(56)
    assert quality.check(counts) == {}
    values = counts.values.copy()
    values[0, 40:44] = np.nan
    values[1, 50] = 0
    values[2, 51, 8:16] = 77
    values[3, 52, 3] = -12
    values[4, 28:], values[5, 28:] = counts.values[5, 28:], counts.values[4, 28:]
    found = quality.check(Counts(counts.detectors, counts.first, values))
    codes = [sorted({fault.code for fault in found.get(name, [])}) for name in counts.detectors]
    assert codes == [["gaps"], ["dead"], ["stuck"], ["impossible"], ["swapped"], ["swapped"]]
    clean = quality.without_faults(Counts(counts.detectors, counts.first, values))
    assert np.isnan(clean.values[3, 52, 3]) and np.isnan(clean.values[2, 51, 8:16]).all()


def test_demand_keeps_to_the_counts_and_near_the_prior():
    routes = [("a", "b"), ("a", "c"), ("d", "c"), ("d", "b")]
    true, prior = np.array([300.0, 100.0, 200.0, 50.0]), np.array([200.0, 120.0, 150.0, 90.0])
    counts = {"a": 400.0, "d": 250.0, "c": 300.0}
    answer = calibrate(routes, prior, counts, {"b": 350.0})
    assert answer.fitted == 100 and answer.held_out == 100
    assert np.abs(answer.amounts - true).sum() < np.abs(prior - true).sum()
    assert geh(np.array([100.0]), np.array([100.0]))[0] == 0 and (answer.amounts >= 0).all()
    assert calibrate(routes, prior, {}).amounts.sum() > 0


def grid(side: int, seed: int) -> tuple[list[tuple[str, ...]], np.ndarray]:
    """A town of right angles: two ways between random corners for each pair, and how many drive each of them."""
    rng = np.random.default_rng(seed)
    routes, amounts = [], []
    for _ in range(160):
        (y, x), (y2, x2) = rng.integers(0, side, 2), rng.integers(0, side, 2)
        many = float(rng.lognormal(3.3, 0.8))
        for first, share in ((True, 0.7), (False, 0.3)):
            corners = [(y, x), (y, x2) if first else (y2, x), (y2, x2)]
            route: list[str] = []
            for (a, b), (c, d) in pairwise(corners):
                steps = max(abs(c - a), abs(d - b))
                points = [(a + (c - a) * n // max(1, steps), b + (d - b) * n // max(1, steps)) for n in range(steps + 1)]
                route += [f"{one}-{other}" for one, other in pairwise(points)]
            if route:
                routes.append(tuple(route))
                amounts.append(many * share)
    return routes, np.array(amounts)


@pytest.mark.parametrize(
    ("wrong", "least"),
    [
        (lambda true, rng: true, 95),
        (lambda true, rng: 0.3 * true, 95),  # of other years
        (lambda true, rng: 2 * true * rng.lognormal(0, 0.7, len(true)), 80),
    ],
)
def test_a_wrong_prior_gets_better_where_nobody_counted(wrong, least):
    routes, true = grid(6, 3)
    rng = np.random.default_rng(8)
    edges = sorted({edge for route in routes for edge in route})
    flow = {edge: sum(many for route, many in zip(routes, true, strict=True) if edge in route) for edge in edges}
    used = set(rng.permutation(edges)[: len(edges) // 2])
    counts = {edge: float(flow[edge] * rng.normal(1, 0.05)) for edge in used}
    held = {edge: flow[edge] for edge in edges if edge not in used}
    prior = np.asarray(wrong(true, rng))
    alone = np.array([sum(m for route, m in zip(routes, prior, strict=True) if edge in route) for edge in sorted(held)])
    before = good(alone, np.array([held[edge] for edge in sorted(held)]))
    told = calibrate(routes, prior, counts, held)
    assert told.held_out >= max(least, before - 3) and (told.held_out > before + 5 or before > 90)
    # and two loops that broke do not take it along
    busiest = sorted(counts, key=lambda edge: -counts[edge])
    broken = counts | {busiest[0]: 0.0, busiest[1]: 5 * counts[busiest[1]]}
    assert calibrate(routes, prior, broken, held).held_out > told.held_out - 8
