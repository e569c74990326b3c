"""What a provider says about a ride, into our row: once, under lock, and never back to what is over."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.events.actions import record

from ..adapters import Booking, Declined, Provider, Unavailable
from ..models import Ride
from .ride_letters import tell_over

State = Ride.State
SOON, OFTEN, SELDOM = timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30)
MOVES = {  # from -> to; everything else a provider may say is news of yesterday
    State.ASKED: (State.HELD, State.RIDING, State.PAUSED, State.ENDED, State.CANCELLED, State.EXPIRED, State.REFUSED),
    State.HELD: (State.RIDING, State.PAUSED, State.ENDING, State.ENDED, State.CANCELLED, State.EXPIRED),
    State.RIDING: (State.PAUSED, State.ENDING, State.ENDED),
    State.PAUSED: (State.RIDING, State.ENDING, State.ENDED),
    State.ENDING: (State.RIDING, State.PAUSED, State.ENDED),  # back: the vehicle may not stand there
}
SETTLED = {*State.values} - {State.ASKED}
UNDER_WAY = (State.RIDING, State.PAUSED, State.ENDING)
GIVEN_UP = timedelta(days=3)  # a provider that does not know a ride so long never will


@dataclass(frozen=True)
class Known:
    """How a row stood when the provider was asked: an answer to an older question does not count."""

    state: str
    asked: str

    @classmethod
    def of(cls, row: Ride) -> "Known":
        return cls(row.state, row.asked)


@transaction.atomic
def take(row: Ride, told: Booking, key: str, known: Known | None = None) -> Ride:
    """The provider's word. Diary: `ride.held`, `ride.riding`, `ride.ended` …, and nothing when nothing is new.

    `known`: only if the row stands as it did when we asked. States the provider cannot give ("WAITING", "UNKNOWN") change
    nothing but the time of the next question.
    """
    fresh = Ride.objects.select_for_update().get(pk=row.pk)
    now = timezone.now()
    if known is not None and known != Known.of(fresh):
        return fresh
    moves = told.state in MOVES.get(State(fresh.state), ())
    if known is None and fresh.state == State.ENDING and told.state != State.ENDED:
        return fresh  # the late answer to an earlier click: that the end was not accepted, only a question asked since can say
    if moves:
        _move(fresh, State(told.state), told, now)
    if told.state in SETTLED and (moves or told.state == fresh.state or fresh.state in UNDER_WAY):
        fresh.asked = ""
    if fresh.state == State.HELD and told.state == State.HELD and told.until:
        fresh.until = told.until
    if fresh.state in UNDER_WAY and (moves or told.state in (State.RIDING, State.PAUSED)):
        fresh.until = now + GIVEN_UP
    fresh.leg = told.leg or fresh.leg
    fresh.vehicle = _vehicle(fresh, told.vehicle)
    fresh.look_at = next_look(fresh, now)
    fresh.save()
    if moves:
        record(f"ride.{fresh.state.lower()}", subject=str(fresh), actor=key)
        if key == SYSTEM:
            tell_over(fresh)
    return fresh


def let_go(row: Ride, door: Provider) -> Ride:
    """Booked or perhaps booked there, while here it was cancelled meanwhile: nobody is to hold what nobody has."""
    fresh = Ride.objects.get(pk=row.pk)
    if fresh.booking and fresh.state in (State.CANCELLED, State.EXPIRED, State.REFUSED):
        with suppress(Declined, Unavailable):
            door.cancel(fresh.booking)
    return fresh


def _move(row: Ride, state: State, told: Booking, now: datetime) -> None:
    """Times as the provider tells them, none before the order or still to come; of pauses it tells none."""
    ended = min(max(told.ended or now, row.began_at or row.at), now)
    if row.paused_at and state != State.PAUSED:
        row.paused_seconds += max(0, int((ended - row.paused_at).total_seconds()))
        row.paused_at = None
    if state == State.PAUSED:
        row.paused_at = now
    if state in (State.RIDING, State.PAUSED, State.ENDED):
        row.began_at = min(told.began or row.began_at or now, now)
    if state == State.ENDED:
        row.ended_at = max(ended, row.began_at or ended)
        row.by_provider = row.finish_sent_at is None
    row.until = told.until or row.until
    row.state = state


def _vehicle(row: Ride, number: str) -> str:
    """At a station one asks for any vehicle; which one it is, the provider says."""
    taken = Ride.objects.open().filter(provider=row.provider, vehicle=number).exclude(pk=row.pk).exists()
    return number if number and row.vehicle.startswith("station:") and not taken else row.vehicle


def next_look(row: Ride, now: datetime) -> datetime | None:
    """When to ask again: soon where something is open, seldom where nothing is expected, never where it is over."""
    if row.state in (State.ASKED, State.ENDING) or row.asked:
        return now + SOON
    if row.state == State.HELD:
        return min(row.until or now + OFTEN, now + OFTEN) if row.until is None or row.until > now else now + SOON
    if row.state in (State.RIDING, State.PAUSED):
        return now + OFTEN
    if row.state == State.ENDED:
        return now + (SOON if row.ended_at is None or now - row.ended_at < timedelta(hours=1) else SELDOM)
    return None
