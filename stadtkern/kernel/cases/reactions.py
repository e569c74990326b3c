"""What a case does when something happened: sent, paid, decided; and when the night has come."""

from contextlib import suppress

from django.utils import timezone
from procrastinate.contrib.django import app

from stadtkern.kernel.appointments import actions as appointments
from stadtkern.kernel.events.models import Event

from . import actions


def case_of(event: Event) -> int | None:
    """The id behind "case:17"; None for anything else."""
    room, _, number = event.subject.partition(":")
    return int(number) if room == "case" and number.isdigit() else None


def mark_paid(event: Event) -> None:
    """The money has arrived."""
    if (pk := case_of(event)) is not None:
        actions.mark_paid(pk, event.actor)


def decide_by_rule(event: Event) -> None:
    """Decide at once where the law allows it."""
    if (pk := case_of(event)) is not None:
        actions.decide_by_rule(pk)


def book_visit(event: Event) -> None:
    """The appointment that was held while the form was filled in; where it is gone, the page of the case asks for another."""
    if (pk := case_of(event)) is not None:
        with suppress(appointments.Refused):
            actions.book_visit(pk)


def carry_out(event: Event) -> None:
    """Write the paper, put it into the post box, close the case; what is handed over first stays open until then."""
    if (pk := case_of(event)) is not None and not actions.awaits_handover(pk):
        actions.close(pk)


def carry_out_at_last(event: Event) -> None:
    """The department has handed over what was decided."""
    if (pk := case_of(event)) is not None:
        actions.close(pk)


def forget_drafts(event: Event) -> None:
    """Whoever closes an account takes the drafts along."""
    actions.forget_drafts_of(int(event.subject.removeprefix("account:")))


def offer_proof_again(event: Event) -> None:
    """A person wants a proof of this case in another wallet."""
    if (pk := case_of(event)) is not None:
        actions.offer_again(pk)


def file_note(event: Event) -> None:
    """What a clerk wrote at the end of a video appointment belongs into the file."""
    actions.file_call_note(event.subject, event.actor)


REACTIONS = {
    "account.closed": [forget_drafts],
    "payment.completed": [mark_paid],
    "case.submitted": [decide_by_rule, book_visit],
    "case.paid": [decide_by_rule],
    "case.decided": [carry_out],
    "case.handed_out": [carry_out_at_last],
    "call.noted": [file_note],
    "credential.wanted": [offer_proof_again],
}


@app.task(name="cases.retention", queueing_lock="cases.retention", queue="periodic")
def tidy_up(timestamp: int) -> None:
    """Every night (site/jobs.py): cases past their retention and drafts nobody has touched for 30 days."""
    while actions.shred_due(timezone.localdate()) or actions.forget_drafts(timezone.now()) or actions.conceal_closed():
        pass
