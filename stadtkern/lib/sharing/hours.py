"""When an operator rents: the hours of GBFS 2 and the common half of the opening hours of OpenStreetMap in GBFS 3."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .values import Notes, clean, identity, rows

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SHORT = {day[:2]: number for number, day in enumerate(DAYS)}
Span = tuple[int, int, int]  # weekday, from and to in seconds
_PART = re.compile(r"(?:((?:mo|tu|we|th|fr|sa|su|ph|,|-|\s)+)\s+)?(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)", re.I)


def opening(data: Mapping[str, Mapping[str, Any]], notes: Notes) -> tuple[Span, ...] | None:
    """None: always, or nothing is said."""
    told = clean(data.get("system_information", {}).get("opening_hours"))
    if told and told != "24/7":
        spans = _of_text(told[:2000])
        if spans is None:
            notes.add("hours_unread", "system_information", value=told)
        return spans
    if "system_hours" not in data:
        return None
    found: list[Span] = []
    for row in rows(data["system_hours"].get("rental_hours"), "system_hours", notes):
        days = row.get("days")
        begin, end = _clock(row.get("start_time")), _clock(row.get("end_time"))
        if begin is None or end is None or not isinstance(days, list):
            notes.add("hours_unread", "system_hours")
            continue
        found += [(DAYS.index(identity(day)), begin, end) for day in days if identity(day) in DAYS]
    return tuple(found) or None


def _clock(value: object) -> int | None:
    found = re.fullmatch(r"(\d{1,2}):(\d\d)(?::(\d\d))?", clean(value))
    return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3] or 0) if found else None


def _of_text(told: str) -> tuple[Span, ...] | None:
    """ "Mo-Fr 06:00-22:00; Sa,Su 08:00-20:00"; None for what is said in another way."""
    found: list[Span] = []
    for part in filter(None, (one.strip() for one in told.split(";"))):
        match = _PART.fullmatch(part)
        if match is None:
            return None
        days = _days(match[1])
        if days is None:
            return None
        begin, end = int(match[2]) * 3600 + int(match[3]) * 60, int(match[4]) * 3600 + int(match[5]) * 60
        end += 86_400 if end <= begin else 60 if end % 3600 == 3540 else 0  # 23:59 means midnight
        found += [(day, begin, end) for day in days]
    return tuple(found) or None


def _days(said: str | None) -> list[int] | None:
    if not said:
        return list(range(7))
    days: list[int] = []
    for part in said.lower().replace(" ", "").split(","):
        first, _, last = part.partition("-")
        if first not in SHORT or (last and last not in SHORT):
            return None
        days += [
            day % 7 for day in range(SHORT[first], SHORT[last or first] + (7 if SHORT[last or first] < SHORT[first] else 0) + 1)
        ]
    return days
