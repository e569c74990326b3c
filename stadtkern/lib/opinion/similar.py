"""Texts that say much the same as a new one: alike titles (typing errors forgiven) and rare words in common."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import log, sqrt

from rapidfuzz import fuzz, process

from stadtkern.lib.words import plain

from .topics import stems_in

LEAST = 55  # of 100, to be shown
NEAR = 88  # a title nearly the same
FIRST_LOOK = 60  # titles and texts that are compared closely


@dataclass(frozen=True)
class Match:
    """One text that is alike: 0 to 100, the stems both share (rare ones first), and whether the titles are nearly the same."""

    number: int
    score: int
    shared: tuple[str, ...]
    same_title: bool


class Index:
    """Titles and texts of one collection, kept in memory; adding one again replaces it."""

    def __init__(self) -> None:
        self.titles: dict[int, str] = {}
        self.stems: dict[int, frozenset[str]] = {}
        self.where: dict[str, set[int]] = {}

    def __len__(self) -> int:
        return len(self.titles)

    def add(self, number: int, title: str, text: str) -> None:
        self.drop(number)
        self.titles[number] = key_of(title)
        self.stems[number] = frozenset(stems_in(f"{title} {text}"))
        for stem in self.stems[number]:
            self.where.setdefault(stem, set()).add(number)

    def drop(self, number: int) -> None:
        self.titles.pop(number, None)
        for stem in self.stems.pop(number, frozenset()):
            self.where[stem].discard(number)

    def alike(self, title: str, text: str = "", most: int = 5, among: frozenset[int] | None = None) -> list[Match]:
        """The most alike, best first; `among`: only these."""
        wanted, words = key_of(title), frozenset(stems_in(f"{title} {text}"))
        numbers = self._first_look(wanted, words)
        found = [
            match
            for number in numbers
            if among is None or number in among
            if (match := self._closely(number, wanted, frozenset(stems_in(title)), words)).score >= LEAST
        ]
        return sorted(found, key=lambda match: (-match.score, match.number))[:most]

    def _first_look(self, wanted: str, words: Iterable[str]) -> set[int]:
        near = process.extract(wanted, self.titles, scorer=fuzz.ratio, limit=FIRST_LOOK, score_cutoff=55) if wanted else []
        weights: Counter[int] = Counter()
        for stem in words:
            rarity = self._rarity(stem)
            for number in self.where.get(stem, ()) if rarity > 1 else ():
                weights[number] += rarity  # type: ignore[assignment]
        return {number for _title, _score, number in near} | {number for number, _weight in weights.most_common(FIRST_LOOK)}

    def _rarity(self, stem: str) -> float:
        return log((1 + len(self.titles)) / (1 + len(self.where.get(stem, ()))))

    def _closely(self, number: int, wanted: str, title_words: frozenset[str], words: frozenset[str]) -> Match:
        titles = fuzz.token_sort_ratio(wanted, self.titles[number])
        other = self.stems[number]
        shared = sorted(words & other, key=lambda stem: (-self._rarity(stem), stem))
        # How much of the new title, and of the new text, is there too; rare words count more.
        of_title = self._covered(title_words, other)
        of_text = self._covered(words, other) if len(words) > len(title_words) else of_title
        by_words = 70 * of_title + 30 * of_text if len(shared) >= 2 else 0.0
        if len(shared) >= 3:  # another title, and yet both texts consist of much the same words
            by_words = max(by_words, 80 * sqrt(of_text * self._covered(other, words)))
        score = max(titles if titles >= 75 else 0.0, by_words)
        return Match(number, round(score), tuple(shared[:4]), titles >= NEAR)

    def _covered(self, words: frozenset[str], other: frozenset[str]) -> float:
        whole = sum(self._rarity(stem) + 0.1 for stem in words)
        return sum(self._rarity(stem) + 0.1 for stem in words & other) / whole if whole else 0.0


def key_of(title: str) -> str:
    """A title for comparing: folded, at most 200 letters."""
    return " ".join(plain(title).split())[:200]
