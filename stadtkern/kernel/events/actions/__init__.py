"""Write one line into the diary and wake up whoever reacts, in the caller's transaction."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from psycopg.types.json import Jsonb

from stadtkern.kernel.events import queue
from stadtkern.kernel.events.models import Event

from .run import react

__all__ = ["react", "record"]

# One round trip writes the line and tells whether anybody outside listens; every action of the house pays for this.
_INSERT = """
    INSERT INTO events_event (name, subject, actor, data, at) VALUES (%s, %s, %s, %s, %s)
    RETURNING id, EXISTS (SELECT FROM events_webhook WHERE active)
"""


def record(name: str, *, subject: str, actor: str, data: dict[str, Any] | None = None) -> Event:
    """One diary line plus one job per reaction; both vanish if the caller rolls back."""
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("record() belongs into the transaction of the action it reports")
    event = Event(name=name, subject=subject, actor=actor, data=data or {}, at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [name, subject, actor, Jsonb(event.data), event.at])
        event.pk, listened = cursor.fetchone()
    event._state.adding, event._state.db = False, connection.alias
    queue.announce(event, listened=listened)
    return event
