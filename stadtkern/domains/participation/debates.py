"""What is read of a debate: whether a process is one, and its arguments by side. Reads only."""

from typing import Any

from django.db.models import Count

from .contests.veil import veiled_comment
from .models import Comment, Contribution, Process

MOST = 300


def is_debate(process: Process | None) -> bool:
    return process is not None and bool(process.settings.get("stances"))


def argued(row: Contribution) -> dict[str, Any]:
    """First arguments of both sides, the most answered ones first, and all others."""
    rows = Comment.objects.filter(contribution=row.pk, state=Comment.State.PUBLISHED, official=False)
    found = list(rows.filter(thread=None).annotate(veiled=veiled_comment()).order_by("pk")[:MOST])
    answers = dict(rows.filter(thread__in=[one.pk for one in found]).order_by().values_list("thread").annotate(Count("pk")))
    found.sort(key=lambda one: -answers.get(one.pk, 0))
    sides: dict[str, list[tuple[Comment, int]]] = {"PRO": [], "CONTRA": [], "": []}
    for one in found:
        sides[one.stance].append((one, answers.get(one.pk, 0)))
    return {"pro": sides["PRO"], "contra": sides["CONTRA"], "others": sides[""]}


def tally(row: Contribution) -> dict[str, int]:
    """How many arguments stand for and against it."""
    rows = Comment.objects.filter(contribution=row.pk, state=Comment.State.PUBLISHED, thread=None).exclude(stance="")
    counted = dict(rows.order_by().values_list("stance").annotate(Count("pk")))
    return {"pro": counted.get("PRO", 0), "contra": counted.get("CONTRA", 0)}
