"""What mobility does when something happened elsewhere: a granted permit enters the register; every night some end soon."""

from django.utils import timezone
from procrastinate.contrib.django import app

from stadtkern.kernel.events.models import Event

from . import actions
from .parking import SERVICE
from .plates import SERVICE as REGISTRATION
from .plates import actions as plates


def enter_permit(event: Event) -> None:
    """A closed case of the permit, with its paper."""
    room, _, number = event.subject.partition(":")
    if room == "case" and event.data.get("service") == SERVICE and event.data.get("document"):
        actions.enter(int(number), int(event.data["document"]))


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
    "case.closed": [enter_permit],
    "case.submitted": [reserve_plate],
    "case.decided": [settle_plate],
    "case.withdrawn": [settle_plate],
}


@app.task(name="mobility.remind", queueing_lock="mobility.remind", queue="periodic")
def remind(timestamp: int) -> None:
    """Permits that end in four weeks."""
    while actions.remind(timezone.localdate()):
        pass


@app.task(name="mobility.plates", queueing_lock="mobility.plates", queue="periodic")
def expire_plates(timestamp: int) -> None:
    """Holds and reservations whose time is over."""
    while plates.expire_due(timezone.now()):
        pass


SCHEDULE = [("43 3 * * *", remind), ("*/5 * * * *", expire_plates)]
