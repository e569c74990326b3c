"""Finding a service by everyday words: stems, umlauts, synonyms, parts of compounds, typing errors. In memory."""

import math
import re
import threading
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from weakref import WeakKeyDictionary

import snowballstemmer
from rapidfuzz import process
from rapidfuzz.distance import OSA

from . import catalogue
from .catalogue import Service

TITLE, SYNONYM, TEASER, TEXT = 10.0, 8.0, 3.0, 1.0
LONGEST_QUERY, MOST_WORDS, MOST_PREFIXES = 200, 10, 150
NOISE = 0.8  # below that it is chance
SHORTEST_PART = 4  # letters of a part of a compound: "Hund" in "Hundesteuer"
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe"})
_WORD = re.compile(r"[a-z0-9]+")
STOP = frozenset(
    """
    a aber about als am an and are at auf aus be bei bekommen bitte brauche brauchen can das dass dem den der des die do
    dort ein eine einem einen einer eines er es for from fuer get gibt habe haben hat have hier how i ich ihr ihre im in
    is ist it kann kein man mein meine meinem meinen meiner mich mir mit moechte muss my nach need nicht oder of ohne on
    or sich sie sind so the this to ueber um und uns unser vom von vor wann want was we weg wenn wer werden what when
    where who wie will wir wird with wo wohin wozu you your zu zum zur
    """.split()  # noqa: SIM905 - a list of a hundred strings is no easier to read
)
_stemmers = threading.local()


@dataclass(frozen=True)
class Hit:
    """A service found; scores compare within one search only."""

    service: Service
    score: float


def find(words: str, audience: str | None = None, limit: int = 20) -> list[Hit]:
    """Services for these words, best first; empty where nothing fits. `audience` narrows to one target group."""
    index = _index()
    scores = index.scores(plain(words[:LONGEST_QUERY]))
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
        words = [word for word in _WORD.findall(query) if word not in STOP][:MOST_WORDS]
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
        for number in self.phrases.get(" ".join(_WORD.findall(query)), ()):
            total[number] = total.get(number, 0) + 2 * TITLE
        return total

    def _word(self, word: str) -> dict[int, float]:
        """The best a word does in each service."""
        found: dict[str, float] = {}
        for stem in _stems(word):
            for near, quality in self._near(stem):
                found[near] = max(found.get(near, 0), quality)
        if max(found.values(), default=0) < 0.9:
            for near, quality in self._misspelt(stem_of(word, "german")):
                found[near] = max(found.get(near, 0), quality)
        best: dict[int, float] = {}
        # A relative is never worth more than the word itself: "register" means "register" before "deregister".
        ceiling = min((self._rarity(stem) for stem in _stems(word) if stem in self.places), default=1.0)
        for stem, quality in found.items():
            rare = min(self._rarity(stem), ceiling)
            for number, weight in self.places[stem].items():
                best[number] = max(best.get(number, 0), quality * weight * rare)
        return best

    def _exact(self, word: str) -> dict[int, float]:
        best: dict[int, float] = {}
        for stem in _stems(word) if word else ():
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
                for word in _WORD.findall(plain(text)):
                    stem = stem_of(word, language)
                    words[stem] = max(words.get(stem, 0), weight)
            for synonym in _synonyms(service, said.language):
                for word in _WORD.findall(plain(synonym)):
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
        yield " ".join(_WORD.findall(plain(phrase)))


def plain(text: str) -> str:
    """Small letters without marks: "Größe" and "Groesse" are both "groesse"."""
    folded = unicodedata.normalize("NFC", text.casefold()).translate(_UMLAUTS)
    return unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()


def words_in(text: str) -> list[str]:
    """The words of a text, folded: ["hund", "anmelden"]."""
    return _WORD.findall(plain(text))


def _stems(word: str) -> set[str]:
    return {stem_of(word, "german"), stem_of(word, "english")}


@lru_cache(maxsize=50_000)
def stem_of(word: str, language: str) -> str:
    """The stem of a folded word, "german" or "english"."""
    if not hasattr(_stemmers, "known"):  # a stemmer works on its own state: one per thread
        _stemmers.known = {name: snowballstemmer.stemmer(name) for name in ("german", "english")}
    stem: str = _stemmers.known[language].stemWord(word)
    return stem


_current: tuple[object, Index] | None = None


def _index() -> Index:
    global _current
    services = catalogue.all_services()  # another object after every change
    if _current is None or _current[0] is not services:
        _current = (services, Index(services.values()))
    return _current[1]
