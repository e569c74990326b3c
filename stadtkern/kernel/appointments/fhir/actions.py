"""Booking, moving and calling off over FHIR: always through the engine's own actions, in one transaction with what was said."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.events.actions import record
from stadtkern.lib import ids as plain_ids

from .. import actions as engine
from ..models import Appointment, Partner, Place, Sent
from ..refusals import Refused
from .incoming import Booking
from .offers import wish_of
from .resources import Offer


@transaction.atomic
def book(actor: Actor, partner: Partner | None, offer: Offer, starts_at: datetime, said: Booking) -> Appointment:
    """Hold and confirm at once; or neither. The patient counts for the limit, not the practice."""
    place = Place.objects.get(pk=offer.id.place)
    old = _given_up(actor, partner, place, said.cancelled) if said.cancelled is not None else None
    holder = holder_of(partner, said.patient.reference)
    nobody = Actor()  # the time belongs to the patient, whom we do not know; the practice's account owns nothing here
    held = engine.hold(nobody, wish_of(offer, place.key), place, starts_at, holder=holder)
    row = engine.confirm(nobody, held, name=said.patient.display)
    Sent.objects.create(appointment=row, partner=partner, patient=said.patient.reference, more=said.more, replaces=old)
    record("appointment.sent", subject=str(row), actor=actor.key, data={"partner": partner.pk if partner else None})
    return row


@transaction.atomic
def move(actor: Actor, row: Appointment, starts_at: datetime, said: Booking) -> Appointment:
    """Another time for an appointment that is known; its id stays."""
    moved = engine.move(actor, row, row.place, starts_at)
    sent = Sent.objects.select_for_update().filter(appointment=row).first()
    if sent:
        sent.more = {**sent.more, **said.more}
        sent.save(update_fields=["more"])
    return moved


@transaction.atomic
def cancel(actor: Actor, row: Appointment, reason: str) -> Appointment:
    """Call off; a second time changes nothing."""
    done = engine.cancel(actor, row)
    Sent.objects.filter(appointment=row, reason="").update(reason=reason or "other")
    return done


@transaction.atomic
def admit(actor: Actor, office: Office, account: Account, title: str, scope: str) -> Partner:
    """Let the tokens of this account use the door of this office; another scope replaces the former."""
    Partner.objects.filter(office=office, account=account, ended_at=None).update(ended_at=timezone.now())
    made = Partner.objects.create(office=office, account=account, title=title, scope=scope)
    record("partner.admitted", subject=str(made), actor=actor.key, data={"office": office.pk, "scope": scope})
    return made


@transaction.atomic
def dismiss(actor: Actor, partner: Partner) -> None:
    """At once; a second time changes nothing."""
    if Partner.objects.filter(pk=partner.pk, ended_at=None).update(ended_at=timezone.now()):
        record("partner.dismissed", subject=str(partner), actor=actor.key)


@transaction.atomic
def forget_sent(before: datetime) -> int:
    """What programs said about appointments that are over or whose person is gone."""
    over = Sent.objects.filter(appointment__ends_at__lt=before) | Sent.objects.filter(appointment__erased_at__isnull=False)
    gone, _each = Sent.objects.filter(pk__in=list(over.values_list("pk", flat=True)[:2000])).delete()
    if gone:
        record("appointment.sent_forgotten", subject="room:appointments", actor="system", data={"count": gone})
    return gone


def holder_of(partner: Partner | None, reference: str) -> str:
    """The same patient of the same practice, as the key the limits count by."""
    return plain_ids.digest(f"fhir|{partner.pk if partner else 0}|{reference}")


def _given_up(actor: Actor, partner: Partner | None, place: Place, number: int) -> Appointment:
    """Called off first, because one patient may have one; if the new time is refused, this comes back with it.

    Of the same office and sent by the same program; what clerks sent is that of any clerk of the office.
    """
    own = Appointment.objects.filter(pk=number, sent__isnull=False, sent__partner=partner, place__office=place.office_id)
    old = own.filter(erased_at=None).first()
    if old is None or old.status not in ("BOOKED", "HELD"):
        raise Refused(_("Den Termin, der abgesagt werden soll, gibt es nicht oder nicht mehr."))
    return cancel(actor, old, "other")
