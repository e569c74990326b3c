"""Release waves: from which moment the times of a day may be booked. Rules are data, this is their arithmetic.

`[[release]]` in the city's appointments.toml: `every = "day"`, `at = "08:00"`, `ahead = 28` opens each morning at eight the
day four weeks later; `every = "week"`, `weekday = 0`, `ahead = 2` opens each Monday the whole week after next;
`every = "month"`, `ahead = 1` opens on the first the whole next month.
"""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
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


def load(file: Path) -> tuple[Release, ...]:
    """The rules of a city; none where it has no file. Read again when the file has changed. Raises BadRule."""
    return _load(file, file.stat().st_mtime_ns) if file.exists() else ()


@lru_cache(maxsize=4)
def _load(file: Path, _changed: int) -> tuple[Release, ...]:
    return read(tomllib.loads(file.read_text(encoding="utf-8")))


def read(raw: Mapping[str, Any]) -> tuple[Release, ...]:
    """`[[release]]` of the file, checked against its matters and places. Raises BadRule."""
    told = raw.get("release", [])
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise BadRule("release: a list of tables ([[release]])")
    rules = tuple(Release.read(one) for one in told)
    for rule in rules:
        if unknown := [key for key in rule.matters if key not in raw.get("matters", {})]:
            raise BadRule(f"release.matters: {unknown[0]} is no matter of this file")
        if unknown := [key for key in rule.places if key not in raw.get("places", {})]:
            raise BadRule(f"release.places: {unknown[0]} is no place of this file")
        if rule.contested and not rule.matters:
            raise BadRule("release.contested: say for which matters")
    return rules


def opening_of(rules: Sequence[Release], place: str, matters: Collection[str], day: date) -> datetime | None:
    """When a counter's day opens: the latest of the rules that fit; None: none does, the day is open from the beginning."""
    fitting = [
        rule.opens_at(day)
        for rule in rules
        if (not rule.places or place in rule.places) and (not rule.matters or set(rule.matters) & set(matters))
    ]
    return max(fitting, default=None)


def _words(raw: object, name: str) -> tuple[str, ...]:
    if not isinstance(raw, list) or not all(isinstance(one, str) for one in raw):
        raise BadRule(f"release.{name}: a list of keys")
    return tuple(raw)


def _month(day: date, more: int) -> date:
    """The first of the month so many months later."""
    number = day.year * 12 + day.month - 1 + more
    return date(number // 12, number % 12 + 1, 1)
