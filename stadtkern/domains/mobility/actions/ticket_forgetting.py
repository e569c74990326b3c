"""What is forgotten of tickets: when a person goes, and by the clock half a year after they are over."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.events.actions import record

from ..models import FareCredit, FareRight, Order, Subscription, Ticket, TicketCopy

KEPT = timedelta(days=180)  # after its end: until nobody can object any more


@transaction.atomic
def forget_of(account_id: int) -> None:
    """Somebody goes: nothing of theirs holds any more, and nothing names them. Diary: `ticket.forgotten`."""
    now = timezone.now()
    rows = Ticket.objects.filter(account=account_id)
    TicketCopy.objects.filter(ticket__in=rows, ended_at=None).update(ended_at=now)
    found = rows.update(account=None)
    this = timezone.localdate().replace(day=1)
    running = Subscription.objects.filter(account=account_id, last_month=None)
    running.update(last_month=this)
    for table in (Order, Subscription, FareCredit):
        found += table.objects.filter(account=account_id).update(account=None)
    found += FareRight.objects.filter(account=account_id).delete()[0]
    if found:
        record("ticket.forgotten", subject=f"account:{account_id}", actor=SYSTEM, data={"rows": found})


@transaction.atomic
def forget_old(now: datetime, batch: int = 500) -> int:
    """Tickets half a year after their end, and purchases without any; returns how many."""
    old = now - KEPT
    over = Q(until__lt=old) | Q(until=None, use_by__lt=old) | Q(order__paid_at__lt=old, status=Ticket.Status.REFUNDED)
    rows = list(Ticket.objects.filter(over).order_by("pk").values_list("pk", flat=True)[:batch])
    Ticket.objects.filter(pk__in=rows).delete()
    empty = Order.objects.filter(created_at__lt=old, tickets=None).exclude(subscription__last_month=None, status="OPEN")
    done = Order.objects.filter(pk__in=list(empty.values_list("pk", flat=True)[:batch])).delete()[0]
    return len(rows) + done
