"""Neighbouring cities: their reports are read once each, ours go there once, and what became of them comes back."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import httpx
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from stadtkern.domains.participation.actions import Refused, handing, origins, partners, reports, reports_desk
from stadtkern.domains.participation.adapters import Declined, Unavailable, georeport, server
from stadtkern.domains.participation.models import Contribution, Handover, Pulling, Report
from stadtkern.domains.participation.open311 import media
from stadtkern.domains.participation.open311.configuration import Misconfigured, allowed, chosen
from stadtkern.domains.participation.reactions import REACTIONS
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Staff
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.city.profile import city
from stadtkern.lib.georeport import read
from stadtkern.lib.georeport.tests.samples import FOLDER, sample

PLACE = {"lat": 51.9624, "long": 8.0338}
THERE = {"lat": 52.0, "long": 8.1}
URL = "https://nachbar.example/open311/v2"


@pytest.fixture
def roads(bureau):
    return Office.objects.create(key="tiefbauamt", title="Tiefbauamt")


@pytest.fixture
def road_clerk(roads, citizen):
    return Actor(citizen, Staff.objects.create(account=citizen, office=roads, role="CLERK"))


@pytest.fixture
def real(monkeypatch):
    """The neighbour has a real server; what it answers is in `answers`, what it was asked in `asked`."""
    table = {"key": "auental", "title": "Auental", "adapter": "georeport", "url": URL, "categories": {"*": "schlagloch"}}
    monkeypatch.setitem(city().raw, "open311", {"neighbours": [{**table, "pull": True, "box": [51.98, 8.03, 52.02, 8.12]}]})
    monkeypatch.setenv("STADTKERN_OPEN311_KEYS", "auental=geheim-geheim-geheim")
    monkeypatch.setattr(georeport, "transport", httpx.MockTransport(lambda request: Fake.answer(request)))
    return Fake


class Fake:
    answer = None


def neighbour():
    return chosen().neighbour("auental")


def test_the_demo_answers_and_is_read_once(roads):
    first = origins.pull(neighbour())
    assert (first.fresh, first.error) == (7, "") and Report.objects.filter(source="neighbour", listed=False).count() == 7
    again = origins.pull(neighbour())
    assert (again.fresh, again.changed) == (0, 0) and Contribution.objects.count() == 7
    assert {"laterne", "schlagloch", "muell"} <= set(Report.objects.values_list("category", flat=True))
    assert Client().get("/open311/v2/requests.json").json() == []  # theirs is told by them


def test_pages_changes_and_unknown_fields(roads, real):
    rows = [{"service_request_id": f"A{n}", "status": "open", "service_name": "Irgendwas", "lat": 52.0, "long": 8.1,
             "requested_datetime": "2026-11-01T10:00:00+01:00", "x_mas": {"y": [1, "ä\0"]}} for n in range(5)]  # fmt: skip
    asked = []

    def answer(request):
        asked.append(dict(request.url.params))
        page, size = int(request.url.params["page"]), int(request.url.params["page_size"])
        return httpx.Response(200, json=rows[(page - 1) * size : page * size])

    real.answer = staticmethod(answer)
    done = origins.pull(neighbour(), page_size=2)
    assert done.fresh == 5 and [one["page"] for one in asked] == ["1", "2", "3"] and asked[0]["updated_after"]
    assert Contribution.objects.filter(origin__id="A3").get().origin["request"]["x_mas"] == {"y": [1, "ä"]}
    rows[3] |= {"status": "closed", "status_notes": "Fertig", "updated_datetime": "2026-11-05T10:00:00Z"}
    assert (origins.pull(neighbour(), page_size=2).changed, Report.objects.filter(state="DONE").count()) == (1, 1)
    assert Report.objects.get(state="DONE").steps.get().text == "Fertig"
    real.answer = staticmethod(lambda request: httpx.Response(200, json=rows))  # knows no pages
    assert origins.pull(neighbour(), page_size=2).error == ""


@pytest.mark.parametrize("answer", [
    lambda r: httpx.Response(503), lambda r: httpx.Response(302, headers={"Location": "http://169.254.169.254/"}),
    lambda r: httpx.Response(200, text="Wartung"),
    lambda r: httpx.Response(200, content=b'<!DOCTYPE x [<!ENTITY a "b">]><service_requests>&a;</service_requests>'),
    lambda r: httpx.Response(404, json=[{"code": 404, "description": "jurisdiction_id was not found"}]),
    lambda r: (_ for _ in ()).throw(httpx.ReadTimeout("x")),
])  # fmt: skip
def test_a_neighbour_in_trouble_is_said_in_german_and_nothing_is_lost(answer, roads, real):
    real.answer = staticmethod(answer)
    row = origins.pull(neighbour())
    assert "Auental" in row.error and row.failures == 1 and row.until is None
    real.answer = staticmethod(lambda request: httpx.Response(200, json=[]))
    assert origins.pull(neighbour()).error == "" and Pulling.objects.get().failures == 0


def test_a_row_nobody_can_keep_stops_no_other(roads, real, monkeypatch):
    base = {"status": "open", "service_name": "X", "lat": 52.0, "long": 8.1}
    rows = [{**base, "service_request_id": f"A{n}"} for n in range(4)]
    real.answer = staticmethod(lambda request: httpx.Response(200, json=rows if request.url.params["page"] == "1" else []))
    rows[1]["endless"] = rows[0]["deep"] = 1
    for _level in range(600):
        rows[0]["deep"] = [rows[0]["deep"]]
    storable = origins._storable
    monkeypatch.setattr(
        origins, "_storable", lambda row: storable(row) | ({"endless": float("inf")} if "endless" in row else {})
    )
    first = origins.pull(neighbour(), page_size=4)
    assert (first.fresh, first.failures, first.until) == (2, 1, None) and "Auental (A0, A1)" in first.error
    assert Contribution.objects.filter(origin__id="A3").exists()
    del rows[0]["deep"], rows[1]["endless"]
    assert (origins.pull(neighbour(), page_size=4).fresh, Pulling.objects.get().error) == (2, "")
    real.answer = staticmethod(lambda _request: httpx.Response(200, content=b"[" * 100_000))
    origins.pull_all()
    assert Pulling.objects.get().failures == 1
    rows[2]["x"] = "y"
    real.answer = staticmethod(
        lambda _request: httpx.Response(200, content=json.dumps(rows[2:3])[:-2].encode() + b', "z": 1e999}]')
    )
    assert (origins.pull(neighbour()).error, Pulling.objects.get().changed) == ("", 1)


def test_one_token_they_refuse_keeps_no_other_back(roads, real):
    for number, token in (("", "schlecht"), ("", "gut"), ("77", ""), ("88", "")):
        made = reports.report(Actor(), {"category": "schlagloch", **PLACE})
        Handover.objects.create(
            contribution=made.contribution, neighbour="auental", state="SENT", foreign_id=number, token=token
        )

    def answer(request):
        no = httpx.Response(404, json=[{"code": 404, "description": "not found"}])
        if "tokens" in request.url.path:
            return no if "schlecht" in request.url.path else httpx.Response(200, json=[{"service_request_id": "5"}])
        wanted = request.url.params["service_request_id"].split(",")
        told = [{"service_request_id": one, "status": "open", "status_notes": "Da"} for one in wanted]
        return no if "88" in wanted else httpx.Response(200, json=told)

    real.answer = staticmethod(answer)
    handing.follow_due(timezone.now())
    bad, good, known, gone = Handover.objects.order_by("pk")
    assert "not found" in bad.error and bad.next_at > timezone.now() and bad.state == "SENT"
    assert (good.foreign_id, good.foreign_status, known.foreign_status, gone.foreign_status) == ("5", "open", "open", "")
    assert "not found" in gone.error and not known.error
    real.answer = staticmethod(lambda _request: httpx.Response(500))
    Handover.objects.update(token="x", foreign_id="", next_at=timezone.now())
    handing.follow_due(timezone.now())
    assert Handover.objects.filter(error__contains="500").count() == 3  # enough asked for now


def test_nobody_reads_there_what_nobody_has_read_here(roads, road_clerk, real):
    made = reports.report(Actor(), {"category": "schlagloch", "text": "Böses Wort", **THERE})
    assert handing.hand_over_by_place(made.pk) is None and "Böses" not in str(handing.fields_of(made, neighbour()))
    reports_desk.check(road_clerk, made)
    made.refresh_from_db()
    assert REACTIONS["report.checked"][-1] is REACTIONS["report.received"][-1]
    assert handing.hand_over_by_place(made.pk) and "Böses Wort" in handing.fields_of(made, neighbour())["description"]


def test_a_category_they_have_no_code_for_is_not_taken(roads, real, monkeypatch):
    made = reports.report(Actor(), {"category": "laterne", **THERE})
    (table,) = city().raw["open311"]["neighbours"]
    monkeypatch.setitem(city().raw, "open311", {"neighbours": [{**table, "categories": {"schlagloch": "7"}}]})
    assert handing.hand_over_by_place(made.pk) is None
    with pytest.raises(Refused, match="liegt nicht in"):
        reports.report(Actor(), {"category": "laterne", **THERE})
    assert reports.report(Actor(), {"category": "schlagloch", **THERE}).district == ""


@pytest.mark.parametrize(
    ("status", "state"), [(500, "UNSURE"), (502, "UNSURE"), (504, "UNSURE"), (503, "WAITING"), (429, "WAITING")]
)
def test_an_error_after_sending_may_mean_that_it_arrived(status, state, roads, road_clerk, real):
    made = reports.report(Actor(), {"category": "schlagloch", **PLACE})
    handing.hand_over(road_clerk, made, neighbour())
    seen = []
    real.answer = staticmethod(lambda request: seen.append(request.headers["Idempotency-Key"]) or httpx.Response(status))
    handing.send_due(timezone.now())
    assert Handover.objects.get().state == state and seen == [made.contribution.reference]


def test_a_report_goes_there_and_its_state_comes_back(roads, road_clerk, real):
    made = reports.report(Actor(), {"category": "schlagloch", "text": "Loch", "contact": {"email": "ada@example.org"}, **PLACE})
    sent = []
    replies = {"POST": lambda: httpx.Response(201, json=[{"token": "abc-1"}])}

    def answer(request):
        sent.append((request.method, request.url.path, dict(parse_qsl(request.content.decode()))))
        if request.method == "POST":
            return replies["POST"]()
        if "tokens" in request.url.path:
            return httpx.Response(200, json=[{"token": "abc-1", "service_request_id": 4711}])
        notes = {"service_request_id": "4711", "status": "closed", "status_notes": "Gefüllt"}
        return httpx.Response(200, json=[notes])

    real.answer = staticmethod(answer)
    handing.hand_over(road_clerk, made, neighbour())
    with pytest.raises(Refused, match="schon weitergegeben"):
        handing.hand_over(road_clerk, made, neighbour())
    now = timezone.now()
    assert handing.send_due(now) == 1 and handing.send_due(now) == 0
    fields = sent[0][2]
    assert fields["service_code"] == "schlagloch" and fields["api_key"] and "ada" not in str(fields)
    assert made.contribution.reference in fields["description"] and float(fields["lat"]) == PLACE["lat"]
    row = Handover.objects.get()
    assert (row.state, row.token, row.foreign_id) == ("SENT", "abc-1", "")
    assert handing.follow_due(now) == 0 and handing.follow_due(now + timedelta(hours=2)) == 1
    row.refresh_from_db()
    made.refresh_from_db()
    assert (row.state, row.foreign_id, made.state) == ("CLOSED", "4711", "CHECKING")
    assert "Gefüllt" in made.steps.last().text and made.closed_at is None  # a person looks and closes it


def test_never_sent_twice_unseen(roads, road_clerk, real, clerk):
    made = reports.report(Actor(), {"category": "schlagloch", **PLACE})
    handing.hand_over(road_clerk, made, neighbour())
    real.answer = staticmethod(lambda r: (_ for _ in ()).throw(httpx.ReadTimeout("x")))
    handing.send_due(timezone.now())
    row = Handover.objects.get()
    assert row.state == "UNSURE" and "nicht geantwortet" in row.error
    assert handing.send_due(timezone.now() + timedelta(days=1)) == 0
    with pytest.raises(Contribution.DoesNotExist):
        handing.try_again(Actor(clerk.account, clerk), row.pk)
    handing.try_again(road_clerk, row.pk)
    real.answer = staticmethod(lambda r: (_ for _ in ()).throw(httpx.ConnectError("x")))
    for day in range(1, 9):
        handing.send_due(timezone.now() + timedelta(days=day))
    row.refresh_from_db()
    assert row.state == "FAILED" and row.tries == 8 and "nicht zu erreichen" in row.error
    handing.try_again(road_clerk, row.pk)
    refusal = [{"code": 400, "description": "no such street"}]
    real.answer = staticmethod(lambda r: httpx.Response(400, json=refusal))
    handing.send_due(timezone.now())
    row.refresh_from_db()
    assert row.state == "REFUSED" and "no such street" in row.error
    Handover.objects.update(state="SENDING", next_at=timezone.now() - timedelta(minutes=1))
    handing.send_due(timezone.now())
    row.refresh_from_db()
    assert row.state == "UNSURE"


def test_what_lies_there_goes_there(roads, real):
    made = reports.report(Actor(), {"category": "schlagloch", **THERE})
    assert made.district == "" and handing.hand_over_by_place(made.pk).neighbour == "auental"
    assert handing.hand_over_by_place(made.pk) is None
    ours = reports.report(Actor(), {"category": "schlagloch", **PLACE})
    assert handing.hand_over_by_place(ours.pk) is None
    with pytest.raises(Refused, match="liegt nicht in"):
        reports.report(Actor(), {"category": "schlagloch", "lat": 0, "long": 0})


def test_our_client_understands_our_server(roads, bureau, moderator, real, monkeypatch):
    _key, secret = partners.make_key(Actor(moderator.account, moderator), {"title": "Ich selbst", "trusted": True})
    monkeypatch.setenv("STADTKERN_OPEN311_KEYS", f"auental={secret}")

    def answer(request):
        how = {"content_type": request.headers.get("content-type", "")} if request.method == "POST" else {}
        path = request.url.raw_path.decode()
        told = Client().generic(request.method, path, request.content, **how)
        return httpx.Response(told.status_code, content=told.content)

    real.answer = staticmethod(answer)
    there = server(neighbour())
    receipt = there.send({"service_code": "schlagloch", "description": "Ä & <b>", "lat": "51.9624", "long": "8.0338"})
    (seen,) = there.some([receipt.id])
    assert seen.id == receipt.id and seen.description == "Ä &" and not seen.closed
    assert [one["service_request_id"] for one in there.changed(timezone.now() - timedelta(hours=1), 1, 50)] == [receipt.id]
    with pytest.raises(Declined, match="gibts was not found"):
        there.send({"service_code": "gibts", "lat": "1", "long": "2"})
    with pytest.raises(Declined, match="token"):
        there.number_behind("abc")
    for form in ("json", "xml"):
        object.__setattr__(there.neighbour, "form", form)
        assert there.some(["MS-0000-0000"]) == []


def test_only_the_operator_names_addresses(monkeypatch):
    for url in ("https://a.example/v2", "http://localhost:8000/v2"):
        assert allowed(url)
    for url in (
        "http://a.example/v2",
        "ftp://a.example",
        "https://u:p@a.example/",
        "https://a.example/?x=1",
        "file:///etc",
        "https://[",
    ):
        assert not allowed(url)
    monkeypatch.setitem(
        city().raw, "open311", {"neighbours": [{"key": "a", "title": "A", "adapter": "georeport", "url": "http://10.0.0.1"}]}
    )
    with pytest.raises(Misconfigured):
        chosen()
    monkeypatch.setitem(city().raw, "open311", {"media_hosts": ["bilder.example", "localhost"]})
    assert media.may_fetch("https://bilder.example/a.jpg") and media.fetch("https://localhost/a.jpg") is None
    for url in (
        "http://bilder.example/a",
        "https://bilder.example:22/a",
        "https://x@bilder.example/a",
        "https://andere.example/a",
    ):
        assert not media.may_fetch(url)
    monkeypatch.setitem(city().raw, "open311", {"neighbours": [{"key": "a", "title": "A-Stadt"}]})
    with pytest.raises(Unavailable, match="nicht verbunden"):
        server(chosen().neighbour("a"))


def test_the_clerks_pages(client, roads, road_clerk, moderator, real):
    real.answer = staticmethod(lambda request: httpx.Response(503))
    client.force_login(road_clerk.account)
    assert client.get("/open311/schluessel/").status_code == 403
    assert "Keine." in client.get("/open311/nachbarn/").content.decode()
    made = reports.report(Actor(), {"category": "schlagloch", **PLACE})
    assert client.post("/open311/nachbarn/weitergeben/", {"number": "\0x", "neighbour": "auental"}).status_code == 302
    assert not Handover.objects.exists()
    client.post("/open311/nachbarn/weitergeben/", {"number": f" {made.contribution.reference.lower()}", "neighbour": "auental"})
    row = Handover.objects.get()
    Handover.objects.update(state="REFUSED", error="Auental sagt: nein")
    page = client.get("/open311/nachbarn/").content.decode()
    assert "Auental sagt: nein" in page and "Noch einmal senden" in page
    client.post(f"/open311/nachbarn/weitergegeben/{row.pk}/")
    row.refresh_from_db()
    assert row.state == "WAITING" and client.post(f"/open311/nachbarn/weitergegeben/{10**30}/").status_code == 404
    client.force_login(moderator.account)
    assert (
        client.post("/open311/nachbarn/auental/abholen/", follow=True).content.decode().count("antwortet mit Fehler 503") >= 1
    )
    assert client.post("/open311/schluessel/", {"title": "A"}).status_code == 422
    page = client.post("/open311/schluessel/", {"title": "App des Vereins", "trusted": "1"}).content.decode()
    assert (
        "Er steht nur jetzt hier" in page
        and "Er steht nur jetzt hier" not in client.get("/open311/schluessel/").content.decode()
    )


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared data are not here")
@pytest.mark.parametrize(("name", "rows"), [
    ("koeln_requests_2016.json", 50), ("chicago_like_requests.json", 2), ("requests_many.xml", 2), ("requests_single.xml", 1),
])  # fmt: skip
def test_saved_reports_of_other_cities_come_in_without_loss(name, rows, roads, capsys):
    call_command("import_open311", str(FOLDER / name))
    assert f"{rows} new" in capsys.readouterr().out
    call_command("import_open311", str(FOLDER / name))
    assert f"0 new, 0 changed, {rows} as before" in capsys.readouterr().out
    kept = {row.origin["id"]: row for row in Contribution.objects.select_related("report")}
    for told in read.rows(sample(name)):
        row = kept[told["service_request_id"]]
        assert row.origin["request"] == told
        assert row.text == (told.get("description") or "").replace("\r\n", "\n").strip() and row.address == (
            told.get("address") or ""
        )
        assert row.title == told["service_name"] and (row.lat, row.long) == (float(told["lat"]), float(told["long"]))
        assert (row.report.closed_at is not None) == (told["status"] == "closed")
        assert row.report.reported_at.isoformat() == _utc(told["requested_datetime"])
    if "koeln" in name:
        found = dict(Report.objects.values_list("contribution__title", "category"))
        assert (
            found["Ampel defekt"] == "ampel" and found["Wilder Müll"] == "muell" and found["Straßenlaterne defekt"] == "laterne"
        )


def _utc(text):
    return datetime.fromisoformat(text).astimezone(UTC).isoformat()


def test_a_file_that_is_none_is_named(tmp_path, db):
    file = tmp_path / "a.json"
    file.write_bytes(b"{nein")
    with pytest.raises(CommandError, match=r"a\.json: no JSON"):
        call_command("import_open311", str(file))
