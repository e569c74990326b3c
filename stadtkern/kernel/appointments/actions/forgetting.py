"""The person goes, the figures stay: place, matter and times, which the forecast of load needs."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.events.actions import record

from .. import search
from ..models import LIVE, Appointment, Sent, Ticket, Waiting
from .booking import cancel

KEEP_DAYS = 30  # after the day of the appointment
GONE: dict[str, Any] = {
    "account": None, "company": None, "mandate": None, "holder": "", "name": "", "names": [], "email": "", "phone": "",
    "about": "", "seed": "", "code_digest": None, "limits": "{}",
}  # fmt: skip


@transaction.atomic
def erase_of(account_id: int) -> int:
    """Appointments of one person; those to come are cancelled. Diary: `appointment.erased`."""
    own = Appointment.objects.filter(account=account_id, company=None, erased_at=None)
    for row in own.filter(status__in=("HELD", "BOOKED"), ends_at__gt=timezone.now()).order_by("counter", "date", "pk"):
        cancel(Actor(), row)
    keys = list(own.select_for_update().order_by("pk").values_list("pk", flat=True))
    waits = Waiting.objects.filter(account=account_id, company=None).delete()[0]
    Ticket.objects.filter(account=account_id).delete()
    _forget(keys, timezone.now())
    if keys or waits:
        data = {"appointments": len(keys), "waiting": waits}
        record("appointment.erased", subject=f"account:{account_id}", actor=SYSTEM, data=data)
    return len(keys) + waits


@transaction.atomic
def forget_old(now: datetime | None = None, limit: int = 1000) -> int:
    """Persons of appointments past their days (`[appointments] keep_days`), of expired holds after a day; returns how many."""
    now = now or timezone.now()
    kept_from = now - timedelta(days=search.setting("keep_days", KEEP_DAYS))
    rows = Appointment.objects.select_for_update(skip_locked=True).filter(erased_at=None).exclude(status__in=LIVE[:1])
    held = list(rows.filter(status="EXPIRED", ended_at__lt=now - timedelta(days=1)).values_list("pk", flat=True)[:limit])
    old = list(rows.filter(ends_at__lt=kept_from).exclude(pk__in=held).values_list("pk", flat=True)[:limit])
    _forget([*held, *old], now)
    waits = Waiting.objects.filter(status__in=("TAKEN", "LEFT", "OVER"), ended_at__lt=kept_from)
    keys = list(waits.values_list("pk", flat=True)[:limit])
    Waiting.objects.filter(pk__in=keys).delete()
    if held or old or keys:
        data = {"appointments": len(old), "holds": len(held), "waiting": len(keys)}
        record("appointment.forgotten", subject="city", actor=SYSTEM, data=data)
    return len(held) + len(old) + len(keys)


def _forget(keys: Sequence[int], now: datetime) -> None:
    Sent.objects.filter(appointment__in=keys).delete()
    Appointment.objects.filter(pk__in=keys).update(**GONE, erased_at=now)
