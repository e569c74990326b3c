"""What surveys and debates add to the pages of a process and of a contribution."""

from typing import Any

from django.http import HttpRequest

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.kernel.accounts.models import DESK_ROLES

from .debates import is_debate, tally
from .models import Contribution, Phase, Process, Question
from .surveys.when import is_survey, over


def _office(request: HttpRequest, process: Process) -> bool:
    staff = actor_of(request).staff
    return staff is not None and staff.role in DESK_ROLES and staff.office_id == process.office_id


def process_panel(request: HttpRequest, process: Process, running: Phase | None) -> dict[str, Any] | None:
    """How many questions, how answers are kept, and what came out."""
    if not is_survey(process):
        return None
    many = Question.objects.filter(process=process).count()
    return {"process": process, "many": many, "over": over(process), "office": _office(request, process)}


def contribution_panel(request: HttpRequest, row: Contribution) -> dict[str, Any] | None:
    """How many speak for and against it."""
    if row.process is None or not is_debate(row.process) or row.kind == Contribution.Kind.RESULT:
        return None
    return {"row": row, "process": row.process, "office": _office(request, row.process), **tally(row)}
