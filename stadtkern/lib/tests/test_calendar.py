"""Holidays against known dates, and the ends of periods at the edges of months, years and summer time."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from stadtkern.lib.calendar import (
    LANDS,
    Term,
    add_months,
    add_working_days,
    easter,
    holidays,
    hours_after,
    is_working_day,
    legal_end,
    next_working_day,
)  # fmt: skip

BERLIN = ZoneInfo("Europe/Berlin")
MONTH = Term(1, "month")
EASTERS = "1954-04-18 1981-04-19 2000-04-23 2008-03-23 2011-04-24 2018-04-01 2019-04-21 2024-03-31 2025-04-20 2026-04-05 2027-03-28 2030-04-21 2038-04-25 2049-04-18"  # noqa: E501
EVERYWHERE = {  # without the days only some have
    2024: "01-01 03-29 04-01 05-01 05-09 05-20 10-03 12-25 12-26",
    2025: "01-01 04-18 04-21 05-01 05-29 06-09 10-03 12-25 12-26",
    2026: "01-01 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26",
    2027: "01-01 03-26 03-29 05-01 05-06 05-17 10-03 12-25 12-26",
}
MORE = {  # Land -> what it has besides, by year
    "BW": {2024: "01-06 05-30 11-01", 2025: "01-06 06-19 11-01", 2026: "01-06 06-04 11-01", 2027: "01-06 05-27 11-01"},
    "BY": {2024: "01-06 05-30 11-01", 2025: "01-06 06-19 11-01", 2026: "01-06 06-04 11-01", 2027: "01-06 05-27 11-01"},
    "BE": {2024: "03-08", 2025: "03-08 05-08", 2026: "03-08", 2027: "03-08"},
    "BB": {2024: "03-31 05-19 10-31", 2025: "04-20 06-08 10-31", 2026: "04-05 05-24 10-31", 2027: "03-28 05-16 10-31"},
    "HB": {2024: "10-31", 2025: "10-31", 2026: "10-31", 2027: "10-31"},
    "HH": {2024: "10-31", 2025: "10-31", 2026: "10-31", 2027: "10-31"},
    "HE": {2024: "05-30", 2025: "06-19", 2026: "06-04", 2027: "05-27"},
    "MV": {2024: "03-08 10-31", 2025: "03-08 10-31", 2026: "03-08 10-31", 2027: "03-08 10-31"},
    "NI": {2024: "10-31", 2025: "10-31", 2026: "10-31", 2027: "10-31"},
    "NW": {2024: "05-30 11-01", 2025: "06-19 11-01", 2026: "06-04 11-01", 2027: "05-27 11-01"},
    "RP": {2024: "05-30 11-01", 2025: "06-19 11-01", 2026: "06-04 11-01", 2027: "05-27 11-01"},
    "SL": {2024: "05-30 08-15 11-01", 2025: "06-19 08-15 11-01", 2026: "06-04 08-15 11-01", 2027: "05-27 08-15 11-01"},
    "SN": {2024: "10-31 11-20", 2025: "10-31 11-19", 2026: "10-31 11-18", 2027: "10-31 11-17"},
    "ST": {2024: "01-06 10-31", 2025: "01-06 10-31", 2026: "01-06 10-31", 2027: "01-06 10-31"},
    "SH": {2024: "10-31", 2025: "10-31", 2026: "10-31", 2027: "10-31"},
    "TH": {2024: "09-20 10-31", 2025: "09-20 10-31", 2026: "09-20 10-31", 2027: "09-20 10-31"},
}


@pytest.mark.parametrize("day", EASTERS.split())
def test_easter_of_known_years(day):
    assert easter(int(day[:4])).isoformat() == day


@pytest.mark.parametrize("land", LANDS)
def test_every_land_in_four_years(land):
    for year, common in EVERYWHERE.items():
        expected = sorted(f"{year}-{day}" for day in [*common.split(), *MORE[land][year].split()])
        assert [day.isoformat() for day in holidays(year, land)] == expected, (land, year)


def test_days_that_came_later_or_once():
    assert date(2018, 3, 8) not in holidays(2018, "BE") and date(2022, 3, 8) not in holidays(2022, "MV")
    assert date(2017, 10, 31) in holidays(2017, "NW") and date(2016, 10, 31) not in holidays(2016, "HH")
    assert date(2020, 5, 8) in holidays(2020, "BE") and date(2028, 6, 17) in holidays(2028, "BE")


def test_a_municipality_has_its_own():
    assert holidays(2026, "BY", ("Mariä Himmelfahrt",))[date(2026, 8, 15)] == "Mariä Himmelfahrt"
    assert date(2026, 8, 15) not in holidays(2026, "BY")
    assert date(2026, 6, 4) in holidays(2026, "SN", ("Fronleichnam",)) and date(2026, 6, 4) not in holidays(2026, "SN")
    with pytest.raises(KeyError):
        holidays(2026, "NW", ("Karneval",))
    with pytest.raises(ValueError, match="XX"):
        holidays(2026, "XX")


@pytest.mark.parametrize(
    ("received", "end"),
    [
        ("2026-03-05", "2026-04-07"),  # 5 April is Easter Sunday, the 6th Easter Monday
        ("2026-08-31", "2026-09-30"),  # no 31st: the last day
        ("2026-01-31", "2026-03-02"),  # 28 February is a Saturday
        ("2024-01-31", "2024-02-29"),  # leap year
        ("2026-10-01", "2026-11-02"),  # 1 November, All Saints and a Sunday
        ("2026-11-25", "2026-12-28"),  # Christmas on Friday and Saturday, then Sunday
        ("2026-12-01", "2027-01-04"),  # New Year on a Friday
        ("2026-05-04", "2026-06-05"),  # Corpus Christi in NW
        ("2026-06-15", "2026-07-15"),
    ],
)
def test_one_month_ends(received, end):
    assert legal_end(date.fromisoformat(received), [MONTH], "NW").isoformat() == end


def test_an_extended_month_is_one_period_of_three():
    """31 January + 1 + 2 months is 30 April, not 28 April: the months are not added one after the other."""
    assert legal_end(date(2026, 1, 31), [MONTH, Term(2, "month")], "NW") == date(2026, 4, 30)
    assert legal_end(date(2026, 11, 30), [MONTH, Term(2, "month")], "NW") == date(2027, 3, 1)  # 28 February is a Sunday


def test_the_same_day_ends_elsewhere_on_another():
    assert legal_end(date(2026, 9, 30), [MONTH], "NW") == date(2026, 10, 30)
    assert legal_end(date(2025, 9, 30), [Term(31, "day")], "NI") == date(2025, 11, 3)  # Reformation Day, then a weekend
    assert legal_end(date(2025, 9, 30), [Term(31, "day")], "HE") == date(2025, 10, 31)


def test_working_days():
    assert not is_working_day(date(2026, 11, 28), "NW") and is_working_day(date(2026, 11, 30), "NW")
    assert next_working_day(date(2026, 11, 18), "SN") == date(2026, 11, 19)
    assert next_working_day(date(2026, 11, 18), "NW") == date(2026, 11, 18)


def test_months_over_the_year_and_back():
    assert add_months(date(2026, 12, 31), 2) == date(2027, 2, 28)
    assert add_months(date(2027, 12, 31), 2) == date(2028, 2, 29)


@pytest.mark.parametrize(("text", "days"), [("14 days", 14), ("1 day", 1), ("4 weeks", 28), ("1 month", 30)])
def test_a_term_is_read(text, days):
    term = Term.read(text)
    assert term and term.days == days


@pytest.mark.parametrize("text", ["", "1", "one month", "1 year", "-1 days", "1 month ", "1000 days"])
def test_what_is_no_term(text):
    assert Term.read(text) is None


def test_72_hours_are_72_real_hours_over_the_change_of_time():
    spring = datetime(2026, 3, 27, 18, 30, tzinfo=BERLIN)  # Friday; the clocks go forward on Sunday
    assert hours_after(spring, 72) == datetime(2026, 3, 30, 19, 30, tzinfo=BERLIN)
    autumn = datetime(2026, 10, 23, 18, 30, tzinfo=BERLIN)
    assert hours_after(autumn, 72) == datetime(2026, 10, 26, 17, 30, tzinfo=BERLIN)
    for start in (spring, autumn):
        assert (hours_after(start, 72).timestamp() - start.timestamp()) == 72 * 3600
    with pytest.raises(ValueError, match="time zone"):
        hours_after(datetime(2026, 3, 27), 72)


def test_working_days_step_over_weekends_and_holidays():
    assert add_working_days(date(2026, 11, 27), 1, "NW") == date(2026, 11, 30)  # Friday, Monday
    assert add_working_days(date(2026, 12, 23), 2, "NW") == date(2026, 12, 28)  # over Christmas and a Sunday
    assert add_working_days(date(2026, 11, 28), 0, "NW") == date(2026, 11, 28)
