"""A killed worker loses nothing; the operator sees why a job waits and can hurry or drop it."""

import asyncio

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker
from procrastinate.exceptions import ConnectorException

from stadtkern.kernel.events import queries, queue
from stadtkern.kernel.events.actions import react, record, rescue
from stadtkern.kernel.events.models import Event, Failure, Tick
from stadtkern.kernel.events.worker import SteadyWorker, remember_failures, words_of, worker_app

SEEN: list[int] = []


def note(event: Event) -> None:
    SEEN.append(event.pk)


def fail(event: Event) -> None:
    raise ConnectionRefusedError("mail server of zoe@example.org, account 1234567890")


@pytest.fixture
def reaction(monkeypatch):
    SEEN.clear()
    monkeypatch.setitem(queue.REACTIONS, "test.happened", [note])


def happen() -> Event:
    with transaction.atomic():
        return record("test.happened", subject="test:1", actor="system")


def sql(query, *values):
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchone()[0] if cursor.description else None


def fetched_by_a_worker(seconds_ago: int) -> int:
    """A worker took the job, sent its last heartbeat so long ago, and was killed. Returns the job."""
    worker = sql("SELECT procrastinate_register_worker_v1()")
    sql("SELECT 1 FROM procrastinate_fetch_job_v2(NULL, %s)", worker)
    sql(
        "UPDATE procrastinate_workers SET last_heartbeat = now() - make_interval(secs => %s) WHERE id = %s", seconds_ago, worker
    )
    return ProcrastinateJob.objects.get(status="doing").pk


def work(steady=SteadyWorker):
    async def run():
        async with worker_app().open_async() as pool:
            middleware = [*pool.worker_defaults["task_middleware"], remember_failures]
            await steady(
                pool, wait=False, install_signal_handlers=False, listen_notify=False,
                delete_jobs="successful", task_middleware=middleware,
            ).run()  # fmt: skip

    asyncio.run(run())


def test_the_job_of_a_killed_worker_is_done_once_by_the_next(transactional_db, reaction):
    event = happen()
    fetched_by_a_worker(seconds_ago=31)
    assert queries.summary().stalled == 1
    assert rescue.rescue_stalled() == 1
    work()
    assert [event.pk] == SEEN
    assert not ProcrastinateJob.objects.exists()


def test_a_worker_rescues_at_its_start_without_being_asked(transactional_db, reaction):
    event = happen()
    fetched_by_a_worker(seconds_ago=31)

    class Once(SteadyWorker):
        async def _fetch_and_process_jobs(self):
            while not SEEN:  # the rescue runs beside the loop
                await super()._fetch_and_process_jobs()
                await asyncio.sleep(0.01)

    work(Once)
    assert [event.pk] == SEEN


def test_a_job_of_a_forgotten_worker_is_rescued_too(transactional_db, reaction):
    happen()
    fetched_by_a_worker(seconds_ago=0)
    sql("DELETE FROM procrastinate_workers")
    assert rescue.rescue_stalled() == 1


def test_a_living_worker_keeps_its_job(transactional_db, reaction):
    happen()
    fetched_by_a_worker(seconds_ago=5)
    assert rescue.rescue_stalled() == 0


def test_killed_after_the_effect_the_effect_is_not_repeated(transactional_db, reaction):
    event = happen()
    fetched_by_a_worker(seconds_ago=31)
    react(event.pk, queue.name_of(note))  # the effect stood, then the power went
    rescue.rescue_stalled()
    work()
    assert [event.pk] == SEEN
    assert Tick.objects.count() == 1


def test_a_rescued_job_gives_way_to_an_equal_one_that_waits(transactional_db):
    from stadtkern.kernel.events.actions import webhooks

    webhooks.wake(1)
    fetched_by_a_worker(seconds_ago=31)
    webhooks.wake(1)
    assert rescue.rescue_stalled() == 1
    assert list(ProcrastinateJob.objects.values_list("status", flat=True)) == ["todo"]


def test_what_a_reaction_announces_vanishes_when_the_reaction_fails(transactional_db, monkeypatch):
    def announce_and_fail(event: Event) -> None:
        record("test.followed", subject="test:2", actor="system")
        raise ZeroDivisionError

    monkeypatch.setitem(queue.REACTIONS, "test.happened", [announce_and_fail])
    monkeypatch.setitem(queue.REACTIONS, "test.followed", [note])
    SEEN.clear()
    happen()
    work()
    assert SEEN == []
    assert list(Event.objects.values_list("name", flat=True)) == ["test.happened"]
    assert ProcrastinateJob.objects.get().args["reaction"].endswith("announce_and_fail")


def test_what_a_reaction_announces_is_done_when_it_stands(transactional_db, monkeypatch):
    def announce(event: Event) -> None:
        record("test.followed", subject="test:2", actor="system")

    monkeypatch.setitem(queue.REACTIONS, "test.happened", [announce])
    monkeypatch.setitem(queue.REACTIONS, "test.followed", [note])
    SEEN.clear()
    happen()
    work()
    assert len(SEEN) == 1
    assert not Failure.objects.exists()


def test_the_end_of_a_job_is_written_although_the_database_was_away(transactional_db, reaction, monkeypatch):
    monkeypatch.setattr("stadtkern.kernel.events.worker.PAUSES", (0, 0, 0))
    event = happen()
    failures = iter([True, True])

    async def unlucky(self, *args, **kwargs):
        if next(failures, False):
            raise ConnectorException
        await original(self, *args, **kwargs)

    original = SteadyWorker.__mro__[1]._persist_job_status
    monkeypatch.setattr(SteadyWorker.__mro__[1], "_persist_job_status", unlucky)
    work()
    assert [event.pk] == SEEN
    assert not ProcrastinateJob.objects.exists()


def test_a_job_fetched_but_never_received_is_found(transactional_db, reaction):
    """The database handed the job out, the answer got lost on the way."""
    happen()

    class Deaf(SteadyWorker):
        async def _fetch_and_process_jobs(self):
            if not await self.app.connector.execute_query_all_async(
                query="SELECT 1 FROM procrastinate_jobs WHERE status = 'doing'"
            ):
                await self.app.job_manager.fetch_job(queues=None, worker_id=self.worker_id)
                for _ in range(2):
                    assert not SEEN
                    await self.compare_notes()
            await super()._fetch_and_process_jobs()

    work(Deaf)
    assert len(SEEN) == 1


def test_the_operator_sees_why_a_job_waits_without_personal_data(transactional_db, monkeypatch):
    monkeypatch.setitem(queue.REACTIONS, "test.happened", [fail])
    happen()
    work()
    (waiting,) = queries.failing()
    assert waiting.error == "ConnectionRefusedError: mail server of … account …"
    assert (waiting.attempts, waiting.status) == (1, "todo")
    monkeypatch.setitem(queue.REACTIONS, "test.happened", [fail])
    assert rescue.try_again(waiting.id, actor_key="staff:1")
    work()
    assert Failure.objects.get().attempts == 2


def test_a_success_after_failures_erases_the_note(transactional_db, monkeypatch):
    monkeypatch.setitem(queue.REACTIONS, "test.happened", [fail])
    happen()
    work()

    def replacement(event: Event) -> None:
        SEEN.append(event.pk)

    replacement.__module__, replacement.__qualname__ = fail.__module__, fail.__qualname__
    monkeypatch.setitem(queue.REACTIONS, "test.happened", [replacement])
    rescue.try_again(queries.failing()[0].id, actor_key="staff:1")
    work()
    assert not Failure.objects.exists()
    assert not ProcrastinateJob.objects.exists()


def test_the_operator_drops_a_job_only_after_it_failed(transactional_db, monkeypatch):
    monkeypatch.setitem(queue.REACTIONS, "test.happened", [fail])
    happen()
    job = ProcrastinateJob.objects.get().pk
    assert not rescue.drop(job, actor_key="staff:1"), "a healthy job is nobody's to drop"
    work()
    assert rescue.drop(job, actor_key="staff:1")
    assert not ProcrastinateJob.objects.exists()
    assert Event.objects.filter(name="job.dropped", actor="staff:1").exists()
    assert not rescue.drop(job, actor_key="staff:1")


def test_words_of_an_error_fit_and_carry_no_nul():
    assert len(words_of(ValueError("x" * 1000 + "\0"))) == 300


def test_heartbeat_tells_whether_a_worker_lives(transactional_db):
    assert not queries.worker_alive()
    sql("SELECT procrastinate_register_worker_v1()")
    assert queries.worker_alive()
    sql("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '5 minutes'")
    assert not queries.worker_alive()
    assert ProcrastinateWorker.objects.count() == 1


def test_a_job_to_be_repeated_gives_way_to_an_equal_one_that_waits(transactional_db, monkeypatch):
    from stadtkern.kernel.events.actions import webhooks

    def fail_while_another_comes(webhook_id):
        webhooks.wake(1)
        raise ConnectionError

    monkeypatch.setattr(webhooks.deliver, "func", fail_while_another_comes)
    monkeypatch.setattr(webhooks.deliver, "retry_strategy", queue.Patient())
    monkeypatch.setattr(webhooks, "wake", lambda key, original=webhooks.wake: original(key, in_seconds=600))
    sql("SELECT 1")
    webhooks.deliver.configure(queueing_lock="webhook:1").defer(webhook_id=1)
    work()
    assert list(ProcrastinateJob.objects.values_list("status", "attempts")) == [("todo", 0)]


def test_ticks_past_their_time_are_forgotten_in_batches(db):
    with transaction.atomic():
        events = [record("test.happened", subject="test:1", actor="system") for _ in range(7)]
    for event in events:
        Tick.objects.create(event=event, reaction="x")
    sql("UPDATE events_tick SET at = now() - interval '100 days' WHERE event_id <> %s", events[-1].pk)
    assert rescue.forget_rows(Tick.objects.filter(event__in=events[:2]), batch=1) == 2
    assert rescue.forget_ticks(90) == 4
    assert Tick.objects.count() == 1
