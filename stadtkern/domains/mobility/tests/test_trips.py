"""The planner's pages: from two typed places to trips, one trip to share, departures, alerts told once, hostile questions."""

from datetime import datetime, time, timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from stadtkern.domains.mobility.actions import alerts, live
from stadtkern.domains.mobility.models import Alert, Feed, SavedPlace, Told, Watch
from stadtkern.domains.mobility.trips import brake, demo, folder, places, world
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.inbox.models import Message

pytestmark = pytest.mark.django_db
PLAN = "/mobil/"


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    monkeypatch.setattr(brake, "MOST", dict.fromkeys(brake.MOST, 10000))


def question(day, **more):
    return {"von": "Weinbergstraße", "nach": "Fährstraße 100", "tag": day.isoformat(), "zeit": "08:00"} | more


@pytest.mark.parametrize(
    ("typed", "title", "kind"),
    [
        ("rathauspltz", "Rathausplatz", "stop"),
        ("Hbf", "Hauptbahnhof", "stop"),
        ("koenigsallee sued", "Königsallee Süd", "stop"),
        ("Lindenstr. 12", "Lindenstraße 12", "address"),
        ("51.9624, 8.0340", None, "point"),
        ("Hohenbruck Mite", "Hohenbrück Mitte", "stop"),
        ("Hauptbahnhof, Musterstadt", "Hauptbahnhof", "stop"),
        ("Musterstadt Hbf", "Hauptbahnhof", "stop"),
        ("Rathaus", "Rathausplatz", "stop"),
        ("Bahnhof", "Hauptbahnhof", "stop"),
        ("Bahnhofstraße", "Bahnhofstraße", "address"),
        ("Lindenstraße 12, 49999 Musterstadt", "Lindenstraße 12", "address"),
        ("Südstadt", "Südstadt", "place"),
        ("altstat", "Altstadt", "place"),
        ("auwisen", "Auwiesen", "place"),
    ],
)
def test_places_are_found_as_people_type_them(db, timetable, typed, title, kind):
    first = places.find(typed)[0]
    assert first.kind == kind and (title is None or first.title == title)


@pytest.mark.parametrize(
    "typed", ["Köln Hbf", "Hauptstraße 5, 50667 Köln", "Bahnhofstraße 5, 50667 Köln", "Alexanderplatz 1, Berlin", "München"]
)
def test_another_town_is_not_mistaken_for_ours(db, client, timetable, typed):
    assert places.find(typed) == []
    assert "Außerhalb von" in client.get(PLAN, {"von": typed, "nach": "Rathausplatz"}).content.decode()


def test_an_office_is_found_by_its_name(timetable, offices):
    assert [(one.title, one.kind) for one in places.find("ordnungsamt")] == [("Ordnungsamt", "place")]


def test_nothing_is_found_for_nothing(db, timetable):
    for typed in ("", " ", "x", "qqqqqqqqqq", "\x00", "\ud800", "9" * 500, "(" * 100):
        assert places.find(typed) == []


def test_two_places_give_trips_and_each_has_a_page_of_its_own(client, timetable, tomorrow):
    answer = client.get(PLAN, question(tomorrow))
    text = answer.content.decode()
    rows = answer.context["rows"]
    assert answer.status_code == 200 and len(rows) >= 2
    assert all(
        row.departs.date() == tomorrow and row.departs.time() >= time(7, 50) and row.arrives > row.departs for row in rows
    )
    ridden = next(row for row in rows if row.vehicles)
    assert ridden.legs[0].start == "Weinbergstraße" and ridden.legs[-1].goal.startswith("Fährstraße") and ridden.zones
    one = client.get(reverse("mobility:trip") + "?" + ridden.query)
    assert one.status_code == 200 and one.context["row"].key == ridden.key
    lines = client.get(reverse("mobility:trip_map") + "?" + ridden.query).json()["features"]
    assert {"LineString", "Point"} == {shape["geometry"]["type"] for shape in lines}
    assert "Später" in text and client.get(PLAN + "?" + answer.context["later"]).status_code == 200
    gone = client.get(reverse("mobility:trip"), question(tomorrow, fahrt="gibtsnicht"))
    assert gone.status_code == 404 and "Neu suchen" in gone.content.decode()


def test_arrival_wheelchair_and_modes_are_respected(client, timetable, tomorrow):
    by = client.get(PLAN, question(tomorrow, ankunft="1", zeit="09:00")).context["rows"]
    assert by and all(timezone.localtime(row.arrives).time() <= time(9, 0) for row in by)
    free = client.get(PLAN, question(tomorrow, rollstuhl="1", von="Ölmühlenweg", nach="Hauptbahnhof")).context["rows"]
    known = world.stations().by_ref
    assert known["S9"].wheelchair == 2  # where the question starts nobody can board step-free
    boarded = {leg.start_ref for row in free for leg in row.legs if leg.line}
    assert boarded and "S9" not in boarded
    bike = client.get(PLAN, question(tomorrow, mit=["rad"])).context["rows"]
    assert bike and all(not row.vehicles for row in bike)


def test_what_is_wrong_is_said_beside_the_field(client, timetable, tomorrow):
    text = client.get(PLAN, {"von": "qqqqqqqqqq", "nach": ""})
    assert text.status_code == 422 and "finden wir nicht" in text.content.decode()
    far = client.get(PLAN, question(tomorrow + timedelta(days=100)))
    assert "kein Fahrplan geladen" in far.content.decode()
    same = client.get(PLAN, question(tomorrow, nach="Weinbergstraße"))
    assert "derselbe Ort" in same.content.decode()


@pytest.mark.parametrize("value", ["\x00", "\ud83d", "9" * 400, "10e30", "-1", "' OR 1=1", "<script>", "٣", "51.9,8.0" * 40])
def test_hostile_values_never_break_a_page(client, timetable, tomorrow, value):
    value = value.encode("utf-8", "surrogatepass")
    for name in ("von", "nach", "tag", "zeit", "ankunft", "mit", "rollstuhl", "vorzug", "fahrt"):
        told = question(tomorrow) | {name: value}
        for page in (PLAN, *(reverse(f"mobility:{page}") for page in ("trip", "trip_map", "reach", "reach_areas"))):
            assert client.get(page, told).status_code < 500
    for page, name in (("stops", "q"), ("places", "q"), ("open_alerts", "x")):
        assert client.get(reverse(f"mobility:{page}"), {name: value}).status_code < 500
    items = reverse("mobility:items", args=["haltestellen"])
    for name in ("bbox", "limit", "offset"):
        assert client.get(items, {name: value}).status_code in (200, 400)


def test_departures_in_real_time(client, timetable, monkeypatch):
    noon = datetime.combine(timezone.localdate(), time(12), timezone.get_current_timezone())
    monkeypatch.setattr(timezone, "now", lambda: noon)
    folder.point_to("echtzeit", {"kind": "REALTIME", "number": 0, "folder": str(folder.live_file("echtzeit")), "feed": 0})
    table = world.timetable(noon.date())
    place = folder.live_file("echtzeit")
    place.parent.mkdir(parents=True)
    place.write_bytes(message(table, noon))
    import os

    os.utime(place, (noon.timestamp(), noon.timestamp()))
    station = world.stations().find("Hauptbahnhof")[0]
    answer = client.get(reverse("mobility:stop", args=[station.ref]))
    rows, text = answer.context["rows"], answer.content.decode()
    assert len(rows) == 30 and rows[0].departs >= noon
    late, gone = [row for row in rows if row.delay == 5], [row for row in rows if row.cancelled]
    assert late and gone and "fällt aus" in text and "Anhalten" in text
    assert "Anhalten" not in client.get(reverse("mobility:stop", args=[station.ref]) + "?pause=1").content.decode()


def message(table, now):
    """The next tram 1 from the station is five minutes late, the one after is cancelled."""
    from google.transit import gtfs_realtime_pb2 as rt

    from stadtkern.lib.transit import board

    station = world.stations().find("Hauptbahnhof")[0]
    trams = [one for one in board(table, station.stops, table.seconds(now), 60) if table.routes.title(one.route) == "1"]
    told = rt.FeedMessage()
    told.header.gtfs_realtime_version = "2.0"
    for number, one in enumerate(trams[:2]):
        update = told.entity.add(id=one.trip).trip_update
        update.trip.trip_id, update.trip.start_date = one.trip, f"{now:%Y%m%d}"
        if number:
            update.trip.schedule_relationship = rt.TripDescriptor.CANCELED
        else:
            stop = update.stop_time_update.add()
            stop.stop_sequence, stop.departure.delay = 1, 300
    return told.SerializeToString()


def test_an_alert_reaches_who_watches_exactly_once(timetable, citizen, other_citizen, run_jobs, settings):
    run_alert(citizen, other_citizen, run_jobs)


def run_alert(citizen, other_citizen, run_jobs):
    feed = Feed.objects.create(key="echtzeit", title="Echtzeit", kind="REALTIME", url=demo.REALTIME, every_minutes=1)
    alerts.watch(Actor(citizen), "STOP", "S1", "Hauptbahnhof")
    alerts.watch(Actor(citizen), "ROUTE", "L1", "Straßenbahn 1")
    alerts.watch(Actor(other_citizen), "STOP", "S9", "Ölmühlenweg")
    assert alerts.watch(Actor(citizen), "STOP", "S1", "Hauptbahnhof").pk and Watch.objects.count() == 3
    told = {
        "key": "a",
        "title": "Aufzug kaputt",
        "text": "Bitte die Rampe nehmen.",
        "stops": ["S1"],
        "routes": ["L1"],
        "trips": [],
    }
    assert alerts.note(feed, [told]) == 1
    run_jobs()
    assert [row.account for row in Message.objects.all()] == [citizen] and "Aufzug kaputt" in Message.objects.get().body
    Message.objects.all().delete()
    alerts.note(feed, [told | {"text": "Noch immer."}])
    alerts.note(feed, [])
    alerts.note(feed, [told])  # told again by its source: still the same alert
    run_jobs()
    assert not Message.objects.exists() and Told.objects.count() == 1
    assert Alert.objects.get().gone_at is None


def test_watching_and_keeping_places_by_hand_only(login, timetable, citizen):
    browser = login(citizen)
    page = reverse("mobility:watch")
    browser.post(page, {"art": "STOP", "was": "S1", "zurueck": "https://boese.example/"})
    for art, was in (("STOP", "gibt-es-nicht"), ("XX", "S1"), ("TRIP", "\x00"), ("ROUTE", "9" * 500)):
        assert browser.post(page, {"art": art, "was": was}).status_code == 302
    assert [row.title for row in Watch.objects.all()] == ["Hauptbahnhof"]
    browser.post(reverse("mobility:keep_place"), {"name": "Zuhause", "ort": "Weinbergstraße 3"})
    assert SavedPlace.objects.get().place == "Weinbergstraße 3"
    assert "Zuhause" in browser.get(PLAN).content.decode()
    report = browser.get(reverse("mobility:watches")).content.decode()
    assert "Hauptbahnhof" in report and "Ihre Fahrten speichern wir nicht" in report


def test_open_doors(client, timetable, tomorrow):
    stops = client.get(reverse("mobility:items", args=["haltestellen"]), {"limit": "5"}).json()
    assert stops["numberReturned"] == 5 and stops["numberMatched"] > 40 and stops["links"][-1]["rel"] == "next"
    assert (
        client.get(reverse("mobility:items", args=["haltestellen"]), {"bbox": "8.03,51.96,8.035,51.963"}).json()[
            "numberMatched"
        ]
        < 10
    )
    lines = client.get(reverse("mobility:items", args=["linien"])).json()["features"]
    assert {line["properties"]["name"] for line in lines} >= {"1", "2", "10"}
    assert client.get(reverse("mobility:open_alerts")).json()["features"] == []
    for system in ("musterrad", "flitz", "mustermobil"):
        feed = Feed.objects.create(key=system, title=system, kind="GBFS", url=f"demo:leihen/{system}", every_minutes=1)
        assert live.refresh(feed)
        listed = client.get(reverse("mobility:open_gbfs", args=[system, "gbfs"])).json()["data"]
        assert "station_information" in str(listed) or "free_bike_status" in str(listed)
    broken = Feed.objects.create(key="kaputt", title="x", kind="GBFS", url="demo:leihen/../x", every_minutes=1)
    assert not live.refresh(broken)
    broken.refresh_from_db()
    assert broken.state == "FAILED" and broken.problem


def test_the_planner_asks_the_database_no_more_than_a_page_needs(client, timetable, tomorrow, django_assert_max_num_queries):
    client.get(PLAN, question(tomorrow))
    with django_assert_max_num_queries(3):
        client.get(PLAN, question(tomorrow))


def test_how_far_one_gets(client, timetable, tomorrow):
    told = {"von": "Rathausplatz", "tag": tomorrow.isoformat(), "zeit": "09:00"}
    groups = dict(client.get(reverse("mobility:reach"), told).context["groups"])
    assert "Kirchplatz" in {name for name, _ref, _took in groups[15]} and all(took <= 45 for _n, _r, took in groups[45])
    shapes = client.get(reverse("mobility:reach_areas"), told).json()["features"]
    assert [shape["properties"]["seconds"] for shape in shapes] == [2700, 1800, 900]
    assert client.get(reverse("mobility:reach"), {"von": "qqqqqqqqqq"}).status_code == 422


def test_the_brake_holds_for_machines(client, timetable, tomorrow, monkeypatch):
    monkeypatch.setattr(brake, "MOST", brake.MOST | {"plan": 1})
    brake._seen.clear()
    client.get(PLAN, question(tomorrow))
    assert "sehr viele Fragen" in client.get(PLAN, question(tomorrow)).content.decode()
    brake._seen.clear()
    assert settings.HOME


def test_programs_get_the_same(client, timetable, tomorrow):
    told = {"start": "Weinbergstraße", "goal": "Fährstraße 100", "day": tomorrow.isoformat(), "time": "08:00"}
    answer = client.get("/api/v1/mobility/plan", told).json()
    rows = client.get(PLAN, question(tomorrow)).context["rows"]
    assert [one["key"] for one in answer["trips"]] == [row.key for row in rows]
    assert client.get(answer["trips"][0]["url"]).status_code == 200
    assert client.get("/api/v1/mobility/plan", told | {"goal": "qqqqqqq"}).status_code == 422
    assert client.get("/api/v1/mobility/plan", told | {"day": "2099-01-01"}).status_code == 422
    assert client.get("/api/v1/mobility/places", {"q": "rathauspl"}).json()[0]["title"] == "Rathausplatz"
    assert len(client.get("/api/v1/mobility/stops/S1/departures").json()) > 5
    assert client.get("/api/v1/mobility/stops/\x00/departures").status_code == 404
    assert client.get("/api/v1/mobility/alerts").json() == []
