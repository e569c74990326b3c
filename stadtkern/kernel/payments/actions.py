"""Open a payment, send the payer to the provider, and settle what the provider says, once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from django.db import transaction

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.accounts.models import Account, Company

from .models import Payment

Status = Payment.Status
MAX_CENTS = 999_999_00  # XBezahldienste 1.0
EXPIRES_AFTER = timedelta(hours=1)  # without a word from the payer; a later payment is still taken
# Age of a transaction -> how long until it is asked about again. Older ones are left alone.
RHYTHM = [
    (timedelta(minutes=3), timedelta(seconds=15)),
    (timedelta(minutes=20), timedelta(minutes=1)),
    (timedelta(hours=3), timedelta(minutes=5)),
    (timedelta(days=1), timedelta(minutes=30)),
    (timedelta(days=7), timedelta(hours=6)),
]


class Refused(Exception):
    """The payment's state does not allow this; the message says what to do."""


class Line(Protocol):
    """One line of a bill, for example a FeeLine of a service."""

    @property
    def label(self) -> str: ...
    @property
    def cents(self) -> int: ...


@transaction.atomic
def open_payment(
    *,
    about: str,
    account: Account | None,
    amount_cents: int,
    description: str,
    items: Sequence[Line],
    actor_key: str,
    company: Company | None = None,
    draft_key: str | None = None,
    back_to: str = "",
) -> Payment:
    """The one open or paid payment for `about`; opened if there is none. The amount is fixed from here on.

    `items` must add up to `amount_cents` (none: one item with the description). `back_to` is the path of the page the
    payer returns to afterwards ("/vorgang/…/"); `draft_key` lets somebody pay who applied without signing in.
    """
    raise NotImplementedError


def begin(payment: Payment, return_url: str, actor_key: str) -> str:
    """Address of the provider's pay page; two clicks at once get the same one.

    Must not be called inside a long transaction. Raises ProviderUnavailable (nothing is lost, try again),
    ProviderError, or Refused when the payment is no longer open.
    """
    raise NotImplementedError


def refresh(payment: Payment, actor_key: str = SYSTEM) -> Payment:
    """Fetch the provider's word and apply it once. Raises ProviderUnavailable; final payments are left alone."""
    raise NotImplementedError


@transaction.atomic
def reopen(payment: Payment, actor_key: str) -> Payment:
    """A new attempt after a failed, cancelled or expired one; the open or paid one if there is one already."""
    raise NotImplementedError


def cancel(payment: Payment, actor_key: str) -> Payment:
    """The payer gives up this attempt; if the money is already there, the payment is settled instead."""
    raise NotImplementedError


@transaction.atomic
def call_off(about: str, actor_key: str) -> None:
    """Nothing is owed for `about` any more (withdrawn): open attempts end, money that still comes is to be refunded."""
    raise NotImplementedError


def poll_due(limit: int = 100) -> int:
    """Ask about every transaction that is due; returns how many were asked. For the job."""
    raise NotImplementedError
