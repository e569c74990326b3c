"""What tickets do when money came, came back or did not come, and by the clock."""

from django.utils import timezone
from procrastinate.contrib.django import app

from stadtkern.kernel.events.models import Event

from ..actions import inspections, tickets
from ..actions import ticket_abo as abo
from ..actions import ticket_credit as credit
from ..actions import ticket_forgetting as forgetting
from ..actions import ticket_rights as rights


def issue(event: Event) -> None:
    """A purchase is paid: its tickets come."""
    room, _colon, number = event.subject.partition(":")
    if room == "fare" and number.isdigit():
        tickets.settle(int(number))


def end_unpaid(event: Event) -> None:
    """A direct debit came back: what was bought with it ends."""
    room, _colon, number = event.subject.partition(":")
    if room == "receivable" and number.isdigit():
        abo.taken_back(int(number))


REACTIONS = {"payment.completed": [issue], "payment.taken_back": [end_unpaid]}


@app.task(name="mobility.tickets", queueing_lock="mobility.tickets", queue="periodic")
def tidy(timestamp: int) -> None:
    """Orders nobody has paid; rights, tickets and digests whose time is over."""
    while tickets.end_unpaid(timezone.now()):
        pass
    rights.forget_rights(timezone.now())
    inspections.forget(timezone.localdate())
    while forgetting.forget_old(timezone.now()):
        pass


@app.task(name="mobility.abo", queueing_lock="mobility.abo", queue="periodic")
def months(timestamp: int) -> None:
    """Best prices of yesterday; the next month of every Abo; a letter where this one is not paid."""
    credit.even_out(timezone.localdate())
    abo.claim_due(timezone.localdate())
    abo.remind(timezone.localdate())


SCHEDULE = [("13 * * * *", tidy), ("41 3 * * *", months)]
