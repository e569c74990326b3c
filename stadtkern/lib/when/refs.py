"""A day, week, month or holiday somebody names: not yet a date where it depends on the rest of the sentence."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from ..calendar import add_months
from .window import FAR, Span

Kind = Literal[
    "day", "weekday", "weekdays", "ordinal", "half", "nth", "week", "month", "range", "open", "soon", "past", "any", "weekof"
]


@dataclass(frozen=True)
class Ref:
    """What was named. `weekday`, `weekdays`, `ordinal` and `half`, `nth` become days only beside a week, a month, or today."""

    kind: Kind
    spans: tuple[Span, ...] = ()
    number: int = 0  # weekday, day of the month, first or second half
    weekdays: frozenset[int] = frozenset()
    negative: bool = False
    bound: str = ""  # "", "from", "after", "before", "until": what the sentence makes of it
    firm: bool = False  # "erst ab", "nicht vor": other days named elsewhere do not undo it
    other: "Ref | None" = None  # the end, where two days make a range
    union: "tuple[Ref, ...]" = ()  # alternatives
    note: str = ""
    shift: str = ""  # counted from the day named before: "tage", "wochen", "monate", "woche" (the whole), "weekday"
    also: bool = False  # "morgen auch okay": beside what was named before
    within: Span | None = None  # the week it was said to lie in
    event: bool = False  # a feast, holidays, a season: "bis Ostern" ends before it begins

    @property
    def wide(self) -> bool:
        """Whether other days can lie in it."""
        return self.kind in ("week", "month", "range", "open") and not self.bound and not self.negative


def week_of(day: date) -> Span:
    """Monday to Sunday."""
    monday = day - timedelta(days=day.weekday())
    return Span(monday, monday + timedelta(days=6))


def month_of(year: int, month: int) -> Span:
    """First to last day."""
    first = date(year, month, 1)
    return Span(first, add_months(first, 1) - timedelta(days=1))


def third(span: Span, part: str) -> Span:
    """Anfang, Mitte, Ende: of a week two days, of a month ten, of a year two months."""
    days = (span.last - span.first).days
    if days < 8:
        first, last = {"anfang": (0, 1), "mitte": (1, 3), "ende": (3, 4)}[part]
        return Span(span.first + timedelta(days=first), span.first + timedelta(days=last))
    if days < 32:
        first, last = {"anfang": (0, 9), "mitte": (10, 19), "ende": (20, 40)}[part]
        return Span(span.first + timedelta(days=first), min(span.last, span.first + timedelta(days=last)))
    months = {"anfang": (1, 2), "mitte": (6, 7), "ende": (11, 12)}[part]
    return Span(date(span.first.year, months[0], 1), month_of(span.first.year, months[1]).last)


def next_weekday(weekday: int, start: date) -> date:
    """The first such weekday on or after a day."""
    return start + timedelta(days=(weekday - start.weekday()) % 7)


def settled(ref: Ref, today: date, base: Span | None, hint: Span | None = None) -> Ref:
    """The reference as days; `base` is the week or month it stands in, `hint` the month named beside it."""
    if ref.union:
        parts = [bounded(settled(one, today, base, hint), today) for one in ref.union]
        return replace(ref, kind="day", spans=tuple(sorted(span for spans in parts for span in spans)), union=())
    if ref.kind == "weekday":
        start = base.first if base and base.first > today else today + timedelta(days=1)
        return replace(ref, spans=(Span.day(next_weekday(ref.number, start)),))
    if ref.kind == "ordinal":
        found = _day_of_month(ref.number, today, hint or base)
        return replace(ref, spans=(Span.day(found),) if found else ())
    if ref.kind == "weekof":
        found = _day_of_month(ref.number, today, hint or base)
        return replace(ref, kind="week", spans=(week_of(found),) if found else ())
    if ref.kind == "nth":
        month = base or hint or month_of(today.year, today.month)
        start = month.last - timedelta(days=6) if ref.number == 0 else month.first + timedelta(weeks=ref.number - 1)
        return replace(ref, spans=(Span(start, start + timedelta(days=6)),))
    if ref.kind == "half":
        month = base or hint or month_of(today.year, today.month)
        middle = month.first + timedelta(days=14)
        half = Span(month.first, middle) if ref.number == 1 else Span(middle + timedelta(days=1), month.last)
        return replace(ref, spans=(half,))
    return ref


def _day_of_month(number: int, today: date, base: Span | None) -> date | None:
    start = max(today, base.first) if base else today
    day = start
    for _ in range(62):
        if day.day == number:
            return day
        day += timedelta(days=1)
    return None


def bounded(ref: Ref, today: date) -> tuple[Span, ...]:
    """The days, with "ab", "nach", "vor", "bis" applied."""
    if not ref.spans:
        return ()
    first, last = ref.spans[0].first, ref.spans[-1].last
    if ref.other:
        end = ref.other.spans[-1].last if ref.other.spans else last
        if end < first:
            end = add_months(end, 12) if (first - end).days > 200 else add_months(end, 1)
        return (Span(first, max(first, end)),)
    if ref.bound == "from":
        return (Span(first, FAR),)
    if ref.bound == "after":
        return (Span(last + timedelta(days=1), FAR),) if last != FAR else ()
    if ref.bound == "before":
        return (Span(today, max(today, first - timedelta(days=1))),)
    if ref.bound == "until":
        last = first - timedelta(days=1) if ref.event else last
        return (Span(today, max(today, last)),)
    return ref.spans
