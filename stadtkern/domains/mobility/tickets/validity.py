"""From when until when a ticket holds. Pure."""

import calendar
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from .products import Tariff

Span = tuple[datetime | None, datetime | None]


def span(tariff: Tariff, kind: str, minutes: int, starts: datetime | None, now: datetime) -> Span:
    """(None, None): it has not begun. A ride that was to begin before it was paid begins with the money."""
    if starts is None:
        return None, None
    if kind == "ride":
        begin = max(starts, now)
        return begin, begin + timedelta(minutes=minutes)
    if kind == "day":
        day = tariff.service_day(starts)
        return _local(day, tariff.day_ends_hour), _local(day + timedelta(days=1), tariff.day_ends_hour)
    first = timezone.localdate(starts)
    return _local(first, 0), _local(month_later(first), tariff.day_ends_hour)


def month_later(day: date) -> date:
    """The same day of the next month, or its last one."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def months_later(day: date, count: int) -> date:
    for _month in range(count):
        day = month_later(day)
    return day


def _local(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))
