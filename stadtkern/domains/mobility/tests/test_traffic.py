"""Traffic: counts from a file to the page, road works of another office, a closed street, plans that only the lead releases."""

import os
import uuid
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from lxml import etree

from stadtkern.domains.mobility.actions import counts, incidents, scenarios, signalling
from stadtkern.domains.mobility.models import (
    Count,
    CountImport,
    Detector,
    Forecast,
    Incident,
    Scenario,
    SignalPlan,
    SignalStudy,
)
from stadtkern.domains.mobility.traffic import datex, outlook
from stadtkern.domains.mobility.traffic.reactions import REACTIONS
from stadtkern.domains.mobility.trips import closures, world
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Staff
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.services import actions as services
from stadtkern.kernel.services import catalogue
from stadtkern.lib.ways import PROFILES
from stadtkern.lib.ways.barred import Barred

pytestmark = pytest.mark.django_db


def member(role: str, name: str, office: str = "tiefbauamt") -> Actor:
    place, _ = Office.objects.get_or_create(key=office, defaults={"title": office})
    account = Account.objects.create(email=f"{name}@stadt.example", name=name)
    return Actor(account=account, staff=Staff.objects.create(account=account, office=place, role=role))


@pytest.fixture
def planner() -> Actor:
    return member("CLERK", "frieda")


@pytest.fixture
def lead() -> Actor:
    return member("LEAD", "theo")


def browser(actor: Actor) -> Client:
    client = Client()
    client.force_login(actor.account, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def file_of(days: int, until: date, broken: str = "") -> bytes:
    rows = ["Zählstelle;Datum;Stunde;Fahrzeuge;Straße"]
    for back in range(days, 0, -1):
        day = until - timedelta(days=back - 1)
        rows += [f"A1;{day:%d.%m.%Y};{hour};{40 + hour + 30 * (day.weekday() < 5)};Lindenstraße" for hour in range(24)]
    return "\n".join([*rows, *broken.splitlines()]).encode()


def test_counts_go_from_a_file_to_the_page_with_a_forecast(planner):
    today = timezone.localdate()
    client = browser(planner)
    data = file_of(35, today - timedelta(days=1), "A1;31.02.2026;3;7\nA1;01.11.2026;25;7\nA1;01.11.2026;3;-4\n;;;")
    sent = client.post("/verkehr/amt/zaehlwerte/", {"file": SimpleUploadedFile("zähl\x00ung.csv", data)})
    assert sent.status_code == 302
    row = CountImport.objects.get()
    counts.read(row.pk)
    counts.expect(today)
    counts.read(row.pk)  # the job once more
    row.refresh_from_db()
    assert (row.state, row.rows, bytes(row.data)) == ("DONE", 35 * 24, b"")
    assert {code for code, _many, _line in row.findings} >= {"date", "hour", "negative"}
    assert Count.objects.count() == 35 * 24 and Forecast.objects.count() >= 71
    expected = Forecast.objects.filter(at__date=today).order_by("at").values_list("vehicles", flat=True)
    counted = [40 + hour + 30 * (today.weekday() < 5) for hour in range(24)]
    assert max(abs(a - b) for a, b in zip(expected, counted, strict=True)) < 25
    page = Client().get(f"/verkehr/zaehlstelle/{Detector.objects.get().pk}/").content.decode()
    assert "<polyline" in page and "erwartet" in page
    assert "nicht gemessen" in Client().get("/verkehr/").content.decode()
    assert "mit unlesbarem Datum" in client.get("/verkehr/amt/zaehlwerte/").content.decode()


def test_a_page_says_how_good_the_forecast_was_and_today_moves_it(client, django_assert_max_num_queries):
    today, row = timezone.localdate(), Detector.objects.create(key="A", title="A", street="Lindenstraße")
    beside = Detector.objects.create(key="B", title="B")
    for model in (Count, Forecast):
        kept = {"made_at": timezone.now()} if model is Forecast else {}
        rows = [
            model(detector=one, at=counts._at(today - timedelta(days=back), hour), vehicles=vehicles, **kept)
            for one in (row, beside)
            for back in range(15)
            for hour in range(24)
            if (vehicles := 200 if model is Forecast else (100 if back == 0 else 190 + 20 * (back % 2))) and (
                back or model is Forecast or hour < 10)
        ]  # fmt: skip
        model.objects.bulk_create(list({(one.detector_id, one.at): one for one in rows}.values()))
    told = outlook.outlook(row, today)
    assert told.corrected and told.expected[:10] == [200] * 10 and 100 < told.expected[10] < 150 < told.expected[20] < 200
    assert told.low[10] < told.expected[10] < told.high[10] and told.skill.off == pytest.approx(5, abs=0.5)
    with django_assert_max_num_queries(12):
        page = client.get(f"/verkehr/zaehlstelle/{row.pk}/").content.decode()
    assert "im Mittel 5 % daneben" in page and "vk-span" in page and "von heute angepasst" in page
    assert outlook.outlook(Detector.objects.create(key="C", title="C"), today).skill is None


@pytest.mark.parametrize(
    "data",
    [b"", b"PAR1\x00\x01", b"PK\x03\x04zip", b"a;b\n1;2", b"\xff\xfe\x00x", b'"' * 400_000, b"name;datum;stunde;kfz\nA;x;y;z"],
)
def test_a_hostile_file_ends_in_a_sentence(planner, data):
    sent = browser(planner).post("/verkehr/amt/zaehlwerte/", {"file": SimpleUploadedFile("x.csv", data)}, follow=True)
    assert sent.status_code in (200, 422)
    for row in CountImport.objects.all():
        counts.read(row.pk)
        row.refresh_from_db()
        assert row.state == "FAILED" and row.findings
    assert browser(planner).get("/verkehr/amt/zaehlwerte/").status_code == 200
    assert not Count.objects.exists()


def test_a_clerk_publishes_and_ends_what_stands_in_the_way(planner):
    client = browser(planner)
    wrong = client.post("/verkehr/amt/", {"kind": "WORKS", "title": "Kanal", "street": "Gibtsnichtweg"})
    assert wrong.status_code == 422 and "finden wir nicht" in wrong.content.decode()
    sent = client.post("/verkehr/amt/", {"kind": "WORKS", "title": "Kanal", "street": "Lindenstraße", "closed": "1"})
    row = Incident.objects.get()
    assert sent.status_code == 302 and row.street == "Lindenstraße" and row.lat
    row.ends_at = counts._at(timezone.localdate() + timedelta(days=4), 0)  # entered as "until in three days"
    row.save()
    page = Client().get("/verkehr/").content.decode()
    assert "Kanal" in page and f"bis {timezone.localdate() + timedelta(days=3):%d.%m.%Y}" in page
    later = Incident.objects.create(kind="WORKS", state="PUBLISHED", title="Bald", closed=True,
                                    begins_at=timezone.now() + timedelta(days=9))  # fmt: skip
    page = Client().get("/verkehr/").content.decode()
    assert f"ab {timezone.localdate(later.begins_at):%d.%m.%Y}" in page and "Sperrung angekündigt" in page
    later.delete()
    assert [one["properties"]["level"] for one in Client().get("/verkehr/punkte.json").json()["features"]] == ["danger"]
    for _twice in range(2):
        client.post(f"/verkehr/amt/stoerung/{row.pk}/", {"verb": "end"})
    row.refresh_from_db()
    assert row.state == "ENDED" and "Kanal" not in Client().get("/verkehr/").content.decode()


def test_the_planner_of_trips_goes_round_what_is_closed_on_its_day(planner, timetable, django_capture_on_commit_callbacks):
    today = timezone.localdate()
    open_ways = world.world(today).ways
    with django_capture_on_commit_callbacks(execute=True):
        row = incidents.enter(planner, {"kind": "WORKS", "title": "Kanal", "street": "Marktstraße", "closed": "1",
                                        "ends": today.isoformat()})  # fmt: skip
    car = PROFILES.index("car")
    shut = world.world(today).ways.cost[car]
    assert (shut < 0).sum() > (open_ways.cost[car] < 0).sum()
    assert (world.world(today + timedelta(days=1)).ways.cost[car] < 0).sum() == (open_ways.cost[car] < 0).sum()
    assert closures.applied(open_ways, today) is world.world(today).ways  # one for all days and minutes with the same closures
    assert closures.on(today) == (Barred("Marktstraße"),) and closures.on(today + timedelta(days=1)) == ()
    with django_capture_on_commit_callbacks(execute=True):
        incidents.settle(planner, row.pk, "end")
    assert world.world(today).ways is open_ways


def test_what_if_a_street_is_closed(planner):
    client, once = browser(planner), str(uuid.uuid4())
    assert client.post("/verkehr/amt/sperrung/", {"street": ["Erfundener Weg"], "once": once}).status_code == 422
    sent = [client.post("/verkehr/amt/sperrung/", {"street": ["Marktstraße", ""], "once": once}) for _ in range(2)]
    row = Scenario.objects.get()
    assert [one["Location"] for one in sent] == [f"/verkehr/amt/sperrung/{row.pk}/"] * 2
    assert "<progress" in client.get(sent[0]["Location"]).content.decode()
    scenarios.work_on(row.pk)
    row.refresh_from_db()
    assert row.state == "DONE" and row.progress == 100 and row.result["gap"] < 1e-3
    changed = {one["street"]: one["after"] - one["before"] for one in row.result["rows"]}
    assert changed["Marktstraße"] <= 0 and row.result["hours"][1] >= row.result["hours"][0]
    page = client.get(sent[0]["Location"]).content.decode()
    assert "Ohne anderen Weg" in page and "Wer wie viel verliert" in page
    lost = row.result["lost"]  # by district; in the equilibrium they lose together what all vehicle hours grow by
    together = sum(one["seconds"] * one["trips"] for one in lost) / 3600
    assert together == pytest.approx(row.result["hours"][1] - row.result["hours"][0], rel=0.1)
    assert sum(one["trips"] for one in lost) == pytest.approx(row.result["trips"])
    assert lost == sorted(lost, key=lambda one: -one["seconds"]) and lost[0]["seconds"] > 0
    drawn = client.get(f"{sent[0]['Location']}karte.geojson").json()["features"]
    assert {one["properties"]["colour"] for one in drawn} >= {"#131525", "#bd0f09"}


def test_only_the_lead_releases_and_never_what_the_gate_refused(planner, lead):
    study = SignalStudy.objects.create(
        title="Kreuzung", net=b"", routes=b"", begin=0, end=60, digest="x", state="DONE", staff=planner.staff
    )
    lights = {"a": {"signal": "a", "kind": "static", "offset": 4.0, "phases": [
        {"seconds": 30.0, "state": "Gr"}, {"seconds": 3.0, "state": "yr"}]}}  # fmt: skip
    good = SignalPlan.objects.create(study=study, source="search", state="PROPOSED", plan=lights)
    bad = SignalPlan.objects.create(study=study, source="webster", state="REFUSED", reasons=["delay_worse"])
    assert (
        browser(planner).post(f"/verkehr/amt/signale/plan/{good.pk}/", {"verb": "release", "because": "gut"}).status_code == 403
    )
    client = browser(lead)
    client.post(f"/verkehr/amt/signale/plan/{bad.pk}/", {"verb": "release", "because": "trotzdem"})
    client.post(f"/verkehr/amt/signale/plan/{good.pk}/", {"verb": "release", "because": ""})
    assert list(SignalPlan.objects.order_by("pk").values_list("state", flat=True)) == ["PROPOSED", "REFUSED"]
    client.post(f"/verkehr/amt/signale/plan/{good.pk}/", {"verb": "release", "because": "Weniger Wartezeit"})
    client.post(f"/verkehr/amt/signale/plan/{good.pk}/", {"verb": "reject", "because": "doch nicht"})
    good.refresh_from_db()
    assert (good.state, good.because, good.decided_by) == ("RELEASED", "Weniger Wartezeit", lead.staff)
    again = SignalPlan.objects.create(study=study, source="actuated", state="PROPOSED", plan=good.plan)
    with pytest.raises(counts.Refused, match="Ampel a ist schon"):
        signalling.decide(lead, again.pk, release=True, because="noch besser")
    page = client.get(f"/verkehr/amt/signale/{study.pk}/").content.decode()
    assert "Die Wartezeit wird länger" in page and "Weniger Wartezeit" in page
    # and the operator gets it as a file, as long as it counts
    files = [f"/verkehr/amt/signale/plan/{good.pk}/plan.{form}" for form in ("csv", "xml")]
    table, logic = (browser(planner).get(file).content.decode() for file in files)
    assert "a;static;33;4;1;30;30;30;Gr;" in table and "a;static;33;4;2;3;3;3;yr;ja" in table
    assert '<phase duration="30" state="Gr"/>' in logic and Client().get(files[0]).status_code in (302, 403)
    assert browser(planner).get(f"/verkehr/amt/signale/plan/{bad.pk}/plan.csv").status_code == 404
    where = f"/verkehr/amt/signale/plan/{good.pk}/"
    assert browser(planner).post(where, {"verb": "recall", "because": "x"}).status_code == 403
    for because in ("", "Baustelle in der Zufahrt", "zweiter Klick"):
        client.post(where, {"verb": "recall", "because": because})
    good.refresh_from_db()
    assert (good.state, good.because) == ("RECALLED", "Baustelle in der Zufahrt")
    assert client.get(files[0]).status_code == 404 and Event.objects.filter(name="signals.recalled").count() == 1
    assert "Freigabe zurückgenommen" in client.get(f"/verkehr/amt/signale/{study.pk}/").content.decode()
    assert signalling.decide(lead, again.pk, release=True, because="jetzt ist Platz").state == "RELEASED"


def test_a_study_wants_files_that_sumo_could_read(planner, monkeypatch):
    monkeypatch.setattr(signalling.sumo, "program", lambda: None)
    with pytest.raises(counts.Refused, match="nicht verbunden"):
        signalling.order(planner, "", b"<net/>", b"<routes/>", 0, 60)
    monkeypatch.setattr(signalling.sumo, "program", lambda: "sumo")
    bomb = b'<!DOCTYPE net [<!ENTITY a "aaaa">]><net>&a;</net>'
    for net, routes in ((b"", b""), (bomb, b"<routes/>"), (b"<net/>", b"<routes/>"), (b"<net>", b"\x00")):
        with pytest.raises(counts.Refused):
            signalling.order(planner, "", net, routes, 0, 60)
    assert not SignalStudy.objects.exists() and incidents.STEPS


def test_what_other_offices_decide_is_announced_and_ends_with_it(planner):
    kept = {"service": incidents.REPORTS, "status": "SUBMITTED", "office": planner.staff.office, "submitted_at": timezone.now()}
    kept["edition"] = services.publish(catalogue.find(incidents.REPORTS))
    case = Case.objects.create(reference="MS-0001-0001", answers={"category": "Schlagloch, kaputte Fahrbahn"}, **kept)
    other = Case.objects.create(reference="MS-0001-0002", answers={"category": "Bank im Park"}, **kept)
    for row in (case, other):
        event = Event(name="case.submitted", subject=str(row), data={"service": incidents.REPORTS})
        for _twice in range(2):
            for react in REACTIONS["case.submitted"]:
                react(event)
    found = Incident.objects.get()
    assert (found.about, found.kind, found.state) == (str(case), "DAMAGE", "ANNOUNCED")
    for react in REACTIONS["case.withdrawn"]:
        react(Event(name="case.withdrawn", subject=str(case), data={}))
    found.refresh_from_db()
    assert found.state == "ENDED"


# What the published schemas (3.1) demand of a record, in this order; from `situationRecordType` on, what its kind adds.
RECORD = ["CreationTime", "VersionTime", "probabilityOfOccurrence", "validity", "generalPublicComment", "locationReference"]


def valid(root) -> None:
    """Against the schemas where STADTKERN_DATEX names a folder with DATEXII_3_D2Payload.xsd and what it includes."""
    if folder := os.environ.get("STADTKERN_DATEX"):
        etree.XMLSchema(etree.parse(f"{folder}/DATEXII_3_D2Payload.xsd")).assertValid(root)


def test_incidents_go_out_as_datex_and_as_features(planner, client):
    now = timezone.now()
    Incident.objects.create(
        kind="WORKS", state="PUBLISHED", title="Kanal <neu> & tief", street="Färbergasse", lat=52.0, long=7.5, closed=True,
        ends_at=now + timedelta(days=2),
    )  # fmt: skip
    Incident.objects.create(kind="OTHER", state="PUBLISHED", title="Ohne Ort")
    Incident.objects.create(kind="DAMAGE", state="ANNOUNCED", title="noch nicht geprüft", lat=52.0, long=7.5)
    root = etree.fromstring(client.get("/verkehr/datex.xml").content)
    valid(root)
    records = list(root.iter(f"{{{datex.NAMES['sit']}}}situationRecord"))
    for one in records:  # all namespaces, the order, the mandatory attributes and the mandatory parts of each kind
        parts = [etree.QName(part).localname.removeprefix("situationRecord") for part in one]
        assert parts[: len(RECORD)] == RECORD and {"id", "version", datex.TYPE} == set(one.attrib)
        comment = one.find(f"{{{datex.NAMES['sit']}}}generalPublicComment")[0]
        assert etree.QName(comment).namespace == datex.NAMES["sit"]
        closed = one.get(datex.TYPE) == "sit:RoadOrCarriagewayOrLaneManagement"
        assert (parts[len(RECORD)] == datex.COMPLIANCE) == closed
    places = {one.get(datex.TYPE) for one in root.iter(f"{{{datex.NAMES['sit']}}}locationReference")}
    assert places == {"loc:PointLocation", "loc:AreaLocation"} and root.get("modelBaseVersion") == "3"
    names = {"sit": datex.NAMES["sit"], "com": datex.NAMES["com"], "loc": datex.NAMES["loc"]}
    kinds = [one.get(datex.TYPE) for one in root.findall(".//sit:situationRecord", names)]
    assert sorted(kinds) == ["sit:GeneralObstruction", "sit:MaintenanceWorks", "sit:RoadOrCarriagewayOrLaneManagement"]
    texts = [one.text for one in root.iterfind(".//com:value", names)]
    assert "Kanal <neu> & tief. Färbergasse" in texts and not any("geprüft" in text for text in texts)
    assert root.findtext(".//loc:latitude", namespaces=names) == "52.000000"
    told = client.get("/mobil/daten/ogc/collections/verkehr/items?bbox=7,51,8,53").json()
    assert [one["properties"]["title"] for one in told["features"]] == ["Kanal <neu> & tief"]
    assert client.get("/mobil/daten/ogc/collections/verkehr/items").json()["numberMatched"] == 2
