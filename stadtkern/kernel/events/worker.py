"""The worker: survives a database that goes away, loses no job, and remembers why one failed."""

import asyncio
import logging
import re
from collections.abc import Callable, Iterable
from typing import Any, cast

import psycopg
from asgiref.sync import sync_to_async
from django.db import connection
from procrastinate import App, exceptions
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job, Status
from procrastinate.periodic import PeriodicDeferrer, TaskAtTime
from procrastinate.worker import Worker

from .actions import rescue

log = logging.getLogger(__name__)
CHECK_SECONDS = 20.0
PAUSES = (0.5, 1, 2, 4, 8, 15, 15, 15)  # one minute in all
_PRIVATE = re.compile(r"\S+@\S+|\d[\d ]{5,}")  # mail addresses, account and register numbers


def worker_app() -> App:
    """The app as a worker needs it: a pool of its own to fetch jobs, while tasks keep enqueueing on Django's connection.

    `app.replace_connector`, as procrastinate's own command does, would also move what a reaction enqueues out of the
    reaction's transaction: a rolled back reaction would leave jobs for events that never happened.
    """
    copy = App(connector=cast(DjangoConnector, app.connector).get_worker_connector(), worker_defaults=app.worker_defaults)
    copy.tasks, copy.periodic_registry = app.tasks, app.periodic_registry
    return copy


def words_of(error: BaseException) -> str:
    """An error for the operator's eyes: its kind and text, without addresses and long numbers."""
    text = _PRIVATE.sub("…", str(error).replace("\0", ""))
    return " ".join(f"{type(error).__name__}: {text}".split())[:300]


def remember_failures(call_next: Callable[[], Any], context: JobContext, worker: Worker) -> Any:
    """Around every job: a failure is noted outside the job's own transaction, a success after failures erases the note."""
    job = context.job
    try:
        result = call_next()
    except Exception as error:
        try:
            rescue.note_failure(job_id=cast(int, job.id), task=job.task_name, error=words_of(error))
            _tidy(job)
        except Exception:  # the database itself may be the reason; the job is retried in any case
            log.warning("Could not note the failure of job %s", job.id, exc_info=True)
        raise
    if job.attempts:
        rescue.forget_failure(cast(int, job.id))
    _tidy(job)
    return result


def _tidy(job: Job) -> None:
    """Tasks of the clock are not repeated after a failure, the next period does their work: one failure is enough to show."""
    if job.queueing_lock:
        rescue.forget_earlier(job.queueing_lock, cast(int, job.id))


class Clock(PeriodicDeferrer):
    """The periodic deferrer, on a connection that lives.

    It enqueues on Django's connection of a thread that outlives every worker of this process. Nobody closes that one: after
    a restart of the database it would be found dead for ever, and a worker whose clock fails stops.
    """

    async def defer_jobs(self, jobs_to_defer: Iterable[TaskAtTime]) -> None:
        await sync_to_async(_close)()  # the same thread as the connector's own calls
        await super().defer_jobs(jobs_to_defer)


def _close() -> None:
    connection.close()  # as a function: which connection it is depends on the thread


class SteadyWorker(Worker):
    """Procrastinate's worker with the gaps closed that a vanishing database or a killed colleague opens.

    * A job whose end could not be written would stay "doing" under a living worker: the end is written again.
    * A job that was fetched while the answer got lost is found by comparing notes with the database, and put back.
    * The jobs of a dead colleague are put back, at the start and every 20 seconds, however long the queue is.
    * The clock goes on after the database was away.
    * `moved` is called whenever jobs are fetched, begun or all slots are taken: a watchdog notices when this ends.
    """

    _suspects: frozenset[int] = frozenset()

    def __init__(self, *args: Any, moved: Callable[[], None] = lambda: None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.moved = moved

    async def _periodic_deferrer(self) -> None:
        await Clock(registry=self.app.periodic_registry, **self.app.periodic_defaults).worker()

    async def _fetch_and_process_jobs(self) -> None:
        self.moved()
        await super()._fetch_and_process_jobs()  # type: ignore[no-untyped-call]

    async def _process_job(self, context: JobContext) -> None:
        self.moved()
        await super()._process_job(context)

    async def _persist_job_status(self, *args: Any, **kwargs: Any) -> None:
        for pause in PAUSES:
            try:
                await super()._persist_job_status(*args, **kwargs)
                return
            except exceptions.UniqueViolation:  # to be repeated, but an equal one waits already
                await self.app.job_manager.finish_job_by_id_async(
                    job_id=cast(int, kwargs["job"].id), status=Status.FAILED, delete_job=True
                )
                return
            except exceptions.ConnectorException as error:
                log.warning("The end of a job could not be written: %s", words_of(error.__cause__ or error))
                if isinstance(error.__cause__, psycopg.errors.RaiseException):
                    return  # put back meanwhile because we looked dead; its second run finds the tick
                await asyncio.sleep(pause)
        self.stop()  # type: ignore[no-untyped-call]  # the next worker has a new number; what this one leaves behind is rescued

    def _start_side_tasks(self) -> list[asyncio.Task[Any]]:
        side_tasks: list[asyncio.Task[Any]] = super()._start_side_tasks()
        return [*side_tasks, asyncio.create_task(self._look_after_jobs(), name="look_after_jobs")]

    async def _look_after_jobs(self) -> None:
        while True:
            if self._job_semaphore.locked() and not self._stop_event.is_set():
                self.moved()  # as many jobs run as may run: long ones are no standstill
            try:
                if rescued := await sync_to_async(_rescue, thread_sensitive=False)():
                    log.warning("%s jobs of a dead worker were put back", rescued)
                await self.compare_notes()
            except Exception as error:  # the next look will do; the worker itself notices when the database is gone
                log.warning("Could not look after jobs: %s", words_of(error))
            await asyncio.sleep(CHECK_SECONDS)

    async def compare_notes(self) -> None:
        """Put back what the database believes to be ours, twice in a row, although nobody here works on it."""
        rows = await self.app.connector.execute_query_all_async(
            query="SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND worker_id = %(worker_id)s",
            worker_id=self.worker_id,
        )
        missing = {row["id"] for row in rows} - {context.job.id for context in self._running_jobs.values()}
        for key in missing & self._suspects:
            await sync_to_async(_put_back, thread_sensitive=False)(key)
        self._suspects = frozenset(missing)


def _rescue() -> int:
    try:
        return rescue.rescue_stalled()
    finally:
        connection.close()


def _put_back(job_id: int) -> None:
    try:
        rescue.put_back(job_id)
    finally:
        connection.close()
