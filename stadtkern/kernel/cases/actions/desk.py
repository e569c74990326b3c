"""The clerk's actions short of deciding: take, give back, ask, tell, note."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Role
from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.inbox import actions as inbox

from ..models import QUEUE, Case, Decision, Note, Status
from ..nameless import is_nameless
from .guard import AlreadyTaken, Refused, in_review, locked_at_desk, not_with_a_colleague, store, taken_sentence


@transaction.atomic
def take(actor: Actor, case: Case, *, over: bool = False) -> Case:
    """This clerk works on it from now on; a second time changes nothing.

    `over`: a LEAD takes it from a colleague (illness, holiday). Raises AlreadyTaken with name and time.
    """
    row, staff = locked_at_desk(actor, case, unseen=True)
    if row.status not in QUEUE:
        in_review(row)
    if row.clerk_id == staff.pk:
        return row
    if row.clerk_id and not (over and staff.role == Role.LEAD):
        raise AlreadyTaken(taken_sentence(row))
    row.clerk, row.taken_at = staff, timezone.now()
    store(row, "clerk", "taken_at")
    record("case.taken", subject=str(row), actor=actor.key)
    return row


@transaction.atomic
def give_back(actor: Actor, case: Case) -> Case:
    """Back on the pile of the office; a second time changes nothing."""
    row, staff = locked_at_desk(actor, case)
    if row.clerk_id is None:
        return row
    if row.clerk_id != staff.pk and staff.role != Role.LEAD:
        raise AlreadyTaken(taken_sentence(row))
    row.clerk = row.taken_at = None
    store(row, "clerk", "taken_at")
    record("case.given_back", subject=str(row), actor=actor.key)
    return row


@transaction.atomic
def ask_citizen(actor: Actor, case: Case, question: str) -> Case:
    """A question to the applicant: IN_REVIEW → AWAITING_CITIZEN; the clock stands still until the answer."""
    row, staff = locked_at_desk(actor, case)
    in_review(row)
    not_with_a_colleague(row, staff)
    text = required(question, _("Bitte schreiben Sie Ihre Frage."))
    if Decision.objects.filter(case=row).exists():
        raise Refused(_("Ein Entscheidungsvorschlag liegt vor. Geben Sie ihn zuerst zurück, dann können Sie fragen."))
    letter(actor, row, gettext_noop("Rückfrage zu Ihrem Antrag %s"), text)
    row.status, row.asked_at = Status.AWAITING_CITIZEN, timezone.now()
    row.clerk, row.taken_at = staff, row.taken_at or row.asked_at
    store(row, "status", "asked_at", "clerk", "taken_at")
    record("case.citizen_asked", subject=str(row), actor=actor.key)
    return row


@transaction.atomic
def tell_citizen(actor: Actor, case: Case, body: str, documents: tuple[Document, ...] = ()) -> Case:
    """A message to the applicant that asks nothing: the state stays."""
    row, _staff = locked_at_desk(actor, case)
    text = required(body, _("Bitte schreiben Sie eine Nachricht."))
    letter(actor, row, gettext_noop("Nachricht zu Ihrem Antrag %s"), text, documents)
    record("case.citizen_told", subject=str(row), actor=actor.key)
    return row


@transaction.atomic
def write_note(actor: Actor, case: Case, body: str) -> Note:
    """A remark among colleagues; part of the file, never shown to the applicant."""
    row, staff = locked_at_desk(actor, case)
    note = Note.objects.create(case=row, staff=staff, body=required(body, _("Bitte schreiben Sie einen Vermerk.")))
    record("case.note_written", subject=str(row), actor=actor.key, data={"note": note.pk})
    return note


def letter(actor: Actor, row: Case, title: str, body: str, documents: tuple[Document, ...] = ()) -> None:
    """Into the post box of the applicant; who reported without a name fetches it with the code."""
    if row.account is None and not is_nameless(row.service):
        raise Refused(
            _("Dieser Antrag wurde ohne Konto gestellt, ein Postfach gibt es nicht. Bitte rufen Sie an oder schreiben Sie.")
        )
    with override(row.account.language if row.account else "de"):  # the reader's, not the clerk's
        title = _(title) % row.reference
    inbox.deliver(
        account=row.account,
        company=row.company,
        mandate=row.mandate,
        about=str(row),
        office=row.office,
        title=title,
        body=body,
        documents=documents,
        actor_key=actor.key,
        link=reverse("cases:track", args=[row.reference]),
    )


def required(text: str, sentence: str) -> str:
    """What was typed; Refused with this sentence where nothing was."""
    clean = text.replace("\x00", "").strip()[:10_000]
    if not clean:
        raise Refused(sentence)
    return clean
