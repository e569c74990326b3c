"""What waits, what failed and who works: bounded reads for the operator's page and the health check."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from .models import Delivery, Webhook

DEAD_AFTER_SECONDS = 30.0  # a worker sends its heartbeat every 10 seconds
LIMIT = 100  # rows shown
CAP = 10_000  # counts stop here: "10000 and more"


@dataclass(frozen=True)
class Waiting:
    """One job that did not get through at once."""

    id: int
    task: str
    what: str  # "cases.issue_document" or the task itself
    event_id: int | None
    status: str
    attempts: int
    error: str
    first_at: datetime | None
    next_at: datetime | None


@dataclass(frozen=True)
class Queue:
    """The queue at a glance; `waiting` and `overdue` are counted up to CAP."""

    waiting: int
    running: int
    stalled: int
    failing: int
    oldest_at: datetime | None  # since when the oldest due job waits


_SUMMARY = """
    SELECT (SELECT count(*) FROM (SELECT FROM procrastinate_jobs WHERE status = 'todo' LIMIT %(cap)s) w),
           (SELECT count(*) FROM procrastinate_jobs WHERE worker_id IS NOT NULL AND status = 'doing'),
           (SELECT count(*) FROM procrastinate_jobs job LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
             WHERE job.status = 'doing'
               AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %(dead)s))),
           (SELECT count(*) FROM (SELECT FROM events_failure LIMIT %(cap)s) f),
           (SELECT min(event.at) FROM procrastinate_events event WHERE event.type = 'deferred' AND event.job_id = (
              SELECT id FROM procrastinate_jobs WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
              ORDER BY priority DESC, id LIMIT 1))
"""
_FAILING = """
    SELECT job.id, job.task_name, job.args ->> 'reaction', job.args ->> 'event_id', job.status::text, job.attempts,
           failure.error, failure.first_at, job.scheduled_at
    FROM events_failure failure JOIN procrastinate_jobs job ON job.id = failure.job
    ORDER BY failure.first_at, failure.id LIMIT %s
"""


def summary() -> Queue:
    """Figures of the queue, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMMARY, {"cap": CAP, "dead": DEAD_AFTER_SECONDS})
        return Queue(*cursor.fetchone())


def failing(limit: int = LIMIT) -> list[Waiting]:
    """Jobs that failed at least once and are not through yet, those waiting longest first."""
    with connection.cursor() as cursor:
        cursor.execute(_FAILING, [limit])
        return [_waiting(*row) for row in cursor.fetchall()]


def _waiting(key: int, task: str, reaction: str | None, event_id: str | None, *rest: Any) -> Waiting:
    what = (reaction or task).removeprefix("stadtkern.kernel.").removeprefix("stadtkern.domains.")
    return Waiting(key, task, what, int(event_id) if event_id else None, *rest)


def last_heartbeat() -> datetime | None:
    """When a worker was last seen."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(last_heartbeat) FROM procrastinate_workers")
        seen: datetime | None = cursor.fetchone()[0]
    return seen


def worker_alive() -> bool:
    """Whether a worker has sent its heartbeat lately."""
    seen = last_heartbeat()
    return seen is not None and seen > timezone.now() - timedelta(seconds=2 * DEAD_AFTER_SECONDS)


@dataclass(frozen=True)
class Receiver:
    """A webhook and how its lines fare."""

    webhook: Webhook
    waiting: int  # up to CAP
    last_error: str
    last_at: datetime | None  # of the last accepted line


def receivers() -> list[Receiver]:
    """All webhooks; a handful, so one small look per webhook is fine."""
    found = []
    for webhook in Webhook.objects.all()[:LIMIT]:
        lines = Delivery.objects.filter(webhook=webhook)
        waiting = lines.filter(delivered_at=None)
        refused = waiting.filter(attempts__gt=0).order_by("attempts", "id").values_list("last_error", flat=True).first()
        last = lines.exclude(delivered_at=None).order_by("-event").values_list("delivered_at", flat=True).first()
        found.append(Receiver(webhook, waiting[:CAP].count(), refused or "", last))
    return found
