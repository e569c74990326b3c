"""German compounds taken apart by a vocabulary: "Hundehaltung" is "hunde" and "haltung"."""

from collections.abc import Callable
from functools import lru_cache

LONGEST, SHORTEST, MOST = 40, 4, 4  # letters of a word, letters of a part, parts of a word
SHORT = frozenset({"bau", "kfz", "amt", "rad", "ehe", "tod", "hof", "weg", "abi"})  # parts of three letters worth having
JOINTS = ("", "s", "n", "e", "en", "es", "er")  # what German puts between two parts
Seen = dict[tuple[str, int], tuple[str, ...] | None]


class Splitter:
    """Takes words apart into words it knows; remembers the last ones."""

    def __init__(self, known: Callable[[str], bool]) -> None:
        self.known = known
        self.parts = lru_cache(maxsize=4096)(self._parts)

    def _parts(self, word: str) -> tuple[str, ...]:
        """The parts as they stand in the vocabulary, the head last; empty where the word cannot be taken apart."""
        if len(word) > LONGEST or len(word) < 2 * SHORTEST - 1:
            return ()
        return self._split(word, MOST, {}, whole=True) or ()

    def _split(self, word: str, most: int, seen: Seen, *, whole: bool = False) -> tuple[str, ...] | None:
        """The split with the fewest parts, of those the one with the longest front: German compounds branch to the left."""
        if not whole and self._is_part(word):
            return (word,)
        if most == 1:
            return None
        if (word, most) in seen:
            return seen[word, most]
        best: tuple[str, ...] | None = None
        for cut in range(len(word) - 3, 2, -1):
            left = self._left(word[:cut])
            if left and (rest := self._split(word[cut:], most - 1, seen)) and (best is None or len(rest) + 1 < len(best)):
                best = (left, *rest)
        seen[word, most] = best
        return best

    def _left(self, text: str) -> str:
        """A part in front, without the joint ("hunde" + "steuer", "schul(e)" + "weg"); empty where we do not know it."""
        for joint in JOINTS:
            if text.endswith(joint) and self._is_part(bare := text[: len(text) - len(joint)]):
                return bare
        return text + "e" if len(text) >= SHORTEST and self._is_part(text + "e") else ""

    def _is_part(self, word: str) -> bool:
        return word in SHORT or (len(word) >= SHORTEST and self.known(word))
