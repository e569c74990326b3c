"""What clerks do with an appointment on its day; the visit in the waiting room (walkin/actions.py) goes along."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record

from ... import actions as engine
from ...models import Appointment, Counter, Visit
from ...refusals import Refused
from ...walkin import actions as waiting

Status = Appointment.Status


def arrive(actor: Actor, appointment: Appointment) -> Visit:
    """Is here."""
    return waiting.arrive(actor, appointment)


@transaction.atomic
def call(actor: Actor, appointment: Appointment, counter: Counter) -> Visit:
    """To this counter, out of turn; who is expected by phone or video is there by being called."""
    visit = Visit.objects.filter(appointment=appointment).first()
    if visit is None or visit.status == Visit.Status.MISSED:
        visit = waiting.arrive(actor, appointment)
    return waiting.call(actor, counter, visit)


@transaction.atomic
def done(actor: Actor, appointment: Appointment) -> None:
    """Served."""
    waiting.done(actor, _visit(appointment))


@transaction.atomic
def missed(actor: Actor, appointment: Appointment) -> None:
    """Nobody came: neither to the waiting room nor when called. The rest of the time is free again."""
    row = _locked(appointment)
    if row.status == Status.BOOKED:
        if row.starts_at > timezone.now():
            raise Refused(_("Der Termin hat noch nicht begonnen."))
        engine.miss(actor, row)
    elif row.status != Status.MISSED:
        waiting.missed(actor, _visit(row))


@transaction.atomic
def back(actor: Actor, appointment: Appointment) -> None:
    """Undo the last step of today: a wrong click costs nothing."""
    row = _locked(appointment)
    if row.date != timezone.localdate():
        raise Refused(_("Das lässt sich nur am selben Tag zurücknehmen."))
    visit = Visit.objects.filter(appointment=row).first()
    if row.status == Status.MISSED and visit is None:  # never clicked as arrived
        engine.arrive(actor, row)  # takes the time again, if nobody else has it by now
        visit = None
    elif row.status == Status.ARRIVED and visit is not None:  # was not there after all
        visit.delete()
    elif visit is not None:
        waiting.back(actor, visit)
        return
    else:
        return
    Appointment.objects.filter(pk=row.pk).update(status=Status.BOOKED, arrived_at=None)
    record("appointment.expected", subject=str(row), actor=actor.key)


def _locked(appointment: Appointment) -> Appointment:
    return Appointment.objects.select_for_update().get(pk=appointment.pk)


def _visit(appointment: Appointment) -> Visit:
    visit = Visit.objects.filter(appointment=appointment).first()
    if visit is None:
        raise Refused(_("Die Person wartet nicht. Klicken Sie zuerst auf „Ist da“."))
    return visit
