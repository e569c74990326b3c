"""Video appointments of an office on one day, with who waits."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.appointments.models import Appointment
from stadtkern.kernel.registers.blocks import hidden, mask

from . import actions
from .models import Call, Role, Seat
from .room import Phase, is_here, phase

MOST = 200


@dataclass(frozen=True)
class Row:
    """One appointment on the list."""

    appointment: Appointment
    name: str
    state: str  # later · open · preparing · waiting · talking · over
    since: datetime | None


def for_day(actor: Actor, day: date) -> list[Row]:
    """In order of time; a hidden person (§ 51 BMG) without name. Noted in the access log."""
    assert actor.staff is not None
    rows = Appointment.objects.filter(place__office=actor.staff.office_id, channel="video", date=day)
    rows = rows.filter(status__in=["BOOKED", "ARRIVED", "CALLED", "DONE"]).select_related("matter", "place")
    found: list[Any] = list(rows.annotate(hides=hidden()).order_by("starts_at", "pk")[:MOST])
    actions.look_at_list(actor, [one for one in found if not one.hides])
    calls = {call.appointment_id: call for call in Call.objects.filter(appointment__in=found)}
    seats = {seat.call_id: seat for seat in Seat.objects.filter(call__appointment__in=found, role=Role.CITIZEN)}
    return [_row(one, calls.get(one.pk), seats) for one in found]


def _row(one: Any, call: Call | None, seats: dict[int, Seat]) -> Row:
    seat, now = seats.get(call.pk) if call else None, timezone.now()
    found = phase(one, now)
    if (call and call.ended_at) or found in (Phase.OVER, Phase.CANCELLED):
        state = "over"
    elif found == Phase.EARLY:
        state = "later"
    elif seat is None or not is_here(seat, now):
        state = "open"
    elif seat.let_in_at:
        state = "talking"
    else:
        state = "waiting" if seat.waiting_at else "preparing"
    return Row(one, mask() if one.hides else one.name, state, seat.waiting_at if seat else None)
