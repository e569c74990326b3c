"""Plan and actual of a place, from the counted hours alone: nobody is in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from stadtkern.kernel.city.profile import city

from .. import forecast
from ..models import LoadHour, Place

LOOK_BACK = 400  # days of history that are read
AHEAD = 7
PAST = 28


@dataclass(frozen=True)
class Bar:
    """One line of a table with its bars: figures, and widths in hundredths of the largest."""

    label: str
    plan: float | None
    actual: int | None
    plan_width: int = 0
    actual_width: int = 0


@dataclass(frozen=True)
class DayFigures:
    """One day that is over."""

    day: date
    booked: int
    tickets: int
    missed: int
    gone: int
    wait: int | None  # minutes, mean
    service: int | None
    planned: float | None

    @property
    def people(self) -> int:
        return self.booked - self.missed + self.tickets

    @property
    def missed_share(self) -> int | None:
        """Hundredths of the appointments."""
        return round(100 * self.missed / self.booked) if self.booked else None


@dataclass(frozen=True)
class Load:
    history: int  # days known
    ahead: list[tuple[date, forecast.Forecast | None]]
    next_day: list[Bar]
    next_on: date | None
    days: list[DayFigures]
    quality: forecast.Quality
    weekdays: list[Bar]


def history(place: Place, until: date) -> dict[date, dict[int, int]]:
    """People by day and hour."""
    rows = LoadHour.objects.filter(place=place, date__gte=until - timedelta(days=LOOK_BACK), date__lt=until)
    found: dict[date, dict[int, int]] = {}
    for row in rows:
        found.setdefault(row.date, {})[row.hour] = row.people
    return found


def read(place: Place, today: date | None = None) -> Load:
    """Everything the page of the head of the office shows, from one query."""
    today = today or timezone.localdate()
    known, local = history(place, today), city().local_holidays
    days = [today + timedelta(days=number) for number in range(AHEAD)]
    ahead = [(day, forecast.forecast(known, day, place.state, local)) for day in days]
    found = next((one for _day, one in ahead if one and one.total), None)
    quality = forecast.backtest(known, today, place.state, local, PAST)
    return Load(
        history=len(known),
        ahead=ahead,
        next_day=_hours(found) if found else [],
        next_on=found.day if found else None,
        days=_past(place, today, {one.day: one.planned for one in quality.days}),
        quality=quality,
        weekdays=_weekdays(known),
    )


def _past(place: Place, today: date, planned: dict[date, float]) -> list[DayFigures]:
    rows = LoadHour.objects.filter(place=place, date__gte=today - timedelta(days=PAST), date__lt=today)
    by_day: dict[date, list[LoadHour]] = {}
    for row in rows:
        by_day.setdefault(row.date, []).append(row)
    return [_figures(day, by_day[day], planned.get(day)) for day in sorted(by_day, reverse=True)]


def _figures(day: date, rows: Sequence[LoadHour], planned: float | None) -> DayFigures:
    def total(name: str) -> int:
        return sum(getattr(row, name) for row in rows)

    def mean(seconds: str, count: str) -> int | None:
        return round(total(seconds) / total(count) / 60) if total(count) else None

    return DayFigures(
        day, total("booked"), total("tickets"), total("missed"), total("gone"), mean("wait_seconds", "waited"),
        mean("service_seconds", "served"), planned,
    )  # fmt: skip


def _hours(found: forecast.Forecast) -> list[Bar]:
    most = max(found.hours.values())
    return [Bar(f"{hour}–{hour + 1}", value, None, round(100 * value / most)) for hour, value in sorted(found.hours.items())]


def _weekdays(known: dict[date, dict[int, int]]) -> list[Bar]:
    """The middle day of each weekday, over everything that is known."""
    from .hours import WEEKDAYS

    totals: dict[int, list[float]] = {}
    for day, hours in known.items():
        totals.setdefault(day.weekday(), []).append(sum(hours.values()))
    middles = {weekday: forecast.median_of(values) or 0.0 for weekday, values in sorted(totals.items())}
    most = max(middles.values(), default=0) or 1
    return [Bar(str(WEEKDAYS[weekday]), value, None, round(100 * value / most)) for weekday, value in middles.items()]
