"""What was understood about the time: which days, which time of day."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

FAR = date(9999, 12, 31)  # an open end
ALL_DAYS = frozenset(range(7))


@dataclass(frozen=True, order=True)
class Span:
    """Days from first to last, both included; `last` is FAR where no end was said."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def open(self) -> bool:
        """Whether no end was said."""
        return self.last == FAR

    def overlap(self, other: "Span") -> "Span | None":
        """The days in both."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return Span(first, last) if first <= last else None

    @classmethod
    def day(cls, day: date) -> "Span":
        """A single day."""
        return cls(day, day)


@dataclass(frozen=True)
class Clock:
    """The time of day: from `after` on, at latest `before`; `at` where one moment was named."""

    after: time | None = None
    before: time | None = None
    at: time | None = None

    def overlap(self, other: "Clock") -> "Clock | None":
        """What is true of both; None where they contradict each other."""
        if self.at and other.at:
            return self if self.at == other.at else None
        if self.at or other.at:
            point, frame = (self, other) if self.at else (other, self)
            return point if frame.allows(point.at or time()) else None
        after = max((one for one in (self.after, other.after) if one), default=None)
        before = min((one for one in (self.before, other.before) if one), default=None)
        return Clock(after, before) if not (after and before) or after < before else None

    def allows(self, moment: time) -> bool:
        """Whether a visit may begin at this moment."""
        if self.at:
            return moment == self.at
        return (not self.after or moment >= self.after) and (not self.before or moment < self.before)


@dataclass(frozen=True)
class Window:
    """When somebody wants to come. Without anything said: any day from today on, any time.

    `others` are alternatives with days and times of their own: "Montag vormittags oder Mittwoch ab 15 Uhr".
    """

    today: date
    spans: tuple[Span, ...] = ()
    weekdays: frozenset[int] = ALL_DAYS
    without: tuple[Span, ...] = ()
    clock: Clock = Clock()
    soon: bool = False  # "so bald wie möglich": nothing else matters
    said: tuple[str, ...] = ()  # the words it was read from
    notes: tuple[str, ...] = ()  # what could not be taken as said, German
    others: tuple["Window", ...] = ()
    rather: "Window | None" = None  # the part of it to be offered first: "am liebsten Freitag, sonst Donnerstag"

    @property
    def alternatives(self) -> tuple["Window", ...]:
        """Each with one clock for all of its days."""
        return (replace(self, others=(), rather=None), *self.others)

    @property
    def any_day(self) -> bool:
        """Whether no day was said."""
        return not self.spans and not self.without and self.weekdays == ALL_DAYS and not self.others

    @property
    def anything(self) -> bool:
        """Whether something about the time was understood."""
        return not self.any_day or self.clock != Clock() or self.soon

    @property
    def first(self) -> date:
        """The first day that may do."""
        return min(one.spans[0].first if one.spans else one.today for one in (self, *self.others))

    def last(self, horizon: int = 180) -> date:
        """The last day that may do; where the end is open, so many days after the first."""
        ends = [
            span.first + timedelta(days=horizon) if span.open else span.last
            for one in (self, *self.others)
            for span in one.spans or (Span(one.today, FAR),)
        ]
        return max(ends)

    def allows(self, day: date) -> bool:
        """Whether somebody wants to come on this day."""
        return self._own(day) or any(one.allows(day) for one in self.others)

    def _own(self, day: date) -> bool:
        if day < self.today or day.weekday() not in self.weekdays or any(day in span for span in self.without):
            return False
        return not self.spans or any(day in span for span in self.spans)

    def clocks(self, day: date) -> list[Clock]:
        """The times of day that may do on a day; none where the day does not."""
        return [one.clock for one in (self, *self.others) if one._own(day)]

    def rank(self, day: date, moment: time) -> int:
        """0 for what is to be offered first, 1 for the rest."""
        first = self.rather is None or any(clock.allows(moment) for clock in self.rather.clocks(day))
        return 0 if first else 1

    def days(self, horizon: int = 180) -> Iterator[date]:
        """Every day that may do."""
        day, last = self.first, self.last(horizon)
        while day <= last:
            if self.allows(day):
                yield day
            day += timedelta(days=1)
