"""Apply the provider's word to our rows: under lock, once, and never losing money that came late."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.events.actions import record
from stadtkern.lib.money import from_decimal

from .. import chart
from ..adapters import PaymentInformation
from ..adapters import TransactionStatus as Word
from ..bill import Item
from ..models import Entry, Payment, Receivable
from .claims import cancel_claim, raise_claim
from .ending import end, facts
from .posting import Line, Refused, Source, lock
from .receiving import announce_progress, credit, end_attempts
from .returning import refund

Status = Payment.Status
EXPIRES_AFTER = timedelta(hours=1)  # without a word from the payer; a later payment is still taken
# Age of a transaction -> how long until it is asked about again. Older ones are left alone.
RHYTHM = [
    (timedelta(minutes=3), timedelta(seconds=15)),
    (timedelta(minutes=20), timedelta(minutes=1)),
    (timedelta(hours=3), timedelta(minutes=5)),
    (timedelta(days=1), timedelta(minutes=30)),
    (timedelta(days=7), timedelta(hours=6)),
]


@transaction.atomic
def settle(payment_id: int, said: PaymentInformation, actor_key: str) -> Payment:
    """One word of the provider about one attempt, applied under lock of all attempts for the same thing."""
    row = lock(claim_of(Payment.objects.get(pk=payment_id)))
    mine = Payment.objects.select_for_update().get(pk=payment_id)
    if mine.status in (Status.PAID, Status.SURPLUS):
        return mine
    now = timezone.now()
    mine.checked_at, mine.provider_status, mine.method = now, said.status, said.paymentMethod[:40]
    mine.last_error, mine.next_check_at = "", next_check(mine, now)
    provider = f"provider:{mine.provider}"
    if wrong := _wrong_amount(mine, said):
        mine.last_error = wrong
        mine.save()
    elif said.status == Word.PAYED:
        _take(mine, row, now, provider)
    elif said.status == Word.FAILED and mine.status == Status.STARTED:
        end(mine, Status.FAILED, provider)
    elif said.status == Word.CANCELED and mine.status == Status.STARTED:
        end(mine, Status.CANCELLED, provider)
    elif mine.status == Status.STARTED and mine.started_at and mine.started_at < now - EXPIRES_AFTER:
        end(mine, Status.EXPIRED, actor_key)
    else:
        mine.save()
    return mine


def claim_of(payment: Payment) -> Receivable:
    """The claim an attempt belongs to; an attempt from before the ledger gets one when something happens to it."""
    if payment.receivable:
        return payment.receivable
    lines = [Item(line["label"], line["cents"]) for line in payment.items]
    whole = sum(line.cents for line in lines) == payment.amount_cents
    row = raise_claim(
        about=payment.about, items=lines if whole else [Item(payment.description, payment.amount_cents)],
        description=payment.description, actor_key=SYSTEM, account=payment.account, company=payment.company,
        mandate=payment.mandate, draft_key=payment.draft_key, back_to=payment.back_to,
    )  # fmt: skip
    if not payment.wanted:
        cancel_claim(row, _("Zurückgenommen"), SYSTEM)
    Payment.objects.filter(about=payment.about, receivable=None).update(receivable=row)
    payment.receivable = row
    return row


def _take(mine: Payment, row: Receivable, now: datetime, actor_key: str) -> None:
    """Money for a claim pays what is open; money for nothing is a surplus. Attempts still open end."""
    mine.completed_at, mine.next_check_at = now, None
    mine.status = Status.PAID if row.open_cents or row.written_off_cents else Status.SURPLUS
    mine.save()
    source = Source(f"provider:{mine.provider}:{mine.transaction_id}", actor_key, timezone.localdate(now), "provider")
    credit(row, [Line(chart.provider(mine.provider), mine.amount_cents)], Entry.Kind.RECEIPT, source)
    end_attempts(row, actor_key)
    if mine.status == Status.SURPLUS:
        record("payment.doubled", subject=mine.about, actor=actor_key, data=facts(mine))
        return
    if row.open_cents:
        record("payment.received", subject=str(row), actor=actor_key, data=facts(mine))
    announce_progress(row, actor_key, facts(mine))


@transaction.atomic
def mark_refunded(actor: Actor, payment: Payment) -> Payment:
    """The cash office has sent the surplus back; a second click changes nothing."""
    row = lock(claim_of(payment))
    mine = Payment.objects.select_for_update().get(pk=payment.pk)
    if mine.status != Status.SURPLUS:
        raise Refused("only a surplus is refunded here")
    if mine.refunded_at is None:
        if cents := min(mine.amount_cents, row.refund_cents):
            refund(row, by="transfer", cents=cents, actor_key=actor.key, source_key=f"refund:{mine}")
        mine.refunded_at = timezone.now()
        mine.save(update_fields=["refunded_at"])
        record("payment.refunded", subject=mine.about, actor=actor.key, data=facts(mine))
    return mine


def next_check(payment: Payment, now: datetime) -> datetime | None:
    """When this transaction is asked about again; None when its days are over."""
    age = now - (payment.started_at or now)
    return next((now + pause for limit, pause in RHYTHM if age < limit), None)


def _wrong_amount(mine: Payment, said: PaymentInformation) -> str:
    if said.grosAmount is None or from_decimal(said.grosAmount) == mine.amount_cents:
        return ""
    return f"the provider speaks of {said.grosAmount} euros"
