"""Reserving a shared vehicle: kept here first, then asked of the provider under the same number; its word counts."""

import uuid
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.events.actions import record

from ..adapters import Booking, Declined, Unavailable, provider
from ..models import Ride
from ..sharing.offers import Offer
from .counts import Refused

State = Ride.State
UNANSWERED = timedelta(minutes=15)  # then an order nobody knows of is over
KEEP = timedelta(days=90)


def reserve(actor: Actor, offer: Offer, once: uuid.UUID) -> Ride:
    """Reserve it; the same form again shows the first. Raises Refused with what to do next."""
    if actor.account is None:
        raise ValueError("Only people with an account reserve")
    if known := Ride.objects.filter(once=once).first():
        if known.account_id != actor.account.pk:
            raise Refused(_("Laden Sie die Seite neu, und wählen Sie das Fahrzeug noch einmal."))
        return known
    row = _ask(actor, actor.account, offer, once)
    try:
        told = provider(offer.system).reserve(str(once), offer.vehicle, offer.lat, offer.long)
    except Declined as no:
        _settle(row, State.REFUSED, None, actor.key)
        raise Refused(str(no)) from None
    except Unavailable as problem:
        if not problem.arrived:
            _settle(row, State.REFUSED, None, actor.key)
            raise Refused(_("%(why)s Versuchen Sie es in ein paar Minuten wieder.") % {"why": problem}) from None
        return row  # we ask again by the clock; the page says so
    return _take(row, told, actor.key)


@transaction.atomic
def _ask(actor: Actor, account: Account, offer: Offer, once: uuid.UUID) -> Ride:
    try:
        with transaction.atomic():
            row = Ride.objects.create(
                account=account, provider=offer.system, vehicle=offer.vehicle[:80], title=offer.title[:120],
                place=offer.place[:160], once=once, until=timezone.now() + UNANSWERED,
            )  # fmt: skip
    except IntegrityError:
        if Ride.objects.open().filter(account=actor.account).exists():
            raise Refused(_("Sie haben schon ein Fahrzeug reserviert. Sagen Sie es zuerst ab.")) from None
        raise Refused(_("Das Fahrzeug hat gerade jemand anderes genommen.")) from None
    record("ride.asked", subject=str(row), actor=actor.key)
    return row


def _take(row: Ride, told: Booking, key: str) -> Ride:
    """What the provider said, into our row."""
    if told.state in (State.HELD, State.CANCELLED, State.EXPIRED):
        return _settle(row, told.state, told, key)
    return row


@transaction.atomic
def _settle(row: Ride, state: str, told: Booking | None, key: str) -> Ride:
    fresh = Ride.objects.select_for_update().get(pk=row.pk)
    if fresh.state not in (State.ASKED, State.HELD) or fresh.state == state:
        return fresh
    fresh.state = state
    if told is not None:
        fresh.booking, fresh.until = told.id, told.until or fresh.until
    fresh.save(update_fields=["state", "booking", "until"])
    record(f"ride.{state.lower()}", subject=str(fresh), actor=key)
    return fresh


def cancel(actor: Actor, pk: int) -> Ride:
    """Give it back; a second click changes nothing. Raises Ride.DoesNotExist, Refused."""
    row = Ride.objects.get(pk=pk, account=actor.account)
    if row.state not in (State.ASKED, State.HELD):
        return row
    try:
        told = provider(row.provider).cancel(str(row.once))
    except (Declined, Unavailable) as problem:
        text = _("%(why)s Die Reservierung endet sonst von selbst.") % {"why": problem}
        raise Refused(text) from None
    state = State.CANCELLED if told.state in ("CANCELLED", "UNKNOWN", "HELD") else State.EXPIRED
    return _settle(row, state, told, actor.key)


def settle_due(now: datetime, batch: int = 100) -> int:
    """By the clock: orders without an answer are asked about, holds whose time is over end. Returns how many moved."""
    moved = 0
    asked = Ride.objects.filter(state=State.ASKED, at__lt=now - timedelta(minutes=1))
    for row in [*asked[:batch], *Ride.objects.due(now).filter(state=State.HELD)[:batch]]:
        try:
            told = provider(row.provider).look(str(row.once))
        except (Declined, Unavailable):
            told = Booking("", "UNKNOWN")
        over = row.until is not None and row.until <= now
        state = told.state if told.state in (State.HELD, State.CANCELLED, State.EXPIRED) else State.EXPIRED if over else ""
        if row.state == State.HELD and state == State.HELD:
            state = State.EXPIRED if told.until is None or told.until <= now else ""
        if state:
            moved += _settle(row, state, told, SYSTEM).state == state
    return moved


@transaction.atomic
def forget(now: datetime) -> int:
    """Who rode what goes after 90 days."""
    old = Ride.objects.filter(at__lt=now - KEEP).exclude(state__in=[State.ASKED, State.HELD]).values_list("pk", flat=True)
    gone, _rows = Ride.objects.filter(pk__in=list(old[:1000])).delete()
    if gone:
        record("ride.forgotten", subject="sharing", actor=SYSTEM, data={"rows": gone})
    return gone


@transaction.atomic
def forget_of(account_id: int) -> int:
    """A person goes: their reservations as well; what is still held ends at the provider by itself."""
    gone, _rows = Ride.objects.filter(account=account_id).delete()
    return gone
