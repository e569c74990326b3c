"""Reactions run as jobs of the same PostgreSQL: at least once, with one effect (a tick per event and reaction)."""

import logging
from collections.abc import Callable, Mapping

from django.db import transaction
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from .models import Event, Tick

log = logging.getLogger(__name__)
Reaction = Callable[[Event], None]

# Filled once at start by site/wiring.py: event name -> reactions, in order.
REACTIONS: dict[str, list[Reaction]] = {}
# Reactions to every event (webhooks).
EVERY: list[Reaction] = []


class Patient(BaseRetryStrategy):
    """Try again for ever: 5 s, 10 s, 20 s … then every 5 minutes. What waits is visible to the operator."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        return RetryDecision(retry_in={"seconds": min(300, 5 * 2 ** min(job.attempts, 10))})


def wire(reactions: Mapping[str, list[Reaction]]) -> None:
    """Add a room's table to the switchboard."""
    for name, functions in reactions.items():
        REACTIONS.setdefault(name, []).extend(functions)


def name_of(reaction: Reaction) -> str:
    """Stable key of a reaction: its dotted path."""
    return f"{reaction.__module__}.{reaction.__qualname__}"


def announce(event: Event) -> None:
    """One job per reaction, enqueued in the transaction that wrote the event."""
    jobs = [{"event_id": event.pk, "reaction": name_of(r)} for r in [*REACTIONS.get(event.name, []), *EVERY]]
    if len(jobs) == 1:
        react.defer(**jobs[0])
    elif jobs:
        react.batch_defer(*jobs)


@app.task(name="events.react", retry=Patient(), queue="reactions")
def react(event_id: int, reaction: str) -> None:
    """Run one reaction to one event; a replay finds the tick and does nothing."""
    event = Event.objects.get(pk=event_id)
    function = next((r for r in [*REACTIONS.get(event.name, []), *EVERY] if name_of(r) == reaction), None)
    if function is None:
        log.warning("Reaction %s to %s no longer exists", reaction, event.name)
        return
    with transaction.atomic():
        _, fresh = Tick.objects.get_or_create(event=event, reaction=reaction)
        if fresh:
            function(event)
