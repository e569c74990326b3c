"""What comes back: returned direct debits open their claim again, with the bank's charge; refunds nobody could credit."""

from stadtkern.kernel.events.actions import record
from stadtkern.lib.camt import Movement

from ..bank import Account
from ..bill import Item
from ..models import Collection, DebitMandate, Entry, Payout, Position
from .claims import add_position
from .mandates import end_mandate
from .returning import return_debit, reverse

# Reasons for which the account's holder answers (EPC173-14): closed or blocked account, no cover, objection.
DEBTORS = {"AC01", "AC04", "AC06", "AM04", "MD06", "MS02", "MS03"}
# After these the mandate is of no use any more: wrong or closed account, no mandate, holder dead.
LAST = {"AC01", "AC04", "AC13", "AG01", "MD01", "MD07", "RC01", "RR01"}
Status = Collection.Status


def meant(movement: Movement) -> Collection | None:
    """Which of our collections came back."""
    if not movement.returned:
        return None
    live = Collection.objects.filter(status__in=[Status.ORDERED, Status.CLEARED], entry__isnull=False)
    if movement.end_to_end:
        found = live.filter(end_to_end=movement.end_to_end).first()
        if found:
            return found if -movement.cents >= found.cents else None
    if not movement.mandate:
        return None
    cents = movement.original_cents or -movement.cents
    same = list(live.filter(mandate__reference=movement.mandate, cents=cents)[:2])
    return same[0] if len(same) == 1 else None


def debit(collection: Collection, movement: Movement, source_key: str, ours: Account, actor_key: str) -> Entry:
    """The money leaves again, the claim is open again. Diary: `payment.debit_returned`."""
    row = (
        Collection.objects.select_for_update(of=("self",))
        .select_related("receivable", "mandate", "entry")
        .get(pk=collection.pk)
    )
    assert row.entry is not None
    cost = -movement.cents - row.cents
    entry = return_debit(
        row.entry, source_key=source_key, cost_cents=cost, booked_on=movement.booked_on, reason=movement.reason[:40],
        actor_key=actor_key,
    )  # fmt: skip
    row.status, row.reason = Status.RETURNED, movement.reason[:35]
    row.save(update_fields=["status", "reason"])
    if cost and ours.charge_debtor and movement.reason in DEBTORS and row.receivable.cancelled_at is None:
        item = Item("Kosten der Rücklastschrift", cost, kind=Position.Kind.CHARGEBACK)
        add_position(row.receivable, item, actor_key, source_key=f"{source_key}:cost")
    if movement.reason in LAST and row.mandate.ended_at is None:
        end_mandate(row.mandate, DebitMandate.Ending.RETURNED, actor_key)
    facts = {"collection": row.pk, "cents": row.cents, "cost": cost, "reason": movement.reason}
    record("payment.debit_returned", subject=str(row.receivable), actor=actor_key, data=facts)
    return entry


def payout(row: Payout, actor_key: str) -> None:
    """Our refund could not be credited: the city owes it again. The caller books the money. Diary: `payment.reversed`."""
    reverse(row.entry, actor_key, "returned")
    Payout.objects.filter(pk=row.pk).update(status=Payout.Status.RETURNED)
