"""Bus priority: sections that lose time, signals on them, proposals with an estimate; studies that were computed elsewhere."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from stadtkern.domains.mobility.actions import counts, signalling
from stadtkern.domains.mobility.models import Feed, SectionDay, SignalPlan
from stadtkern.domains.mobility.traffic import priority
from stadtkern.domains.mobility.traffic import signalling as pages
from stadtkern.domains.mobility.traffic.lights import Signal
from stadtkern.domains.mobility.trips import world
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Staff
from stadtkern.kernel.city.models import Office
from stadtkern.lib.traffic import spread

pytestmark = pytest.mark.django_db


@pytest.fixture
def planner() -> Actor:
    office = Office.objects.create(key="tiefbauamt", title="Tiefbauamt")
    account = Account.objects.create(email="frieda@stadt.example", name="Frieda")
    return Actor(account=account, staff=Staff.objects.create(account=account, office=office, role="CLERK"))


def browser(actor: Actor) -> Client:
    client = Client()
    client.force_login(actor.account, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def section(feed, pair, band, times, planned=60):
    SectionDay.objects.create(
        feed=feed, day=timezone.localdate() - timedelta(days=1), start=pair[0], goal=pair[1], band=band, lines=["1"],
        runs=len(times), planned_s=planned * len(times), measured_s=sum(times), times=spread.add({}, times, 10, 0, 3600),
    )  # fmt: skip


def test_where_buses_lose_time_and_which_signal_stands_there(timetable, planner, monkeypatch):
    feed = Feed.objects.create(key="e", title="E", kind="REALTIME")
    table = world.timetable(timezone.localdate())
    stops = table.net.pattern_stop[:4].tolist()
    ids = [table.stops.id[stop] for stop in stops]
    section(feed, ids[:2], 6, [60] * 10 + [110] * 20)
    section(feed, ids[:2], 9, [60] * 25)
    section(feed, ids[1:3], 9, [70] * 40)
    section(feed, ids[2:4], 9, [700] * 5)  # too few to say anything
    at = [float((table.stops.lat[a] + table.stops.lat[b]) / 2) for a, b in [stops[:2]]] + [float(table.stops.long[stops[0]])]
    line = priority._Ground().line(*ids[:2])
    here = line[len(line) // 2]
    told = (
        Signal("a", "Kreuzung", *here, 90, 30, False, True),
        Signal("b", "hat Vorrang", *here, 90, 30, True, True),
        Signal("c", "weit weg", at[0] + 0.5, at[1], 90, 30, False, True),
    )
    monkeypatch.setattr(priority, "signals", lambda: told)
    rows = priority.sections()
    assert len(rows) == 2 and [one.key for one in rows[0].signals] == ["a", "b"] and rows[0].worst == 6
    assert rows[0].quick == 60 and rows[0].lost == pytest.approx(50 * 20 / 55) and rows[1].lost == 0 and rows[1].late == 10
    low, high = rows[0].gain
    assert told[0].waiting == 20 and 0 < low < high <= min(rows[0].lost, 20.0)  # never more than is lost, nor than the wait
    assert rows[0].proposed and not rows[1].proposed
    page = browser(planner).get("/verkehr/amt/busvorrang/").content.decode()
    assert "Busvorrang prüfen" in page and "Kreuzung" in page and "weit weg" not in page
    drawn = browser(planner).get("/verkehr/amt/busvorrang/karte.geojson").json()["features"]
    assert [one["properties"]["colour"] for one in drawn] == ["#b35c00", "#2044aa"]
    assert Client().get("/verkehr/amt/busvorrang/").status_code in (302, 403)


def test_without_a_timetable_or_signals_the_page_says_so(planner, monkeypatch, tmp_path):
    client = browser(planner)
    assert "Noch keine Fahrzeiten gemessen" in client.get("/verkehr/amt/busvorrang/").content.decode()
    section(Feed.objects.create(key="e", title="E", kind="REALTIME"), ("X", "Y"), 6, [60] * 20 + [200] * 20)
    monkeypatch.setattr(settings, "CITY_FOLDER", tmp_path)
    (tmp_path / "mobility").mkdir()
    assert "Ampeln nicht bekannt" in client.get("/verkehr/amt/busvorrang/").content.decode()
    (tmp_path / "mobility" / "signals.geojson").write_text('{"features": [{"geometry": null}]}')
    assert "Ampeln nicht bekannt" in client.get("/verkehr/amt/busvorrang/").content.decode()


def test_a_study_from_elsewhere_says_so_and_is_released_by_a_person_alone(planner):
    net = b'<net><tlLogic id="a" type="static" programID="0" offset="0"><phase duration="30" state="Gr"/></tlLogic></net>'
    routes = b'<routes><flow id="f" begin="0" end="9" number="1" from="x" to="y"/></routes>'
    row = {
        "scale": 1.0,
        "before": 60.0,
        "after": 50.0,
        "gain": 16.7,
        "buses": 6,
        "bus_before": 90.0,
        "bus_after": 60.0,
        "bus_gain": 33.3,
    }
    about = {"computed": "2026-11-30", "with": "SUMO 1.28.0", "vehicles": 900, "counted": 6, "fitted": 83, "held_out": 40,
             "held_out_streets": ["Südring"]}  # fmt: skip
    lights = {"signal": "a", "kind": "static", "offset": 0, "phases": [{"seconds": 30, "state": "Gr"}]}
    unsafe = {"a": lights | {"phases": [{"seconds": 30, "state": "GG"}]}}
    plans = [
        {"source": "priority", "passed": True, "reasons": [], "plan": {"a": lights}, "rows": [row]},
        {"source": "webster", "passed": True, "reasons": ["delay_worse"], "plan": {}, "rows": []},  # the reasons count
        {"source": "search", "passed": True, "reasons": [], "plan": unsafe, "rows": []},  # whoever says that it passed
    ]
    told = {"title": "Achse", "begin": 0, "end": 3600, "about": about, "plans": plans}
    study = signalling.enter(planner, told, net, routes)
    assert signalling.enter(planner, told, net, routes) == study
    states = dict(SignalPlan.objects.values_list("source", "state"))
    assert states == {"priority": "PROPOSED"} | dict.fromkeys(("webster", "search"), "REFUSED")
    page = browser(planner).get(f"/verkehr/amt/signale/{study.pk}/").content.decode()
    for words in (
        "30.11.2026 mit SUMO 1.28.0",
        "Nicht auf diesem Server",
        *(f">{cell}</td>" for cell in ("60,0 s", "50,0 s", "−16,7 %", "6", "90,0 s", "−33,3 %")),
    ):
        assert words in page
    assert page.count("Niemand kann diesen Plan freigeben") == 2 and "Verlangt sind" not in page  # two refused unseen
    with pytest.raises(counts.Refused):
        signalling.enter(planner, told, b"<net/>", routes)
    broken = {**plans[0], "plan": {"a": lights | {"phases": 3}}}
    with pytest.raises(counts.Refused, match="nicht lesbar"):
        signalling.enter(planner, told | {"begin": 1, "plans": [broken]}, net, routes)


def test_a_refusal_says_what_was_asked_and_what_was_measured():
    row = {"bus_gain": 3.34, "gain": 12.0}
    plan = SignalPlan(source="priority", state="REFUSED", rows=[row], reasons=["too_little_for_buses"])
    assert "für Bus und Bahn mindestens 5 % weniger Wartezeit, gemessen: 3,3 % weniger." in pages._refused(plan)
    plan = SignalPlan(source="search", state="REFUSED", rows=[{"gain": -2.0}], reasons=["delay_worse"])
    assert "Verlangt sind mindestens 5 % weniger Wartezeit, gemessen: 2,0 % mehr." in pages._refused(plan)
    assert pages._refused(SignalPlan(source="search", state="PROPOSED", rows=[row])) == ""


@pytest.mark.parametrize("key", ["device.ssm.file", "device.fcd-output", "file"])
def test_files_of_a_study_name_no_other_files(planner, key):
    net = '<net><tlLogic id="a"><phase duration="30" state="Gr"/>{}</tlLogic></net>'
    routes = '<routes><vehicle id="f" depart="0">{}<route edges="x"/></vehicle></routes>'
    param = f'<param key="{key}" value="/tmp/anywhere.xml"/>'
    told = {"title": "", "begin": 0, "end": 60, "about": {}, "plans": []}
    for place in ((param, ""), ("", param)):
        with pytest.raises(counts.Refused, match="andere Dateien"):
            signalling.enter(planner, told, net.format(place[0]).encode(), routes.format(place[1]).encode())
    harmless = '<param key="speedFactor" value="1"/><param key="file" value="NUL"/>'
    assert signalling.enter(planner, told, net.format(harmless).encode(), routes.format(harmless).encode())
