"""What is over is deleted: lines of the browsers at once, times of calls after 90 days."""

from datetime import datetime, timedelta

from django.db import transaction

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.events.actions import record

from ..models import Call, Signal

KEPT = timedelta(days=90)  # Anlage 31b BMV-Ä says three months at most
LINE = timedelta(minutes=10)  # a line nobody fetched


@transaction.atomic
def forget_due(now: datetime, batch: int = 500) -> int:
    """One batch; returns how many rows. Diary: `call.forgotten`."""
    Signal.objects.filter(at__lt=now - LINE).delete()
    old = list(Call.objects.filter(created_at__lt=now - KEPT).values_list("pk", flat=True)[:batch])
    Call.objects.filter(pk__in=old).delete()
    if old:
        record("call.forgotten", subject="calls", actor=SYSTEM, data={"rows": len(old)})
    return len(old)


@transaction.atomic
def forget_of(account_id: int) -> int:
    """A person is erased: the calls of their appointments go now. Diary: `call.forgotten`."""
    rows = Call.objects.select_for_update(of=("self",)).filter(appointment__account=account_id)  # before their seats
    mine = list(rows.order_by("pk").values_list("pk", flat=True))
    Call.objects.filter(pk__in=mine).delete()
    if mine:
        record("call.forgotten", subject="calls", actor=SYSTEM, data={"rows": len(mine)})
    return len(mine)
