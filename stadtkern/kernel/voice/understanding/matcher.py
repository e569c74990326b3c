"""Which names a sentence sounds like: Kölner Phonetik and pieces of words, weighted by how rare they are. Pure computation.

A recogniser writes "Personal aus weiß" and "Reise pass": words are broken and misspelt, but sound the same and share most
pieces.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from stadtkern.lib.phonetic import sound_of
from stadtkern.lib.words import STOP, plain, words_in

SOUND, WHOLE, FOUR, THREE = 2.0, 2.0, 1.0, 0.5  # what it is worth to share the sound of a word, the word, four letters, three
OF_NAME, OF_QUESTION = 0.65, 0.35  # how much it counts that the name was said, and that the name says all that was asked
SHORTEST_SOUND = 3


@dataclass(frozen=True)
class Name:
    """One way to say a thing; `worth` below 1 for a name that says it only roughly."""

    text: str
    thing: int
    worth: float = 1.0


class Matcher:
    """An index over names; `fillers` are folded words that say nothing."""

    def __init__(self, names: Sequence[Name], fillers: Iterable[str] = ()) -> None:
        self.names = names
        self.fillers = STOP | frozenset(fillers)
        features = [self._features(name.text, STOP) for name in names]  # "Ausweis ist fertig" is more than "Ausweis"
        seen: dict[str, int] = {}
        for one in features:
            for feature in one:
                seen[feature] = seen.get(feature, 0) + 1
        count = max(len(names), 1)
        self.rarity = {feature: math.log(1 + count / times) ** 2 for feature, times in seen.items()}
        self.postings: dict[str, list[tuple[int, float]]] = {}
        self.totals: list[float] = []
        for number, one in enumerate(features):
            self.totals.append(sum(worth * self.rarity[feature] for feature, worth in one.items()))
            for feature, worth in one.items():
                self.postings.setdefault(feature, []).append((number, worth * self.rarity[feature]))

    def scores(self, question: str) -> dict[int, float]:
        """Thing -> between 0 and 1, by its best name."""
        asked = {feature: worth for feature, worth in self._features(question, self.fillers).items() if feature in self.rarity}
        total = sum(worth * self.rarity[feature] for feature, worth in asked.items())
        shared: dict[int, float] = {}
        for feature in asked:
            for number, weight in self.postings[feature]:
                shared[number] = shared.get(number, 0.0) + weight
        best: dict[int, float] = {}
        for number, weight in shared.items():
            name = self.names[number]
            if weight < 0.15 * self.totals[number]:
                continue
            score = name.worth * (weight / self.totals[number]) ** OF_NAME * min(1.0, weight / total) ** OF_QUESTION
            if score > best.get(name.thing, 0.0):
                best[name.thing] = score
        return best

    @staticmethod
    def _features(text: str, left_out: frozenset[str]) -> dict[str, float]:
        found: dict[str, float] = {}
        words = [word for word in words_in(text) if word not in left_out and not word.isdigit()]
        for feature, worth in _pieces(words):
            found[feature] = max(found.get(feature, 0.0), worth)
        return found


def _pieces(words: Sequence[str]) -> Iterator[tuple[str, float]]:
    for word in words:
        yield from _of_word(word)
    for first, second in pairwise(words):  # "reise pass": joined as well
        if len(first) + len(second) <= 30:
            sound = sound_of(first + second)
            if len(sound) >= SHORTEST_SOUND + 1:
                yield f"~{sound}", SOUND


def _of_word(word: str) -> Iterator[tuple[str, float]]:
    sound = sound_of(word)
    if len(sound) >= SHORTEST_SOUND:
        yield f"~{sound}", SOUND
    yield f"={word}", WHOLE
    edged = f"#{word}#"
    for size, worth in ((4, FOUR), (3, THREE)):
        for place in range(len(edged) - size + 1):
            yield edged[place : place + size], worth


def folded(words: Iterable[str]) -> frozenset[str]:
    """Words as the index sees them."""
    return frozenset(plain(word) for word in words)


def best(scores: Mapping[int, float], most: int) -> list[int]:
    """The things with the highest scores."""
    return sorted(scores, key=lambda thing: (-scores[thing], thing))[:most]
