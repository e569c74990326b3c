"""Riding: unlock, pause, go on, end. Each is sent once; where the provider is silent the clock asks, nothing is repeated."""

import logging
from datetime import datetime, timedelta
from time import monotonic

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.events.actions import record

from ..adapters import Booking, Declined, Unavailable, provider
from ..models import Ride
from . import ride_bills
from .counts import Refused
from .ride_states import OFTEN, SOON, Known, next_look, take

log = logging.getLogger(__name__)
State = Ride.State
PATIENCE = 3.0  # seconds: a provider that takes longer is asked once a turn
SURE = timedelta(minutes=10)  # an unlock is on its way: a number they do not know is believed so long after the hold
SILENT = timedelta(hours=1)  # a hold whose time is over ends by the provider's word; without one, after this
GIVEN_UP = timedelta(days=3)  # a provider that does not know a ride so long never will
EVENTS = {
    "SET_IN_USE": ((State.HELD, State.PAUSED), State.RIDING),
    "PAUSE": ((State.RIDING,), State.PAUSED),
    "FINISH": ((State.RIDING, State.PAUSED), State.ENDED),
}


def unlock(actor: Actor, pk: int) -> Ride:
    """Open the vehicle, or go on after a pause. A second click changes nothing. Raises Ride.DoesNotExist, Refused."""
    return _drive(actor, pk, "SET_IN_USE")


def pause(actor: Actor, pk: int) -> Ride:
    """Lock it and keep it. Raises as unlock."""
    return _drive(actor, pk, "PAUSE")


def finish(actor: Actor, pk: int) -> Ride:
    """Give it back, and ask for the bill at once. Raises as unlock."""
    row = _drive(actor, pk, "FINISH")
    return ride_bills.settle(row, actor.key) if row.state == State.ENDED else row


def _drive(actor: Actor, pk: int, event: str) -> Ride:
    mine = Ride.objects.visible_to(actor).get(pk=pk)
    row, sent = _send(mine, event, actor.key)
    if not sent:
        return row
    try:
        return take(row, provider(row.provider).drive(row.booking, row.leg, event), actor.key)
    except Unavailable as problem:
        if problem.arrived:
            return row  # it may have been done: the page says "wird geklärt", the clock asks
        _unsent(row, actor.key)
        raise Refused(_("%(why)s Versuchen Sie es noch einmal.") % {"why": problem}) from None
    except Declined as no:
        return _declined(row, event, str(no), actor.key)


def _declined(row: Ride, event: str, why: str, key: str) -> Ride:
    """They said no: perhaps it is done already, or over. What they say now counts."""
    try:
        row = take(row, provider(row.provider).look(row.booking), key)
    except (Declined, Unavailable):
        return row
    if row.state == EVENTS[event][1]:
        return row
    raise Refused(why)


@transaction.atomic
def _send(row: Ride, event: str, key: str) -> tuple[Ride, bool]:
    """Whether it is to be sent: the first of two clicks alone. Diary: `ride.set_in_use_sent` and so on."""
    fresh = Ride.objects.select_for_update().get(pk=row.pk)
    if fresh.asked or fresh.state not in EVENTS[event][0]:
        return fresh, False
    now = timezone.now()
    fresh.asked, fresh.look_at = event, now + SOON
    if event == "FINISH":
        fresh.finish_sent_at = fresh.finish_sent_at or now
    fresh.save(update_fields=["asked", "look_at", "finish_sent_at"])
    record(f"ride.{event.lower()}_sent", subject=str(fresh), actor=key)
    return fresh, True


@transaction.atomic
def _unsent(row: Ride, key: str) -> None:
    """It never arrived: the person may try again. Diary: `ride.not_sent`."""
    fresh = Ride.objects.select_for_update().get(pk=row.pk)
    if fresh.asked:
        fresh.asked = ""
        fresh.look_at = next_look(fresh, timezone.now())
        fresh.save(update_fields=["asked", "look_at"])
        record("ride.not_sent", subject=str(fresh), actor=key)


def settle_due(now: datetime, batch: int = 100) -> int:
    """By the clock: what is open is asked about, holds end, rides the provider ended are billed. Returns how many moved."""
    moved, silent = 0, set[str]()
    for row in Ride.objects.due(now)[:batch]:
        if row.provider in silent:
            continue  # still due at the next turn: one that does not answer keeps nobody else waiting
        before, begun = row.state, monotonic()
        try:
            moved += _turn(row, now).state != before
        except Exception:  # one that cannot be read stops nobody else
            log.exception("%s of %s", row, row.provider)
            Ride.objects.filter(pk=row.pk).update(look_at=now + OFTEN)
        if monotonic() - begun > PATIENCE:
            silent.add(row.provider)
    return moved


def _turn(row: Ride, now: datetime) -> Ride:
    looked = row if row.state == State.ENDED else _look(row, now)
    return ride_bills.settle(looked, SYSTEM) if looked.state == State.ENDED else looked


def _look(row: Ride, now: datetime) -> Ride:
    known, told = Known.of(row), Booking(row.booking, "UNKNOWN")
    if row.booking:
        try:
            door = provider(row.provider)
            told = door.look(row.booking)
            if row.state == State.ASKED and told.state == "PENDING":
                told = door.commit(row.booking)
        except (Declined, Unavailable):
            told = Booking(row.booking, "WAITING")
    return take(row, _judged(row, told, now), SYSTEM, known)


def _judged(row: Ride, told: Booking, now: datetime) -> Booking:
    """What it means that they do not know the number, or that the time is over."""
    sure = (row.until or row.at + SILENT) + SURE
    if row.state == State.HELD and row.asked and told.state in ("UNKNOWN", State.EXPIRED) and now < sure:
        return Booking(row.booking, "WAITING")
    if told.state == "UNKNOWN":
        if row.state == State.ASKED:
            return Booking("", State.REFUSED)
        if row.state == State.HELD:
            return Booking("", State.EXPIRED)
        if row.began_at and row.began_at < now - GIVEN_UP:
            return Booking("", State.ENDED)
    since, waits = {
        State.ASKED: (row.at, ("WAITING", "PENDING")),
        State.HELD: (None if row.asked else row.until, ("HELD", "WAITING")),
    }.get(State(row.state), (None, ()))
    return Booking("", State.EXPIRED) if since and told.state in waits and since < now - SILENT else told
