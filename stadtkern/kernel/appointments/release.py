"""Release waves: from which moment the times of a day may be booked. Rules are data, this is their arithmetic.

`[[release]]` in the city's appointments.toml: `every = "day"`, `at = "08:00"`, `ahead = 28` opens each morning at eight the
day four weeks later; `every = "week"`, `weekday = 0`, `ahead = 2` opens each Monday the whole week after next;
`every = "month"`, `ahead = 1` opens on the first the whole next month.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
UNITS = ("day", "week", "month")


class BadRule(ValueError):
    """The rule says something that cannot be; the message names the key."""


@dataclass(frozen=True)
class Opening:
    """A moment, and the days that open then."""

    at: datetime
    first: date
    last: date


@dataclass(frozen=True)
class Release:
    """One rule."""

    every: str
    at: time
    ahead: int  # days, weeks or months
    weekday: int = 0  # of the opening, with every = "week"; 0 is Monday
    matters: tuple[str, ...] = ()  # keys; none: all matters
    places: tuple[str, ...] = ()  # keys; none: all places
    contested: bool = False  # more people than times: one account each, by lot and queue

    @classmethod
    def read(cls, raw: dict[str, object]) -> "Release":
        """From the table of the TOML file. Raises BadRule."""
        known = {"every", "at", "ahead", "weekday", "matters", "places", "contested"}
        if extra := set(raw) - known:
            raise BadRule(f"release: unknown key {min(extra)}")
        every, ahead, weekday = raw.get("every"), raw.get("ahead", 0), raw.get("weekday", 0)
        if every not in UNITS:
            raise BadRule(f"release.every: one of {', '.join(UNITS)}")
        if not isinstance(ahead, int) or isinstance(ahead, bool) or not 0 <= ahead <= 400:
            raise BadRule("release.ahead: a number from 0 to 400")
        if not isinstance(weekday, int) or not 0 <= weekday <= 6:
            raise BadRule("release.weekday: 0 (Monday) to 6")
        try:
            at = time.fromisoformat(str(raw.get("at", "08:00")))
        except ValueError as error:
            raise BadRule('release.at: a time such as "08:00"') from error
        matters, places = (_words(raw.get(name, []), name) for name in ("matters", "places"))
        return cls(str(every), at, ahead, weekday, matters, places, raw.get("contested") is True)

    def opens_at(self, day: date) -> datetime:
        """When the times of this day open."""
        if self.every == "day":
            opened = day - timedelta(days=self.ahead)
        elif self.every == "week":
            monday = day - timedelta(days=day.weekday())
            opened = monday - timedelta(weeks=self.ahead) + timedelta(days=self.weekday)
        else:
            opened = _month(day, -self.ahead)
        return datetime.combine(opened, self.at, BERLIN)

    def opened_on(self, day: date) -> tuple[date, date] | None:
        """First and last of the days that open on this day; None when none do."""
        if self.every == "day":
            first = day + timedelta(days=self.ahead)
            return first, first
        if self.every == "week":
            if day.weekday() != self.weekday:
                return None
            first = day - timedelta(days=day.weekday()) + timedelta(weeks=self.ahead)
            return first, first + timedelta(days=6)
        if day.day != 1:
            return None
        first = _month(day, self.ahead)
        return first, _month(first, 1) - timedelta(days=1)

    def next(self, now: datetime) -> Opening:
        """The next opening after this moment."""
        day = now.astimezone(BERLIN).date()
        for number in range(63):
            found = self.opened_on(day + timedelta(days=number))
            if found and (at := datetime.combine(day + timedelta(days=number), self.at, BERLIN)) > now:
                return Opening(at, *found)
        raise AssertionError("every rule opens within two months")


def _words(raw: object, name: str) -> tuple[str, ...]:
    if not isinstance(raw, list) or not all(isinstance(one, str) for one in raw):
        raise BadRule(f"release.{name}: a list of keys")
    return tuple(raw)


def _month(day: date, more: int) -> date:
    """The first of the month so many months later."""
    number = day.year * 12 + day.month - 1 + more
    return date(number // 12, number % 12 + 1, 1)
