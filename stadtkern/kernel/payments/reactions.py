"""What happens by the clock and behind an action: the provider is asked, statements are fetched, letters are written."""

from django.utils import timezone
from procrastinate.contrib.django import app

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.events.models import Event

from . import actions, feeds
from .models import Dunning


@app.task(name="payments.poll", queueing_lock="payments.poll", queue="payments")
def poll(timestamp: int) -> None:
    """Every minute (site/jobs.py); a provider that is away leaves its note on the payments, for the operator."""
    actions.poll_due()


@app.task(name="payments.feed", queueing_lock="payments.feed", queue="payments")
def feed(timestamp: int) -> None:
    """Statements that lie in the folder; what is refused lies beside its reason. The demo's bank is asked by hand only."""
    if feeds.chosen().key != "demo":
        feeds.take_all(SYSTEM)


@app.task(name="payments.tidy", queueing_lock="payments.tidy", queue="payments")
def tidy(timestamp: int) -> None:
    """Mandates nobody uses or that ended long ago; names on statements, orders and claims past their years; unpaid offers."""
    actions.end_unused(timezone.now())
    while actions.forget_mandates_ended(timezone.now()):
        pass
    actions.forget_intakes(timezone.now())
    while actions.forget_old(timezone.localdate()):
        pass
    while actions.forget_offers(timezone.now()):
        pass
    while actions.forget_debtors(timezone.localdate()):
        pass


def write_reminder(event: Event) -> None:
    """The letter of a reminder; the queue tries again until it is sealed and delivered."""
    actions.send_letter(Dunning.objects.select_related("receivable").get(pk=event.data["dunning"]))


def take_file(event: Event) -> None:
    """A file somebody handed in; a worker that dies leaves it waiting for the next one."""
    actions.take_handed_in(event.data["intake"])


REACTIONS = {"payment.dunned": [write_reminder], "payment.file_handed_in": [take_file]}
