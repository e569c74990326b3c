"""Appointments of a former system, at the switch: booked ones to come, past ones as figures. The tables refuse collisions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from stadtkern.kernel.events.actions import record
from stadtkern.lib import ids

from .. import link, plan, statement
from ..models import CELL, Appointment, Counter, Day, Matter
from ..refusals import Refused
from .asking import PREFIX


@dataclass(frozen=True)
class Former:
    """One appointment as the other system knew it; without a name it stays a figure."""

    counter: Counter
    matter: Matter
    starts_at: datetime
    minutes: int
    persons: int = 1
    status: str = "BOOKED"
    name: str = ""
    email: str = ""
    arrived_at: datetime | None = None
    called_at: datetime | None = None
    done_at: datetime | None = None


@transaction.atomic
def take_over(former: Iterable[Former], actor_key: str) -> int:
    """All or none; returns how many. IntegrityError where two collide. Nobody is told. Diary: `appointments.taken_over`."""
    rows = [_row(one) for one in former]
    Appointment.objects.bulk_create(rows, batch_size=500)
    touched = {(row.counter_id, row.date) for row in rows}
    days = Day.objects.select_for_update().filter(date__in={day for _counter, day in touched}).order_by("counter", "date")
    keys = [day.pk for day in days if (day.counter_id, day.date) in touched]
    with connection.cursor() as cursor:
        cursor.execute(statement.MEND, {"days": keys})
    if rows:
        record("appointments.taken_over", subject="city", actor=actor_key, data={"appointments": len(rows)})
    return len(rows)


def _row(one: Former) -> Appointment:
    begin, matter, now = plan.cell_of(one.starts_at), one.matter, timezone.now()
    if begin is None or one.minutes % CELL or one.minutes <= 0:
        raise Refused(f"{one.starts_at} + {one.minutes}: five minutes are the smallest step")
    before, after = plan.rounded(matter.before), plan.rounded(matter.after)
    named = bool(one.name)
    seed = link.new_seed() if named else ""
    return Appointment(
        number=ids.reference(PREFIX), counter=one.counter, place_id=one.counter.place_id, matter=matter,
        matters=[[matter.key, one.persons]], channel=one.counter.channels[0], persons=one.persons, date=begin[0],
        starts_at=one.starts_at, ends_at=one.starts_at + timedelta(minutes=one.minutes), before=before, after=after,
        first_cell=begin[1] - before // CELL, cells=(before + one.minutes + after) // CELL, status=one.status,
        name=one.name, email=one.email, seed=seed, code_digest=ids.digest(link.code_from(seed)) if named else None,
        created_at=min(now, one.starts_at), booked_at=min(now, one.starts_at - timedelta(days=1)), arrived_at=one.arrived_at,
        called_at=one.called_at, done_at=one.done_at, erased_at=None if named else now,
        ended_at=one.starts_at if one.status in ("MISSED", "CANCELLED") else None,
    )  # fmt: skip
