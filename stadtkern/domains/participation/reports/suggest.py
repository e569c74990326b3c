"""Which category is meant: three choices from what somebody writes, learned from words and from the city's own reports.

Character n-grams (TF-IDF) against the middle of each category; a word from its list counts more. Nothing is ever set by this.
"""

import threading
import time
from dataclasses import dataclass
from typing import Any

from stadtkern.lib.words import plain

from ..models import Report
from .categories import Plan, plan

LEARN_FROM = 4000  # newest reports with text
AGAIN_AFTER = 3600  # seconds
CHOICES = 3
_known: "dict[int, Model]" = {}
_learning = threading.Lock()


@dataclass
class Model:
    """What was learned: where each category lies among the n-grams."""

    keys: list[str]
    vectors: Any
    middles: Any
    words: list[tuple[str, str]]  # folded word, category
    learned_at: float


def suggest(text: str, limit: int = CHOICES) -> list[str]:
    """Keys of the likeliest categories, best first; [] where the text says nothing."""
    folded = plain(text[:2000])
    if len(folded.strip()) < 3:
        return []
    model = _model(plan())
    import numpy

    scores = numpy.asarray((model.vectors.transform([folded]) @ model.middles.T).todense()).ravel()
    by_key = dict(zip(model.keys, scores.tolist(), strict=True))
    for word, key in model.words:
        if word in folded:
            by_key[key] = by_key.get(key, 0.0) + 0.35 + 0.01 * len(word)
    best = sorted((key for key, score in by_key.items() if score > 0.02), key=lambda key: -by_key[key])
    return best[:limit]


def forget() -> None:
    """Learn anew at the next question."""
    _known.clear()


def _model(known: Plan) -> Model:
    model = _known.get(id(known))
    if model is not None and time.monotonic() - model.learned_at < AGAIN_AFTER:
        return model
    if not _learning.acquire(blocking=model is None):
        return model  # type: ignore[return-value]  # somebody learns already: the older one will do
    try:
        model = learn(known, _own_texts(known))
        _known.clear()
        _known[id(known)] = model
        return model
    finally:
        _learning.release()


def _own_texts(known: Plan) -> list[tuple[str, str]]:
    """Texts of reports that somebody has looked at, with the category they have now."""
    rows = Report.objects.filter(shown=True, category__in=list(known.kinds)).exclude(contribution__text="")
    return list(rows.order_by("-reported_at").values_list("contribution__text", "category")[:LEARN_FROM])


def learn(known: Plan, texts: list[tuple[str, str]]) -> Model:
    """Pure: a model from the words of the categories and from texts with their category."""
    from scipy.sparse import vstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    per_kind: dict[str, list[str]] = {kind.key: [plain(" ".join((kind.title, *kind.words)))] for kind in known.offered}
    for text, key in texts:
        if key in per_kind:
            per_kind[key].append(plain(text[:1000]))
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=1, max_features=60_000)
    vectors.fit([text for listed in per_kind.values() for text in listed])
    middles = normalize(vstack([_middle(vectors, listed) for listed in per_kind.values()]))
    words = [(plain(word), kind.key) for kind in known.offered for word in kind.words]
    return Model(list(per_kind), vectors, middles, words, time.monotonic())


def _middle(vectors: Any, texts: list[str]) -> Any:
    from scipy.sparse import csr_matrix

    return csr_matrix(vectors.transform(texts).mean(axis=0))
