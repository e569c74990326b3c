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
    gone = list(empty.order_by("pk")[:batch])
    for order in gone:
        _use_up(order)
    done = Order.objects.filter(pk__in=[order.pk for order in gone]).delete()[0]
    return len(rows) + done


def _use_up(order: Order) -> None:
    """The credit a purchase used goes with it, the oldest first: nobody gets it back because we forgot the purchase."""
    left = order.credit_cents if order.account_id and order.status != Order.Status.ENDED else 0
    rows = FareCredit.objects.select_for_update().filter(account=order.account_id).order_by("pk") if left else ()
    for row in rows:
        used = min(left, row.cents)
        left, row.cents = left - used, row.cents - used
        if row.cents:
            row.save(update_fields=["cents"])
        else:
            row.delete()
        if not left:
            return
