"""A worker gets over a database that was away; one that hangs ends, so that a fresh one takes over."""

import asyncio
import subprocess
import sys
import threading

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.periodic import PeriodicDeferrer

from stadtkern.kernel.events.actions import inline
from stadtkern.kernel.events.watchdog import ENDED, Watchdog
from stadtkern.kernel.events.worker import SteadyWorker, worker_app

from .test_rescue import happen, reaction, sql, work  # noqa: F401


class OneRound(Exception):
    pass


@pytest.fixture
def clock(monkeypatch):
    """A clock of one task that ends after one round with OneRound."""

    async def end(self, next_tick):
        raise OneRound

    monkeypatch.setattr(PeriodicDeferrer, "wait", end)
    app.periodic(cron="* * * * *")(inline.spread)
    yield
    app.periodic_registry.periodic_tasks.clear()


def own_backend():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def test_the_clock_goes_on_after_the_database_was_away(transactional_db, clock):
    """Its thread outlives every worker of the process: the connection killed once was dead for all of them."""

    async def round_of_a_new_worker():
        async with worker_app().open_async() as pool:
            with pytest.raises(OneRound):
                await SteadyWorker(pool)._periodic_deferrer()
        return await sync_to_async(own_backend)()

    backend = asyncio.run(round_of_a_new_worker())
    assert ProcrastinateJob.objects.get().task_name == "events.spread"
    assert sql("SELECT pg_terminate_backend(%s, 10000)", backend)
    assert asyncio.run(round_of_a_new_worker()) != backend
    asyncio.run(sync_to_async(lambda: connection.close())())


def test_a_worker_says_that_it_moves(transactional_db, reaction):  # noqa: F811
    happen()
    moves = []

    class Telling(SteadyWorker):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, moved=lambda: moves.append(1), **kwargs)

    work(Telling)
    assert len(moves) >= 2  # looked for jobs, began one


def test_the_watchdog_ends_what_does_not_move():
    ends = []
    dog = Watchdog(lambda: ends.append(threading.get_ident()), every=0, looks=3)
    assert dog.look() and dog.look()
    dog.moved()
    assert dog.look() and dog.look() and not dog.look()
    dog.run()
    assert len(ends) == 1


def test_the_watchdog_lies_down_when_the_work_is_over():
    dog = Watchdog(lambda: pytest.fail("nobody hangs"), every=0, looks=1)
    dog.over.set()
    dog.run()


HANGING = """
import threading
from stadtkern.kernel.events.watchdog import Watchdog
Watchdog(every=0.01, looks=3).start()
threading.Lock().acquire() and threading.Event().wait()
"""


def test_a_process_that_hangs_ends_and_says_where(settings):
    done = subprocess.run([sys.executable, "-c", HANGING], cwd=settings.ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == ENDED
    assert "most recent call first" in done.stderr
