"""Sentences with what they mean, in files, and how to compare with them (heldout.toml explains the form)."""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

from stadtkern.kernel.appointments.data import load
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.directory import books
from stadtkern.kernel.voice.understanding.intent import Ear
from stadtkern.kernel.voice.understanding.targets import Bookable, Target
from stadtkern.kernel.voice.understanding.wish import Understanding, understand
from stadtkern.lib.when import Clock, Window

LAND = "NW"
DAYS = 400  # compared day by day
WEEKDAYS = {"mo": 0, "di": 1, "mi": 2, "do": 3, "fr": 4, "sa": 5, "so": 6}


@dataclass(frozen=True)
class Sentence:
    """One line of the corpus."""

    now: datetime
    text: str
    services: tuple[str, ...]
    wish: str  # days | time, alternatives with a slash between

    def right_service(self, target: Target) -> bool:
        """Whether the target is one of those meant; an entry of LeiKa counts for its OZG-Leistung."""
        return bool(self._known(target) & {label for group in self.services for label in group.split(",")})

    def all_services(self, found: Iterable[Target]) -> bool:
        """Whether everything that was meant is among them ("Ausweis und Ummeldung" are two)."""
        known = {key for target in found for key in self._known(target)}
        return all(known & set(group.split(",")) for group in self.services)

    @staticmethod
    def _known(target: Target) -> set[str]:
        known = set(target.keys)
        for key in target.keys:
            entry = books.entries().get(key)
            known |= {entry.ozg} if entry else set()
        return known

    def right_time(self, window: Window) -> bool:
        """Whether exactly the meant days and the meant times of day were understood, whatever the form of alternatives."""
        horizon = [self.now.date() + timedelta(days=number) for number in range(DAYS)]
        return wanted_hours(self.wish, horizon) == hours(window, horizon)

    def understood(self, text: str = "") -> Understanding:
        """What our own ear makes of it, or of what a recogniser heard instead."""
        return understand(text or self.text, now=self.now, land=LAND, ear=ear())


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


def sentences(name: str) -> Iterator[Sentence]:
    """A file of this folder: without its ending."""
    raw = tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))
    for moment, said in raw.items():
        for text, label in said.items():
            services, _, wish = label.partition("|")
            keys = tuple(filter(None, services.strip().split("+")))
            yield Sentence(datetime.fromisoformat(moment), text, keys, wish)


@cache
def ear() -> Ear:
    """Over the services and matters of Musterstadt, without a database."""
    matters, _places = load(city().folder / "appointments.toml")
    services = catalogue.all_services()
    known = []
    for key, matter in matters.items():
        told = matter.values
        service = told.get("service", key if key in services else "")
        known.append(Bookable(key, str(told["title"]), str(service), tuple(told.get("words", ()))))
    return Ear(services, known)
