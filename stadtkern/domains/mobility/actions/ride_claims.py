"""Rides no bill came for, or one nobody believes: what a clerk does about them after a word with the provider."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record

from ..models import Ride
from . import ride_bills
from .counts import Refused

State = Ride.State


def ask_again(actor: Actor, pk: int) -> Ride:
    """Ask the provider for the bill now; charged if there is one to believe. Raises Ride.DoesNotExist, Refused."""
    return ride_bills.settle(_ask(actor, pk, None), actor.key, away=True)


def accept(actor: Actor, pk: int, cents: int) -> Ride:
    """The provider confirmed this amount: it is fetched once more and charged, unless it is higher by now.

    Raises Ride.DoesNotExist, Refused where the amount is not the one that was held, or after the time for it.
    """
    return ride_bills.settle(_ask(actor, pk, cents), actor.key, away=True)


@transaction.atomic
def _ask(actor: Actor, pk: int, meant: int | None) -> Ride:
    """Diary: `ride.asked_again`, `ride.bill_accepted`."""
    row = _unclear(pk)
    if row.state != State.ENDED:
        raise Refused(_("Die Frist ist um, und wer gefahren ist, hat gelesen, dass es nichts kostet. Dabei bleibt es."))
    if meant is not None and meant != row.held_cents:
        raise Refused(_("Die Rechnung ist inzwischen eine andere. Sehen Sie sich den Betrag noch einmal an."))
    row.meant_cents = meant if meant is not None else row.meant_cents
    row.save(update_fields=["meant_cents"])
    data = {} if meant is None else {"cents": meant}
    record("ride.asked_again" if meant is None else "ride.bill_accepted", subject=str(row), actor=actor.key, data=data)
    return row


@transaction.atomic
def waive(actor: Actor, pk: int) -> Ride:
    """Nothing is charged, nobody asks again, and it leaves the list. Raises Ride.DoesNotExist. Diary: `ride.waived`."""
    row = _unclear(pk)
    row.state, row.look_at, row.closed_at = State.UNBILLED, None, timezone.now()
    row.save(update_fields=["state", "look_at", "closed_at"])
    record("ride.waived", subject=str(row), actor=actor.key)
    return row


def _unclear(pk: int) -> Ride:
    return Ride.objects.unclear(timezone.now()).select_for_update().get(pk=pk)
