"""What many texts are about: word stems and pieces of words, weighed by how rare they are, in a few topics.

An overview for readers, no truth: every topic names its words and shows the texts behind it. The computation starts from the
data itself, not from chance, so that the same texts give the same topics; `carried_over` keeps a topic's key when texts are
added.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt

from stadtkern.lib.words import STOP, plain, stem_of

LEAST_TEXTS = 15
MOST_TOPICS = 10
PIECES = 0.4  # how much pieces of words count beside whole stems
LEAST_WEIGHT = 0.02
_WORD = re.compile(r"[^\W\d_]{3,}")
MORE_STOP = frozenset(
    """
    alle allem allen aller alles also andere anderen anderer anderes bin bis bist damit dann dadurch darauf darum davon dazu
    denn dennoch derzeit deshalb dessen deutlich diese diesem diesen dieser dieses doch durch durchaus eben ebenso eher einige
    einigen einiger einmal endlich entweder etwa etwas euch gar ganz ganze ganzen gegen genau gern geworden gibts haette halt
    hatte hatten her hin hinter ihm ihn ihnen ihrem ihren ihrer immer insbesondere jede jedem jeden jeder jedes jetzt jene jenen
    koennen koennte koennten lassen leider machen macht man manche mehr mehrere meist moeglich moeglichst muessen muesste
    muessten nachdem naemlich natuerlich neben nichts noch nur ob obwohl ohnehin schon sehr seid sein seine seinem seinen seiner
    seit selbst sollen sollte sollten somit sondern sonst sowie statt trotz unbedingt unsere unserem unseren unserer unter viel
    viele vielen vieler voellig waehrend waere waeren war waren warum weder weil weiter weitere weiteren welche welchen welcher
    wenig weniger wegen wieder wirklich wohl worden wurde wurden zumindest zwar zwischen bereits besser besonders darf duerfen
    auch keine keinem keinen keiner keines neue neuen neuer neues beim ins ans daran dabei dafuer dagegen daher danach darin
    darueber darunter deren dessen jeweils ueberall sowas solche solchen solcher dies ebenfalls wohin wobei wodurch innen aussen
    hoch hohe hohen hoeher hoehere hoeheren gross grosse grossen groesser groessere klein kleine kleinen
    bzw usw etc ggf sowohl wichtig gut gute guten einfach
    """.split()  # noqa: SIM905 - a list of words is read, not typed
)
WITHOUT = STOP | MORE_STOP


@dataclass(frozen=True)
class Topic:
    """One topic: words to read, and the texts behind it, the most typical first, each with its share (0 to 1)."""

    key: int
    words: tuple[str, ...]
    texts: tuple[tuple[int, float], ...]


def stems_in(text: str) -> list[str]:
    """Stems of the words that say something."""
    words = [plain(word) for word in _WORD.findall(text)]
    return [stem_of(word, "german") for word in words if word not in WITHOUT]


def pieces_in(text: str) -> list[str]:
    """Five letters in a row: what long German words have in common."""
    words = [plain(word) for word in _WORD.findall(text)]
    return [word[place : place + 5] for word in words if word not in WITHOUT for place in range(max(len(word) - 4, 0))]


def topics(texts: Mapping[int, str]) -> list[Topic]:
    """Topics of these texts, the largest first; none where there are too few texts, which are simply listed then."""
    said = {number: text for number, text in texts.items() if stems_in(text)}
    if len(said) < LEAST_TEXTS:
        return []
    numbers = sorted(said)
    count = max(3, min(MOST_TOPICS, round(sqrt(len(numbers) / 4))))
    shares, heaviest = _factors([said[number] for number in numbers], count)
    spelled = _spellings(said.values())
    members: dict[int, list[tuple[int, float]]] = {}
    for number, row in zip(numbers, shares, strict=True):
        whole = sum(row)
        best = max(range(len(row)), key=lambda place: (row[place], -place))
        if whole > 0 and row[best] >= LEAST_WEIGHT:
            members.setdefault(best, []).append((number, round(row[best] / whole, 3)))
    order = sorted(members, key=lambda place: (-len(members[place]), place))
    return [
        Topic(
            key,
            tuple(spelled.get(stem, stem) for stem in heaviest[place]),
            tuple(sorted(members[place], key=lambda member: (-member[1], member[0]))),
        )
        for key, place in enumerate(order, 1)
    ]


def _factors(texts: Sequence[str], count: int) -> tuple[list[list[float]], list[list[str]]]:
    """Per text the weight of every topic, per topic its heaviest stems."""
    from scipy.sparse import hstack
    from sklearn.decomposition import NMF
    from sklearn.feature_extraction.text import TfidfVectorizer

    least = 2 if len(texts) < 500 else 3
    whole = TfidfVectorizer(analyzer=stems_in, min_df=least, max_df=0.5, sublinear_tf=True)
    parts = TfidfVectorizer(analyzer=pieces_in, min_df=max(least, 3), max_df=0.3, sublinear_tf=True, max_features=20_000)
    try:
        stems, pieces = whole.fit_transform(texts), parts.fit_transform(texts)
    except ValueError:  # every text has words of its own: nothing in common
        return [[0.0]] * len(texts), [[]]
    size = min(count, *stems.shape)
    model = NMF(size, init="nndsvd", solver="cd", max_iter=300, random_state=0)
    shares = model.fit_transform(hstack([stems, pieces * PIECES]).tocsr())
    names = whole.get_feature_names_out()
    heavy = [[str(names[column]) for column in row[: len(names)].argsort()[::-1][:4]] for row in model.components_]
    return shares.tolist(), heavy


def _spellings(texts: object) -> dict[str, str]:
    """The most frequent spelling of every stem: people read words, not stems."""
    seen: dict[str, Counter[str]] = {}
    for text in texts:  # type: ignore[attr-defined]
        for word in _WORD.findall(text):
            folded = plain(word)
            if folded not in WITHOUT:
                seen.setdefault(stem_of(folded, "german"), Counter())[word] += 1
    return {stem: max(words, key=lambda word: (words[word], word)) for stem, words in seen.items()}


def carried_over(before: Sequence[Topic], now: Sequence[Topic]) -> list[Topic]:
    """The same topics with the keys and words of earlier ones that hold mostly the same texts; new ones get new keys."""
    pairs = []
    for old in before:
        had = {number for number, _share in old.texts}
        for place, new in enumerate(now):
            has = {number for number, _share in new.texts}
            both = len(had & has)
            if both and both / min(len(had), len(has)) >= 0.5:
                pairs.append((both / len(had | has), old, place))
    taken: dict[int, Topic] = {}
    used: set[int] = set()
    for _likeness, old, place in sorted(pairs, key=lambda pair: (-pair[0], pair[1].key, pair[2])):
        if place not in taken and old.key not in used:
            taken[place] = old
            used.add(old.key)
    free = max([topic.key for topic in before], default=0)
    result = []
    for place, topic in enumerate(now):
        if place in taken:
            result.append(replace(topic, key=taken[place].key, words=taken[place].words))
        else:
            free += 1
            result.append(replace(topic, key=free))
    return result
