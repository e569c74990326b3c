"""The city's clock: every task runs, once per period, and a failure is seen once."""

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from stadtkern.kernel.events import queries
from stadtkern.kernel.events.tests.test_rescue import work
from stadtkern.site import jobs


def defer(task: str) -> None:
    with connection.cursor() as cursor:
        columns = "queue_name, task_name, queueing_lock, args"
        cursor.execute(
            f"INSERT INTO procrastinate_jobs ({columns}) VALUES ('clock', %s, %s, '{{\"timestamp\": 1}}')", [task, task]
        )


@pytest.fixture
def clock():
    """The clock as the worker sets it, stopped afterwards."""
    jobs.keep_time()
    yield app.periodic_registry.periodic_tasks
    app.periodic_registry.periodic_tasks.clear()


def test_the_clock_is_set_by_the_worker_alone_and_twice_is_once(clock):
    names = sorted(task.task.name for task in clock.values())
    assert len(names) == len([*jobs.SCHEDULE, *jobs.of_departments()]) == len(set(names))
    jobs.keep_time()
    assert len(app.periodic_registry.periodic_tasks) == len(names)


def test_tests_have_no_clock():
    assert not app.periodic_registry.periodic_tasks


@pytest.mark.parametrize("task", [task.name for _cron, task in jobs.SCHEDULE])
def test_every_task_of_the_clock_runs(transactional_db, task):
    defer(task)
    work()
    assert not queries.failing()
    assert not list(ProcrastinateJob.objects.values("task_name", "status", "scheduled_at", "attempts", "args"))


def test_of_a_failing_task_one_failure_is_kept_until_it_works(transactional_db, monkeypatch):
    outcome = iter([ConnectionError("away"), ConnectionError("still away"), None])

    def run(timestamp):
        if error := next(outcome):
            raise error

    monkeypatch.setattr(jobs.wake_webhooks, "func", run)
    for errors in (["ConnectionError: away"], ["ConnectionError: still away"], []):
        defer("clock.webhooks")
        work()
        assert [waiting.error for waiting in queries.failing()] == errors
    assert not ProcrastinateJob.objects.exists()


def test_two_workers_defer_a_period_once(transactional_db, clock):
    with connection.cursor() as cursor:
        for _worker in range(2):
            cursor.execute(
                "SELECT procrastinate_defer_periodic_job_v2('clock', NULL, 'clock.tidy', 'clock.tidy', 0, '', 1700000000, '{}')"
            )
    assert ProcrastinateJob.objects.count() == 1
