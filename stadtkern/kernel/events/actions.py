"""Write one line into the diary and wake up whoever reacts, in the caller's transaction."""

from typing import Any

from django.db import transaction

from . import queue
from .models import Event


def record(name: str, *, subject: str, actor: str, data: dict[str, Any] | None = None) -> Event:
    """One diary line plus one job per reaction; both vanish if the caller rolls back."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("record() belongs into the transaction of the action it reports")
    event = Event.objects.create(name=name, subject=subject, actor=actor, data=data or {})
    queue.announce(event)
    return event
