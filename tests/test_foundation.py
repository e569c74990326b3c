"""The diary and its reactions: one transaction, one effect."""

import pytest
from django.db import connection, transaction

from stadtkern.kernel.events import queue
from stadtkern.kernel.events.actions import react, record
from stadtkern.kernel.events.models import Event, Tick

SEEN: list[int] = []


def note(event: Event) -> None:
    SEEN.append(event.pk)


@pytest.fixture
def reaction(monkeypatch):
    SEEN.clear()
    monkeypatch.setitem(queue.REACTIONS, "test.happened", [note])


def test_record_outside_a_transaction_is_refused(transactional_db):
    with pytest.raises(transaction.TransactionManagementError):
        record("test.happened", subject="test:1", actor="system")


def test_event_and_job_vanish_together(transactional_db, reaction, run_jobs):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record("test.happened", subject="test:1", actor="system")
        raise ZeroDivisionError
    assert not Event.objects.exists()
    run_jobs()
    assert SEEN == []


def test_a_replayed_job_has_one_effect(transactional_db, reaction, run_jobs):
    with transaction.atomic():
        event = record("test.happened", subject="test:1", actor="system")
    run_jobs()
    react(event.pk, queue.name_of(note))
    assert len(SEEN) == 1
    assert Tick.objects.count() == 1


def test_a_failing_reaction_leaves_no_tick(transactional_db, monkeypatch):
    def fail(event: Event) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")

    monkeypatch.setitem(queue.REACTIONS, "test.happened", [fail])
    with transaction.atomic():
        event = record("test.happened", subject="test:1", actor="system")
    with pytest.raises(Exception, match="division by zero"):
        react(event.pk, queue.name_of(fail))
    assert not Tick.objects.exists()
