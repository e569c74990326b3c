"""What a ride cost: the provider's journal is asked until it says so, and charged once, through the payments."""

from dataclasses import asdict
from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.payments import actions as payments

from ..adapters import Bill, BillLine, Declined, Unavailable, provider
from ..models import Ride
from ..sharing.prices import as_rows
from .ride_letters import tell_billed
from .ride_states import next_look

State = Ride.State
MOST_CENTS = 50_000  # nobody is charged more without a word from the provider that it is meant
GIVEN_UP = timedelta(days=30)  # a bill that did not come by then is not charged
LINES = {
    "FARE": "Fahrt",
    "EXTRA_USAGE": "Zusätzliche Nutzung",
    "REFUND": "Erstattung",
    "CREDIT": "Gutschrift",
    "VOUCHER": "Gutschein",
}


def settle(row: Ride, key: str, away: bool = False) -> Ride:
    """Ask for the bill of a ride that is over, and charge it. Without one, or with one nobody believes, we ask again.

    `away`: whoever rode is not the one who asks, and gets a letter.
    """
    try:
        bill = provider(row.provider).bill(row.leg)
    except (Declined, Unavailable):
        bill = None
    if bill is None or bill.cents > max(MOST_CENTS, row.meant_cents or 0):
        return _wait(row, bill)
    return _charge(row, bill, key, away or key == SYSTEM)


@transaction.atomic
def _wait(row: Ride, bill: Bill | None) -> Ride:
    """No bill yet, or one for a clerk to ask about. Diary: `ride.unbilled` after a month, for then it is charged to nobody."""
    fresh = Ride.objects.select_for_update().get(pk=row.pk)
    if fresh.state != State.ENDED:
        return fresh
    now = timezone.now()
    fresh.look_at = next_look(fresh, now)
    fresh.held_cents = min(bill.cents, 2**31 - 1) if bill else fresh.held_cents
    if fresh.ended_at and fresh.ended_at < now - GIVEN_UP:
        fresh.state, fresh.look_at = State.UNBILLED, None
        record("ride.unbilled", subject=str(fresh), actor=SYSTEM)
    fresh.save(update_fields=["state", "look_at", "held_cents"])
    return fresh


@transaction.atomic
def _charge(row: Ride, bill: Bill, key: str, away: bool) -> Ride:
    """Once: a second journal of the same ride changes nothing. Diary: `ride.billed`."""
    fresh = Ride.objects.select_for_update().get(pk=row.pk)
    if fresh.state != State.ENDED:
        return fresh
    cents = max(0, bill.cents)
    fresh.bill = {
        "lines": [asdict(line) for line in bill.lines],
        "seconds": bill.seconds,
        "fare": as_rows(bill.fare),
        "left_out": list(bill.left_out),
    }
    fresh.cents, fresh.look_at, fresh.held_cents = cents, None, None
    fresh.state = State.BILLED if fresh.account else State.UNBILLED
    fresh.save(update_fields=["bill", "cents", "state", "look_at", "held_cents"])
    record(f"ride.{fresh.state.lower()}", subject=str(fresh), actor=key, data={"cents": cents})
    if fresh.account and cents:
        _owe(fresh, fresh.account, bill, key)
    if fresh.account and away:
        tell_billed(fresh)
    return fresh


def _owe(row: Ride, account: Account, bill: Bill, key: str) -> None:
    title = f"{row.title}, {timezone.localtime(row.ended_at or row.at):%d.%m.%Y}"
    items = [
        payments.Item(f"{LINES[line.category]}: {row.title}", line.cents, line.tax_bp, _reason(line) if line.cents < 0 else "")
        for line in bill.lines
    ]
    payments.open_payment(
        about=str(row), account=account, amount_cents=row.cents or 0, description=title, items=items, actor_key=key,
        key="sharing", back_to=reverse("mobility:ride", args=[row.pk]),
    )  # fmt: skip


def _reason(line: BillLine) -> str:
    """A fare below zero puts right what was charged before."""
    return "Berichtigung" if line.category in ("FARE", "EXTRA_USAGE") else LINES[line.category]
