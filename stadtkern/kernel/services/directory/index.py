"""An index of names, word by word, with the parts of compounds: one for the directory, one for the services of the city."""

import math
import sys
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz import process
from rapidfuzz.distance import OSA

from stadtkern.lib.words import STOP, stem_of, words_in

from .compounds import Splitter

HEAD, PART, ENGLISH = 0.75, 0.7, 0.9  # what the last part of a compound is worth, the others, a word stemmed as English
FILLER, ACTION = 0.12, 0.45  # words that say nothing, words that say what to do but not with what
OFFICIAL = 0.7  # what a word is worth that stands in titles of LeiKa entries alone
UNKNOWN = 0.85  # how rare a word is that stands nowhere in the directory
MOST_NEAR = 40


@dataclass(frozen=True)
class Name:
    """One name of a thing: `thing` is its number, `bundle` the number of the OZG-Leistung it belongs to (-1: none)."""

    text: str
    thing: int
    bundle: int
    weight: float
    english: bool = False


@dataclass
class Posting:
    """Where a stem stands: number of the name, how well it stands for the word there, weight of that word in the name."""

    names: list[int] = field(default_factory=list)
    qualities: list[float] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)


class Lexicon:
    """How telling a word is: what stands in few bundles tells more, fillers nothing, actions half."""

    def __init__(self, fillers: Iterable[str], actions: Iterable[str], words: Iterable[str] = ()) -> None:
        self.fillers = STOP | set(fillers) | {stem_of(word, "german") for word in fillers}
        self.actions = {stem_of(word, "german") for word in actions}
        self.surfaces = set(words)  # what compounds are made of, beside the words of all names
        self.rarity: dict[str, float] = {}
        self.splitter = Splitter(lambda word: word in self.surfaces and word not in self.fillers)

    def learn(self, names: Iterable[tuple[Name, list[str]]]) -> None:
        """Count in how many bundles every stem stands: 1 for one bundle, towards 0 for all of them."""
        pairs = list(names)
        self.surfaces |= {word for _, words in pairs for word in words if len(word) > 2}
        seen: dict[str, set[int]] = {}
        everyday: set[str] = set()
        for name, words in pairs:
            place = name.bundle if name.bundle >= 0 else -2 - name.thing
            for word in words:
                for one in (word, *self.splitter.parts(word)):
                    own = sys.intern(stem_of(one, "german"))
                    seen.setdefault(own, set()).add(place)
                    if name.weight >= 1:
                        everyday.add(own)
        most = len({name.bundle for name, _ in pairs}) or 1
        # What stands only in titles of the federal list ("schriftlich", "besonders") is rare without telling much.
        self.rarity = {
            one: math.log(1 + most / len(places)) / math.log(1 + most) * (1 if one in everyday else OFFICIAL)
            for one, places in seen.items()
        }

    def weight(self, one: str) -> float:
        """What a stem is worth in a question or in a name."""
        rare = self.rarity.get(one, UNKNOWN)
        if one in self.fillers:
            return rare * FILLER
        return rare * ACTION if one in self.actions else rare


class Index:
    """Names ready for questions. Built once, never changed."""

    def __init__(self, names: Iterable[tuple[Name, list[str]]], lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.names: list[Name] = []
        self.totals: list[float] = []
        self.postings: dict[str, Posting] = {}
        for name, words in names:
            self._add(name, words)
        self.stems = sorted(self.postings)
        self.by_length: dict[int, list[str]] = {}
        for one in self.stems:
            self.by_length.setdefault(len(one), []).append(one)

    def _add(self, name: Name, words: list[str]) -> None:
        best: dict[str, tuple[float, float]] = {}
        total = 0.0
        for word in words:
            own = stem_of(word, "german")
            worth = self.lexicon.weight(own)
            total += worth
            found = {own: 1.0}
            parts = self.lexicon.splitter.parts(word)
            for place, part in enumerate(parts):
                found.setdefault(stem_of(part, "german"), HEAD if place == len(parts) - 1 else PART)
            if name.english:
                found.setdefault(stem_of(word, "english"), ENGLISH)
            for one, quality in found.items():
                if quality > best.get(one, (0.0, 0.0))[0]:
                    best[one] = (quality, worth)
        for one, (quality, worth) in best.items():
            posting = self.postings.setdefault(sys.intern(one), Posting())
            posting.names.append(len(self.names))
            posting.qualities.append(quality)
            posting.weights.append(worth)
        self.names.append(name)
        self.totals.append(total)

    def starting(self, start: str) -> list[str]:
        """Stems that begin with these letters, the first few in the order of the alphabet."""
        place, found = bisect_left(self.stems, start), []
        for one in self.stems[place : place + MOST_NEAR]:
            if not one.startswith(start):
                break
            found.append(one)
        return found

    def misspelt(self, word: str) -> list[tuple[str, int]]:
        """Stems that are one to three slips away, with the number of slips."""
        most = 0 if len(word) < 4 else 1 if len(word) < 7 else 2 if len(word) < 12 else 3
        found: list[tuple[str, int]] = []
        for length in range(len(word) - most, len(word) + most + 1) if most else ():
            near = process.extract(word, self.by_length.get(length, ()), scorer=OSA.distance, score_cutoff=most, limit=8)
            # In a short word another first letter is another word: "Taufe" is no "Kaufe".
            found += [(one, int(slips)) for one, slips, _ in near if len(word) > 6 or one[0] == word[0]]
        return sorted(found, key=lambda pair: pair[1])[:8]


def tokens(names: Iterable[Name]) -> list[tuple[Name, list[str]]]:
    """Each name with its words."""
    return [(name, words_in(name.text)) for name in names]
