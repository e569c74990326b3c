"""What a budget vote adds to the page of its process and of its projects."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from stadtkern.kernel.accounts.access import actor_of

from .models import Contribution, Phase, Poll, PollProject, Process


def process_panel(request: HttpRequest, process: Process, running: Phase | None) -> dict[str, Any] | None:
    """The way to ballot, result, and the office's page."""
    voting = next((phase for phase in process.phases.all() if "vote" in phase.allows), None)
    if voting is None:
        return None
    poll = Poll.objects.filter(process=process).first()
    member = actor_of(request).staff
    announced = poll is not None and poll.state != Poll.State.PREPARED
    runs_it = member is not None and member.office_id == process.office_id
    if not announced and not runs_it:
        return None
    over = bool(poll and poll.state == Poll.State.READY and voting.ends_at <= timezone.now())
    return {"process": process, "poll": poll if announced else None, "over": over, "runs_it": runs_it}


def contribution_panel(request: HttpRequest, row: Contribution) -> dict[str, Any] | None:
    """On a project: what the check found out, and the ballot it stands on."""
    if row.kind != Contribution.Kind.PROJECT:
        return None
    found = PollProject.objects.filter(contribution=row).select_related("poll__process").first()
    if found is None or found.poll.state == Poll.State.PREPARED:
        return None
    return {"project": found, "poll": found.poll}
