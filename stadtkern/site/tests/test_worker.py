"""`manage.py worker` starts again by itself, but not for ever."""

from types import SimpleNamespace

import pytest
from django.core.management.base import CommandError

from stadtkern.site.management.commands import worker


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
