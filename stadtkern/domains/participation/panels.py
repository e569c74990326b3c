"""What opinion maps, topics and merging add to the pages of a process and of a contribution."""

from typing import Any

from django.http import HttpRequest

from stadtkern.kernel.accounts.access import actor_of

from .models import Contribution, Finding, Merging, Phase, Process, Tally
from .picture import FEW


def of_process(request: HttpRequest, process: Process, phase: Phase | None) -> dict[str, Any] | None:
    """The ways to the picture of opinions and to the topics, where there is something to see."""
    found = set(Finding.objects.filter(process=process, computed_at__isnull=False).values_list("what", flat=True))
    is_map = process.kind == "meinungskarte"
    if not is_map and Finding.What.TOPICS not in found:
        return None
    return {"is_map": is_map, "topics": Finding.What.TOPICS in found, "process": process}


def of_contribution(request: HttpRequest, row: Contribution) -> dict[str, Any] | None:
    """Sums of a statement; for authors and the office in charge the way to merging."""
    process, actor = row.process, actor_of(request)
    if process is None:
        return None
    tally = Tally.objects.filter(pk=row.pk).first() if row.kind == Contribution.Kind.STATEMENT else None
    votes = tally.agrees + tally.disagrees + tally.passes if tally else 0
    author = actor.account is not None and not actor.mandate and row.account_id == actor.account.pk
    office = actor.staff is not None and actor.staff.office_id == process.office_id
    may_merge = (
        row.state == Contribution.State.PUBLISHED
        and row.kind not in (Contribution.Kind.RESULT, Contribution.Kind.PETITION)
        and (author or office)
    )
    asked = Merging.objects.filter(source=row, state=Merging.State.ASKED).first() if author or office else None
    if not (may_merge or votes >= FEW or row.kind == Contribution.Kind.STATEMENT):
        return None
    return {
        "tally": tally if votes >= FEW else None, "votes": votes, "may_merge": may_merge and asked is None, "asked": asked,
        "statement": row.kind == Contribution.Kind.STATEMENT, "row": row, "process": process, "author": author,
    }  # fmt: skip
