"""What people get from the office about their statement: the sealed receipt, and what became of it; the sealed table."""

from contextlib import suppress
from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.models import Staff
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases.models import Case, Decision, Status
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.documents import actions as documents
from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.documents.render import arms, render
from stadtkern.kernel.documents.sealing import seal
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.inbox import actions as inbox

from ..consultations import papers
from ..models import Contribution, Plan, Process, Statement, Weighing
from .telling import page_of

KEEP_YEARS = 10
Outcome = Weighing.Outcome
AS_DECIDED = {
    Outcome.ADOPTED: Decision.Outcome.GRANTED, Outcome.NOTED: Decision.Outcome.GRANTED,
    Outcome.PARTLY: Decision.Outcome.PARTLY, Outcome.NOT: Decision.Outcome.REJECTED,
}  # fmt: skip


def _found(contribution_id: int) -> tuple[Contribution, Statement] | None:
    rows = Statement.objects.select_related("contribution__process__office", "contribution__account", "contribution__case")
    one = rows.defer("contribution__search").filter(pk=contribution_id).first()
    return (one.contribution, one) if one is not None else None


def receipt(row: Contribution, one: Statement, actor_key: str = SYSTEM) -> Document:
    """The sealed paper that says what arrived and when; the first one, however often it is asked for."""
    return documents.issue(
        about=f"case:{row.case_id}" if row.case_id else str(row), account=row.account, company=None,
        title=_("Eingang Ihrer Stellungnahme"), kind="Eingangsbestätigung", template=papers.LETTER.read_text(encoding="utf-8"),
        data=papers.receipt_data(row, one), keep_until=date(timezone.localdate().year + KEEP_YEARS, 12, 31),
        actor_key=actor_key, once=f"statement.receipt:{row.pk}",
    )  # fmt: skip


@transaction.atomic
def confirm(contribution_id: int) -> None:
    """A statement has arrived: its receipt lies in the post box, or on the page of the case. For reactions."""
    found = _found(contribution_id)
    if found is None or found[1].channel != Statement.Channel.ONLINE:
        return
    row, one = found
    paper = receipt(row, one)
    with override(row.account.language if row.account else "de"):
        body = _(
            "Der Eingang ist bestätigt. Ihre Stellungnahme hat die Nummer %s. Nach dem Beschluss des Rates schreiben wir "
            "Ihnen, was daraus wurde und warum."
        )
        body %= one.number
        inbox.deliver(
            account=row.account, about=f"case:{row.case_id}" if row.case_id else str(row),
            office=row.process.office if row.process else None, title=_("Eingang Ihrer Stellungnahme"), body=body,
            documents=[paper], actor_key=SYSTEM, once=f"statement.received:{row.pk}", link=page_of(row),
        )  # fmt: skip


@transaction.atomic
def tell_outcome_of(contribution_id: int, staff_id: int) -> None:
    """The council has decided: what became of this statement, in the post box; its case is closed. For reactions."""
    found = _found(contribution_id)
    if found is None or found[1].told_at or found[0].state in (Contribution.State.WITHDRAWN, Contribution.State.DRAFT):
        return
    row, one = found
    plan = Plan.objects.get(pk=one.process_id)
    if not _by_case(row, one, plan, staff_id):
        _by_letter(row, one, plan)
    Statement.objects.filter(pk=one.pk).update(told_at=timezone.now())
    record("statement.told", subject=str(row), actor=SYSTEM)


def _text(row: Contribution, one: Statement, plan: Plan) -> str:
    with override(row.account.language if row.account else "de"):
        return "\n\n".join([papers.decided_words(plan), papers.outcome_text(one)])


def _by_case(row: Contribution, one: Statement, plan: Plan, staff_id: int) -> bool:
    """The decision of the case brings the letter; False where a colleague holds it, or nobody can be told that way."""
    case = Case.objects.filter(pk=row.case_id, status=Status.IN_REVIEW).first() if row.case_id else None
    staff = Staff.objects.select_related("account", "office").filter(pk=staff_id).first()
    outcome = papers.outcome_of(one)
    if case is None or staff is None or not outcome:
        return False
    with suppress(cases.Refused, Case.DoesNotExist), transaction.atomic():
        cases.decide(Actor(staff.account, staff), case, AS_DECIDED[Outcome(outcome)], _text(row, one, plan))
        return row.account is not None
    return False


def _by_letter(row: Contribution, one: Statement, plan: Plan) -> None:
    """With an account into the post box, without one onto the page of the case. On paper: the office sends the letter."""
    if one.channel != Statement.Channel.ONLINE and row.account is None:
        return
    inbox.deliver(
        account=row.account, about=f"case:{row.case_id}" if row.case_id else str(row),
        office=row.process.office if row.process else None, title=_("Was aus Ihrer Stellungnahme wurde"),
        body=_text(row, one, plan), actor_key=SYSTEM, once=f"statement.told:{row.pk}", link=page_of(row),
    )  # fmt: skip


@transaction.atomic
def seal_table(process_id: int) -> None:
    """The public table as a sealed paper. For reactions."""
    process = Process.objects.select_related("office").get(pk=process_id)
    plan = Plan.objects.select_for_update().get(pk=process_id)
    if plan.decided_at is None or plan.paper is not None:
        return
    pdf = seal(table_pdf(process, plan, public=True), reason=f"Abwägung {process.key}", place=city().name).data
    plan.paper = pdf
    plan.save(update_fields=["paper"])
    record("consultation.sealed", subject=str(process), actor=SYSTEM, data={"size": len(pdf)})


def table_pdf(process: Process, plan: Plan, *, public: bool) -> bytes:
    """The table as it stands now. Raises Unrenderable where it is longer than a paper can be."""
    return paper_pdf(papers.TABLE.read_text(encoding="utf-8"), papers.table_data(process, plan, public=public))


def letter_pdf(row: Contribution, one: Statement, plan: Plan) -> bytes:
    """What became of a statement on paper, for the envelope."""
    return paper_pdf(papers.LETTER.read_text(encoding="utf-8"), papers.outcome_data(row, one, plan))


def paper_pdf(template: str, data: dict[str, object]) -> bytes:
    house = {"title": city().texts.get("title", city().name), "name": city().name, **city().contact}
    now = timezone.now()
    whole = {"city": house, "date": timezone.localdate(now).isoformat(), "arms": arms(), **data}
    return render(template, whole, at=now)


def outcome_page(process: Process) -> str:
    """Where everybody reads the table."""
    return reverse("participation:outcome_table", args=[process.key])
