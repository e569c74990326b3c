"""Talk to the provider: begin a transaction, fetch its state. No database transaction is open meanwhile."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.events.actions import record
from stadtkern.lib.money import as_decimal

from ..adapters import PaymentInformation, PaymentItem, PaymentRequest, Provider, ProviderError, ProviderUnavailable
from ..models import Payment
from .posting import Refused
from .settling import next_check, settle

Status = Payment.Status
REST = timedelta(minutes=1)  # of the job after an answer that failed


def provider() -> Provider:
    """The provider this city has chosen: `[payments] adapter` in city.toml."""
    chosen: Provider = city().adapter("payments").connect()
    return chosen


def begin(payment: Payment, return_url: str, actor_key: str) -> str:
    """Address of the provider's pay page; two clicks at once get the same one.

    Must not be called inside a long transaction. Raises ProviderUnavailable (nothing is lost, try again),
    ProviderError, or Refused when the payment is no longer open.
    """
    with _one_at_a_time(payment):
        payment.refresh_from_db()
        if payment.status == Status.STARTED:
            return payment.redirect_url
        if payment.status != Status.OPEN:
            raise Refused(_("Diese Zahlung ist schon abgeschlossen."))
        chosen = provider()
        try:
            said = _create(chosen, payment, return_url)
        except (ProviderUnavailable, ProviderError) as error:
            note_trouble(payment, error)
            raise
        if not _started(payment, chosen.key, said, actor_key):
            raise Refused(_("Diese Zahlung wurde inzwischen beendet."))
    return payment.redirect_url


def refresh(payment: Payment, actor_key: str = SYSTEM) -> Payment:
    """Fetch the provider's word and apply it once; a payment without transaction, or paid, is left alone.

    Raises ProviderUnavailable or ProviderError, which are also noted on the payment for the operator.
    """
    payment.refresh_from_db()
    if payment.transaction_id and payment.status not in (Status.PAID, Status.SURPLUS):
        try:
            said = provider().fetch(payment.transaction_id)
        except (ProviderUnavailable, ProviderError) as error:
            note_trouble(payment, error)
            raise
        settle(payment.pk, said, actor_key)
        payment.refresh_from_db()
    return payment


def poll_due(limit: int = 100) -> int:
    """Ask about every transaction that is due, oldest first; returns how many answered.

    A provider that is away ends the round: the next one comes in a minute, and every row says what was wrong.
    """
    answered = 0
    for payment in _claim(limit):
        try:
            refresh(payment)
        except ProviderUnavailable:
            break
        except ProviderError:
            continue
        answered += 1
    return answered


def note_trouble(payment: Payment, error: Exception) -> None:
    """Keep what went wrong where the operator sees it."""
    now = timezone.now()
    payment.last_error, payment.checked_at = f"{type(error).__name__}: {error}"[:300], now
    if payment.transaction_id and payment.next_check_at is None:
        payment.next_check_at = now + REST  # too old for the rhythm, but the last word is still owed to us
    payment.save(update_fields=["last_error", "checked_at", "next_check_at"])


def _create(chosen: Provider, payment: Payment, return_url: str) -> PaymentInformation:
    try:
        return chosen.create(_request(payment, return_url))
    except ProviderError as error:
        if error.code != ProviderError.PAYMENT_EXISTS:
            raise
    # The answer to an earlier call was lost, so nobody ever saw that pay page: begin afresh.
    payment.request_id = uuid.uuid4()
    Payment.objects.filter(pk=payment.pk).update(request_id=payment.request_id)
    return chosen.create(_request(payment, return_url))


@transaction.atomic
def _started(payment: Payment, key: str, said: PaymentInformation, actor_key: str) -> bool:
    """Keep the transaction even if the payment ended meanwhile: it is watched all the same."""
    payment.refresh_from_db(from_queryset=Payment.objects.select_for_update())
    now = timezone.now()
    payment.provider, payment.transaction_id, payment.redirect_url = key, said.transactionId, said.transactionRedirectUrl
    payment.started_at = payment.checked_at = now
    payment.provider_status, payment.last_error, payment.next_check_at = said.status, "", next_check(payment, now)
    still_open = payment.status == Status.OPEN
    if still_open:
        payment.status = Status.STARTED
        data = {"payment": payment.pk, "cents": payment.amount_cents}
        record("payment.started", subject=payment.about, actor=actor_key, data=data)
    payment.save()
    return still_open


@transaction.atomic
def _claim(limit: int) -> list[Payment]:
    """Due rows, moved ahead so that a second worker takes others; if we die, they come again after the rest."""
    now = timezone.now()
    rows = list(Payment.objects.due(now).select_for_update(skip_locked=True)[:limit])
    for row in rows:
        coming = next_check(row, now)
        row.next_check_at = max(coming, now + REST) if coming else None
    Payment.objects.bulk_update(rows, ["next_check_at"])
    return rows


def _request(payment: Payment, return_url: str) -> PaymentRequest:
    """The payment in the words of XBezahldienste."""
    return PaymentRequest(
        requestId=str(payment.request_id),
        requestTimestamp=timezone.now().isoformat(timespec="seconds"),
        currency="EUR",
        grosAmount=float(as_decimal(payment.amount_cents)),
        purpose=payment.purpose,
        description=_allowed(payment.description),
        redirectUrl=return_url,
        items=[_item(number, line, payment) for number, line in enumerate(_positive(payment.items), 1)],
    )


def _positive(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Items of the standard are above zero: with reductions, one item per tax rate; where that does not do, a single one."""
    if all(line["cents"] > 0 for line in lines):
        return lines
    rates: dict[int, dict[str, Any]] = {}
    for line in lines:
        one = rates.setdefault(line.get("tax_bp", 0), {"label": line["label"], "cents": 0, "tax_cents": 0})
        one["tax_bp"] = line.get("tax_bp", 0)
        one["cents"] += line["cents"]
        one["tax_cents"] += line.get("tax_cents", 0)
    groups = list(rates.values())
    if all(one["cents"] > 0 for one in groups):
        return groups
    most = max(groups, key=lambda one: one["cents"])
    return [most | {"cents": sum(one["cents"] for one in groups), "tax_cents": sum(one["tax_cents"] for one in groups)}]


def _item(number: int, line: dict[str, Any], payment: Payment) -> PaymentItem:
    tax = float(as_decimal(line.get("tax_cents", 0)))
    net = float(as_decimal(line["cents"] - line.get("tax_cents", 0)))
    booking = {key: str(value) for key, value in city().raw.get("payments", {}).get("booking", {}).items()}
    return PaymentItem(
        id=str(number), reference=payment.purpose, description=_allowed(line["label"]),
        taxRate=line.get("tax_bp", 0) / 100, quantity=1, totalNetAmount=net, totalTaxAmount=tax, singleNetAmount=net,
        singleTaxAmount=tax, bookingData={**booking, "Kassenzeichen": payment.purpose},
    )  # fmt: skip


def _allowed(text: str) -> str:
    """The characters the standard allows in descriptions, 250 at most."""
    return re.sub(r"[^A-Za-z0-9_\s,.À-ſ-]", " ", text)[:250]


@contextmanager
def _one_at_a_time(payment: Payment) -> Iterator[None]:
    """A lock of the database session, not of a transaction: the provider may take its ten seconds."""
    key = f"payments.begin:{payment.pk}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [key])
    try:
        yield
    finally:
        with suppress(DatabaseError), connection.cursor() as cursor:  # a lost session has lost its locks, too
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])
