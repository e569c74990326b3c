"""Days and months seen from today: what the rules of days share."""

import re
from datetime import date, timedelta

from ..calendar import add_months
from .refs import Ref, month_of, week_of
from .window import Span


class Seen:
    """The day from which a sentence is read, and the Land."""

    def __init__(self, today: date, land: str) -> None:
        self.today, self.land = today, land

    def day_named(self, symbol: str) -> date | None:
        """A date in any of its forms; without a year the next one from today on."""
        parts = [
            int(one) if one.isdigit() else 0
            for one in re.split(r"[ -]", symbol.replace("o", "").replace("d", "").replace("m", ""))
        ]
        day, month, year = parts[0], parts[1] if len(parts) > 1 else 0, parts[2] if len(parts) > 2 else 0
        if not month:
            month = self.today.month + (day < self.today.day)
            year = self.today.year + (month > 12)
            month = (month - 1) % 12 + 1
        try:
            if year:
                return date(year, month, day)
            found = date(self.today.year, month, day)
            return found if found >= self.today else date(self.today.year + 1, month, day)
        except ValueError:
            return self.leap_day(day, month)

    def leap_day(self, day: int, month: int) -> date | None:
        if (day, month) != (29, 2):
            return None
        year = next(
            year
            for year in range(self.today.year, self.today.year + 9)
            if year % 4 == 0 and (year % 100 or year % 400 == 0) and date(year, 2, 29) >= self.today
        )
        return date(year, 2, 29)

    def month_named(self, symbol: str, year: str | None = None) -> Span:
        month = int(symbol[1:])
        if year:
            return month_of(max(2000, min(2999, int(year))), month)
        return month_of(self.today.year + (month < self.today.month), month)

    def later_month(self, months: int) -> Span:
        later = add_months(self.today.replace(day=1), months)
        return month_of(later.year, later.month)

    def relative(self, which: str, unit: str, *, whole: bool = False) -> Span:
        """ "nächste Woche" and the like. This week, month and year begin today."""
        steps = {"diese": 0, "naechste": 1, "kommende": 1, "uebernaechste": 2}[which]
        if unit == "woche":
            return week_of(self.today + timedelta(weeks=steps))
        if unit == "monat":
            return self.later_month(steps)
        return Span(date(self.today.year + steps, 1, 1), date(self.today.year + steps, 12, 31))

    def plus_days(self, days: int) -> Ref:
        return Ref("day", (Span.day(self.today + timedelta(days=days)),))

    def day_and_month(self, m: "re.Match[str]") -> Ref | None:
        year = m[3] or (str(self.today.year + 1) if m[4] in ("naechste", "kommende") else "")
        found = self.day_named(f"{m[1]}o {m[2]}" + (f" {year}" if year else ""))
        return Ref("day", (Span.day(found),)) if found else None

    def month_ref(self, m: "re.Match[str]") -> Ref:
        if m[3] in ("naechste", "kommende"):
            return Ref("month", (month_of(self.today.year + 1, int(m[1][1:])),))
        return Ref("month", (self.month_named(m[1], m[2]),))
