"""Services and entries of the directory found together, by everyday words; in memory, best first."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from .. import catalogue
from ..modules import store
from ..search import LONGEST_QUERY
from ..service import Service
from . import books
from .entry import Entry
from .index import Index, Lexicon, Name, tokens
from .question import Reader, Wanted

SERVICE, TITLE, WORDS, BELOW = 1.12, 1.0, 1.0, 0.9  # what a name is worth: of a service, title, everyday name, LeiKa entry
BAG = 0.3  # what it is worth that the words stand in several names of the same OZG-Leistung
WHOLE = 0.08  # how much better an entry must fit than the OZG-Leistung it belongs to
NEARLY = 0.6  # share of the score of its OZG-Leistung from which a service of the city stands before it
LEAST, NOISE = 0.45, 0.2  # of the best hit; below that it is chance


@dataclass(frozen=True)
class Found:
    """A hit: either a service of the city or an entry of the directory. Scores compare within one search only."""

    service: Service | None
    entry: Entry | None
    score: float
    said: str = ""  # the name that fits best, among its title and everyday names

    @property
    def key(self) -> str:
        """Of the service, or of the entry."""
        return self.service.key if self.service else self.entry.key if self.entry else ""


def find(words: str, audience: str = "", limit: int = 20) -> list[Found]:
    """Services and entries for these words, best first; empty where nothing fits. One entry per OZG-Leistung."""
    return _finder().find(words[:LONGEST_QUERY], audience, limit)


class Finder:
    """The names of the city's services over those of the directory."""

    def __init__(self, services: Mapping[str, Service], words: Mapping[str, Iterable[str]]) -> None:
        below, lexicon = _directory()
        self.services = list(services.values())
        names = [name for number, service in enumerate(self.services) for name in _service_names(-1 - number, service)]
        names += [name for key, said in words.items() for name in _city_names(key, said, self.services)]
        self.indexes = (Index(tokens(names), lexicon), below)
        self.reader = Reader(self.indexes, lexicon, _everyday()["words"])

    def find(self, words: str, audience: str, limit: int) -> list[Found]:
        """Best first."""
        wanted = self.reader.read(words)
        asked = sum(one.worth for one in wanted)
        found, said = _ranked([_scores(index, wanted, asked) for index in self.indexes]) if asked > 0 else ({}, {})
        least = max(max(found.values(), default=0) * LEAST, NOISE)
        hits: list[Found] = []
        for number, score in sorted(found.items(), key=lambda pair: (-pair[1], pair[0])):
            if score < least or len(hits) >= limit:
                break
            service, entry = (self.services[-1 - number], None) if number < 0 else (None, _things()[number])
            hit = Found(service, entry, score, said[number])
            if not audience or audience in (hit.service or hit.entry).audiences:  # type: ignore[union-attr]
                hits.append(hit)
        return hits


@dataclass(frozen=True)
class Score:
    """How well a name fits: what it covers of the question, weighted by how much of the name was asked for."""

    name: Name
    value: float


def _scores(index: Index, wanted: Iterable[Wanted], asked: float) -> tuple[list[Score], dict[int, float]]:
    """Names with their scores, and bundle -> how much of the question stands anywhere in it."""
    covered: dict[int, float] = {}
    filled: dict[int, float] = {}
    bags: dict[int, float] = {}
    for one in wanted:
        best: dict[int, tuple[float, float]] = {}
        for meant, quality in one.stems.items():
            if posting := index.postings.get(meant):
                for name, own, weight in zip(posting.names, posting.qualities, posting.weights, strict=True):
                    if quality * own > best.get(name, (0.0, 0.0))[0]:
                        best[name] = (quality * own, weight)
        places: dict[int, float] = {}
        for name, (quality, weight) in best.items():
            covered[name] = covered.get(name, 0.0) + one.worth * quality
            filled[name] = filled.get(name, 0.0) + weight * quality
            bundle = index.names[name].bundle
            places[bundle] = max(quality, places.get(bundle, 0.0))
        for bundle, quality in places.items():
            bags[bundle] = bags.get(bundle, 0.0) + one.worth * quality
    scores = []
    for name, share in covered.items():
        full = min(1.0, filled[name] / index.totals[name]) if index.totals[name] else 0.0
        value = index.names[name].weight * (share / asked) ** 1.2 * (0.5 + 0.5 * full)
        scores.append(Score(index.names[name], value))
    return scores, {bundle: share / asked for bundle, share in bags.items()}


def _ranked(parts: Iterable[tuple[list[Score], dict[int, float]]]) -> tuple[dict[int, float], dict[int, str]]:
    """Thing -> score, and the name that fits; of each OZG-Leistung only itself, or the one entry that says it better."""
    best: dict[int, Score] = {}
    bags: dict[int, float] = {}
    for scores, shares in parts:
        for bundle, share in shares.items():
            bags[bundle] = max(share, bags.get(bundle, 0.0))
        for score in scores:
            if score.name.thing not in best or score.value > best[score.name.thing].value:
                best[score.name.thing] = score
    found: dict[int, float] = {}
    heads: dict[int, tuple[float, float, int]] = {}
    for thing, score in best.items():
        bundle = score.name.bundle
        total = score.value + (BAG * bags[bundle] if bundle >= 0 else BAG * score.value)
        if thing < 0 or bundle < 0:
            found[thing] = total
            continue
        preferred = total + (WHOLE if _things()[thing].kind == "ozg" else 0.0)
        if bundle not in heads or preferred > heads[bundle][0]:
            heads[bundle] = (preferred, total, thing)
    for thing in found:  # a service that fits nearly as well as its OZG-Leistung comes before it
        head = heads.get(best[thing].name.bundle, (0.0, 0.0, 0))[1] if thing < 0 else 0.0
        if found[thing] >= head * NEARLY:
            found[thing] = max(found[thing], head + 0.001)
    found |= {thing: total for _, total, thing in heads.values()}
    return found, {thing: best[thing].name.text for thing in found}


@cache
def _everyday() -> dict[str, dict[str, list[str]]]:
    return books.book("everyday")


@cache
def _things() -> tuple[Entry, ...]:
    return tuple(books.entries().values())


@cache
def _bundles() -> dict[str, int]:
    return {key: number for number, key in enumerate(books.bundles())}


@cache
def _directory() -> tuple[Index, Lexicon]:
    """The index over all entries; takes a second or two, once per process."""
    raw = books.book("everyday")
    known = {word for key, meant in raw["words"].items() for word in (key, *meant)}
    lexicon = Lexicon(raw["fillers"].split(), raw["actions"].split(), known)
    names = tokens(name for number, entry in enumerate(_things()) for name in _entry_names(number, entry))
    lexicon.learn(names)
    return Index(names, lexicon), lexicon


def _entry_names(number: int, entry: Entry) -> Iterator[Name]:
    bundle = _bundles()[entry.ozg] if entry.ozg else -1
    yield Name(entry.title, number, bundle, TITLE if entry.kind == "ozg" else BELOW)
    for word in entry.words:
        yield Name(word, number, bundle, WORDS, english=True)


def _service_names(number: int, service: Service) -> Iterator[Name]:
    entry = books.nearest(service.leika)
    bundle = _bundles()[entry.ozg] if entry and entry.ozg else -1
    bare = service.title.partition(" (")[0]  # "Hund anmelden (Hundesteuer)" is asked for as "Hund anmelden"
    for title in dict.fromkeys(
        (service.title, bare, *service.synonyms, *([entry.title] if entry and entry.key == service.leika else []))
    ):
        yield Name(title, number, bundle, SERVICE)
    for texts in service.texts.values():
        for title in filter(None, (texts.title, texts.title.partition(" (")[0], *texts.synonyms)):
            yield Name(title, number, bundle, SERVICE, english=True)


def _city_names(key: str, words: Iterable[str], services: Sequence[Service]) -> Iterator[Name]:
    """What the city itself calls an entry, or the service for it."""
    entry = books.entries().get(key)
    numbers = [-1 - number for number, service in enumerate(services) if service.leika == key]
    if not numbers and entry:
        numbers = [_numbers()[key]]
    for word in words:
        for number in numbers:
            yield Name(word, number, _bundles()[entry.ozg] if entry and entry.ozg else -1, WORDS, english=True)


@cache
def _numbers() -> dict[str, int]:
    return {entry.key: number for number, entry in enumerate(_things())}


_lock = threading.Lock()
_current: tuple[object, object, Finder] | None = None


def _finder() -> Finder:
    """The finder over what services and words there are now; the large index below it stays."""
    global _current
    services, stamp = catalogue.all_services(), _stamp()  # another object, another stamp after every change
    if _current is None or _current[0] is not services or _current[1] != stamp:
        with _lock:
            if _current is None or _current[0] is not services or _current[1] != stamp:
                words = {one.key: _said(one) for one in store.everything()}
                _current = (services, stamp, Finder(services, words))
    return _current[2]


def _said(modules: store.Modules) -> list[str]:
    return [text for one in modules.texts for text in (modules.own("title", one), *modules.synonyms(one)) if text]


def _stamp() -> int:
    try:
        return store.folder().stat().st_mtime_ns
    except OSError:  # the city has no words of its own
        return 0


def build() -> None:
    """Build the index now; called again it does nothing."""
    _finder()


def warm() -> None:
    """Build the index beside the first request, so that the first search need not wait; called again it does nothing."""
    global _warming
    if _current is None and not _warming:
        _warming = True
        threading.Thread(target=_finder, name="directory", daemon=True).start()


_warming = False
