"""Days and weeks counted inside a month: "zweiter Montag im April", "die letzten beiden Wochen im Mai"."""

import re
from datetime import date, timedelta

from ..calendar import add_months, holidays
from .refs import Ref, month_of, next_weekday, third
from .seen import Seen
from .window import Span


class OfMonth(Seen):
    """What the rules of counting make of a month."""

    def _nth_of_month(self, m: "re.Match[str]") -> Ref | None:
        steps = {"naechste": 1, "kommende": 1}.get(m[2] or "", 0) if m.lastindex and m.lastindex > 1 else 0
        month = self.later_month(steps)
        if m[1] == "letzte":
            return Ref("day", (Span.day(month.last),))
        number = 1 if not m[1][0].isdigit() else int(m[1][:-1])
        day = month.first + timedelta(days=number - 1)
        if day < self.today and not steps:
            day = add_months(day, 1)
        return Ref("day", (Span.day(day),))

    def _thirds(self, m: "re.Match[str]") -> Ref:
        whole = self.month_named(m[4]) if m[4][1:].isdigit() else self.relative(m[3] or "diese", m[4])
        return Ref("range", (Span(third(whole, m[1]).first, third(whole, m[2]).last),))

    def _nth_workday(self, m: "re.Match[str]") -> Ref | None:
        """ "erster Werktag im Januar": Saturdays and holidays left out."""
        steps = "naechste" if "neuen" in m[2] else "diese"
        whole = self.month_named(m[2]) if m[2][1:].isdigit() else self.relative(steps, m[2].split()[-1])
        days = (whole.first + timedelta(days=number) for number in range((whole.last - whole.first).days + 1))
        work = [day for day in days if day.weekday() < 5 and day not in holidays(day.year, self.land)][
            : 31 if m[2][0] == "m" else None
        ]
        place = -1 if m[1] == "letzte" else int(m[1][:-1]) - 1
        return Ref("day", (Span.day(work[place]),)) if place < len(work) else None

    def _so_many_of(self, which: str, count: str, unit: str, month: str) -> Ref | None:
        """ "in den ersten beiden Wochen im März", "in den letzten Maitagen"."""
        if which not in ("1o", "letzte"):
            return None
        whole, days = self.month_named(month), int(count) * (7 if unit == "wochen" else 1)
        if which == "letzte":
            return Ref("range", (Span(whole.last - timedelta(days=days - 1), whole.last),))
        return Ref("range", (Span(whole.first, whole.first + timedelta(days=days - 1)),))

    def _nth_weekday(self, m: "re.Match[str]") -> Ref:
        month = (
            self.month_named(m[3], m[4])
            if m[3][0] == "m" and m[3][1:].isdigit()
            else month_of(self.today.year, self.today.month)
        )
        if "naechste" in m[0].split() or "kommende" in m[0].split():
            month = self.later_month(1)
        named = self._nth(m[1], int(m[2][1]), month)
        if m[3].startswith("monat") and named.spans[0].last < self.today:
            named = self._nth(m[1], int(m[2][1]), self.later_month(1))
        return named

    def _nth_weekday_next(self, m: "re.Match[str]") -> Ref:
        return self._nth(m[1], int(m[2][1]), self.later_month(1))

    def _weeks_of_month(self, m: "re.Match[str]") -> Ref:
        month, found = self.month_named(m[2]), []
        for which in (m[1], m[3]):
            first = month.last - timedelta(days=6) if which == "letzte" else month.first + timedelta(weeks=int(which[:-1]) - 1)
            found.append(Span(first, min(month.last, first + timedelta(days=6))))
        return Ref("range", tuple(sorted(found)))

    def _either_nth(self, m: "re.Match[str]") -> Ref:
        """ "am ersten oder zweiten Freitag im März"."""
        month = self.month_named(m[4])
        return Ref("day", tuple(sorted(self._nth(which, int(m[3][1]), month).spans[0] for which in (m[1], m[2]))))

    def _full_week(self, m: "re.Match[str]") -> Ref:
        """The first from Monday to Sunday."""
        monday = next_weekday(0, self.month_named(m[1]).first)
        return Ref("week", (Span(monday, monday + timedelta(days=6)),))

    def _nth_of_every_month(self, m: "re.Match[str]") -> Ref:
        """ "jeden zweiten Samstag im Monat": those of a year and a bit."""
        found = (self._nth(m[1], int(m[2][1]), self.later_month(number)).spans[0] for number in range(14))
        return Ref("day", tuple(span for span in found if span.last >= self.today))

    def _two_weeks(self, m: "re.Match[str]") -> Ref:
        """ "in der zweiten oder dritten Juliwoche"."""
        month, found = self.month_named(m[3]), []
        for which in (m[1], m[2]):
            first = month.last - timedelta(days=6) if which == "letzte" else month.first + timedelta(weeks=int(which[:-1]) - 1)
            found.append(Span(first, min(month.last, first + timedelta(days=6))))
        return Ref("range", tuple(sorted(found)))

    def _two_nths(self, m: "re.Match[str]") -> Ref:
        """ "letzter Donnerstag im September oder erster im Oktober"."""
        one = self._nth(m[1], int(m[2][1]), self.month_named(m[3]))
        other = self._nth(m[4], int((m[5] or m[2])[1]), self.month_named(m[6]))
        return Ref("day", tuple(sorted((*one.spans, *other.spans))))

    def _nth(self, which: str, weekday: int, month: Span) -> Ref:
        if which == "letzte":
            day = next_weekday(weekday, month.last - timedelta(days=6))
        else:
            day = next_weekday(weekday, month.first) + timedelta(weeks=int(which[:-1]) - 1)
        return Ref("day", (Span.day(day),))

    def _week_of_month(self, m: "re.Match[str]") -> Ref:
        month = self.month_named(m[2], m[3])
        first = month.last - timedelta(days=6) if m[1] == "letzte" else month.first + timedelta(weeks=int(m[1][:-1]) - 1)
        return Ref("range", (Span(first, min(month.last, first + timedelta(days=6))),))

    def _day_of_month(self, m: "re.Match[str]") -> Ref | None:
        month = self.month_named(m[2]) if m[2] != "monat" else month_of(self.today.year, self.today.month)
        day = month.last if m[1] == "letzte" else month.first + timedelta(days=int(m[1][:-1]) - 1)
        return Ref("day", (Span.day(day),)) if day in month else None

    def _half(self, month: str, number: int) -> Ref:
        whole = self.month_named(month)
        middle = whole.first + timedelta(days=14)
        return Ref("range", (Span(whole.first, middle) if number == 1 else Span(middle + timedelta(days=1), whole.last),))

    def _third_rel(self, m: "re.Match[str]") -> Ref:
        whole = self.relative(m[2] or "diese", m[3])
        part = third(whole, m[1])
        if part.last < self.today and not m[2]:
            part = third(self.relative("naechste", m[3]), m[1])
        return Ref("range", (part,))

    def _third_next_year(self, part: str) -> Ref:
        return Ref("range", (third(Span(date(self.today.year + 1, 1, 1), date(self.today.year + 1, 12, 31)), part),))
