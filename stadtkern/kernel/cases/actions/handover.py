"""Between decision and closing: what is made elsewhere (an identity card) has been handed over."""

from django.db import transaction

from stadtkern.kernel.events.actions import record

from ..models import Case, Decision, Status
from .guard import locked


def awaits_handover(case_id: int) -> bool:
    """Whether the decision gives something the department still has to hand over."""
    row = Case.objects.select_related("edition").get(pk=case_id)
    if not row.begun_on.decision.handover:
        return False
    return Decision.objects.filter(case=row, made_at__isnull=False).exclude(outcome=Decision.Outcome.REJECTED).exists()


@transaction.atomic
def note_handed_out(case_id: int, actor_key: str) -> Case:
    """The department has handed it over: the case can be closed. A second time changes nothing."""
    row = locked(case_id)
    if row.status == Status.DECIDED:
        record("case.handed_out", subject=str(row), actor=actor_key, data={"service": row.service})
    return row
