"""When the room of a video appointment is open, and what a participant hears when it is not."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.utils import timezone

from stadtkern.kernel.appointments.models import Appointment

from .models import Seat

EARLY = timedelta(minutes=10)  # so long before the appointment the waiting room opens
LATE = timedelta(minutes=60)  # so long after its end a call may go on
COLD = timedelta(seconds=30)  # whoever has not been heard of for so long has left their seat
HERE = timedelta(seconds=15)  # so lately somebody was heard who counts as present
LIVE = ("BOOKED", "ARRIVED", "CALLED")  # states of an appointment whose room may be open


class Phase(Enum):
    EARLY = "early"
    OPEN = "open"
    OVER = "over"
    CANCELLED = "cancelled"


class Refused(Exception):
    """What somebody may not do now; `why` for programs, the text for people."""

    def __init__(self, why: str, text: str = "", status: int = 409) -> None:
        super().__init__(text or why)
        self.why, self.status = why, status


@dataclass(frozen=True)
class Times:
    """The hours of one room."""

    opens_at: datetime
    closes_at: datetime


def times(appointment: Appointment) -> Times:
    return Times(appointment.starts_at - EARLY, appointment.ends_at + LATE)


def phase(appointment: Appointment, now: datetime | None = None) -> Phase:
    """What the clock and the state of the appointment say; whether the call was ended stands in the call."""
    now = now or timezone.now()
    if appointment.status in ("CANCELLED", "EXPIRED", "MISSED"):
        return Phase.CANCELLED
    if appointment.status not in LIVE or now > times(appointment).closes_at:
        return Phase.OVER
    return Phase.EARLY if now < times(appointment).opens_at else Phase.OPEN


def is_warm(seat: Seat, now: datetime) -> bool:
    """Whether somebody sits there."""
    return bool(seat.holder and seat.seen_at and seat.seen_at > now - COLD)


def is_here(seat: Seat | None, now: datetime) -> bool:
    """Whether this side was heard of a moment ago."""
    return bool(seat and seat.holder and seat.seen_at and seat.seen_at > now - HERE)
