"""What plates do when something happened elsewhere: an application keeps its plate; holds end by the clock."""

from django.utils import timezone
from procrastinate.contrib.django import app

from stadtkern.kernel.events.models import Event

from ..actions import plates
from . import SERVICE as REGISTRATION


def reserve_plate(event: Event) -> None:
    """An application for a registration was sent: its plate is kept."""
    if event.data.get("service") == REGISTRATION:
        plates.reserve(int(event.subject.partition(":")[2]))


def settle_plate(event: Event) -> None:
    """It is decided: the plate is given, or free again."""
    room, _, number = event.subject.partition(":")
    if room == "case" and number.isdigit():
        plates.settle(int(number), granted=event.data.get("outcome") in ("GRANTED", "PARTLY"))


REACTIONS = {
    "case.submitted": [reserve_plate],
    "case.decided": [settle_plate],
    "case.withdrawn": [settle_plate],
}


@app.task(name="mobility.plates", queueing_lock="mobility.plates", queue="periodic")
def expire_plates(timestamp: int) -> None:
    """Holds and reservations whose time is over."""
    while plates.expire_due(timezone.now()):
        pass


SCHEDULE = [("*/5 * * * *", expire_plates)]
