"""What parking does when something happened elsewhere: a granted permit enters the register; every night some end soon."""

from django.utils import timezone
from procrastinate.contrib.django import app

from stadtkern.kernel.events.models import Event

from ..actions import parking
from . import SERVICE


def enter_permit(event: Event) -> None:
    """A closed case of the permit, with its paper."""
    room, _, number = event.subject.partition(":")
    if room == "case" and event.data.get("service") == SERVICE and event.data.get("document"):
        parking.enter(int(number), int(event.data["document"]))


REACTIONS = {"case.closed": [enter_permit]}


@app.task(name="mobility.remind", queueing_lock="mobility.remind", queue="periodic")
def remind(timestamp: int) -> None:
    """Permits that end in four weeks."""
    while parking.remind(timezone.localdate()):
        pass


SCHEDULE = [("43 3 * * *", remind)]
