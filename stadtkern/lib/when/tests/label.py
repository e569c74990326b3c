"""Meanings written down as text, and how to compare a window with them (voice/tests/corpus explains the form)."""

from collections.abc import Iterable, Sequence
from datetime import date, time

from stadtkern.lib.when import Clock, Window

WEEKDAYS = {"mo": 0, "di": 1, "mi": 2, "do": 3, "fr": 4, "sa": 5, "so": 6}
Hours = tuple[tuple[time, time], ...]  # from and until, apart from each other; a moment is one that ends where it begins


def hours(window: Window, horizon: Sequence[date]) -> dict[date, Hours]:
    """Which times of which days are in a window."""
    return {day: _merged(clocks) for day in horizon if (clocks := window.clocks(day))}


def wanted_hours(wish: str, horizon: Sequence[date]) -> dict[date, Hours]:
    """The same of a label."""
    found: dict[date, list[Clock]] = {}
    for one in wish.split("/"):
        days, clock = one.split("|")
        for day in _wanted_days(days, horizon):
            found.setdefault(day, []).append(_wanted_clock(clock.strip()))
    return {day: _merged(clocks) for day, clocks in sorted(found.items())}


def _merged(clocks: Iterable[Clock]) -> Hours:
    pairs = sorted((one.at or one.after or time.min, one.at or one.before or time.max) for one in clocks)
    merged: list[tuple[time, time]] = []
    for first, last in pairs:
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return tuple(merged)


def _wanted_days(text: str, horizon: Sequence[date]) -> set[date]:
    spans, only, without, never = [], set(), set(), []
    for part in text.split():
        if part[0] == "!" and not part[1:].isalpha():
            never.append(_span(part[1:]))
        elif part[0] == "!":
            without.add(WEEKDAYS[part[1:]])
        elif part[0].isalpha():
            only |= {WEEKDAYS[one] for one in part.split(",")}
        else:
            spans.append(_span(part))
    return {
        day
        for day in horizon
        if (not spans or any(first <= day <= last for first, last in spans))
        and not any(first <= day <= last for first, last in never)
        and (not only or day.weekday() in only)
        and day.weekday() not in without
    }


def _wanted_clock(text: str) -> Clock:
    if text.startswith("="):
        return Clock(at=time.fromisoformat(text[1:]))
    after, _, before = text.partition("-")
    return Clock(time.fromisoformat(after) if after else None, time.fromisoformat(before) if before else None)


def _span(text: str) -> tuple[date, date]:
    first, dots, last = text.partition("..")
    return date.fromisoformat(first or "2000-01-01"), date.fromisoformat(last or "9999-12-31" if dots else first)
