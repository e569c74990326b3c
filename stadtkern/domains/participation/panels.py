"""What opinion maps, topics and merging add to the pages of a process and of a contribution."""

from typing import Any

from django.http import HttpRequest

from stadtkern.kernel.accounts.access import actor_of

from .models import Contribution, Finding, Merging, Phase, Process
from .opining import sums_of
from .templating import all_templates


def of_process(request: HttpRequest, process: Process, phase: Phase | None) -> dict[str, Any] | None:
    """The ways to the picture of opinions and to the topics, where there is something to see."""
    found = set(Finding.objects.filter(process=process, computed_at__isnull=False).values_list("what", flat=True))
    is_map = _is_map(process)
    if not is_map and Finding.What.TOPICS not in found:
        return None
    return {"is_map": is_map, "topics": Finding.What.TOPICS in found, "process": process}


def _is_map(process: Process) -> bool:
    kind = all_templates().get(process.kind)
    return kind is not None and kind.is_map


def of_contribution(request: HttpRequest, row: Contribution) -> dict[str, Any] | None:
    """Sums of a statement; for authors and the office in charge the way to merging."""
    process, actor = row.process, actor_of(request)
    if process is None:
        return None
    statement = row.kind == Contribution.Kind.STATEMENT and _is_map(process)
    sums = sums_of(process).get(row.pk) if statement else None
    author = actor.account is not None and not actor.mandate and row.account_id == actor.account.pk
    office = actor.staff is not None and actor.staff.office_id == process.office_id
    may_merge = (
        row.state == Contribution.State.PUBLISHED
        and row.kind not in (Contribution.Kind.RESULT, Contribution.Kind.PETITION)
        and (author or office)
    )
    asked = Merging.objects.filter(source=row, state=Merging.State.ASKED).first() if author or office else None
    if not (may_merge or statement):
        return None
    tally = dict(zip(("agrees", "disagrees", "passes"), sums, strict=True)) if sums else None
    return {
        "tally": tally, "may_merge": may_merge and asked is None, "asked": asked,
        "statement": statement, "row": row, "process": process, "author": author,
    }  # fmt: skip
