"""The jobs of the clock: holds that are over, days ahead, reminders; and what people are told when something happened."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from stadtkern.kernel.events.models import Event

from . import actions
from .actions import admission
from .desk import actions as desk
from .fhir import actions as fhir
from .models import Appointment, Notice, Waiting
from .walkin import actions as walkin

Occasion = Notice.Occasion
VISITS_KEPT = timedelta(days=90)  # then only the figures of their hours are left
SENT_KEPT = timedelta(days=30)


def tell_booked(event: Event) -> None:
    """The confirmation."""
    _tell(event, Occasion.BOOKED)


def tell_moved(event: Event) -> None:
    """Another time."""
    _tell(event, Occasion.MOVED)


def tell_cancelled(event: Event) -> None:
    """Given back, by the person or by the office."""
    _tell(event, Occasion.CANCELLED)


def _tell(event: Event, occasion: str) -> None:
    room, _colon, number = event.subject.partition(":")
    if room != "appointment" or not number.isdigit():
        return
    rows = Appointment.objects.select_related("account", "company", "mandate", "place__office", "matter", "counter")
    row = rows.filter(pk=int(number), erased_at=None, booked_at__isnull=False).first()
    if row is not None:
        actions.tell(row, occasion, once=f"event:{event.pk}", actor_key=event.actor)


def tell_offered(event: Event) -> None:
    """Somebody on the waiting list gets a time held for them."""
    row = (
        Waiting.objects.select_related("account", "company", "mandate", "offer__place__office", "offer__matter")
        .filter(pk=event.data.get("waiting") or 0, status=Waiting.Status.OFFERED)
        .first()
    )
    if row is not None and row.offer is not None and event.subject == str(row.offer):
        actions.tell_waiting(row, once=f"event:{event.pk}", actor_key=event.actor)


REACTIONS = {
    "appointment.booked": [tell_booked],
    "appointment.moved": [tell_moved],
    "appointment.cancelled": [tell_cancelled],
    "appointment.offered": [tell_offered],
}


@app.task(name="appointments.waves", queueing_lock="appointments.waves", queue="appointments")
def waves(timestamp: int) -> None:
    """Every ten minutes: the next openings of contested times."""
    admission.prepare_waves()


@app.task(name="appointments.expire", queueing_lock="appointments.expire", queue="appointments")
def expire(timestamp: int) -> None:
    """Every minute; a busy morning may leave thousands."""
    while actions.expire_due():
        pass
    actions.offer_freed()


@app.task(name="appointments.ahead", queueing_lock="appointments.ahead", queue="appointments")
def look_ahead(timestamp: int) -> None:
    """Every night: one more day at the far end."""
    actions.generate_days()
    while actions.end_waiting():
        pass


@app.task(name="appointments.forget", queueing_lock="appointments.forget", queue="appointments")
def forget(timestamp: int) -> None:
    """Every night: persons whose days are over."""
    while actions.forget_old():
        pass
    while actions.forget_notices():
        pass
    admission.forget_tickets(timezone.now())


@app.task(name="appointments.remind", queueing_lock="appointments.remind", queue="appointments")
def remind(timestamp: int) -> None:
    """Every few minutes: who comes within a day."""
    while actions.remind():
        pass


@app.task(name="appointments.count", queueing_lock="appointments.count", queue="appointments")
def count(timestamp: int) -> None:
    """Every night: the day that is over, in figures; visits and what programs said, past their time."""
    walkin.close_old()
    desk.count_days()
    now = timezone.now()
    desk.forget_duties(timezone.localdate(now - VISITS_KEPT))
    while walkin.forget_old(now - VISITS_KEPT):
        pass
    while fhir.forget_sent(now - SENT_KEPT):
        pass
