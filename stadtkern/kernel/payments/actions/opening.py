"""What is owed: open it once, try again, give it up, call it off."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.models import Account, Company, Mandate
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.events.actions import record
from stadtkern.lib.money import kassenzeichen

from ..adapters import ProviderError, ProviderUnavailable
from ..models import Payment
from .asking import refresh
from .settling import Refused, end

Status = Payment.Status
LIVE = [Status.OPEN, Status.STARTED, Status.PAID]
MAX_CENTS = 999_999_00  # XBezahldienste 1.0


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
    mandate: Mandate | None = None,
    draft_key: str | None = None,
    back_to: str = "",
) -> Payment:
    """The one open or paid payment for `about`; opened if there is none. The amount is fixed from here on.

    `items` must add up to `amount_cents` (none: one item with the description). `back_to` is the path of the page the
    payer returns to afterwards ("/vorgang/…/"); `draft_key` lets somebody pay who applied without signing in.
    ValueError for a sum that is not owed, does not add up, or differs from the payment that is open already.
    """
    if not 0 < amount_cents <= MAX_CENTS:
        raise ValueError(f"{amount_cents} cents cannot be asked for")
    bill = [{"label": line.label, "cents": line.cents} for line in items] or [{"label": description, "cents": amount_cents}]
    if sum(line.cents for line in items) != amount_cents and items:
        raise ValueError(f"the items of {about} do not add up to {amount_cents} cents")
    if back_to and (not back_to.startswith("/") or back_to.startswith("//")):
        raise ValueError(f"{back_to!r} is no path of this site")
    payment = Payment(
        about=about, account=account, company=company, mandate=mandate, draft_key=draft_key, back_to=back_to,
        amount_cents=amount_cents, description=description[:250], items=bill,
    )  # fmt: skip
    return _first_of(payment, actor_key)


@transaction.atomic
def reopen(payment: Payment, actor_key: str) -> Payment:
    """A new attempt after a failed, cancelled or expired one; the open or paid one if there is one already."""
    latest = _attempts(payment.about)[-1]
    if not latest.wanted:
        raise Refused(_("Hier ist nichts mehr zu bezahlen."))
    return _first_of(
        Payment(
            about=latest.about, account=latest.account, company=latest.company, mandate=latest.mandate,
            draft_key=latest.draft_key, back_to=latest.back_to, amount_cents=latest.amount_cents,
            description=latest.description, items=latest.items,
        ),
        actor_key,
    )  # fmt: skip


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
    """Nothing is owed for `about` any more (withdrawn): open attempts end, money that still comes is to be refunded."""
    for payment in _attempts(about):
        payment.wanted = False
        if payment.status in (Status.OPEN, Status.STARTED):
            end(payment, Status.CANCELLED, actor_key)
        else:
            payment.save(update_fields=["wanted"])


def _first_of(payment: Payment, actor_key: str) -> Payment:
    """Save this new attempt, unless another one is open or paid: then that one (the constraint decides races)."""
    for _again in range(3):
        if existing := Payment.objects.select_for_update().filter(about=payment.about, status__in=LIVE).first():
            if existing.amount_cents != payment.amount_cents:
                raise ValueError(f"{existing} is fixed at {existing.amount_cents} cents")
            return existing
        with suppress(IntegrityError), transaction.atomic():
            payment.pk, payment.purpose = _number()
            payment.save(force_insert=True)
            data = {"payment": payment.pk, "cents": payment.amount_cents}
            record("payment.opened", subject=payment.about, actor=actor_key, data=data)
            return payment
    raise Refused(_("Die Zahlung wird gerade an anderer Stelle geändert. Bitte laden Sie die Seite neu."))


def _attempts(about: str) -> list[Payment]:
    """All attempts for one thing, locked in one order, oldest first."""
    return list(Payment.objects.select_for_update().filter(about=about).order_by("pk"))


def _number() -> tuple[int, str]:
    """The next running number and the Kassenzeichen made of it; `[payments] prefix` of city.toml stands in front."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [Payment._meta.db_table])
        number = int(cursor.fetchone()[0])
    return number, kassenzeichen(number, str(city().raw.get("payments", {}).get("prefix", "")))
