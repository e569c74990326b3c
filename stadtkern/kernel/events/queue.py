"""The switchboard: who reacts to what, and how a reaction becomes a job of the same PostgreSQL."""

from collections.abc import Callable, Mapping

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job
from procrastinate.types import JSONValue

from .models import Event

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


def reaction_to(event: Event, name: str) -> Reaction:
    """The function behind a job. Raises UnknownReaction."""
    for function in [*REACTIONS.get(event.name, []), *EVERY]:
        if name_of(function) == name:
            return function
    raise UnknownReaction(f"{name} to {event.name}")


def name_of(reaction: Reaction) -> str:
    """Stable key of a reaction: its dotted path."""
    return f"{reaction.__module__}.{reaction.__qualname__}"


def announce(event: Event, *, listened: bool) -> None:
    """One job per reaction, enqueued in the transaction that wrote the event."""
    reactions = [*REACTIONS.get(event.name, []), *(EVERY if listened else [])]
    jobs: list[dict[str, JSONValue]] = [{"event_id": event.pk, "reaction": name_of(reaction)} for reaction in reactions]
    if jobs:
        app.configure_task("events.react", queue="reactions").batch_defer(*jobs)
