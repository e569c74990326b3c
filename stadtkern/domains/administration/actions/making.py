"""The order at its maker: sent once by a job, asked about by the clock, moved forward by its word and never back."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.cases.actions import Refused
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.events.queue import Patient

from ..adapters import NotConnected, Said, Unavailable, Word, maker
from ..adapters import Refused as MakerRefused
from ..models import Order

__all__ = ["Refused", "advance", "poll", "send_order", "start"]

Status = Order.Status
WAY = [Status.WANTED, Status.ORDERED, Status.IN_PRODUCTION, Status.SENT, Status.ARRIVED, Status.READY, Status.COLLECTED]
MEANS = {
    Word.ORDERED: Status.ORDERED,
    Word.IN_PRODUCTION: Status.IN_PRODUCTION,
    Word.SENT: Status.SENT,
    Word.DELIVERED: Status.ARRIVED,
    Word.REJECTED: Status.REJECTED,
}
LINES = {
    Status.ORDERED: "paper.ordered",
    Status.IN_PRODUCTION: "paper.in_production",
    Status.SENT: "paper.sent",
    Status.ARRIVED: "paper.arrived",
    Status.REJECTED: "paper.rejected",
}
MOMENTS = {
    Status.ORDERED: "ordered_at",
    Status.IN_PRODUCTION: "made_at",
    Status.SENT: "sent_at",
    Status.ARRIVED: "arrived_at",
}
AT_THE_MAKER = [Status.ORDERED, Status.IN_PRODUCTION, Status.SENT]
BATCH = 100
log = logging.getLogger(__name__)


def start(order: Order) -> None:
    """Send it by a job of this transaction."""
    send_order.defer(order_id=order.pk)


@app.task(name="administration.send_order", retry=Patient(), queue="papers")
def send_order(order_id: int) -> None:
    """Hand the order over; a maker that is away is tried again for ever. No transaction is open while it works."""
    order = Order.objects.filter(pk=order_id, status=Status.WANTED, by_hand=False).first()
    if order is None:
        return
    try:
        said = maker().order(order.number, order.kind, express=order.express)
    except NotConnected:
        _by_hand(order.pk)
    except MakerRefused as error:
        advance(order.pk, Said(Word.REJECTED, str(error)))
    except Exception as error:
        _trouble(order, error)
        raise
    else:
        advance(order.pk, said)


@transaction.atomic
def advance(order_id: int, said: Said, actor_key: str = SYSTEM) -> Order:
    """One word of the maker, applied under lock; an old word again changes nothing. States passed over are told, too."""
    order = Order.objects.select_for_update().get(pk=order_id)
    target, now = MEANS[said.word], timezone.now()
    order.last_error, order.next_check_at = "", now + _pause()
    if target == Status.REJECTED and order.status in (Status.WANTED, *AT_THE_MAKER):
        order.reason = " ".join(said.reason.replace("\0", "").split())[:300]
        _enter(order, target, now, actor_key)
    elif target in WAY and order.status in WAY:
        for status in WAY[WAY.index(Status(order.status)) + 1 : WAY.index(target) + 1]:
            _enter(order, status, now, actor_key)
    if order.status not in AT_THE_MAKER:
        order.next_check_at = None
    order.save()
    return order


def _enter(order: Order, status: Order.Status, now: datetime, actor_key: str) -> None:
    order.status = status
    if moment := MOMENTS.get(status):
        setattr(order, moment, now)
    record(LINES[status], subject=f"case:{order.case_id}", actor=actor_key, data={"order": order.pk, "attempt": order.attempt})


def poll(now: datetime) -> int:
    """Ask about every order that is due; one that gets no answer is asked again later. Returns how many got one."""
    answered = 0
    for order in Order.objects.due(now)[:BATCH]:
        try:
            said = maker().look(order.number)
        except Exception as error:  # whatever the other side says of one order, the others are asked, too
            if not isinstance(error, (NotConnected, Unavailable, MakerRefused)):
                log.exception("the maker's answer about %s could not be read", order)
            _trouble(order, error)
            continue
        advance(order.pk, said)
        answered += 1
    return answered


@transaction.atomic
def _by_hand(order_id: int) -> None:
    """Nobody is connected: the office orders in its own software and enters what happens."""
    if Order.objects.filter(pk=order_id, status=Status.WANTED).update(by_hand=True, next_check_at=None):
        case = Order.objects.values_list("case_id", flat=True).get(pk=order_id)
        record("paper.not_connected", subject=f"case:{case}", actor=SYSTEM, data={"order": order_id})


def _trouble(order: Order, error: Exception) -> None:
    """For the clerk's list; outside any transaction that a retry rolls back."""
    text = " ".join(f"{type(error).__name__}: {error}".replace("\0", "").split())[:300]
    pause = timezone.now() + _pause() if order.status in AT_THE_MAKER else None
    Order.objects.filter(pk=order.pk).update(last_error=text, next_check_at=pause)


def _pause() -> timedelta:
    """`[production] check_minutes` of city.toml; an hour where nothing is said."""
    return timedelta(minutes=int(city().raw.get("production", {}).get("check_minutes", 60)))
