"""The diary and its reactions: one transaction, one effect."""

import os
import subprocess
import sys
from pathlib import Path

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


TABLES = """
import subprocess, sys
from contextlib import nullcontext
import django
from django.core.management import call_command
django.setup()
from django.conf import settings
from stadtkern.lib.postgres import Cluster
from stadtkern.site.migrating import swiftly
cluster = Cluster(settings.HOME)
try:
    with swiftly() if sys.argv[1] == "swiftly" else nullcontext():
        call_command("migrate", verbosity=0)
    sys.stdout.flush()
    subprocess.run([cluster.bin / "pg_dump", "--schema-only", cluster.dsn], check=True)
finally:
    cluster.remove()
"""


@pytest.mark.full
def test_tables_made_swiftly_are_those_that_django_makes(tmp_path):
    tmp_path.chmod(0o711)

    def made(way: str) -> str:
        own = {"STADTKERN_HOME": str(tmp_path / way), "STADTKERN_MODE": "demo"}
        command = [sys.executable, "-c", TABLES, way]
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | own
        done = subprocess.run(
            command, cwd=Path(__file__).parents[1], env=environment, capture_output=True, text=True, check=True
        )
        return "".join(line for line in done.stdout.splitlines(True) if "restrict" not in line[:12])

    assert made("swiftly") == made("as Django does") != ""
