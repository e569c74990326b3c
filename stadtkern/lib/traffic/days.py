"""What kind of day it is for traffic: weekday, public holiday, school holidays, the days around Christmas."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ..calendar import holidays

SUNDAY = 6
CHRISTMAS = 12  # days before and after Christmas Eve that are a season of their own


@dataclass(frozen=True)
class Days:
    """The calendar of one city. `vacations`: first and last day of each of the school holidays that are known."""

    land: str = "NW"
    local: tuple[str, ...] = ()
    vacations: tuple[tuple[date, date], ...] = ()

    def is_holiday(self, day: date) -> bool:
        return day in holidays(day.year, self.land, self.local)

    def is_vacation(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.vacations)

    def kind(self, day: date) -> int:
        """0 Monday … 6 Sunday; a public holiday drives like a Sunday."""
        return SUNDAY if self.is_holiday(day) else day.weekday()

    def facts(self, day: date) -> list[float]:
        """What a model may know of a day without any count."""
        eve = date(day.year if day.month > 2 else day.year - 1, 12, 24)
        away = (day - eve).days
        return [
            float(day.weekday()),
            float(self.kind(day)),
            float(self.is_holiday(day)),
            float(self.is_holiday(day + timedelta(days=1))),
            float(self.is_holiday(day - timedelta(days=1))),
            float(self.is_vacation(day)),
            float(self.is_vacation(day - timedelta(days=7))),
            float(away) if abs(away) <= CHRISTMAS else 99.0,
        ]


def same_season(day: date, known: Sequence[date]) -> int | None:
    """Index of the day a year before that is most like this one: the same date around Christmas, else the same weekday."""
    wanted = (
        date(day.year - 1, day.month, min(day.day, 28) if day.month == 2 else day.day)
        if (day.month, day.day) >= (12, 20) or (day.month, day.day) <= (1, 6)
        else day - timedelta(days=364)
    )
    at = (wanted - known[0]).days
    return at if 0 <= at < len(known) else None
