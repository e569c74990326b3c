"""Jobs that nobody works on any more are put back; the operator may hurry or drop what waits."""

from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import ConnectorException, UniqueViolation

from stadtkern.kernel.events.actions import record
from stadtkern.kernel.events.models import Failure, Tick
from stadtkern.kernel.events.queries import DEAD_AFTER_SECONDS

_STALLED = """
    SELECT job.id FROM procrastinate_jobs job LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
    WHERE job.status = 'doing' AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %s))
"""


def rescue_stalled(seconds: float = DEAD_AFTER_SECONDS) -> int:
    """Put back the jobs of workers without a heartbeat for `seconds` (killed, frozen, cut off). Returns how many.

    Running one twice does no harm: its tick, or the row lock of its action, lets only one have an effect.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STALLED, [seconds])
        keys = [row[0] for row in cursor.fetchall()]
    return sum(put_back(key) for key in keys)


def put_back(job_id: int) -> bool:
    """One job from "doing" to "todo"; gone if an equal one waits already. False if it was finished meanwhile."""
    try:
        with transaction.atomic():
            app.job_manager.retry_job_by_id(job_id, retry_at=timezone.now())
    except UniqueViolation:
        _execute("DELETE FROM procrastinate_jobs WHERE id = %s AND status = 'doing'", job_id)
    except ConnectorException:
        return False
    return True


def hurry(*, job_id: int | None = None, queueing_lock: str | None = None) -> bool:
    """Let a waiting job run at once, and a failed one again. False if there is no such job."""
    if job_id is None:
        return _execute(
            "UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo' AND queueing_lock = %s", queueing_lock
        )
    if _execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo' AND id = %s", job_id):
        return True
    if _execute("SELECT 1 FROM procrastinate_jobs WHERE status = 'failed' AND id = %s", job_id):
        return put_back(job_id)
    return False


def try_again(job_id: int, *, actor_key: str) -> bool:
    """The operator hurries a job; noted in the diary."""
    with transaction.atomic():
        if done := hurry(job_id=job_id):
            record("job.hurried", subject=f"job:{job_id}", actor=actor_key)
    return done


def drop(job_id: int, *, actor_key: str) -> bool:
    """The operator gives up a job that waits or has failed; noted in the diary with the task's name."""
    with transaction.atomic():
        failure = Failure.objects.filter(job=job_id).first()
        if failure is None or not _execute(
            "DELETE FROM procrastinate_jobs WHERE id = %s AND status IN ('todo', 'failed')", job_id
        ):
            return False
        failure.delete()
        record("job.dropped", subject=f"job:{job_id}", actor=actor_key, data={"task": failure.task})
    return True


@transaction.atomic
def note_failure(*, job_id: int, task: str, error: str) -> None:
    """Remember why a job did not get through, for the operator."""
    row, fresh = Failure.objects.get_or_create(job=job_id, defaults={"task": task, "error": error})
    if not fresh:
        Failure.objects.filter(pk=row.pk).update(error=error, attempts=F("attempts") + 1, last_at=timezone.now())


def forget_failure(job_id: int) -> None:
    """The job got through."""
    Failure.objects.filter(job=job_id).delete()


def forget_earlier(queueing_lock: str, job_id: int) -> None:
    """A task of the clock has run again: its earlier failures say nothing any more."""
    lost = "DELETE FROM procrastinate_jobs WHERE status = 'failed' AND queueing_lock = %s AND id < %s"
    if _execute(lost, queueing_lock, job_id):
        forget_lost_failures()


@transaction.atomic
def forget_lost_failures() -> int:
    """Delete remarks on jobs that no longer exist. Returns how many."""
    return Failure.objects.exclude(job__in=ProcrastinateJob.objects.values("id")).delete()[0]


def forget_ticks(days: int) -> int:
    """Delete ticks older than `days`: their jobs have long gone. Returns how many."""
    return forget_rows(Tick.objects.filter(at__lt=timezone.now() - timedelta(days=days)))


def forget_rows(rows: "QuerySet[Any]", batch: int = 5000) -> int:
    """Delete the oldest rows first, in short transactions; returns how many."""
    gone = 0
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:batch]):
        with transaction.atomic():
            gone += rows.model._default_manager.filter(pk__in=keys).delete()[0]
    return gone


def _execute(query: str, *values: Any) -> bool:
    """Whether the statement touched a row."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return bool(cursor.rowcount > 0)
