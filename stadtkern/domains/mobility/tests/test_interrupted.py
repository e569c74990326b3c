"""Database started again, or disk full, while a timetable is read: what is said is true, the next try gets through."""

import errno

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from stadtkern.domains.mobility.actions import feeds
from stadtkern.domains.mobility.models import Feed, FeedVersion
from stadtkern.domains.mobility.trips import bounded, demo, world
from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.events.actions import rescue

from .test_feeds import DEMO


@pytest.fixture
def feed(planner_of_office, tmp_path, monkeypatch):
    """A source nobody has read yet, asked for."""
    monkeypatch.setattr(settings, "HOME", tmp_path)
    monkeypatch.setattr(feeds.days, "DAYS", 1)
    world.forget()
    feed = feeds.set_up(Actor(planner_of_office.account, planner_of_office), DEMO)
    feeds.ask(SYSTEM, feed)
    yield feed
    world.forget()


def lose_connection():
    """As after a restart of the database: the connection is dead, and nobody has noticed yet."""
    connection.ensure_connection()
    connection.connection.pgconn.finish()


def test_a_database_started_again_meanwhile_costs_nothing(transactional_db, feed, run_jobs, monkeypatch):
    whole, close = bounded.build, bounded.close_old_connections

    def build(job, step):
        lose_connection()
        step("read")
        return whole(job, step)

    monkeypatch.setattr(bounded, "build", build)
    monkeypatch.setattr(bounded, "close_old_connections", lambda: (lose_connection(), close()))
    run_jobs()
    assert Feed.objects.get().state == "IDLE" and world.version().number == 1


def test_a_database_that_stays_away_is_waited_for(transactional_db, feed, run_jobs, monkeypatch):
    def away(*told, **more):
        raise OperationalError("the connection is closed")

    with monkeypatch.context() as broken:
        broken.setattr(feeds.reading, "_finish", away)
        with pytest.raises(AssertionError, match=r"mobility\.read_feed"):
            run_jobs()
    job = ProcrastinateJob.objects.get(task_name="mobility.read_feed")
    assert job.status == "todo" and job.scheduled_at and feeds.stopped(Feed.objects.get())
    assert rescue.hurry(job_id=job.pk)
    ProcrastinateJob.objects.filter(pk=job.pk).update(attempts=0)
    run_jobs()
    assert Feed.objects.get().state == "IDLE" and world.version().number == 1


@pytest.mark.parametrize("where", ["fetching", "reading"])
def test_a_full_disk_is_said_and_the_same_file_is_read_when_there_is_room(feed, login, planner_of_office, monkeypatch, where):
    def full(*told):
        if where == "fetching":
            raise OSError(errno.ENOSPC, "No space left on device")
        raise bounded._died(1, b"OSError: [Errno 28] No space left on device", 6000, 1800, False)

    with monkeypatch.context() as broken:
        broken.setattr(*((demo, "fetch", full) if where == "fetching" else (bounded, "build", full)))
        assert feeds.read(feed.pk) is None
    page = login(planner_of_office.account).get(reverse("mobility:source", args=["fahrplan"])).text
    assert "kein Platz mehr" in page and "Jetzt lesen" in page
    assert not FeedVersion.objects.exists() and Feed.objects.get().etag == ""
    assert not [one for one in (settings.HOME / "mobility" / "work").iterdir() if one.is_dir()]
    assert feeds.read(feed.pk).state == "READY"


def test_an_upload_that_finds_no_room_leaves_nothing_behind(feed, planner_of_office):
    def chunks():
        yield b"PK"
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(feeds.Refused, match="kein Platz"):
        feeds.upload(Actor(planner_of_office.account, planner_of_office), feed, chunks(), 2)
    assert not list((settings.HOME / "mobility" / "incoming").iterdir())


def test_what_was_refused_is_fetched_again_where_a_person_asks(feed, planner_of_office):
    Feed.objects.update(state="FAILED", problem="zu groß", etag='"1"', last_modified="gestern")
    feeds.ask(SYSTEM, feed)
    assert Feed.objects.get().etag == '"1"'
    Feed.objects.update(state="FAILED")
    feeds.ask(f"staff:{planner_of_office.pk}", feed)
    told = Feed.objects.get()
    assert (told.etag, told.last_modified, told.state) == ("", "", "WAITING")
