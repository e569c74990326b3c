"""At the counter: somebody arrives, is called, is done, or did not come. The moments stay for plan versus actual."""

from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record

from .. import statement
from ..models import Appointment
from ..refusals import Refused
from .booking import facts
from .offering import offer_freed

Status = Appointment.Status
# status -> from which ones it may come
STEPS = {
    Status.ARRIVED: (Status.BOOKED, Status.MISSED),
    Status.CALLED: (Status.BOOKED, Status.ARRIVED),
    Status.DONE: (Status.BOOKED, Status.ARRIVED, Status.CALLED),
    Status.MISSED: (Status.BOOKED, Status.ARRIVED, Status.CALLED),
}


def arrive(actor: Actor, appointment: Appointment, *, now: datetime | None = None) -> Appointment:
    """They are here. Diary: `appointment.arrived`."""
    return _step(actor, appointment, Status.ARRIVED, "arrived_at", now)


def call(actor: Actor, appointment: Appointment, *, now: datetime | None = None) -> Appointment:
    """To the counter. Diary: `appointment.called`."""
    return _step(actor, appointment, Status.CALLED, "called_at", now)


def finish(actor: Actor, appointment: Appointment, *, now: datetime | None = None) -> Appointment:
    """Served. Diary: `appointment.done`."""
    return _step(actor, appointment, Status.DONE, "done_at", now)


def miss(actor: Actor, appointment: Appointment, *, now: datetime | None = None) -> Appointment:
    """Nobody came; the rest of the time is free again. Diary: `appointment.missed`."""
    return _step(actor, appointment, Status.MISSED, "ended_at", now)


@transaction.atomic
def _step(actor: Actor, appointment: Appointment, status: Status, moment: str, now: datetime | None) -> Appointment:
    rows = Appointment.objects.select_for_update(of=("self",)).select_related("place", "counter", "matter")
    row = rows.get(pk=appointment.pk)
    if row.status == status:
        return row
    if row.status not in STEPS[status]:
        raise Refused(_("Der Termin ist inzwischen in einem anderen Zustand. Laden Sie die Seite neu."))
    was, row.status = row.status, status
    setattr(row, moment, now or timezone.now())
    with connection.cursor() as cursor:
        if was == Status.MISSED:
            cursor.execute(statement.TAKE_AGAIN, {"appointment": row.pk})
            if cursor.fetchone() is None:
                raise Refused(_("Die Zeit ist inzwischen anders vergeben. Nehmen Sie die Person ohne Termin auf."))
            row.ended_at = None
        try:
            with transaction.atomic():
                row.save(update_fields=["status", moment, "ended_at"])
        except IntegrityError as error:  # appointment_limit: whoever missed it has taken another one meanwhile
            said = _("Diese Person hat inzwischen einen anderen Termin für dasselbe Anliegen. Nehmen Sie sie mit diesem auf.")
            raise Refused(said) from error
        if status == Status.MISSED:
            cursor.execute(statement.GIVE_BACK, {"appointment": row.pk})
            offer_freed([row.date], now)
    record(f"appointment.{status.lower()}", subject=f"appointment:{row.pk}", actor=actor.key, data=facts(row))
    return row
