"""What follows when a case moves elsewhere: decided at the desk, withdrawn on its page, sent by a program."""

from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.cases.models import Case, Decision
from stadtkern.kernel.events.actions import record

from .. import petitionforms
from ..models import Contribution, Moderation, Process
from ..templating import all_templates
from . import stating
from .contributing import complete, longest, not_too_many, store_new
from .guard import MOST_WRITES, Refused, now_allows, written_lately

State = Contribution.State


def services() -> set[str]:
    """Service folders whose cases are contributions of a process."""
    return {one.service for one in all_templates().values()}


@transaction.atomic
def settle(case_id: int) -> None:
    """The decision of the case is the decision about its contribution; where that is made already nothing happens."""
    row = _of_case(case_id)
    decision = Decision.objects.filter(case=case_id, made_at__isnull=False).first()
    if row is None or decision is None or row.state != State.SUBMITTED or stating.is_statement(row):
        return
    if _is_about_another_text(row, decision):
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


def _is_about_another_text(row: Contribution, decision: Decision) -> bool:
    """Changed, or decided again, since the case was: the new text waits for somebody to read it."""
    made_at = decision.made_at
    assert made_at is not None
    later = Moderation.objects.filter(contribution=row, at__gt=made_at)
    return bool(row.edited_at and row.edited_at > made_at) or later.exists()


@transaction.atomic
def settle_withdrawn(case_id: int) -> None:
    """Taken back on the page of the case."""
    row = _of_case(case_id)
    if row is not None and row.state in (State.SUBMITTED, State.PUBLISHED):
        row.state, row.edited_at = State.WITHDRAWN, timezone.now()
        row.save(update_fields=["state", "edited_at"])
        record("contribution.withdrawn", subject=str(row), actor=SYSTEM, data={"process": row.process_id})


@transaction.atomic
def take_in(case_id: int) -> None:
    """An idea sent through the catalogue (a program, a colleague at the counter): into the process it names, by its rules.

    Where these do not let it in, or more than one process has that name, it stays with the office as a case.
    """
    case = Case.objects.select_related("account__staff", "mandate__agent", "mandate__principal", "company").get(pk=case_id)
    if case.service not in services() or Contribution.objects.filter(case=case).exists():
        return
    process = _named_in(case)
    if process is None:
        return
    row = Contribution(
        process=process, kind=Contribution.Kind(all_templates()[process.kind].contribution), case=case,
        account=case.account, draft_key=case.draft_key or "", title=str(case.answers.get("title") or "")[:120],
        text=str(case.answers.get("text") or "")[: longest(process)], address=str(case.answers.get("place") or "")[:200],
        details=petitionforms.details_of(process, case.answers),
        reference=case.reference, state=State.SUBMITTED, submitted_at=case.submitted_at,
    )  # fmt: skip
    try:
        row.phase = now_allows(_sender(case), process, "contribute")
        not_too_many(row, process)
        complete(row, process)
    except Refused:
        return
    if row.account is not None and written_lately(row.account) >= MOST_WRITES:
        return
    stating.keep_back(row, process)
    store_new(row)
    stating.attach(row, process)
    record("contribution.submitted", subject=str(row), actor=SYSTEM, data={"process": process.pk, "kind": row.kind})


def _named_in(case: Case) -> Process | None:
    """The one public process with this title whose contributions are cases of this service."""
    named = str(case.answers.get("process") or "").strip()
    kinds = [key for key, one in all_templates().items() if one.service == case.service]
    rows = Process.objects.filter(state=Process.State.PUBLISHED, title__iexact=named, kind__in=kinds)
    rows = rows.exclude(audience=Process.Audience.STAFF).prefetch_related("phases").order_by("pk")
    found = list(rows[:2]) if named else []
    return found[0] if len(found) == 1 else None


def _sender(case: Case) -> Actor:
    """Who sent it, with the trust they had then."""
    trust = Trust(case.trust)
    if case.mandate is not None:
        return Actor(case.mandate.agent, None, case.company, trust, (), case.mandate)
    keys = (case.draft_key,) if case.draft_key else ()
    return Actor(case.account, getattr(case.account, "staff", None), case.company, trust, keys)


def _of_case(case_id: int) -> Contribution | None:
    return (
        Contribution.objects.select_for_update(of=("self",)).defer("search").filter(case=case_id, process__isnull=False).first()
    )
