"""The appointment a service needs in person: what it is for, and which one belongs to a case."""

from dataclasses import replace

from django.http import QueryDict

from stadtkern.kernel.appointments import asked
from stadtkern.kernel.appointments.models import Appointment, Matter
from stadtkern.kernel.appointments.queries import about
from stadtkern.kernel.appointments.wish import Wish
from stadtkern.kernel.services.catalogue import Service
from stadtkern.lib import ids
from stadtkern.lib.forms.model import Answers

from .models import QUEUE, Case, Status


def matter_of(service: Service, answers: Answers | None = None) -> Matter | None:
    """What one comes for; None where the service needs no visit, or the city has no times for it."""
    if service.appointment is None:
        return None
    rows = Matter.objects.filter(service=service.key, active=True, counters__active=True, counters__place__active=True)
    if service.appointment.matters:  # which one depends on the answers
        rows = rows.filter(key=service.appointment.matter(answers or {}))
    return rows.order_by("pk").first()


def no_longer_fits(case: Case, service: Service, answers: Answers) -> bool:
    """A time was chosen, then answers that decide about it were changed: it would be another room, day or price."""
    if service.appointment is None or not service.appointment.matters:
        return False
    row, wanted = of(case), matter_of(service, answers)
    return row is not None and row.is_live() and wanted is not None and row.matter_id != wanted.pk


def of(case: Case) -> Appointment | None:
    """Booked, held, or held and lapsed while the form lies open; None without one."""
    return about(str(case))


def may_choose(case: Case) -> bool:
    """As long as nobody has decided."""
    return case.status == Status.DRAFT or case.status in QUEUE


def wish_of(service: Service, matter: Matter, told: QueryDict) -> Wish:
    """One person, the way and place chosen in the address, within what the service allows."""
    wanted = asked.wish_of(told)
    where = service.appointment.where if service.appointment else ()
    ways = [one for one in where or ("desk",) if one in matter.channels] or matter.channels
    channel = wanted.channel if wanted.channel in ways else ways[0]
    return replace(wanted, matters=((matter.key, 1),), channel=channel)


def holder_of(case: Case) -> str:
    """The time is held for the case, whichever browser goes on with it."""
    return ids.digest(str(case))
