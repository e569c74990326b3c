"""The forecast against hand-made histories: median, holidays, the day after, and its own error measured honestly."""

import random
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from stadtkern.kernel.appointments import forecast

MONDAY = date(2027, 3, 1)


def weeks(count, value=lambda week: 10, end=MONDAY):
    return {end - timedelta(weeks=week): {9: value(week), 10: 2 * value(week)} for week in range(1, count + 1)}


def test_the_median_of_the_last_eight_same_weekdays():
    history = weeks(20, lambda week: 10 if week <= 8 else 1000)
    history[MONDAY - timedelta(weeks=2)] = {9: 500}  # one odd day does not move it
    found = forecast.forecast(history, MONDAY, "NW")
    assert found.hours == {9: 10, 10: 20} and found.total == 30 and len(found.compared) == 8


def test_too_little_says_nothing():
    assert forecast.forecast(weeks(2), MONDAY, "NW") is None
    assert forecast.forecast({}, MONDAY, "NW") is None
    assert forecast.forecast(weeks(8), MONDAY + timedelta(days=1), "NW") is None, "Mondays say nothing about a Tuesday"
    assert forecast.forecast({MONDAY - timedelta(weeks=40 + n): {9: 1} for n in range(9)}, MONDAY, "NW") is None


def test_closed_days_are_left_out_and_older_ones_taken():
    history = weeks(12)
    for week in (1, 3, 5):
        del history[MONDAY - timedelta(weeks=week)]
    assert len(forecast.forecast(history, MONDAY, "NW").compared) == 8


def test_the_day_after_a_holiday_is_fuller_once_that_was_measured():
    history, day = {}, date(2024, 1, 1)
    while day < date(2027, 3, 30):
        if day.weekday() < 5:
            after_holiday = forecast._follows_holiday(day, "NW", ())
            history[day] = {9: 20 if after_holiday else 10}
        day += timedelta(days=1)
    easter_tuesday = date(2027, 3, 30)
    found = forecast.forecast(history, easter_tuesday, "NW")
    assert found.factor == 2 and found.total == 20
    few = {day: hours for day, hours in history.items() if day > date(2027, 1, 10)}
    assert forecast.forecast(few, easter_tuesday, "NW").factor == 1, "not known is not invented"


def test_the_backtest_uses_only_what_was_known_then():
    history = weeks(12)
    history[MONDAY - timedelta(weeks=1)] = {9: 60}
    quality = forecast.backtest(history, MONDAY, "NW", days=3)
    assert [one.planned for one in quality.days] == [30, 30, 30] and [one.actual for one in quality.days] == [30, 30, 60]
    assert quality.mape == 0.5 / 3 and quality.mean_people == 10 and quality.mape_percent == 17
    future = history | {MONDAY + timedelta(weeks=n): {9: 9999} for n in range(1, 5)}
    assert forecast.backtest(future, MONDAY, "NW", days=3) == quality


def test_days_on_which_nobody_came_do_not_divide_by_zero():
    quality = forecast.backtest(weeks(12, lambda week: 0), MONDAY, "NW")
    assert quality.mape is None and quality.mean_people == 0


def test_the_error_on_a_noisy_town_is_the_noise():
    """A weekly pattern with a fifth of noise: the forecast is about as wrong as that, not more."""
    lot = random.Random(7)
    pattern = {weekday: {hour: 6 + 3 * weekday + hour % 4 for hour in range(8, 16)} for weekday in range(5)}
    history, day = {}, MONDAY - timedelta(weeks=30)
    while day < MONDAY:
        if day.weekday() in pattern:
            history[day] = {
                hour: max(0, round(lot.gauss(value, 0.2 * value))) for hour, value in pattern[day.weekday()].items()
            }
        day += timedelta(days=1)
    quality = forecast.backtest(history, MONDAY, "NW")
    assert len(quality.days) == 28 and quality.mape < 0.15


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.integers(1, 120), st.dictionaries(st.integers(0, 23), st.integers(0, 10**6), max_size=4), max_size=40)
)
def test_never_negative_never_beyond_what_was_seen(past):
    history = {MONDAY - timedelta(days=days): hours for days, hours in past.items()}
    found = forecast.forecast(history, MONDAY, "NW")
    if found:
        for hour, value in found.hours.items():
            seen = [history[day].get(hour, 0) for day in found.compared]
            assert min(seen) <= value <= max(seen)
