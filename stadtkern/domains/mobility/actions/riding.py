"""Riding: unlock, pause, go on, end. Each is sent once; where the provider is silent the clock asks, nothing is repeated."""

import logging
from dataclasses import replace
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
from .ride_states import GIVEN_UP, OFTEN, SOON, UNDER_WAY, Known, let_go, next_look, take

log = logging.getLogger(__name__)
State = Ride.State
PATIENCE = 3.0  # seconds: a provider that takes longer is asked once a turn
SURE = timedelta(minutes=10)  # an unlock is on its way: a number they do not know is believed so long after the hold
SILENT = timedelta(hours=1)  # a hold whose time is over ends by the provider's word; without one, after this
TURN = 20.0  # seconds of one provider in a turn; the others are waiting
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
        if fresh.asked == "FINISH":
            fresh.finish_sent_at = None
        fresh.asked = ""
        fresh.look_at = next_look(fresh, timezone.now())
        fresh.save(update_fields=["asked", "look_at", "finish_sent_at"])
        record("ride.not_sent", subject=str(fresh), actor=key)


def settle_due(now: datetime, batch: int = 100) -> int:
    """By the clock: what is open is asked about, holds end, rides the provider ended are billed. Returns how many moved.

    `batch` rows of each provider; one that does not answer is asked once and keeps nobody else waiting.
    """
    names = Ride.objects.due(now).order_by("provider").values_list("provider", flat=True).distinct()
    return sum(_settle_of(name, now, batch) for name in list(names))


def _settle_of(name: str, now: datetime, batch: int) -> int:
    moved, start = 0, monotonic()
    for row in Ride.objects.due(now).filter(provider=name)[:batch]:
        begun = monotonic()
        try:
            moved += _turn(row, now).state != row.state
        except Exception:  # one that cannot be read stops nobody else
            log.exception("%s of %s", row, row.provider)
            Ride.objects.filter(pk=row.pk).update(look_at=now + OFTEN)
        if monotonic() - begun > PATIENCE or monotonic() - start > TURN:
            break  # the rest is still due at the next turn
    return moved


def _turn(row: Ride, now: datetime) -> Ride:
    looked = row if row.state == State.ENDED else _look(row, now)
    return ride_bills.settle(looked, SYSTEM) if looked.state == State.ENDED else looked


def _look(row: Ride, now: datetime) -> Ride:
    known, told, door = Known.of(row), Booking(row.booking, "UNKNOWN"), None
    if row.booking:
        try:
            door = provider(row.provider)
            told = door.look(row.booking)
            if row.state == State.ASKED and told.state == "PENDING":
                told = door.commit(row.booking)
        except (Declined, Unavailable):
            told = Booking(row.booking, "WAITING")
    row = take(row, _judged(row, told, now), SYSTEM, known)
    return let_go(row, door) if door and told.state == State.HELD else row


def _judged(row: Ride, told: Booking, now: datetime) -> Booking:
    """What it means that they do not know the number, or that the time is over."""
    if row.state in UNDER_WAY:
        return _judged_under_way(row, told, now)
    until = row.until or row.at + SILENT
    if row.state == State.HELD and row.asked:
        if told.state in ("UNKNOWN", State.EXPIRED) and now < until + SURE:
            return Booking(row.booking, "WAITING")
        if told.state == "WAITING" and now > until + GIVEN_UP:
            return Booking("", State.ENDED)  # it may have been driven: the bill says so, or never comes
    if told.state == "UNKNOWN":
        return Booking("", State.REFUSED if row.state == State.ASKED else State.EXPIRED)
    since, waits = {
        State.ASKED: (row.at, ("WAITING", "PENDING")),
        State.HELD: (None if row.asked else until, ("HELD", "WAITING")),
    }.get(State(row.state), (None, ()))
    return Booking("", State.EXPIRED) if since and told.state in waits and since < now - SILENT else told


def _judged_under_way(row: Ride, told: Booking, now: datetime) -> Booking:
    """Called off by their support or gone there: over. Three days without a word that it is under way: over as well."""
    if told.state in (State.CANCELLED, State.EXPIRED):
        return replace(told, state=State.ENDED)
    least = (row.began_at or row.at) + GIVEN_UP
    silent = told.state not in (State.RIDING, State.PAUSED, State.ENDED)
    return replace(told, state=State.ENDED) if silent and now > max(row.until or least, least) else told
