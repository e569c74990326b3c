"""What follows when a case moves elsewhere: decided at the desk, withdrawn on its page, sent by a program."""

from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.cases.models import Case, Decision
from stadtkern.kernel.events.actions import record

from .. import petitionforms
from ..eligibility import current
from ..models import Contribution, Moderation, Process
from ..templating import all_templates
from .contributing import store_new

State = Contribution.State


def services() -> set[str]:
    """Service folders whose cases are contributions of a process."""
    return {one.service for one in all_templates().values()}


@transaction.atomic
def settle(case_id: int) -> None:
    """The decision of the case is the decision about its contribution; where that is made already nothing happens."""
    row = _of_case(case_id)
    decision = Decision.objects.filter(case=case_id, made_at__isnull=False).first()
    if row is None or decision is None or row.state != State.SUBMITTED:
        return
    granted = decision.outcome != Decision.Outcome.REJECTED
    now = timezone.now()
    row.state, row.checked_at = (State.PUBLISHED if granted else State.REJECTED), now
    row.published_at = now if granted else None
    row.save(update_fields=["state", "checked_at", "published_at"])
    what = Moderation.What.PUBLISHED if granted else Moderation.What.REJECTED
    Moderation.objects.create(
        contribution=row, what=what, reason="" if granted else "other", text=decision.reason[:2000], by=decision.made_by
    )
    name = "contribution.published" if granted else "contribution.rejected"
    record(name, subject=str(row), actor=SYSTEM, data={"process": row.process_id, "kind": row.kind})


@transaction.atomic
def settle_withdrawn(case_id: int) -> None:
    """Taken back on the page of the case."""
    row = _of_case(case_id)
    if row is not None and row.state in (State.SUBMITTED, State.PUBLISHED):
        row.state = State.WITHDRAWN
        row.save(update_fields=["state"])
        record("contribution.withdrawn", subject=str(row), actor=SYSTEM, data={"process": row.process_id})


@transaction.atomic
def take_in(case_id: int) -> None:
    """An idea sent through the catalogue (a program, a colleague at the counter): into the process it names, if that runs."""
    case = Case.objects.select_related("account").get(pk=case_id)
    if case.service not in services() or Contribution.objects.filter(case=case).exists():
        return
    named = str(case.answers.get("process") or "").strip()
    rows = Process.objects.filter(state=Process.State.PUBLISHED, title__iexact=named).exclude(audience=Process.Audience.STAFF)
    process = rows.prefetch_related("phases").first() if named else None
    phase = current(process.phases.all()) if process else None
    if process is None or phase is None or "contribute" not in phase.allows:
        return  # stays with the office as a case
    row = Contribution(
        process=process, phase=phase, kind=Contribution.Kind(all_templates()[process.kind].contribution), case=case,
        account=case.account, draft_key=case.draft_key or "", title=str(case.answers.get("title") or "")[:120],
        text=str(case.answers.get("text") or "")[:5000], address=str(case.answers.get("place") or "")[:200],
        details=petitionforms.details_of(process, case.answers),
        reference=case.reference, state=State.SUBMITTED, submitted_at=case.submitted_at,
    )  # fmt: skip
    store_new(row)
    record("contribution.submitted", subject=str(row), actor=SYSTEM, data={"process": process.pk, "kind": row.kind})


def _of_case(case_id: int) -> Contribution | None:
    return (
        Contribution.objects.select_for_update(of=("self",)).defer("search").filter(case=case_id, process__isnull=False).first()
    )
