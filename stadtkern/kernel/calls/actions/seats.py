"""Come in, be let in, leave, end."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.appointments import actions as appointments
from stadtkern.kernel.appointments.models import Appointment
from stadtkern.kernel.events.actions import record

from ..models import Call, Role, Seat, Signal
from ..room import LATE, LIVE, Phase, Refused, is_warm, phase

CITIZEN = "citizen"  # in the diary: which side, not which person


@transaction.atomic
def agree(actor: Actor, appointment: Appointment, role: Role, holder: str) -> Seat:
    """Take the seat of this side, after the person has read what happens with the data. Diary: `call.agreed`.

    The citizen has arrived with it.
    Refused ("occupied") as long as another browser sits there: nobody joins two people who talk.
    """
    _must_be_open(appointment)
    Call.objects.get_or_create(appointment=appointment)
    call, now = _locked(appointment.pk), timezone.now()
    seat, _new = Seat.objects.get_or_create(call=call, role=role, defaults={"holder": ""})
    if seat.holder != holder:
        if is_warm(seat, now):
            raise Refused("occupied", _("In diesem Gespräch sind schon zwei."))
        _free(seat)
    seat.holder, seat.agreed_at, seat.seen_at = holder, now, now
    seat.staff = actor.staff if role == Role.STAFF else None
    seat.save()
    if role == Role.CITIZEN and call.agreed_at is None:
        Call.objects.filter(pk=call.pk).update(agreed_at=now)
    if role == Role.CITIZEN and appointment.status == "BOOKED":
        _step(appointments.arrive, actor, appointment)
    record("call.agreed", subject=str(call), actor=_who(seat))
    return seat


@transaction.atomic
def come_in(appointment: Appointment, role: Role, holder: str) -> Seat:
    """A page begins, perhaps once more after a reload: older pages of this side are out. Diary: `call.joined`."""
    _must_be_open(appointment)
    call = _locked(appointment.pk)
    seat = Seat.objects.of(appointment.pk, role, holder).select_for_update(of=("self",)).first() if holder else None
    if seat is None or seat.agreed_at is None:
        raise Refused("lost", _("Ihr Platz ist nicht mehr frei. Laden Sie die Seite neu."))
    Signal.objects.filter(call=call).delete()  # both ways: the other side begins anew when it sees the new epoch
    seat.epoch, seat.ready, seat.seen_at = seat.epoch + 1, False, timezone.now()
    seat.save(update_fields=["epoch", "ready", "seen_at"])
    record("call.joined", subject=str(call), actor=_who(seat))
    return seat


@transaction.atomic
def let_in(actor: Actor, appointment: Appointment, holder: str) -> Call:
    """The clerk opens the door; from now on the browsers may reach each other. Diary: `call.opened`."""
    call, now = _mine(appointment, holder), timezone.now()
    guest = Seat.objects.select_for_update().filter(call=call, role=Role.CITIZEN).exclude(holder="").first()
    if guest is None:
        raise Refused("alone", _("Es ist noch niemand im Warteraum."))
    if guest.let_in_at is None:
        Seat.objects.filter(pk=guest.pk).update(let_in_at=now)
        if call.opened_at is None:
            Call.objects.filter(pk=call.pk).update(opened_at=now)
        _step(appointments.call, actor, appointment)
        record("call.opened", subject=str(call), actor=actor.key)
    return call


@transaction.atomic
def leave(appointment: Appointment, role: Role, holder: str) -> None:
    """Get up; the seat is free at once. Diary: `call.left`."""
    call = _found(appointment)
    seat = Seat.objects.select_for_update().of(appointment.pk, role, holder).first()
    if call is None or seat is None:
        return
    who = _who(seat)
    _free(seat)
    seat.save()
    record("call.left", subject=str(call), actor=who)


@transaction.atomic
def end(actor: Actor, appointment: Appointment, holder: str) -> Call:
    """The clerk ends the call for both. Diary: `call.ended`."""
    call = _mine(appointment, holder)
    if call.opened_at:
        _step(appointments.finish, actor, appointment)
    return _end(call, Call.EndedBy.STAFF, actor.key)


@transaction.atomic
def close_room(appointment_id: int, *, moved: bool = False) -> None:
    """The appointment is cancelled, over, or at another time: whoever is in the room is out. Diary: `call.ended`."""
    call = Call.objects.select_for_update().filter(appointment=appointment_id, ended_at=None).first()
    if call is None:
        return
    _end(call, Call.EndedBy.CANCELLED, SYSTEM)
    if moved:
        call.delete()


@transaction.atomic
def end_due(now: datetime, batch: int = 100) -> int:
    """Calls nobody ended, an hour after their time; returns how many. Diary: `call.ended`."""
    rows = Call.objects.select_for_update(skip_locked=True, of=("self",)).filter(ended_at=None)
    gone = Q(appointment__ends_at__lt=now - LATE) | ~Q(appointment__status__in=LIVE)
    over = list(rows.filter(gone).order_by("created_at", "pk")[:batch])
    for call in over:
        _end(call, Call.EndedBy.CLOCK, SYSTEM)
    return len(over)


def _end(call: Call, by: str, actor_key: str) -> Call:
    """What the two browsers said to each other goes, and who sat where."""
    if call.ended_at is None:
        Signal.objects.filter(call=call).delete()
        Seat.objects.filter(call=call).delete()
        call.ended_at, call.ended_by = timezone.now(), by
        call.save(update_fields=["ended_at", "ended_by"])
        record("call.ended", subject=str(call), actor=actor_key)
    return call


def _who(seat: Seat) -> str:
    return f"staff:{seat.staff_id}" if seat.staff_id else CITIZEN


def _step(act: Callable[[Actor, Appointment], object], actor: Actor, appointment: Appointment) -> None:
    """The appointment goes along where it still can; a counter that was faster is no reason to stop a call."""
    with suppress(appointments.Refused):
        act(actor, appointment)


def _must_be_open(appointment: Appointment) -> None:
    found = phase(appointment)
    if found == Phase.EARLY:
        raise Refused("early", _("Der Warteraum öffnet zehn Minuten vor dem Termin."))
    if found != Phase.OPEN:
        raise Refused("over", _("Das Gespräch ist beendet."), status=410)


def _locked(appointment_id: int) -> Call:
    """The call, locked before its seats; Refused when it is over."""
    call = Call.objects.select_for_update().filter(appointment=appointment_id).first()
    if call is None:
        raise Refused("lost", _("Ihr Platz ist nicht mehr frei. Laden Sie die Seite neu."))
    if call.ended_at:
        raise Refused("over", _("Das Gespräch ist beendet."), status=410)
    return call


def _found(appointment: Appointment) -> Call | None:
    return Call.objects.select_for_update().filter(appointment=appointment.pk, ended_at=None).first()


def _mine(appointment: Appointment, holder: str) -> Call:
    """The running call in which this browser has the clerk's seat."""
    call = _locked(appointment.pk)
    if not holder or not Seat.objects.of(appointment.pk, Role.STAFF, holder).exists():
        raise Refused("lost", _("Ihr Platz ist nicht mehr frei. Laden Sie die Seite neu."))
    return call


def _free(seat: Seat) -> None:
    """Nobody sits here any more; whoever comes next agrees, waits and is let in anew."""
    Signal.objects.filter(call=seat.call_id).delete()
    seat.holder, seat.staff, seat.epoch = "", None, seat.epoch + 1
    seat.ready, seat.agreed_at = False, None
    seat.waiting_at = seat.let_in_at = seat.seen_at = None
