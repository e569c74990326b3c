"""Whether a process asks questions, and whether the time for answers is over."""

from django.utils import timezone

from ..models import Process


def is_survey(process: Process) -> bool:
    return any("answer" in phase.allows for phase in process.phases.all())


def over(process: Process) -> bool:
    """Nobody can answer any more: only then there are figures, for everybody alike. Live ones would tell who came last."""
    ends = [phase.ends_at for phase in process.phases.all() if "answer" in phase.allows]
    return process.state == Process.State.CLOSED or (bool(ends) and max(ends) <= timezone.now())
