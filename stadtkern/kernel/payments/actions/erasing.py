"""The payer goes, the booking stays: the journal holds ids and amounts, and who is behind an id is cut here."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Func, Q, QuerySet, Value

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.events.actions import record

from ..models import Entry, Memo, Payment, Posting, Receivable, ReceivableQuerySet

BOOKED = [Payment.Status.PAID, Payment.Status.SURPLUS, Payment.Status.STARTED]  # money came, or may still come
BOOKING_YEARS = 8  # § 147 Abs. 3 AO: vouchers; the journal itself ten
JOURNAL_YEARS = 10
CUT: dict[str, Any] = {
    "account": None,
    "mandate": None,
    "draft_key": None,
    "back_to": "",
    "debtor_name": "",
    "debtor_address": "",
}
# Of a top-up the number of the card stands behind the title: "Guthaben, 40012345".
TITLE = Func(F("description"), Value(","), Value(1), function="split_part")


@transaction.atomic
def erase_of(account_id: int, keep: Collection[str]) -> int:
    """Bookings of one person lose the payer, attempts without money go; returns how many. Diary: `payment.erased`.

    What belongs to a matter in `keep` and is not paid yet stays as it is: the case is still running. Who still owes
    something is kept by name and address until it is settled: closing an account does not end a debt.
    """
    own = Payment.objects.select_for_update().filter(account=account_id, company=None)
    booked = list(own.filter(status__in=BOOKED).values_list("pk", flat=True))
    tried = list(own.exclude(status__in=BOOKED).exclude(about__in=list(keep)).values_list("pk", flat=True))
    Payment.objects.filter(pk__in=booked).update(account=None, draft_key=None, back_to="", last_error="")
    Payment.objects.filter(pk__in=tried).delete()
    claims = list(Receivable.objects.select_for_update().filter(account=account_id, company=None).values_list("pk", flat=True))
    owing = list(owed_by(account_id).exclude(about__in=list(keep)).values_list("pk", flat=True))
    person = Account.objects.select_related("person").filter(pk=account_id).first()
    _cut(Receivable.objects.filter(pk__in=claims).exclude(pk__in=owing).exclude(about__in=list(keep), open_cents__gt=0))
    Receivable.objects.filter(pk__in=owing).update(
        account=None, mandate=None, draft_key=None, back_to="", debtor_name=person.name[:200] if person else "",
        debtor_address=_address(person),
    )  # fmt: skip
    if booked or tried or claims:
        data = {"bookings": len(booked), "attempts": len(tried), "claims": len(claims)}
        record("payment.erased", subject=f"account:{account_id}", actor=SYSTEM, data=data)
    return len(booked) + len(tried) + len(claims)


def _address(account: Account | None) -> str:
    """Where a reminder goes when the account is gone."""
    person = getattr(account, "person", None)
    if person is None:
        return ""
    lines = (f"{person.street} {person.house_number}".strip(), f"{person.postcode} {person.town}".strip())
    return "\n".join(line for line in lines if line)[:400]


def owed_by(account_id: int) -> ReceivableQuerySet:
    """What this person still owes or is still owed."""
    rows = Receivable.objects.filter(account=account_id, company=None, voluntary=False)
    return rows.filter(Q(open_cents__gt=0) | Q(refund_cents__gt=0))


@transaction.atomic
def forget_debtors(today: date, batch: int = 500) -> int:
    """Settled claims lose their people: of erased accounts at once, others when the years of the law are over.

    Diary: `payment.debtors_forgotten`; how many claims.
    """
    settled = Receivable.objects.filter(open_cents=0, refund_cents=0)
    named = ~Q(debtor_name="") | ~Q(debtor_address="")
    erased = settled.filter(named, account=None, company=None, about__startswith="case:")  # named by an erasure only
    old = settled.exclude(pk__in=_moved_since(today.year - JOURNAL_YEARS)).filter(
        created_at__year__lt=today.year - JOURNAL_YEARS
    )
    old = old.filter(named | ~Q(account=None) | ~Q(company=None) | ~Q(draft_key=None))
    rows = [*erased.values_list("pk", flat=True)[:batch], *old.values_list("pk", flat=True)[:batch]]
    _cut(Receivable.objects.filter(pk__in=rows), company=None)
    Payment.objects.filter(receivable__in=old.values("pk")).update(account=None, company=None, mandate=None, draft_key=None)
    Memo.objects.filter(entry__day__year__lt=today.year - BOOKING_YEARS).delete()
    if rows:
        record("payment.debtors_forgotten", subject="ledger", actor=SYSTEM, data={"claims": len(rows)})
    return len(rows)


def _moved_since(year: int) -> QuerySet[Posting, Any]:
    recent = Entry.objects.filter(day__year__gte=year).values("pk")
    return Posting.objects.filter(entry__in=recent, receivable__isnull=False).values("receivable")


def _cut(rows: ReceivableQuerySet, **more: Any) -> None:
    rows.filter(voluntary=True).update(description=TITLE)
    rows.update(**CUT, **more)
