"""`manage.py worker` starts again by itself, but not for ever; then somebody else starts it."""

import threading
from types import SimpleNamespace

import pytest
from django.core.management.base import CommandError

from stadtkern.kernel.events.watchdog import Watchdog
from stadtkern.site.management.commands import demo, worker


class Nobody:
    def stop(self):
        pass


@pytest.fixture
def lived(monkeypatch):
    """Runs the command through lives of so many seconds, then it is told to stop; returns how many began."""

    def run(*seconds):
        now, left, begun = [0.0], list(seconds), []

        async def work(command, concurrency, until_empty):
            begun.append(now[0])
            if not left:
                command._stop(Nobody())
                return
            now[0] += left.pop(0)
            raise ConnectionError("the database is away")

        monkeypatch.setattr(worker.Command, "_work", work)
        monkeypatch.setattr(worker, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=lambda seconds: None))
        monkeypatch.setattr(worker, "jobs", SimpleNamespace(keep_time=lambda: None))
        worker.Command().handle(concurrency=1, until_empty=False)
        return len(begun)

    return run


def test_a_worker_begins_again_after_the_database_was_away(lived):
    assert lived(1, 1, 1) == 4
    assert lived(*[1, 1, 1, 1, 1, 1, 1, 1, 1, 100] * 3) == 31  # a long life in between: all is well again


def test_a_worker_that_ends_again_and_again_leaves_it_to_a_fresh_process(lived):
    with pytest.raises(CommandError, match="fresh process"):
        lived(*[1] * worker.MOST_SHORT_LIVES)
    assert not [thread for thread in threading.enumerate() if isinstance(thread, Watchdog) and not thread.over.is_set()]


def test_the_demo_starts_its_worker_again_and_ends_with_its_server(monkeypatch):
    begun, ended = [], []

    class Child:
        def __init__(self, command):
            self.worker = "worker" in command
            begun.append("worker" if self.worker else "server")

        def poll(self):
            if self.worker:
                return 75 if len(begun) < 4 else None
            return 0 if len(begun) == 4 else None

    monkeypatch.setattr(demo, "begin", lambda command, environment: Child(command))
    monkeypatch.setattr(demo, "wait_for", lambda address, children: None)
    monkeypatch.setattr(demo, "stop", ended.extend)
    monkeypatch.setattr(demo, "put_away", lambda: None)
    monkeypatch.setattr(demo, "time", SimpleNamespace(monotonic=lambda: 0.0, sleep=lambda seconds: None))
    monkeypatch.setattr(demo, "signal", SimpleNamespace(SIGTERM=15, signal=lambda number, handler: None))
    monkeypatch.setattr(demo.Command, "welcome", lambda command, address, seconds: None)
    demo.Command().serve(8000, 0.0)
    assert begun == ["server", "worker", "worker", "worker"]
    assert [child.worker for child in ended] == [False, True]
