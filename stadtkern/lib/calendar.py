"""Public holidays of every Land, and when a period set by law ends. Plain computation; laws as of 2026.

Months: §§ 187 Abs. 1, 188 Abs. 2 and 3 BGB, Art. 3 Abs. 2 Buchst. c VO (EWG, Euratom) 1182/71: the day of the event does not
count, the period ends on the day of the same number, or on the last day of a shorter month. A last day on a Saturday, Sunday
or public holiday moves to the next working day (Art. 3 Abs. 4 VO 1182/71, § 193 BGB). A period in hours runs through
weekends and does not move (Art. 3 Abs. 3 and 4 VO 1182/71).
"""

import calendar
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

LANDS = ("BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH")
UNITS = {"day": 1, "week": 7, "month": 30}  # roughly, in days
EASTER_DAYS = {  # days after Easter Sunday, and where
    "Karfreitag": (-2, LANDS),
    "Ostersonntag": (0, ("BB",)),
    "Ostermontag": (1, LANDS),
    "Christi Himmelfahrt": (39, LANDS),
    "Pfingstsonntag": (49, ("BB",)),
    "Pfingstmontag": (50, LANDS),
    "Fronleichnam": (60, ("BW", "BY", "HE", "NW", "RP", "SL")),
}
FIXED_DAYS = {  # month, day, where, first year
    "Neujahr": (1, 1, LANDS, 0),
    "Heilige Drei Könige": (1, 6, ("BW", "BY", "ST"), 0),
    "Internationaler Frauentag in Berlin": (3, 8, ("BE",), 2019),
    "Internationaler Frauentag": (3, 8, ("MV",), 2023),
    "Tag der Arbeit": (5, 1, LANDS, 0),
    "Mariä Himmelfahrt": (8, 15, ("SL",), 0),
    "Weltkindertag": (9, 20, ("TH",), 2019),
    "Tag der Deutschen Einheit": (10, 3, LANDS, 1990),
    "Reformationstag": (10, 31, ("BB", "MV", "SN", "ST", "TH"), 0),
    "Reformationstag im Norden": (10, 31, ("HB", "HH", "NI", "SH"), 2018),
    "Allerheiligen": (11, 1, ("BW", "BY", "NW", "RP", "SL"), 0),
    "Erster Weihnachtstag": (12, 25, LANDS, 0),
    "Zweiter Weihnachtstag": (12, 26, LANDS, 0),
}
ONCE = {  # a single year
    date(2017, 10, 31): ("500 Jahre Reformation", LANDS),
    date(2020, 5, 8): ("75 Jahre Befreiung", ("BE",)),
    date(2025, 5, 8): ("80 Jahre Befreiung", ("BE",)),
    date(2028, 6, 17): ("75 Jahre Volksaufstand", ("BE",)),
}
# Holidays of some municipalities only; a city names them in city.toml: [holidays] local = ["Mariä Himmelfahrt"].
LOCAL = {"Fronleichnam": (60, None), "Mariä Himmelfahrt": (None, (8, 15)), "Augsburger Hohes Friedensfest": (None, (8, 8))}


@dataclass(frozen=True)
class Term:
    """A period such as "14 days", "4 weeks", "1 month"."""

    number: int
    unit: str  # day · week · month

    @classmethod
    def read(cls, text: str) -> "Term | None":
        """None where the text is no period."""
        found = re.fullmatch(r"(\d{1,3}) (day|week|month)s?", text)
        return cls(int(found[1]), found[2]) if found else None

    @property
    def days(self) -> int:
        """About how many days, for words and for comparing."""
        return self.number * UNITS[self.unit]

    def after(self, start: date) -> date:
        """The last day, weekends and holidays not regarded."""
        if self.unit == "month":
            return add_months(start, self.number)
        return start + timedelta(days=self.days)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus/Jones/Butcher)."""
    golden, (century, in_century) = year % 19, divmod(year, 100)
    leap, rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap - correction + 15) % 30
    quarter, remainder = divmod(in_century, 4)
    weekday = (32 + 2 * rest + 2 * quarter - epact - remainder) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays(year: int, land: str, local: tuple[str, ...] = ()) -> dict[date, str]:
    """Day -> name of the public holidays of a Land, with those of the municipality (`local`, see LOCAL)."""
    if land not in LANDS:
        raise ValueError(f"{land!r} is no Land; known are {', '.join(LANDS)}")
    sunday = easter(year)
    found = {sunday + timedelta(days=shift): name for name, (shift, where) in EASTER_DAYS.items() if land in where}
    for name, (month, day, where, first) in FIXED_DAYS.items():
        if land in where and year >= first:
            found[date(year, month, day)] = name
    found |= {day: name for day, (name, where) in ONCE.items() if day.year == year and land in where}
    if land == "SN":  # Wednesday before 23 November
        last = date(year, 11, 22)
        found[last - timedelta(days=(last.weekday() - 2) % 7)] = "Buß- und Bettag"
    for name in local:
        shift_local, fixed = LOCAL[name]
        found[date(year, *fixed) if fixed else sunday + timedelta(days=shift_local or 0)] = name
    return dict(sorted(found.items()))


def is_working_day(day: date, land: str, local: tuple[str, ...] = ()) -> bool:
    """Neither Saturday nor Sunday nor public holiday."""
    return day.weekday() < 5 and day not in holidays(day.year, land, local)


def next_working_day(day: date, land: str, local: tuple[str, ...] = ()) -> date:
    """This day, or the first working day behind it."""
    while not is_working_day(day, land, local):
        day += timedelta(days=1)
    return day


def add_working_days(start: date, days: int, land: str, local: tuple[str, ...] = ()) -> date:
    """So many working days after this day: after Friday, one working day is Monday."""
    day = start
    for _count in range(days):
        day = next_working_day(day + timedelta(days=1), land, local)
    return day


def add_months(start: date, months: int) -> date:
    """The day of the same number some months later, the last day where the month is shorter."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def legal_end(start: date, terms: Collection[Term], land: str, local: tuple[str, ...] = ()) -> date:
    """The last day of a period of law; several terms (a month, extended by two) are one period from the same start."""
    months = sum(term.number for term in terms if term.unit == "month")
    days = sum(term.days for term in terms if term.unit != "month")
    return next_working_day(add_months(start, months) + timedelta(days=days), land, local)


def hours_after(moment: datetime, hours: int) -> datetime:
    """Real hours on the clock of the world: with summer time the local end is an hour later, the period as long."""
    if moment.tzinfo is None:
        raise ValueError("a moment without time zone")
    zone = moment.tzinfo
    utc = moment.astimezone(tz=None).timestamp() + hours * 3600
    return datetime.fromtimestamp(utc, tz=zone)
