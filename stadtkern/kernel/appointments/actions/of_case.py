"""Appointments that belong to something else, a case: kept while its form is filled in, given back with it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record

from ..models import Appointment
from .asking import hold_minutes
from .booking import cancel

LONGEST = timedelta(minutes=45)  # from the first click: a form that lies open must not block a counter


@transaction.atomic
def keep_longer(about: str, actor_key: str, now: datetime | None = None) -> Appointment | None:
    """Whoever goes on filling in keeps the time they hold, up to 45 minutes; what is over is not brought back.

    Diary: `appointment.kept`.
    """
    now = now or timezone.now()
    rows = Appointment.objects.select_for_update(of=("self",)).filter(about=about, status="HELD", held_until__gt=now)
    row = rows.order_by("-pk").first()
    if row is None or row.held_until is None:
        return None
    until = min(now + timedelta(minutes=hold_minutes()), row.created_at + LONGEST)
    if until - row.held_until < timedelta(minutes=1):
        return row
    row.held_until = until
    row.save(update_fields=["held_until"])
    record("appointment.kept", subject=f"appointment:{row.pk}", actor=actor_key, data={"counter": row.counter_id})
    return row


def call_off(about: str, actor: Actor, now: datetime | None = None) -> int:
    """What it belonged to is gone (withdrawn, thrown away): live appointments that are still to come are cancelled."""
    now = now or timezone.now()
    rows = Appointment.objects.filter(about=about, status__in=("HELD", "BOOKED"), starts_at__gt=now)
    found = list(rows.order_by("counter", "date", "pk"))
    for row in found:
        cancel(actor, row, now=now)
    return len(found)
