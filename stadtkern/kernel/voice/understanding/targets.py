"""What can be meant: matters with appointments, services of the city, entries of the federal directory; each one once."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from stadtkern.kernel.services.directory import books, search
from stadtkern.kernel.services.service import Service

NEAR = 0.85  # of an entry's everyday names for the matter or service that stands for it
Kind = Literal["matter", "service", "entry"]


@dataclass(frozen=True)
class Bookable:
    """A matter as far as understanding needs it."""

    key: str
    title: str
    service: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Target:
    """A thing that can be meant. A matter and its service are one target; `entries` are the OZG-Leistungen it belongs to."""

    kind: Kind
    title: str
    matter: str = ""
    service: str = ""
    entries: tuple[str, ...] = ()
    partly: frozenset[str] = frozenset()  # of the entries those of which it is only a part

    @property
    def key(self) -> str:
        """Of the matter, else of the service, else of the entry."""
        return self.matter or self.service or self.entries[0]

    @property
    def keys(self) -> frozenset[str]:
        """Every key it is known by."""
        return frozenset(filter(None, (self.matter, self.service, *self.entries)))


def targets(services: Mapping[str, Service], bookables: Iterable[Bookable]) -> list[tuple[Target, list[tuple[str, float]]]]:
    """Every target with its names and what each name is worth."""
    say: dict[str, list[str]] = book()["say"]
    taken: set[str] = set()
    found: list[tuple[Target, list[tuple[str, float]]]] = []
    for one in bookables:
        service = services.get(one.service)
        if service:
            taken.add(service.key)
        told = _entries_of(one, service)
        entries, partly = tuple(key.lstrip("~") for key in told), frozenset(key[1:] for key in told if key[0] == "~")
        target = Target("matter", one.title, one.key, service.key if service else "", entries, partly)
        names = [one.title, *one.words, *(_names(service) if service else ()), *say.get(one.key, ()), *say.get(one.service, ())]
        lent = _said_of((key for key in entries if key not in partly), say)
        found.append((target, _worth(names, lent)))
    for key, service in services.items():
        if key not in taken:
            target = Target("service", service.title, "", key, _bundle(service.leika))
            found.append((target, _worth([*_names(service), *say.get(key, ())], _said_of(target.entries, say))))
    for entry in books.entries().values():
        if entry.kind == "ozg":
            names = [entry.title, *entry.words, *say.get(entry.key, ())]
            found.append((Target("entry", entry.title, entries=(entry.key,)), _worth(names, ())))
    return found


def _names(service: Service) -> Iterator[str]:
    yield service.title
    yield service.title.partition(" (")[0]
    yield from service.synonyms


def _worth(own: Iterable[str], lent: Iterable[str]) -> list[tuple[str, float]]:
    return [*((name, 1.0) for name in dict.fromkeys(own)), *((name, NEAR) for name in dict.fromkeys(lent))]


def _said_of(entries: Iterable[str], say: Mapping[str, list[str]]) -> list[str]:
    return [word for key in entries for word in (*books.entries()[key].words, *say.get(key, ()))]


def _bundle(leika: str) -> tuple[str, ...]:
    entry = books.nearest(leika) if leika else None
    return (entry.ozg,) if entry and entry.ozg else ()


def _entries_of(one: Bookable, service: Service | None) -> tuple[str, ...]:
    """Through its service, words.toml, else what the directory finds for its title."""
    if service and (bundle := _bundle(service.leika)):
        return bundle
    if one.key in book()["about"]:
        return tuple(key for key in book()["about"][one.key] if key.lstrip("~") in books.entries())
    for hit in search.find(one.title, limit=1):
        return (hit.entry.ozg,) if hit.entry and hit.entry.ozg else _bundle(hit.service.leika) if hit.service else ()
    return ()


@cache
def book() -> dict[str, Any]:
    """words.toml."""
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
