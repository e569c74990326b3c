"""What a consultation adds to the page of its process and of a statement."""

import json
from typing import Any

from django.http import HttpRequest

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.kernel.accounts.models import DESK_ROLES
from stadtkern.kernel.documents.models import Document

from .consultations import papers, rules, shapes
from .consultations.table import documents_with_passages
from .models import Contribution, Phase, Plan, Process, Statement, Weighing


def process_panel(request: HttpRequest, process: Process, running: Phase | None) -> dict[str, Any] | None:
    """The plan, until when, how else, and the outcome once the council has decided."""
    if not rules.is_consultation(process):
        return None
    plan = Plan.objects.filter(pk=process.pk).defer("paper").first()
    last = rules.last_day(process)
    return {
        "process": process, "plan": plan, "papers": [paper for paper, _passages in documents_with_passages(process)],
        "last_day": last, "taking": running is not None and "contribute" in running.allows, "settings": process.settings,
        "decided": papers.decided_words(plan) if plan and plan.decided_at else "",
    }  # fmt: skip


def contribution_panel(request: HttpRequest, row: Contribution) -> dict[str, Any] | None:
    """Its number, what it refers to; for its author receipt and answer, for the office the way to the table."""
    process, actor = row.process, actor_of(request)
    if process is None or not rules.is_consultation(process):
        return None
    one = Statement.objects.filter(pk=row.pk).prefetch_related("passages").first()
    if one is None:
        return None
    mine = Contribution.objects.of_author(actor).filter(pk=row.pk).exists()
    office = actor.staff is not None and actor.staff.role in DESK_ROLES and actor.staff.office_id == process.office_id
    plan = Plan.objects.filter(pk=process.pk).defer("paper").first()
    answers = list(Weighing.objects.filter(statements=one).order_by("topic", "pk"))
    receipt = Document.objects.filter(once=f"statement.receipt:{row.pk}").first() if mine and row.account_id else None
    decided = plan is not None and plan.decided_at is not None
    return {
        "row": row, "one": one, "process": process, "mine": mine, "office": office, "receipt": receipt, "plan": plan,
        "drawn": json.dumps(row.geometry) if row.geometry else "", "drawn_words": shapes.in_words(row.geometry),
        "answers": answers if office or (mine and decided) else [],
        "decided": papers.decided_words(plan) if plan and decided else "",
        "by_post": office and one.channel != Statement.Channel.ONLINE,
    }  # fmt: skip
