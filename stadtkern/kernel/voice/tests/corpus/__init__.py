"""Sentences with what they mean, in files, and how to compare with them (heldout.toml explains the form)."""

import tomllib
from collections.abc import Iterable, Iterator
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
    days: str
    clock: str

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
        """Whether exactly the meant days and the meant time of day were understood."""
        days = {day for day in self._horizon() if window.allows(day)}
        return days == self._wanted_days() and window.clock == self._wanted_clock()

    def _horizon(self) -> list[date]:
        return [self.now.date() + timedelta(days=number) for number in range(DAYS)]

    def _wanted_days(self) -> set[date]:
        spans, only, without, never = [], set(), set(), []
        for part in self.days.split():
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
            for day in self._horizon()
            if (not spans or any(first <= day <= last for first, last in spans))
            and not any(first <= day <= last for first, last in never)
            and (not only or day.weekday() in only)
            and day.weekday() not in without
        }

    def _wanted_clock(self) -> Clock:
        if self.clock.startswith("="):
            return Clock(at=time.fromisoformat(self.clock[1:]))
        after, _, before = self.clock.partition("-")
        return Clock(time.fromisoformat(after) if after else None, time.fromisoformat(before) if before else None)

    def understood(self, text: str = "") -> Understanding:
        """What our own ear makes of it, or of what a recogniser heard instead."""
        return understand(text or self.text, now=self.now, land=LAND, ear=ear())


def _span(text: str) -> tuple[date, date]:
    first, dots, last = text.partition("..")
    return date.fromisoformat(first or "2000-01-01"), date.fromisoformat(last or "9999-12-31" if dots else first)


def sentences(name: str) -> Iterator[Sentence]:
    """A file of this folder: without its ending."""
    raw = tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))
    for moment, said in raw.items():
        for text, label in said.items():
            services, days, clock = (part.strip() for part in label.split("|"))
            keys = tuple(filter(None, services.split("+")))
            yield Sentence(datetime.fromisoformat(moment), text, keys, days, clock)


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
