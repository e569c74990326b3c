"""Sentences with what they mean, in files, and how to compare with them (heldout.toml explains the form)."""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from stadtkern.kernel.appointments.data import load
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.directory import books
from stadtkern.kernel.voice.understanding.intent import Ear
from stadtkern.kernel.voice.understanding.targets import Bookable, Target
from stadtkern.kernel.voice.understanding.wish import Understanding, understand
from stadtkern.lib.when import Window
from stadtkern.lib.when.tests.label import hours, wanted_hours

LAND = "NW"
DAYS = 400  # compared day by day


@dataclass(frozen=True)
class Sentence:
    """One line of the corpus."""

    now: datetime
    text: str
    services: tuple[str, ...]
    wish: str  # days | time, alternatives with a slash between
    voice: str = ""  # who speaks, where the file says so

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


def sentences(name: str) -> Iterator[Sentence]:
    """A file of this folder: without its ending."""
    raw = tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))
    for title, said in raw.items():
        moment, _, voice = title.partition(" ")
        for text, label in said.items():
            services, _, wish = label.partition("|")
            keys = tuple(filter(None, services.strip().split("+")))
            yield Sentence(datetime.fromisoformat(moment), text, keys, wish, voice)


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
