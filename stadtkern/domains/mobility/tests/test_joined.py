"""Two timetables of two operators, read by the worker: the planner rides both; switched off, the other counts alone."""

import shutil
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from stadtkern.domains.mobility.actions import feeds, joined
from stadtkern.domains.mobility.models import Feed
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
    monkeypatch.setattr(feeds, "DAYS", 3)
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
    assert folder.JOINED not in folder.current() and world.version().place.parent.name == "bus"
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
