"""Apply the provider's word to our rows: under lock, once, and never losing money that came late."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record
from stadtkern.lib.money import from_decimal

from ..adapters import PaymentInformation
from ..adapters import TransactionStatus as Word
from ..models import Payment

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
ENDS = {Status.FAILED: "payment.failed", Status.CANCELLED: "payment.cancelled", Status.EXPIRED: "payment.expired"}


class Refused(Exception):
    """The payment's state does not allow this; the message says what to do."""


@transaction.atomic
def settle(payment_id: int, said: PaymentInformation, actor_key: str) -> Payment:
    """One word of the provider about one attempt, applied under lock of all attempts for the same thing."""
    about = Payment.objects.values_list("about", flat=True).get(pk=payment_id)
    attempts = list(Payment.objects.select_for_update().filter(about=about).order_by("pk"))
    mine = next(row for row in attempts if row.pk == payment_id)
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
        _take(mine, attempts, now, provider)
    elif said.status == Word.FAILED and mine.status == Status.STARTED:
        end(mine, Status.FAILED, provider)
    elif said.status == Word.CANCELED and mine.status == Status.STARTED:
        end(mine, Status.CANCELLED, provider)
    elif mine.status == Status.STARTED and mine.started_at and mine.started_at < now - EXPIRES_AFTER:
        end(mine, Status.EXPIRED, actor_key)
    else:
        mine.save()
    return mine


def end(payment: Payment, status: Payment.Status, actor_key: str) -> None:
    """An attempt ends without money; its transaction is still watched, because money may yet come."""
    payment.status = status
    if not payment.transaction_id:
        payment.last_error = ""
    payment.save()
    record(ENDS[status], subject=payment.about, actor=actor_key, data=_facts(payment))


def _take(mine: Payment, attempts: list[Payment], now: datetime, actor_key: str) -> None:
    """The first money for a thing pays it and ends attempts that are still open; any further money is a surplus."""
    mine.completed_at, mine.next_check_at = now, None
    if not mine.wanted or any(row.status == Status.PAID for row in attempts):
        mine.status = Status.SURPLUS
        mine.save()
        record("payment.doubled", subject=mine.about, actor=actor_key, data=_facts(mine))
        return
    for other in attempts:
        if other is not mine and other.status in (Status.OPEN, Status.STARTED):
            end(other, Status.CANCELLED, actor_key)
    mine.status = Status.PAID
    mine.save()
    record("payment.completed", subject=mine.about, actor=actor_key, data=_facts(mine))


@transaction.atomic
def mark_refunded(actor: Actor, payment: Payment) -> Payment:
    """The cash office has sent the surplus back; a second click changes nothing."""
    mine = Payment.objects.select_for_update().get(pk=payment.pk)
    if mine.status != Status.SURPLUS:
        raise Refused("only a surplus is refunded here")
    if mine.refunded_at is None:
        mine.refunded_at = timezone.now()
        mine.save(update_fields=["refunded_at"])
        record("payment.refunded", subject=mine.about, actor=actor.key, data=_facts(mine))
    return mine


def next_check(payment: Payment, now: datetime) -> datetime | None:
    """When this transaction is asked about again; None when its days are over."""
    age = now - (payment.started_at or now)
    return next((now + pause for limit, pause in RHYTHM if age < limit), None)


def _wrong_amount(mine: Payment, said: PaymentInformation) -> str:
    if said.grosAmount is None or from_decimal(said.grosAmount) == mine.amount_cents:
        return ""
    return f"the provider speaks of {said.grosAmount} euros"


def _facts(payment: Payment) -> dict[str, Any]:
    return {"payment": payment.pk, "cents": payment.amount_cents}
