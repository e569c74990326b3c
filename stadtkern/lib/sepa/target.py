"""Days on which banks of the SEPA settle (T2, formerly TARGET2). Closed: weekends and six holidays."""

from datetime import date, timedelta

from stadtkern.lib.calendar import easter


def is_settlement_day(day: date) -> bool:
    """Neither Saturday nor Sunday, New Year, Good Friday, Easter Monday, 1 May, 25 or 26 December."""
    if day.weekday() > 4 or (day.month, day.day) in ((1, 1), (5, 1), (12, 25), (12, 26)):
        return False
    return day - easter(day.year) not in (timedelta(days=-2), timedelta(days=1))


def settlement_day(day: date) -> date:
    """This day, or the first settlement day after it."""
    while not is_settlement_day(day):
        day += timedelta(days=1)
    return day


def settlement_days_after(day: date, days: int) -> date:
    """So many settlement days later (0: the day itself or the first after it)."""
    day = settlement_day(day)
    for _ in range(days):
        day = settlement_day(day + timedelta(days=1))
    return day
