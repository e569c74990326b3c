"""Finding a service by everyday words: stems, umlauts, synonyms, parts of compounds, typing errors. In memory."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from rapidfuzz import process
from rapidfuzz.distance import OSA

from stadtkern.lib.words import STOP, plain, stem_of, stems_of, words_in

from . import catalogue
from .catalogue import Service

__all__ = ["Hit", "Index", "find", "plain"]
TITLE, SYNONYM, TEASER, TEXT = 10.0, 8.0, 3.0, 1.0
LONGEST_QUERY, MOST_WORDS, MOST_PREFIXES = 200, 10, 150
NOISE = 0.8  # below that it is chance
SHORTEST_PART = 4  # letters of a part of a compound: "Hund" in "Hundesteuer"


@dataclass(frozen=True)
class Hit:
    """A service found; scores compare within one search only."""

    service: Service
    score: float


def find(words: str, audience: str | None = None, limit: int = 20) -> list[Hit]:
    """Services for these words, best first; empty where nothing fits. `audience` narrows to one target group."""
    index = _index()
    scores = index.scores(words[:LONGEST_QUERY])
    if not scores:
        return []
    least = max(max(scores.values()) * 0.2, NOISE)
    hits = [
        Hit(index.services[number], round(score, 3))
        for number, score in scores.items()
        if score >= least and (not audience or audience in index.services[number].audiences)
    ]
    return sorted(hits, key=lambda hit: (-hit.score, hit.service.title))[:limit]


class Index:
    """Stems of all texts, each with the services it stands in."""

    def __init__(self, services: Iterable[Service]) -> None:
        self.services = list(services)
        self.places: dict[str, dict[int, float]] = {}
        self.phrases: dict[str, list[int]] = {}
        for number, service in enumerate(self.services):
            for stem, weight in _words_of(service).items():
                self.places.setdefault(stem, {})[number] = weight
            for phrase in _phrases(service):
                self.phrases.setdefault(phrase, []).append(number)
        self.stems = sorted(self.places)
        self.backwards = sorted(stem[::-1] for stem in self.stems)
        self.by_length: dict[int, list[str]] = {}
        for stem in self.stems:
            self.by_length.setdefault(len(stem), []).append(stem)

    def scores(self, query: str) -> dict[int, float]:
        """Service number -> score."""
        words = [word for word in words_in(query) if word not in STOP][:MOST_WORDS]
        total: dict[int, float] = {}
        covered: dict[int, int] = {}
        for place, word in enumerate(words):
            best = self._word(word)
            # "wohnsitz bescheinigung" also means "wohnsitzbescheinigung".
            for other in (words[place - 1] + word if place else "", word + words[place + 1] if place + 1 < len(words) else ""):
                for number, score in self._exact(other).items():
                    best[number] = max(best.get(number, 0), score)
            for number, score in best.items():
                total[number] = total.get(number, 0) + score
                covered[number] = covered.get(number, 0) + 1
        for number in total:
            total[number] *= (covered[number] / len(words)) ** 1.5
        for number in self.phrases.get(" ".join(words_in(query)), ()):
            total[number] = total.get(number, 0) + 2 * TITLE
        return total

    def _word(self, word: str) -> dict[int, float]:
        """The best a word does in each service."""
        found: dict[str, float] = {}
        for stem in stems_of(word):
            for near, quality in self._near(stem):
                found[near] = max(found.get(near, 0), quality)
        if max(found.values(), default=0) < 0.9:
            for near, quality in self._misspelt(stem_of(word, "german")):
                found[near] = max(found.get(near, 0), quality)
        best: dict[int, float] = {}
        # A relative is never worth more than the word itself: "register" means "register" before "deregister".
        ceiling = min((self._rarity(stem) for stem in stems_of(word) if stem in self.places), default=1.0)
        for stem, quality in found.items():
            rare = min(self._rarity(stem), ceiling)
            for number, weight in self.places[stem].items():
                best[number] = max(best.get(number, 0), quality * weight * rare)
        return best

    def _exact(self, word: str) -> dict[int, float]:
        best: dict[int, float] = {}
        for stem in stems_of(word) if word else ():
            for number, weight in self.places.get(stem, {}).items():
                best[number] = max(best.get(number, 0), weight * self._rarity(stem))
        return best

    def _rarity(self, stem: str) -> float:
        share = len(self.places[stem]) / len(self.services)
        return 0.3 + 0.7 * min(1.0, -math.log10(share + 1e-9) / 2)

    def _near(self, stem: str) -> Iterator[tuple[str, float]]:
        """The stem itself, longer words that begin or end with it, and the parts it is made of."""
        if stem in self.places:
            yield stem, 1.0
        if len(stem) >= 3:
            for near in _starting(self.stems, stem):
                yield near, 0.5 + 0.4 * len(stem) / len(near)
        if len(stem) >= SHORTEST_PART:
            for near in _starting(self.backwards, stem[::-1]):
                yield near[::-1], 0.4 + 0.4 * len(stem) / len(near)
        for cut in range(SHORTEST_PART, len(stem) - 1):
            for part in (stem[:cut], stem[-cut:]):
                if part in self.places:
                    yield part, 0.3 + 0.5 * cut / len(stem)

    def _misspelt(self, stem: str) -> Iterator[tuple[str, float]]:
        most = 0 if len(stem) < 4 else 1 if len(stem) < 6 else 2 if len(stem) < 11 else 3
        if not most:
            return
        for length in range(len(stem) - most, len(stem) + most + 1):
            near = process.extract(stem, self.by_length.get(length, ()), scorer=OSA.distance, score_cutoff=most, limit=10)
            for word, distance, _ in near:
                slip = 0 if word[0] == stem[0] else 0.1
                yield word, 0.85 - slip - 1.2 * distance / len(stem)


def _starting(ordered: list[str], start: str) -> Iterator[str]:
    place = bisect_left(ordered, start)
    for word in ordered[place : place + MOST_PREFIXES]:
        if not word.startswith(start):
            return
        if word != start:
            yield word


_known: "WeakKeyDictionary[Service, dict[str, float]]" = WeakKeyDictionary()


def _words_of(service: Service) -> dict[str, float]:
    """Stem -> weight of the best place it stands in; kept as long as the service is."""
    if service not in _known:
        words: dict[str, float] = {}
        for language, said in (("german", service), ("english", service.in_language("en"))):
            if said.language == "de" and language == "english":
                continue
            for weight, text in _texts(said):
                for word in words_in(text):
                    stem = stem_of(word, language)
                    words[stem] = max(words.get(stem, 0), weight)
            for synonym in _synonyms(service, said.language):
                for word in words_in(synonym):
                    stem = stem_of(word, language)
                    words[stem] = max(words.get(stem, 0), SYNONYM)
        _known[service] = {stem: weight for stem, weight in words.items() if stem not in STOP}
    return _known[service]


def _texts(said: Service) -> list[tuple[float, str]]:
    needs = " ".join(said.documents_needed)
    return [(TITLE, said.title), (TEASER, said.teaser), (TEXT, said.description), (TEXT, needs), (TEASER, said.decision.title)]


def _synonyms(service: Service, language: str) -> tuple[str, ...]:
    return service.synonyms if language == "de" else service.texts[language].synonyms


def _phrases(service: Service) -> Iterator[str]:
    titles = [service.title, *(texts.title for texts in service.texts.values())]
    for phrase in [*titles, *service.synonyms, *(word for texts in service.texts.values() for word in texts.synonyms)]:
        yield " ".join(words_in(phrase))


_current: tuple[object, Index] | None = None


def _index() -> Index:
    global _current
    services = catalogue.all_services()  # another object after every change
    if _current is None or _current[0] is not services:
        _current = (services, Index(services.values()))
    return _current[1]
