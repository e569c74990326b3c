"""Holds whose time is over: the counter's time is free again."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection, transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.events.actions import record

from .. import statement
from .offering import offer_freed, pass_on

_DUE = """
    SELECT id, counter_id, date FROM appointments_appointment
    WHERE status = 'HELD' AND held_until <= %(now)s AND (%(dates)s::date[] IS NULL OR date = ANY(%(dates)s::date[]))
    AND (%(only)s::bigint IS NULL OR id = %(only)s::bigint)
    ORDER BY held_until LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
_END = "UPDATE appointments_appointment SET status = 'EXPIRED', ended_at = %(now)s WHERE id = %(appointment)s"


@transaction.atomic
def expire_due(
    now: datetime | None = None, dates: Sequence[date] | None = None, limit: int = 200, *, only: int | None = None
) -> int:
    """Give back what was held too long, at most so many in one transaction; returns how many. Diary: `appointment.expired`."""
    now = now or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"now": now, "dates": list(dates) if dates is not None else None, "limit": limit, "only": only})
        due = sorted(cursor.fetchall(), key=lambda row: (row[1], row[2], row[0]))  # days are locked in one order
        for appointment, _counter, _day in due:
            cursor.execute(_END, {"now": now, "appointment": appointment})
            cursor.execute(statement.GIVE_BACK, {"appointment": appointment})
    passed = pass_on([appointment for appointment, _counter, _day in due], now)
    for appointment, counter, _day in due:
        record("appointment.expired", subject=f"appointment:{appointment}", actor=SYSTEM, data={"counter": counter})
    if due:
        offer_freed(None if passed else {day for _appointment, _counter, day in due}, now)
    return len(due)
