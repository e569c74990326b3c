"""Reserving a shared vehicle: kept here first, then asked of the provider; its word counts."""

import uuid
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.events.actions import record

from ..adapters import Booking, Declined, Offered, Unavailable, provider
from ..models import UNSETTLED, Ride
from ..sharing.offers import Offer
from ..sharing.prices import as_rows
from .counts import Refused
from .ride_states import SOON, let_go, take

State = Ride.State
KEEP = timedelta(days=90)


def reserve(actor: Actor, offer: Offer, once: uuid.UUID) -> Ride:
    """Reserve it; the same form again shows the first. Raises Refused with what to do next."""
    if known := Ride.objects.filter(once=once).first():
        if actor.account is None or known.account_id != actor.account.pk:
            raise Refused(_("Laden Sie die Seite neu, und wählen Sie das Fahrzeug noch einmal."))
        return known
    row = _ask(actor, owner_of(actor), offer, once)
    try:
        door = provider(offer.system)
        offered = door.offer(offer.vehicle, offer.lat, offer.long)
        if not offered.fare:
            raise Declined(_("Der Anbieter nennt keinen Preis, den wir lesen können. Darum reservieren wir dort nichts."))
        row = _note(row, offered, actor.key)
        told = door.book(row.booking)
    except Declined as no:
        take(row, Booking("", State.REFUSED), actor.key)
        raise Refused(str(no)) from None
    except Unavailable as problem:
        if not problem.arrived:
            take(row, Booking("", State.REFUSED), actor.key)
            raise Refused(_("%(why)s Versuchen Sie es in ein paar Minuten wieder.") % {"why": problem}) from None
        return let_go(row, door)  # we ask again by the clock; the page says so
    take(row, told, actor.key)
    return let_go(row, door)


def owner_of(actor: Actor) -> Account:
    """People ride for themselves."""
    if actor.account is None or actor.company or actor.mandate:
        raise Refused(_("Fahrzeuge leihen Sie für sich selbst. Handeln Sie dafür wieder im eigenen Namen."))
    return actor.account


@transaction.atomic
def _ask(actor: Actor, account: Account, offer: Offer, once: uuid.UUID) -> Ride:
    """Diary: `ride.asked`."""
    try:
        with transaction.atomic():
            row = Ride.objects.create(
                account=account, provider=offer.system, vehicle=offer.vehicle[:80], title=offer.title[:120],
                place=offer.place[:160], once=once, look_at=timezone.now() + SOON,
            )  # fmt: skip
    except IntegrityError:
        if Ride.objects.open().filter(account=account).exists():
            raise Refused(_("Sie haben schon ein Fahrzeug. Geben Sie es zuerst zurück.")) from None
        raise Refused(_("Das Fahrzeug hat gerade jemand anderes genommen.")) from None
    record("ride.asked", subject=str(row), actor=actor.key)
    return row


@transaction.atomic
def _note(row: Ride, offered: Offered, key: str) -> Ride:
    """The provider's number and price, before anything is booked: after a lost answer we know what to ask for.

    Diary: `ride.offered`.
    """
    fresh = Ride.objects.select_for_update().get(pk=row.pk)
    if fresh.state != State.ASKED:
        raise Declined(_("Das hat zu lange gedauert. Wählen Sie das Fahrzeug noch einmal."))
    fresh.booking, fresh.fare, fresh.look_at = offered.id, as_rows(offered.fare), timezone.now() + SOON
    fresh.save(update_fields=["booking", "fare", "look_at"])
    record("ride.offered", subject=str(fresh), actor=key)
    return fresh


def cancel(actor: Actor, pk: int) -> Ride:
    """Give it back before it is used; a second click changes nothing. Raises Ride.DoesNotExist, Refused."""
    row = Ride.objects.visible_to(actor).get(pk=pk)
    if row.state not in (State.ASKED, State.HELD):
        return row
    if row.asked:
        raise Refused(_("Das Fahrzeug wird gerade entsperrt. Warten Sie einen Moment."))
    try:
        told = provider(row.provider).cancel(row.booking) if row.booking else Booking("", State.CANCELLED)
    except (Declined, Unavailable) as problem:
        text = _("%(why)s Die Reservierung endet sonst von selbst.") % {"why": problem}
        raise Refused(text) from None
    return take(row, told, actor.key)


@transaction.atomic
def forget(now: datetime) -> int:
    """Who rode what goes after 90 days; the payment stays with the payments. Diary: `ride.forgotten`."""
    old = Ride.objects.filter(at__lt=now - KEEP).exclude(state__in=UNSETTLED).values_list("pk", flat=True)
    gone, _rows = Ride.objects.filter(pk__in=list(old[:1000])).delete()
    if gone:
        record("ride.forgotten", subject="sharing", actor=SYSTEM, data={"rows": gone})
    return gone


@transaction.atomic
def forget_of(account_id: int) -> int:
    """A person goes: their rides as well; one that is still under way loses its person and ends at the provider.

    Diary: `ride.forgotten`.
    """
    mine = Ride.objects.filter(account=account_id)
    running = mine.filter(Q(state__in=UNSETTLED)).update(account=None)
    gone, _rows = mine.delete()
    if gone or running:
        record("ride.forgotten", subject=f"account:{account_id}", actor=SYSTEM, data={"rows": gone + running})
    return gone
