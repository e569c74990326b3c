"""From the draft to the desk: submit, paid, answered, withdrawn."""

from collections.abc import Sequence
from datetime import timedelta

from django.contrib.postgres.search import SearchVector
from django.db import transaction
from django.db.models import Value
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.appointments import actions as appointments
from stadtkern.kernel.documents.models import Upload
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.inbox import actions as inbox
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.payments import actions as payments
from stadtkern.kernel.services.catalogue import Service
from stadtkern.lib.forms.shape import clean

from .. import visits
from ..applicant import who
from ..models import QUEUE, Case, Decision, Note, Status, search_text
from ..nameless import is_nameless
from .agreeing import must_agree
from .guard import Incomplete, MoreTrustNeeded, Refused, locked, locked_own, not_elsewhere, store
from .retention import keep_until

SAME_MESSAGE = timedelta(seconds=60)  # a second click, not a second message


@transaction.atomic
def submit(actor: Actor, case: Case) -> Case:
    """Send the application. Idempotent: double click, two tabs and the back button return the one case.

    Everything is checked again here, hidden answers are dropped, the fee comes from the tariff of the edition, and the
    payment is opened in the same transaction. DRAFT → (SUBMITTED →) AWAITING_PAYMENT with a fee, else IN_REVIEW.
    Raises Incomplete (with problems), MoreTrustNeeded.
    """
    row = locked_own(actor, case)
    if row.status != Status.DRAFT:
        return row
    service = row.begun_on
    if actor.account and row.account_id == actor.account.pk:
        row.account = actor.account  # read already, person and all
    _trusted(actor, row, service)
    answers = clean(service.form, row.answers)
    if problems := service.problems(answers):
        raise Incomplete(_("Einige Angaben fehlen noch oder passen nicht."), list(problems))
    if visits.no_longer_fits(row, service, answers):
        raise Refused(_("Der gewählte Termin passt nicht mehr zu Ihren Angaben. Wählen Sie unter „Termin“ einen neuen."))
    must_agree(row, service, answers)
    enter(row, service, answers)
    Case.objects.filter(pk=row.pk).update(search=search_vector(row), **{field: getattr(row, field) for field in ENTERED})
    announce(actor, row, service)
    return row


def announce(actor: Actor, row: Case, service: Service) -> None:
    """What follows from an application that has just been written: the payment is opened, the diary gets its line."""
    if row.fee_cents:
        payments.open_payment(
            about=str(row),
            account=row.account,
            company=row.company,
            mandate=row.mandate,
            draft_key=row.draft_key,
            amount_cents=row.fee_cents,
            description=f"{service.title} {row.reference}"[:250],
            items=service.fee_lines(row.answers),
            actor_key=actor.key,
            back_to=reverse("cases:track", args=[row.reference]),
            key=row.service,
            instalments=service.terms_of_fee.instalments,
        )
    data = {"service": row.service, "fee_cents": row.fee_cents, "trust": row.trust, "assisted": bool(row.assisted_by_id)}
    record("case.submitted", subject=str(row), actor=actor.key, data=data)


def _trusted(actor: Actor, row: Case, service: Service) -> None:
    """At the counter the clerk has seen the identity card; otherwise the session must be trusted enough."""
    if actor.staff and row.assisted_by_id == actor.staff.pk:
        row.trust = Trust.HIGH
        return
    if actor.trust < service.trust:
        raise MoreTrustNeeded(_("Für diese Leistung müssen Sie sich anmelden oder ausweisen. Ihr Antrag bleibt gespeichert."))
    row.trust = actor.trust


ENTERED = (
    "answers", "sources", "applicant", "fee_cents", "status", "submitted_at", "updated_at", "due_date", "keep_until",
    "steps_done", "trust",
)  # fmt: skip


def enter(row: Case, service: Service, answers: dict[str, object]) -> None:
    """Set what the office needs (the columns ENTERED); writes nothing."""
    now = timezone.now()
    row.answers = answers
    row.sources = {path: source for path, source in row.sources.items() if path in answers}
    row.applicant = who(row, service).name[:200]
    row.fee_cents = service.fee_cents(answers)
    row.status = Status.AWAITING_PAYMENT if row.fee_cents else Status.IN_REVIEW
    row.submitted_at = row.updated_at = now
    row.due_date = service.decision.due(timezone.localdate(now))
    row.keep_until = keep_until(now, service)
    row.steps_done = [step.key for step in service.form.steps]


def search_vector(row: Case) -> SearchVector:
    """Reference and applicant as the desk searches them."""
    return SearchVector(Value(search_text(f"{row.reference} {row.applicant}")), config="simple")


@transaction.atomic
def mark_paid(case_id: int, actor_key: str) -> Case:
    """The money has arrived: AWAITING_PAYMENT → IN_REVIEW; a replay changes nothing.

    Money for a case that has been withdrawn meanwhile is not lost: colleagues find a note that it is to be refunded.
    """
    row = locked(case_id)
    if row.status == Status.AWAITING_PAYMENT:
        row.status = Status.IN_REVIEW
        row.due_date = row.begun_on.decision.due(timezone.localdate())
        store(row, "status", "due_date")
        record("case.paid", subject=str(row), actor=actor_key, data={"service": row.service, "fee_cents": row.fee_cents})
    elif row.status == Status.WITHDRAWN:
        Note.objects.create(case=row, staff=None, body="Zahlung nach der Rücknahme eingegangen: bitte erstatten.")
        record("case.paid_late", subject=str(row), actor=actor_key, data={"fee_cents": row.fee_cents})
    return row


@transaction.atomic
def answer(actor: Actor, case: Case, body: str, uploads: Sequence[Upload] = ()) -> Case:
    """A message of the applicant to the office; the answer to a question sends the case back to review.

    The days of waiting are added to the due date. The same words within a minute are one message.
    """
    row = locked(case.pk, Case.objects.of_citizen(actor))
    nameless = row.account_id is None and is_nameless(row.service)
    if actor.account is None and not nameless:
        raise Refused(_("Diesen Antrag haben Sie ohne Konto gestellt. Bitte rufen Sie das Amt an."))
    if row.status in (Status.DRAFT, Status.WITHDRAWN):
        raise Refused(_("Zu diesem Antrag können Sie keine Nachricht mehr schreiben. Bitte wenden Sie sich direkt an das Amt."))
    text = body.replace("\x00", "").strip()[:10_000]
    if not text and not uploads:
        raise Refused(_("Bitte schreiben Sie eine Nachricht oder hängen Sie eine Datei an."))
    if not uploads and _just_said(row, text):
        return row
    inbox.write(
        actor,
        about=str(row),
        office=row.office,
        title=_("Nachricht zum Antrag %s") % row.reference,
        body=text or _("Dateien zum Antrag"),
        uploads=uploads,
        link=reverse("cases:track", args=[row.reference]),
        nameless=nameless,
    )
    if row.status != Status.AWAITING_CITIZEN:
        record("case.message_written", subject=str(row), actor=actor.key)
        return row
    row.status = Status.IN_REVIEW
    waited = timezone.localdate() - timezone.localdate(row.asked_at) if row.asked_at else timedelta()
    if not row.begun_on.decision.clock:  # a period of law does not wait
        row.due_date = row.due_date + waited if row.due_date else None
    row.asked_at = None
    store(row, "status", "due_date", "asked_at")
    record("case.citizen_answered", subject=str(row), actor=actor.key, data={"days": waited.days})
    return row


def _just_said(row: Case, text: str) -> bool:
    recent = Message.objects.filter(about=str(row), created_at__gt=timezone.now() - SAME_MESSAGE)
    return recent.filter(direction=Message.Direction.TO_OFFICE, body=text).exists()


@transaction.atomic
def withdraw(actor: Actor, case: Case, reason: str = "") -> Case:
    """The applicant takes the application back, until it is decided; a second time changes nothing."""
    row = locked_own(actor, case)
    if row.status == Status.WITHDRAWN:
        return row
    if row.status not in QUEUE:
        raise Refused(
            _("Diesen Entwurf können Sie verwerfen.")
            if row.status == Status.DRAFT
            else _("Über Ihren Antrag ist schon entschieden. Was Sie jetzt tun können, steht im Bescheid.")
        )
    not_elsewhere(row, on_the_way=False)
    Decision.objects.filter(case=row, made_at=None).delete()  # a proposal that nobody needs any more
    if row.status == Status.AWAITING_PAYMENT:
        payments.call_off(str(row), actor.key)
    appointments.call_off(str(row), actor)
    now = timezone.now()
    row.status, row.closed_at, row.clerk, row.taken_at, row.asked_at = Status.WITHDRAWN, now, None, None, None
    row.keep_until = keep_until(now, row.begun_on)
    store(row, "status", "closed_at", "clerk", "taken_at", "asked_at", "keep_until")
    if text := reason.replace("\x00", "").strip()[:2000]:
        Note.objects.create(case=row, staff=None, body=f"Grund der Rücknahme: {text}")
    record("case.withdrawn", subject=str(row), actor=actor.key, data={"service": row.service})
    return row
