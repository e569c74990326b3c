"""Pay what is owed through the provider: open an attempt once, try again, give it up, call it off."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.accounts.models import Account, Company, Mandate
from stadtkern.kernel.events.actions import record

from ..adapters import ProviderError, ProviderUnavailable
from ..bill import Item, Line, as_items
from ..models import Payment, Position, Receivable
from .asking import refresh
from .claims import cancel_claim, claim
from .ending import end
from .posting import Refused, lock
from .settling import claim_of

Status = Payment.Status
OFFER_DAYS = timedelta(days=30)


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
    mandate: Mandate | None = None,
    draft_key: str | None = None,
    back_to: str = "",
    key: str = "",
    instalments: Mapping[str, int] | None = None,
    voluntary: bool = False,
) -> Payment:
    """The claim for `about` and its one open or paid attempt; both opened if there are none. The sum is fixed from here on.

    `items` must add up to `amount_cents` (none: one item with the description); they may carry tax and reductions.
    `back_to` is the path of the page the payer returns to afterwards ("/vorgang/…/"); `draft_key` lets somebody pay who
    applied without signing in; `key` names the revenue account, usually the service; `voluntary`: nobody owes it.
    ValueError for a sum that is not owed, does not add up, or differs from the payment that is open already.
    """
    if items and sum(line.cents for line in items) != amount_cents:
        raise ValueError(f"the items of {about} do not add up to {amount_cents} cents")
    if back_to and (not back_to.startswith("/") or back_to.startswith("//")):
        raise ValueError(f"{back_to!r} is no path of this site")
    row, new = claim(
        Receivable(
            about=about, key=key, account=account, company=company, mandate=mandate, draft_key=draft_key,
            description=description, back_to=back_to, voluntary=voluntary,
        ),
        bill := as_items(items or [Item(description[:250], amount_cents)]), actor_key, instalments,
    )  # fmt: skip
    return _open(row, amount_cents, 0, _told(bill), actor_key) if new else attempt(row, actor_key)


@transaction.atomic
def attempt(receivable: Receivable, actor_key: str) -> Payment:
    """An attempt to pay what is due: the one that is open, else a new one; the paid one when nothing is open any more.

    Of a plan of instalments that is what is due by now, else the next instalment. Diary: `payment.opened`.
    """
    row = lock(receivable)
    Payment.objects.filter(about=row.about, receivable=None).update(receivable=row)  # of the time before the ledger
    rows = list(Payment.objects.select_for_update().filter(receivable=row).order_by("pk"))
    if not row.open_cents:
        if paid := next((one for one in reversed(rows) if one.status == Status.PAID), None):
            return paid
        raise Refused(_("Hier ist nichts mehr zu bezahlen."))
    wanted = _due(row)
    for live in [one for one in rows if one.status in (Status.OPEN, Status.STARTED)]:
        if live.amount_cents == wanted:
            return live
        end(live, Status.CANCELLED, actor_key)  # another amount is due by now
    return _open(row, wanted, len(rows), _items(row, wanted), actor_key)


@transaction.atomic
def reopen(payment: Payment, actor_key: str) -> Payment:
    """A new attempt after a failed, cancelled or expired one; the open or paid one if there is one already."""
    row = lock(claim_of(payment))
    if row.cancelled_at and not row.open_cents:
        raise Refused(_("Hier ist nichts mehr zu bezahlen."))
    return attempt(row, actor_key)


def cancel(payment: Payment, actor_key: str) -> Payment:
    """The payer gives up this attempt; if the money is already there, the payment is settled instead."""
    if payment.status == Status.STARTED:
        with suppress(ProviderUnavailable, ProviderError):  # whatever is still paid there is found by the job
            refresh(payment, actor_key)
    with transaction.atomic():
        mine = next(row for row in _attempts(payment.about) if row.pk == payment.pk)
        if mine.status in (Status.OPEN, Status.STARTED):
            end(mine, Status.CANCELLED, actor_key)
    payment.refresh_from_db()
    return payment


@transaction.atomic
def call_off(about: str, actor_key: str) -> None:
    """Nothing is owed for `about` any more (withdrawn): open attempts end, money that came or still comes is to be refunded."""
    claims = list(Receivable.objects.live(about).select_for_update(no_key=True))
    for payment in _attempts(about):
        payment.wanted = False
        if payment.status in (Status.OPEN, Status.STARTED):
            end(payment, Status.CANCELLED, actor_key)
        else:
            payment.save(update_fields=["wanted"])
    for row in claims:
        cancel_claim(row, _("Zurückgenommen"), actor_key)


@transaction.atomic
def insist(about: str, actor_key: str) -> int:
    """What was only an offer is owed from now on: the thing was used, and its money taken back. Twice changes nothing.

    Returns how many claims changed (0 or 1). Diary: `payment.insisted`.
    """
    rows = list(Receivable.objects.live(about).select_for_update(no_key=True).filter(voluntary=True))
    for row in rows:
        row.voluntary = False
        row.save(update_fields=["voluntary"])
        record("payment.insisted", subject=str(row), actor=actor_key)
    return len(rows)


@transaction.atomic
def forget_offers(now: datetime, batch: int = 500) -> int:
    """Donations and tickets nobody has paid in a month are called off; returns how many. Diary: as `cancel_claim`."""
    old = Receivable.objects.open().filter(voluntary=True, cancelled_at=None, created_at__lt=now - OFFER_DAYS)
    found = [row for row in old.order_by("pk")[:batch] if not row.received_cents]
    for row in found:
        call_off(row.about, SYSTEM)
    return len(found)


def _attempts(about: str) -> list[Payment]:
    """All attempts for one thing, locked in one order, oldest first."""
    return list(Payment.objects.select_for_update().filter(about=about).order_by("pk"))


def _due(row: Receivable) -> int:
    """What is to be paid now: all of it, or of a plan what is due, else the next instalment."""
    plan = list(row.instalments.all())
    if not plan:
        return row.open_cents
    if due := row.due_cents(timezone.localdate()):
        return due
    left = row.open_cents
    for part in reversed(plan):
        if left <= part.cents:
            return left
        left -= part.cents
    return left


def _purpose(row: Receivable, before: int) -> str:
    """The Kassenzeichen; later attempts carry their number behind it, for the provider wants each to be another one."""
    return row.reference if not before else f"{row.reference}-{before + 1}"


def _open(row: Receivable, cents: int, before: int, items: list[dict[str, Any]], actor_key: str) -> Payment:
    payment = Payment.objects.create(
        about=row.about, receivable=row, account_id=row.account_id, company_id=row.company_id, mandate_id=row.mandate_id,
        draft_key=row.draft_key, back_to=row.back_to, amount_cents=cents, purpose=_purpose(row, before),
        description=row.description, items=items,
    )  # fmt: skip
    record("payment.opened", subject=row.about, actor=actor_key, data={"payment": payment.pk, "cents": cents})
    return payment


def _items(row: Receivable, cents: int) -> list[dict[str, Any]]:
    """The bill as it is shown and sent; for a part of it one line per tax rate."""
    lines = list(row.positions.all())
    if cents == row.claimed_cents:
        return _told(lines)
    rates: dict[int, int] = {}
    for line in lines:
        rates[line.tax_bp] = rates.get(line.tax_bp, 0) + line.cents
    return _told([Item(row.description, part, bp) for bp, part in _shares(cents, rates).items()])


def _told(lines: Sequence[Item] | Sequence[Position]) -> list[dict[str, Any]]:
    names = ("label", "cents", "tax_bp", "net_cents", "tax_cents", "reason")
    return [{name: getattr(line, name) for name in names if getattr(line, name)} for line in lines]


def _shares(cents: int, rates: dict[int, int]) -> dict[int, int]:
    """Divide an amount over the tax rates in proportion; the last one takes the rest of the rounding."""
    fair = {bp: amount for bp, amount in rates.items() if amount > 0}
    total = sum(fair.values())
    shares = {bp: cents * amount // total for bp, amount in fair.items()}
    last = max(fair, key=lambda bp: fair[bp])
    shares[last] += cents - sum(shares.values())
    return {bp: part for bp, part in shares.items() if part}
