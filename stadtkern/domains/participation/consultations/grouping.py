"""Statements by what they are about: passages, topics of their words, or one that is much the same. For the office alone."""

from collections.abc import Iterable
from typing import Any

from django.core.cache import caches
from django.db.models import Count, Max

from stadtkern.lib.opinion.similar import Index
from stadtkern.lib.opinion.topics import Topic, topics

from ..models import Contribution, Process, Statement
from .table import GONE

TEXT, SECONDS = 1500, 600


def _rows(process: Process) -> Any:
    return Statement.objects.filter(process=process).exclude(contribution__state__in=GONE)


def topics_of(process: Process) -> list[Topic]:
    """Topics of all statements, also of those nobody else reads; none for fewer than 15. Fresh when one came or went."""
    basis = _rows(process).aggregate(n=Count("pk"), last=Max("number"))
    key = f"participation.statements.{process.pk}.{basis['n']}.{basis['last']}"
    found: list[Topic] | None = caches["local"].get(key)
    if found is None:
        listed = _rows(process).values_list("pk", "contribution__title", "contribution__text")
        found = topics({pk: f"{title}. {text[:TEXT]}" for pk, title, text in listed})
        caches["local"].set(key, found, SECONDS)
    return found


def alike(process: Process, rows: Iterable[Contribution], among: Iterable[int], most: int = 10) -> list[int]:
    """Statements (of `among`) that say much the same as one of these, the most similar first."""
    wanted, index = list(rows), Index()
    numbers = frozenset(among) - {row.pk for row in wanted}
    for pk, title, text in _rows(process).filter(pk__in=numbers).values_list("pk", "contribution__title", "contribution__text"):
        index.add(pk, title, text[:TEXT])
    best: dict[int, int] = {}
    for row in wanted[:5]:
        for match in index.alike(row.title, row.text[:TEXT], most):
            best[match.number] = max(best.get(match.number, 0), match.score)
    return sorted(best, key=lambda pk: (-best[pk], pk))[:most]
