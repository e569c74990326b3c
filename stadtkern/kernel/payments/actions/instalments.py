"""Paying in parts: a plan of days and amounts for what is open."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.events.actions import record

from ..models import Instalment, Receivable
from .posting import Refused, lock

DAY = timedelta(days=1)


@transaction.atomic
def agree_instalments(
    receivable: Receivable, count: int, first: date, actor_key: str, *, by_office: bool = False
) -> Receivable:
    """What is open in `count` monthly parts from `first` on; the last part carries the rest. 1 ends the plan.

    The payer may do what the service allows; the office may do anything sensible. Diary: `payment.instalments`.
    """
    row = lock(receivable)
    if not row.open_cents:
        raise Refused(_("Hier ist nichts mehr zu bezahlen."))
    most = 60 if by_office else row.instalments_most
    least = 1 if by_office else max(1, row.instalment_least_cents)
    if not 1 <= count <= max(1, most) or row.open_cents // count < least:
        raise Refused(_("So viele Raten sind nicht möglich. Bitte wählen Sie weniger."))
    if not by_office and row.instalments.exists():
        raise Refused(_("Eine Ratenzahlung ist schon vereinbart. Ändern kann sie die Stadtkasse."))
    if not timezone.localdate() <= first <= timezone.localdate().replace(day=1) + 92 * DAY:
        raise Refused(_("Die erste Rate muss in den nächsten drei Monaten fällig sein."))
    row.instalments.all().delete()
    part = row.open_cents // count
    days = [_month_later(first, number) for number in range(count)]
    if count > 1:
        amounts = [part] * (count - 1) + [row.open_cents - part * (count - 1)]
        plan = zip(days, amounts, strict=True)
        Instalment.objects.bulk_create(Instalment(receivable=row, due_date=day, cents=cents) for day, cents in plan)
    row.due_date = days[-1]
    row.save(update_fields=["due_date"])
    record("payment.instalments", subject=str(row), actor=actor_key, data={"count": count})
    return row


def _month_later(first: date, months: int) -> date:
    """The same day some months later; the last one of a shorter month."""
    year, month = divmod(first.month - 1 + months, 12)
    start = date(first.year + year, month + 1, 1)
    last = (start + 31 * DAY).replace(day=1) - DAY
    return min(start.replace(day=1) + (first.day - 1) * DAY, last)
