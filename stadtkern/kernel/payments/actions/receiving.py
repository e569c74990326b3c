"""Money comes: to a claim, to nobody yet, or from one account of the city to another."""

from datetime import date

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.events.actions import record

from .. import chart
from ..models import Entry, Payment, Posting, Receivable
from .ending import end
from .posting import Line, Refused, Source, account_of, checked, lock, move, post

Kind = Entry.Kind


@transaction.atomic
def receive(
    receivable: Receivable | None,
    *,
    cents: int,
    by: str,
    source_key: str,
    booked_on: date | None = None,
    memo: str = "",
    actor_key: str = SYSTEM,
    provider: str = "",
) -> Entry:
    """Money has come; the same `source_key` again returns the first booking and books nothing.

    `by` is "provider" (with its key), "transfer", "debit" or "counter". More than is open is to be refunded; without a
    claim the money is unexplained until `assign`. Diary: `payment.received` or `payment.unexplained`, and
    `payment.completed` about the thing itself once nothing is open any more.
    """
    account = account_of(by, provider)
    source = Source(source_key, actor_key, booked_on, by, memo=memo)
    checked(cents)
    if receivable is None:
        entry, new = post(Kind.RECEIPT, source, [Line(account, cents), Line(chart.SUSPENSE, -cents, item=0)])
        if new:
            record("payment.unexplained", subject=str(entry), actor=actor_key, data={"cents": cents, "by": by})
        return entry
    row = lock(receivable)
    entry, new = credit(row, [Line(account, cents)], Kind.RECEIPT, source)
    if new:
        _announce(row, entry, cents, actor_key)
    return entry


@transaction.atomic
def assign(entry: Entry, receivable: Receivable, actor_key: str, cents: int | None = None) -> Entry:
    """Unexplained money has found its claim, all of it or a part. Diary as `receive`."""
    row = lock(receivable)
    rest = rest_of(entry)
    amount = checked(cents) if cents is not None else rest
    if not 0 < amount <= rest:
        raise Refused(_("So viel ist von dieser Einzahlung nicht mehr ungeklärt."))
    source = Source.own(actor_key, f"assign:{entry.pk}", by=entry.by)
    done, _new = credit(row, [Line(chart.SUSPENSE, amount, item=entry.pk)], Kind.ASSIGN, source)
    _announce(row, done, amount, actor_key)
    return done


@transaction.atomic
def clear(
    account: str, *, cents: int, source_key: str, booked_on: date | None = None, memo: str = "", actor_key: str = SYSTEM
) -> Entry:
    """The bank statement shows what another account waits for: +cents came into the bank for it, -cents left.

    For chart.provider(…) (payout), DEBIT_TRANSIT (batch), COUNTER, PAYOUTS (our refunds leave), BANK_COSTS,
    CHARGEBACK_COSTS. SUSPENSE with negative cents is a debit nobody can explain yet. Diary: `payment.cleared`.
    """
    checked(abs(cents))
    if account in (chart.RECEIVABLES, chart.REFUNDS, chart.WRITE_OFFS, chart.BANK):
        raise ValueError(f"{account} is not cleared with the bank")
    other = Line(account, -cents, item=0 if account == chart.SUSPENSE else None)
    source = Source(source_key, actor_key, booked_on, memo=memo)
    entry, new = post(Kind.CLEARING, source, [Line(chart.BANK, cents), other])
    if new:
        record("payment.cleared", subject=str(entry), actor=actor_key, data={"cents": cents, "account": account})
    return entry


def rest_of(entry: Entry) -> int:
    """What of this money is still unexplained; locks the item, so that it is given away once."""
    Entry.objects.select_for_update(no_key=True).get(pk=entry.pk)
    found = Posting.objects.filter(account=chart.SUSPENSE, item=entry).aggregate(rest=Sum("cents"))
    return -(found["rest"] or 0)


def credit(row: Receivable, debits: list[Line], kind: str, source: Source) -> tuple[Entry, bool]:
    """Money for a locked claim: first what is open, then what was written off, and the rest is owed back."""
    cents = sum(line.cents for line in debits)
    revived = max(0, min(cents - row.open_cents, row.written_off_cents))
    if revived:
        debits = [*debits, Line(chart.WRITE_OFFS, -revived, row.pk)]
    entry, new = move(row, revived - cents, debits, kind, source)
    if new and not row.open_cents:
        end_attempts(row, source.actor)
    return entry, new


def end_attempts(row: Receivable, actor_key: str) -> None:
    """Nothing (or another amount) is open now: attempts at the provider that are under way end, and are still watched."""
    live = Payment.objects.select_for_update().filter(receivable=row, status__in=["OPEN", "STARTED"]).order_by("pk")
    for attempt in live:
        end(attempt, Payment.Status.CANCELLED, actor_key)


def announce_progress(row: Receivable, actor_key: str, facts: dict[str, int]) -> None:
    """The thing the claim is about hears of it when nothing is open any more, or when a plan of instalments is kept."""
    if row.cancelled_at:
        return
    if not row.open_cents:
        record("payment.completed", subject=row.about, actor=actor_key, data=facts)
    elif row.instalments.exists() and not row.due_cents(timezone.localdate()):
        record("payment.on_plan", subject=row.about, actor=actor_key, data=facts)


def _announce(row: Receivable, entry: Entry, cents: int, actor_key: str) -> None:
    facts = {"entry": entry.pk, "cents": cents}
    record("payment.received", subject=str(row), actor=actor_key, data=facts)
    announce_progress(row, actor_key, facts)
