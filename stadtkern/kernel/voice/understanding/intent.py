"""Which services a sentence is about: the search of the directory and our own ear for sounds, together; the best first."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from stadtkern.kernel.services.directory import books, search
from stadtkern.kernel.services.service import Service

from .dialect import verbs, written
from .matcher import Matcher, Name
from .targets import Bookable, Target, book, targets

SEARCH, EAR = 0.5, 0.5  # what the two are worth
SEARCH_FULL = 1.35  # the score of a very good hit of the search
PARTLY = 0.6  # of a hit for the whole, where a matter is only a part of it
OURS, THEIRS = 1.0, 0.75  # a thing the city offers itself, against an entry of the directory
CUE = 0.2  # what a word adds that decides between things of one kind, see [cues] in words.toml
LEAST, MOST = 0.12, 3
CLEAR, NAMED = 0.6, 0.3  # of two matters named together: each alone, and in the whole sentence
SURE, AHEAD = 0.5, 0.1  # certain from this score on, and so far ahead of the next
_NOT = re.compile(
    (
        r"\b(?:nicht|kein\w*|nix|statt|anstatt)\s+(?:(?:de[nmrs]|die|das|ein\w*|mein\w*|mehr|etwa)\s+)?([\w-]{4,})\s*(?=,|"
        r"\bsondern\b|\baber\b|\bsonder\b|$)"
    ),
    re.I,
)


@dataclass(frozen=True)
class Guess:
    """A target and how well it fits, between 0 and about 1.1."""

    target: Target
    score: float


class Ear:
    """Hears what is meant; built once for the things there are."""

    def __init__(self, services: Mapping[str, Service], bookables: Iterable[Bookable]) -> None:
        known = targets(services, bookables)
        self.targets = [target for target, _ in known]
        names = [Name(text, number, worth) for number, (_, said) in enumerate(known) for text, worth in said]
        self.fillers = frozenset(book()["fillers"].split())
        self.matcher = Matcher(names, (*books.book("everyday")["fillers"].split(), *self.fillers))
        self.cues = {
            number: re.compile(rf"\b\w*(?:{cue})", re.I)
            for number, one in enumerate(self.targets)
            if (cue := book()["cues"].get(one.key))
        }
        self.of_service = {target.service: number for number, target in enumerate(self.targets) if target.service}
        self.of_entry: dict[str, list[int]] = {}
        for number, target in enumerate(self.targets):
            for key in target.entries:
                self.of_entry.setdefault(key, []).append(number)

    def guesses(self, text: str, most: int = MOST, said: str = "") -> list[Guess]:
        """The best, at most so many; empty where nothing fits. `said`: with the words about time, if they were taken out."""
        text, said = (without_denied(verbs(written(one))) for one in (text, said or text))
        ear = self.matcher.scores(text)
        found = self._searched(text, ear)
        total = {
            number: (SEARCH * found.get(number, 0.0) + EAR * ear.get(number, 0.0))
            * (THEIRS if self.targets[number].kind == "entry" else OURS)
            for number in {*ear, *found}
        }
        for number, cue in self.cues.items():
            if total.get(number, 0.0) >= LEAST and cue.search(said):
                total[number] += min(CUE, total[number] / 2)
        ranked = sorted((number for number in total if total[number] >= LEAST), key=lambda number: (-total[number], number))
        return [
            Guess(self.targets[number], round(total[number], 4))
            for number in self._visit_first(self._once(ranked), total)[:most]
        ]

    def _searched(self, text: str, ear: Mapping[int, float]) -> dict[int, float]:
        found: dict[int, float] = {}
        short = " ".join(word for word in re.findall(r"[\w-]+", text) if word.lower() not in self.fillers)
        for hit in search.find(short, limit=12):
            score = min(1.0, hit.score / SEARCH_FULL)
            entry = hit.entry.ozg if hit.entry else ""
            numbers = (
                [self.of_service[hit.service.key]]
                if hit.service and hit.service.key in self.of_service
                else self.of_entry.get(entry, [])
            )
            for number in numbers:
                own = score * max(PARTLY, ear.get(number, 0.0)) if entry in self.targets[number].partly else score
                found[number] = max(found.get(number, 0.0), own)
        return found

    def _visit_first(self, ranked: list[int], total: Mapping[int, float]) -> list[int]:
        """Whoever talks to us wants to come: of a matter and a service about the same, nearly equal, the matter goes first."""
        if (
            len(ranked) > 1
            and _same(self.targets[ranked[1]], self.targets[ranked[0]])
            and total[ranked[0]] - total[ranked[1]] < AHEAD
        ):
            return [ranked[1], ranked[0], *ranked[2:]]
        return ranked

    def _once(self, ranked: Sequence[int]) -> list[int]:
        """An entry of the directory is left out where a matter or service of the city that stands for it is near the top."""
        ours = {key for number in ranked[:5] if self.targets[number].kind != "entry" for key in self.targets[number].entries}
        return [
            number for number in ranked if self.targets[number].kind != "entry" or not ours & set(self.targets[number].entries)
        ]


def sure(guesses: Sequence[Guess]) -> bool:
    """Whether the first is meant without asking; the online service for the same thing is no other meaning."""
    if not guesses or guesses[0].score < SURE:
        return False
    others = [guess for guess in guesses[1:] if not _same(guesses[0].target, guess.target)]
    return not others or guesses[0].score - others[0].score >= AHEAD


_AND = re.compile(r"\b(?:und|sowie|plus|außerdem|zusätzlich)\b|[+&]", re.I)


def both(ear: Ear, text: str, guesses: Sequence[Guess]) -> tuple[Target, ...]:
    """Two matters named side by side ("Perso und Ummeldung"): each is certain alone. Empty for everything else."""
    for found in list(_AND.finditer(text))[:4]:
        sides = [ear.guesses(text[: found.start()]), ear.guesses(text[found.end() :])]
        if not all(sure(side) and side[0].score >= CLEAR and side[0].target.kind == "matter" for side in sides):
            continue
        one, other = (side[0].target for side in sides)
        if one.key != other.key and {one.key, other.key} <= {guess.target.key for guess in guesses if guess.score >= NAMED}:
            return (one, other)
    return ()


def _same(matter: Target, service: Target) -> bool:
    """A matter, and a service of the same OZG-Leistung; one with a service of its own is about nothing but that."""
    kinds = (matter.kind, service.kind) == ("matter", "service") and not matter.service
    return kinds and bool(set(matter.entries) & set(service.entries))


def without_denied(text: str) -> str:
    """ "nicht den Reisepass, den Ausweis" is about the Ausweis; where nothing else is said, nothing is left out."""
    rest = _NOT.sub(" ", text)
    return rest if len(re.findall(r"[^\W\d_]{4,}", rest)) >= 2 or rest == text else text
