"""Reactions run as jobs of the same PostgreSQL: at least once, with one effect (a tick per event and reaction)."""

from collections.abc import Callable, Mapping

from django.db import transaction
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job
from procrastinate.types import JSONValue

from .models import Event, Tick

Reaction = Callable[[Event], None]

# Filled once at start by site/wiring.py: event name -> reactions, in order.
REACTIONS: dict[str, list[Reaction]] = {}
# Reactions to every event, as long as a webhook is active.
EVERY: list[Reaction] = []


def wait_seconds(attempts: int) -> int:
    """Pause before the next try after `attempts` failures: 5 s, 10 s, 20 s … then every 5 minutes."""
    return min(300, 5 << min(attempts, 10))


class UnknownReaction(LookupError):
    """The job names a reaction this version does not have; it waits for a worker that does."""


class Patient(BaseRetryStrategy):
    """Try again for ever. What waits is visible to the operator."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        return RetryDecision(retry_in={"seconds": wait_seconds(job.attempts)})


def wire(reactions: Mapping[str, list[Reaction]]) -> None:
    """Add a room's table to the switchboard."""
    for name, functions in reactions.items():
        REACTIONS.setdefault(name, []).extend(functions)


def name_of(reaction: Reaction) -> str:
    """Stable key of a reaction: its dotted path."""
    return f"{reaction.__module__}.{reaction.__qualname__}"


def announce(event: Event, *, listened: bool) -> None:
    """One job per reaction, enqueued in the transaction that wrote the event."""
    reactions = [*REACTIONS.get(event.name, []), *(EVERY if listened else [])]
    jobs: list[dict[str, JSONValue]] = [{"event_id": event.pk, "reaction": name_of(reaction)} for reaction in reactions]
    if jobs:
        react.batch_defer(*jobs)


@app.task(name="events.react", retry=Patient(), queue="reactions")
def react(event_id: int, reaction: str) -> None:
    """Run one reaction to one event; a replay finds the tick and does nothing."""
    event = Event.objects.get(pk=event_id)
    function = next((r for r in [*REACTIONS.get(event.name, []), *EVERY] if name_of(r) == reaction), None)
    if function is None:
        raise UnknownReaction(f"{reaction} to {event.name}")
    with transaction.atomic():
        _, fresh = Tick.objects.get_or_create(event=event, reaction=reaction)
        if fresh:
            function(event)
