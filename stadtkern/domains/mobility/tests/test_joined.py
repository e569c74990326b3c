"""Two timetables of two operators, read by the worker: the planner rides both; switched off, the other counts alone."""

import shutil
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from stadtkern.domains.mobility.actions import alerts, feeds, joined
from stadtkern.domains.mobility.models import Alert, Feed, FeedVersion, Watch
from stadtkern.domains.mobility.trips import bounded, brake, building, folder, world
from stadtkern.domains.mobility.trips.prices import fare_of
from stadtkern.kernel.accounts.access import Actor
from stadtkern.lib.transit import Timetable, at_stop, earliest
from stadtkern.lib.transit.tests.test_joining import RAIL
from stadtkern.lib.transit.tests.test_planner_feeds import zipped
from stadtkern.lib.transit.tests.test_planner_small import VILLAGE, feed_of

ALWAYS = VILLAGE["calendar.txt"].replace("w,1,1,1,1,1,0,0,20260101,20261231", "w,1,1,1,1,1,1,1,20200101,20491231")
SOURCE = {"kind": "GTFS", "every_minutes": "0", "active": "1"}


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "HOME", tmp_path / "home")
    monkeypatch.setattr(feeds.days, "DAYS", 3)
    monkeypatch.setattr(brake, "MOST", dict.fromkeys(brake.MOST, 10_000))
    world.forget()
    yield tmp_path
    world.forget()


def test_two_timetables_answer_as_one(client, login, planner_of_office, home, run_jobs, monkeypatch):
    desk = login(planner_of_office.account)
    for key, files in (("bus", VILLAGE), ("bahn", RAIL)):
        desk.post(reverse("mobility:source_new"), SOURCE | {"key": key, "title": key})
        file = zipped(home / key, files | {"calendar.txt": ALWAYS}).read_bytes()
        desk.post(reverse("mobility:source_upload", args=[key]), {"file": SimpleUploadedFile("x.zip", file)})
    run_jobs()
    assert folder.current()[folder.JOINED]["parts"] == {"bahn": 1, "bus": 1}
    assert "2 Fahrpläne sind zu einem verbunden" in desk.get(reverse("mobility:sources")).content.decode()
    live = {
        "kind": "REALTIME",
        "key": "jetzt",
        "title": "Züge jetzt",
        "url": "demo:echtzeit",
        "every_minutes": "0",
        "active": "1",
    }
    desk.post(reverse("mobility:source_new"), live)
    assert "Wählen Sie bei „Züge jetzt“" in desk.get(reverse("mobility:sources")).content.decode()
    desk.post(reverse("mobility:source_change", args=["jetzt"]), live | {"timetable": "bahn"})
    assert joined.state()[1] == "success" and folder.current()["jetzt"]["of"] == "bahn"
    assert '<option value="bahn" selected>' in desk.get(reverse("mobility:source", args=["jetzt"])).content.decode()
    tomorrow = timezone.localdate() + timedelta(days=1)
    query = {"von": "Anger", "nach": "Weit", "tag": tomorrow.isoformat(), "zeit": "07:55"}
    rows = client.get(reverse("mobility:planner"), query).context["rows"]
    assert [leg.short for leg in rows[0].legs if leg.line] == ["1", "RE 1"]
    board = client.get(reverse("mobility:stop", args=["bahn~a"]), {"tag": tomorrow.isoformat(), "zeit": "08:00"})
    assert [row.line for row in board.context["rows"]][:1] == ["RE 1"]

    gone = folder.day_folder(world.version().place, tomorrow)
    shutil.rmtree(gone)
    joined.add_days()  # every night
    assert gone.is_dir() and world.version().number == 1

    with monkeypatch.context() as broken:  # a joining that fails leaves what was joined, and the office reads why
        broken.setattr(bounded, "bounds", lambda: (6000, 0.05))
        folder.point_to(folder.JOINED, folder.current()[folder.JOINED] | {"parts": {"bahn": 1, "bus": 0}})
        joined.join()
    assert "dauerte länger als" in joined.state()[0]
    assert client.get(reverse("mobility:planner"), query).context["rows"]
    desk.post(reverse("mobility:source_change", args=["bahn"]), SOURCE | {"title": "bahn", "active": ""})
    run_jobs()
    assert not folder.current()[folder.JOINED]["folder"] and world.version().place.parent.name == "bus"
    rows = client.get(reverse("mobility:planner"), query | {"nach": "Chor"}).context["rows"]
    assert rows and "1" in [leg.short for leg in rows[0].legs]


def test_one_timetable_is_not_joined(clerk, home, db):
    feeds.set_up(Actor(clerk.account, clerk), SOURCE | {"key": "bus", "title": "Bus"})
    assert joined.state() == ("", "") and not joined.join() and Feed.objects.count() == 1


def test_the_price_is_the_sum_of_the_parts_and_none_where_one_says_nothing(tmp_path):
    (tmp_path / "bus").mkdir()
    (tmp_path / "rail").mkdir()
    feed_of(tmp_path / "rail", RAIL)
    bus = {"fare_attributes.txt": "fare_id,price,currency_type,payment_method,transfers\nb,2.10,EUR,0,\n"}
    for more, wanted in (({}, None), (bus, (710, "EUR"))):
        feed_of(tmp_path / "bus", VILLAGE | more)
        job = feeds.job_of("GTFS", tmp_path) | {"days": 1, "first": "2026-11-30"}
        building.joined(job | {"parts": [[name, str(tmp_path / name)] for name in ("bus", "rail")]})
        table = Timetable.load(tmp_path / "day-20261130")
        ride = earliest(table, at_stop(table, 0), at_stop(table, 5, leaving=False), 7 * 3600)[0]
        assert ride.vehicles == 2 and fare_of(tmp_path, table)(ride) == wanted


@pytest.fixture
def built(home, db, monkeypatch):
    """Two timetables that were read, a builder that only notes what it was asked for."""
    for key in ("bus", "bahn"):
        feed = Feed.objects.create(key=key, title=key, kind="GTFS", active=True)
        feed.current = FeedVersion.objects.create(feed=feed, number=1, size=1, state="READY")
        feed.save()
    asked = []

    def build(job, step):
        asked.append(job["target"])
        return {"figures": {"until": "", "left_out": [], "clashing": 0}}

    monkeypatch.setattr(bounded, "build", build)
    monkeypatch.setattr(joined, "ask", lambda: asked.append("asked"))
    monkeypatch.setattr(folder.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(transaction, "on_commit", lambda do: do())
    return asked


def test_a_number_of_a_joined_timetable_is_never_used_again(built):
    assert joined.join()
    bus = Feed.objects.filter(key="bus")
    bus.update(active=False)
    assert joined.join() and not joined.join() and not joined.known()["folder"]
    bus.update(active=True)
    assert joined.join() and joined.known()["folder"].endswith("/2")


def test_only_one_joins_at_a_time_and_sees_what_came_meanwhile(built, monkeypatch):
    with folder.reading(folder.JOINED):
        assert not joined.join()
        joined.add_days()
    assert built == []
    build = bounded.build

    def meanwhile(job, step):
        Feed.objects.filter(key="bus").update(active=False)
        assert not joined.join()
        return build(job, step)

    monkeypatch.setattr(bounded, "build", meanwhile)
    assert joined.join() and built[1:] == ["asked"]


def test_what_cannot_be_joined_is_tried_again_at_night_or_when_a_part_changes(built, monkeypatch):
    def refuse(job, step):
        built.append(job["target"])
        raise bounded.Refused("Zu groß.")

    monkeypatch.setattr(bounded, "build", refuse)
    for again, tries in ((joined.join, 1), (joined.join, 1), (joined.add_days, 2), (joined.join, 2)):
        again()
        assert len(built) == tries
    FeedVersion.objects.filter(feed__key="bus").update(number=2)
    assert not joined.join() and len(built) == 3 and "Zu groß." in joined.state()[0]


def test_days_that_cannot_be_added_are_told(built, monkeypatch):
    joined.join()

    def refuse(job, step):
        raise bounded.Refused("Zu groß.")

    monkeypatch.setattr(bounded, "build", refuse)
    joined.add_days()
    assert "Zu groß." in joined.state()[0] and joined.known()["folder"]


def lies(home, key="dorf"):
    """A timetable laid out by hand that runs only tomorrow."""
    weekday = (timezone.localdate() + timedelta(days=1)).weekday()
    row = "w," + ",".join("1" if day == weekday else "0" for day in range(7)) + ",20200101,20491231"
    place = home / key
    place.mkdir()
    feed_of(place, VILLAGE | {"calendar.txt": VILLAGE["calendar.txt"].replace("w,1,1,1,1,1,0,0,20260101,20261231", row)})
    building.timetable(feeds.job_of("GTFS", place) | {"source": str(place), "first": str(timezone.localdate()), "days": 2})
    folder.point_to(key, {"kind": "GTFS", "number": 1, "folder": str(place), "feed": 1})


def test_stops_nothing_serves_today_are_found_after_a_start(home):
    lies(home)
    assert world.version().stations is not None and not len(world.timetable(timezone.localdate()).net.pattern_stop)
    assert [one.name for one in world.stations().find("Anger")] == ["Anger"]


def test_the_day_asked_for_is_answered_while_others_are_put_away(home, monkeypatch):
    lies(home)
    today = timezone.localdate()
    found = world.version()
    monkeypatch.setattr(world, "DAYS_KEPT", 1)

    class Busy(dict):
        """Another thread puts away what was just laid in."""

        def __setitem__(self, day, table):
            return None

    found.days = Busy()
    assert world.timetable(today).date == today
    monkeypatch.setattr(world, "DAYS_KEPT", 2)
    found.days = {today: world.timetable(today), today + timedelta(days=9): world.timetable(today)}
    world.timetable(today + timedelta(days=1))
    assert list(found.days) == [today, today + timedelta(days=1)]


def test_settings_are_changed_on_the_row_as_it_is_now(clerk, built):
    stale = Feed.objects.get(key="bus")
    Feed.objects.filter(key="bus").update(state="RUNNING", current=None)
    feeds.set_up(Actor(clerk.account, clerk), SOURCE | {"title": "Bus"}, stale)
    row = Feed.objects.get(key="bus")
    assert (row.title, row.state, row.current) == ("Bus", "RUNNING", None)


def test_who_watched_before_the_joining_still_hears(citizen, other_citizen, built, monkeypatch):
    table = SimpleNamespace(trips=SimpleNamespace(by_id={}), routes=SimpleNamespace(by_id={"bus~1": 0, "bahn~1": 1}))
    table.stops = SimpleNamespace(by_id={"bahn~9": 0, "nord~9": 1})
    monkeypatch.setattr(world, "timetable", lambda day: table)
    for account, kind, ref in ((citizen, "ROUTE", "1"), (citizen, "STOP", "9"), (other_citizen, "ROUTE", "bahn~1")):
        Watch.objects.create(account=account, kind=kind, ref=ref, title=ref)

    def hear(part, **ids):
        feed = Feed(kind="REALTIME", timetable=Feed.objects.get(key=part) if part else None)
        return [watch.account for watch in alerts._concerned(Alert(feed=feed, **ids))]

    assert hear("bus", routes=["bus~1"]) == [citizen]  # the first that was set up
    assert hear("bahn", routes=["bahn~1"]) == [other_citizen]
    assert hear("bahn", stops=["bahn~9"]) == [citizen]  # no stop of the buses is called so
    Feed.objects.filter(key="bus").update(active=False)
    assert other_citizen in hear("bahn", routes=["1"]) and other_citizen in hear("", routes=["1"])
