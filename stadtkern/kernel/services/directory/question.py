"""What somebody asks for: the words of a question, put together and taken apart, and what the administration calls them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from stadtkern.lib.words import stem_of, words_in

from .compounds import Splitter
from .index import Index, Lexicon

MOST_WORDS, MOST_READ, LONGEST_WORD = 8, 16, 60
MOST_UNKNOWN = 4  # words that are looked at for typing errors: that is what takes time
SHORTEST_FILLER = 4  # letters of a word that says nothing, as part of a compound: "Wohngeldantrag"
PARTICLES = frozenset(
    ["ab", "an", "auf", "aus", "bei", "ein", "her", "hin", "mit", "nach", "um", "vor", "weg", "zu", "zurueck"]
)
EVERYDAY, BEGUN, ENGLISH, HALF = 0.85, 0.9, 0.95, 0.7  # lexicon, half typed, English, half of it


@dataclass(frozen=True)
class Wanted:
    """One word of the question: what it is worth, and the stems that stand for it, with their quality."""

    worth: float
    stems: Mapping[str, float]


class Reader:
    """Reads questions against the words of some indexes."""

    def __init__(self, indexes: Sequence[Index], lexicon: Lexicon, everyday: Mapping[str, Iterable[str]]) -> None:
        self.indexes, self.lexicon = indexes, lexicon
        self.everyday: dict[str, list[str]] = {}
        for word, meant in everyday.items():
            self.everyday.setdefault(stem_of(word, "german"), []).extend(stem_of(one, "german") for one in meant)
        self.splitter = Splitter(self._is_part)

    def read(self, text: str) -> list[Wanted]:
        """The question word by word, the eight that tell most; nothing where all words are fillers."""
        words = words_in(text)
        particles = [word for word in words if word in PARTICLES]
        rest = self._joined([word for word in words if word not in PARTICLES and len(word) <= LONGEST_WORD][:MOST_READ])
        found: list[Wanted] = []
        unknown = 0
        for place, word in enumerate(rest):
            unknown += not (self._is_filler(word) or self._means(word))
            if unknown <= MOST_UNKNOWN or self._means(word):
                found += self._word(word, particles, last=place == len(rest) - 1)
        least = sorted((one.worth for one in found), reverse=True)[:MOST_WORDS]
        return [one for one in found if one.worth >= least[-1]][:MOST_WORDS]

    def _joined(self, words: list[str]) -> list[str]:
        """Words that are one word in the directory: "kataster auszug" is "katasterauszug"."""
        found: list[str] = []
        for word in words:
            if found and len(word) > 2 and self._known(stem_of(found[-1] + word, "german")):
                found[-1] += word
            else:
                found.append(word)
        return found

    def _word(self, word: str, particles: list[str], *, last: bool) -> list[Wanted]:
        own = stem_of(word, "german")
        if self._is_filler(word):
            return []
        for particle in particles:  # "ich melde mich um" is "ummelden"
            if self._known(particle + own):
                return [self._known_word(particle + own, particle + own, last=False)]
        if self._means(word):
            return [self._known_word(word, own, last=last)]
        slips = self._slips(own)
        parts = self.splitter.parts(word) if not slips or slips[0][1] > 1 or len(own) < 6 else ()
        if parts:
            return [self._known_word(part, stem_of(part, "german"), last=False) for part in parts if not self._is_filler(part)]
        return [self._unknown_word(word, own, slips)]

    def _means(self, word: str) -> bool:
        """Whether we know the word as it is typed."""
        own = stem_of(word, "german")
        return self._known(own) or own in self.everyday or self._known(stem_of(word, "english"))

    def _is_filler(self, word: str) -> bool:
        return word in self.lexicon.fillers or stem_of(word, "german") in self.lexicon.fillers

    def _is_part(self, word: str) -> bool:
        """Whether a compound may be made of it: a word we know in any form, also "Antrag" and the like."""
        if self._is_filler(word):
            return len(word) > SHORTEST_FILLER
        own = stem_of(word, "german")
        return word in self.lexicon.surfaces or own in self.everyday or self._known(own)

    def _known(self, one: str) -> bool:
        return any(one in index.postings for index in self.indexes)

    def _known_word(self, word: str, own: str, *, last: bool) -> Wanted:
        stems: dict[str, float] = {own: 1.0} if self._known(own) else {}
        english = stem_of(word, "english")
        if self._known(english):
            stems.setdefault(english, ENGLISH)
        self._add_everyday(stems, {own, english}, EVERYDAY)
        worth = self.lexicon.weight(english if own not in stems and english in stems else own)
        if last and len(own) > 3:
            self._add_begun(stems, own)
        return Wanted(worth, stems)

    def _unknown_word(self, word: str, own: str, slips: list[tuple[str, int]]) -> Wanted:
        stems: dict[str, float] = {}
        if len(own) > 2:
            self._add_begun(stems, own)
        for near, count in slips:
            quality = 0.92 - (0 if near[0] == own[0] else 0.15) - 1.2 * count / len(own)
            if quality > stems.get(near, 0.3):
                stems[near] = quality
                self._add_everyday(stems, {near}, quality * EVERYDAY)
        if not stems:
            self._add_ends(stems, word)
        worth = max((self.lexicon.weight(one) * quality for one, quality in stems.items()), default=0.3)
        return Wanted(worth, stems)

    def _add_everyday(self, stems: dict[str, float], words: Iterable[str], quality: float) -> None:
        for word in words:
            for meant in self.everyday.get(word, ()):
                if self._known(meant):
                    stems[meant] = max(stems.get(meant, 0.0), quality)

    def _add_begun(self, stems: dict[str, float], own: str) -> None:
        """Words that begin like this one: the last word of a question may be half typed."""
        for index in self.indexes:
            for near in index.starting(own):
                stems.setdefault(near, BEGUN * (0.5 + 0.5 * len(own) / len(near)))

    def _add_ends(self, stems: dict[str, float], word: str) -> None:
        """Half of a compound is better than nothing: the longest beginning and the longest end we know."""
        for ends in ([word[:cut] for cut in range(len(word) - 1, 3, -1)], [word[cut:] for cut in range(1, len(word) - 3)]):
            part = next((end for end in ends if self._is_part(end) and not self._is_filler(end)), "")
            if part:
                quality = HALF * (0.5 + 0.5 * len(part) / len(word))
                stems.setdefault(stem_of(part, "german"), quality)
                self._add_everyday(stems, {stem_of(part, "german")}, quality * EVERYDAY)
        for one in [one for one in stems if not self._known(one)]:
            del stems[one]

    def _slips(self, own: str) -> list[tuple[str, int]]:
        found = [pair for index in self.indexes for pair in index.misspelt(own)]
        # Lexicon words may stand in no name: "Perso" misspelt still means the Personalausweis.
        return sorted(set(found), key=lambda pair: pair[1])[:8]
