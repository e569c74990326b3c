"""Open311 GeoReport v2: the twelve points every server is held to, in JSON and XML, over one world."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from stadtkern.domains.participation.actions import partners, reports
from stadtkern.domains.participation.models import Attachment, Report, ReportStep, SenderKey
from stadtkern.domains.participation.open311 import sending
from stadtkern.domains.participation.reports.categories import plan
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.city.profile import city
from stadtkern.lib import ids
from stadtkern.lib.georeport import moments, read
from stadtkern.lib.pictures import leftovers
from stadtkern.lib.pictures.tests.hostile import exif, paint

FIELDS = "application/x-www-form-urlencoded"
PLACE = {"lat": "51.9624", "long": "8.0338"}
TEXT = "Tiefes Loch & <b>fett</b>, a < b, Müll „Straße“"
PERSON = {
    "email": "ada.lovelace@example.org", "first_name": "Adaxx", "last_name": "Lovelaceyy", "phone": "0123-998877",
    "device_id": "geraet-4711", "account_id": "konto-0815",
}  # fmt: skip


@pytest.fixture(params=["json", "xml"])
def form(request):
    return request.param


@pytest.fixture
def world(bureau, moderator):
    Office.objects.create(key="tiefbauamt", title="Tiefbauamt")
    Office.objects.create(key="ordnungsamt", title="Ordnungsamt")
    actor = Actor(moderator.account, moderator)
    key, secret = partners.make_key(actor, {"title": "App der Nachbarn", "trusted": True, "updates": True})
    return SimpleNamespace(client=Client(), key=key, secret=secret, actor=actor)


def get(world, path, form, expected=200, /, **query):
    answer = world.client.get(f"/open311/v2/{path}.{form}", query)
    assert answer.status_code == expected, answer.content
    return rows_of(answer, form)


def rows_of(answer, form):
    """By readers that are not ours; every answer is checked for form on the way (point 9)."""
    wanted = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}[form]
    assert answer["Content-Type"] == wanted
    if form == "json":
        return json.loads(answer.content.decode("utf-8"))
    assert answer.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    return [plain(child) for child in ElementTree.fromstring(answer.content)]


def plain(element):
    return {child.tag: plain(child) if len(child) else child.text for child in element}


def post(world, form, expected=201, /, *, path="requests", key=True, files=None, **values):
    data = {"api_key": world.secret, **values} if key else values
    if files:
        answer = world.client.post(f"/open311/v2/{path}.{form}", {**data, **files})
    else:
        body = urlencode(data, doseq=True)
        answer = world.client.post(f"/open311/v2/{path}.{form}", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == expected, answer.content
    return rows_of(answer, form)


def wrong(world, form, expected, /, **values):
    """The errors in words, whatever the form; a code and a description each."""
    found = post(world, form, expected, **values)
    assert found and all(int(one["code"]) == expected and one["description"] for one in found)
    return [one["description"] for one in found]


def test_1_discovery(world, form):
    for place in ("/open311/v2/discovery", "/open311/discovery"):
        answer = world.client.get(f"{place}.{form}")
        text = answer.content.decode()
        found = json.loads(text) if form == "json" else plain(ElementTree.fromstring(text))
        ends = found["endpoints"]
        end = ends[0] if form == "json" else ends["endpoint"]
        assert end["specification"] == "http://wiki.open311.org/GeoReport_v2" and end["type"] == "test"
        assert "text/xml" in text and "application/json" in text and "key_service" in found and found["contact"]
        path = "/" + end["url"].split("/", 3)[3]
        assert world.client.get(f"{path}/services.{form}").status_code == 200
        assert moments.read(found["changeset"])


def test_2_and_3_services_and_their_definitions(world):
    told, xml = get(world, "services", "json"), get(world, "services", "xml")
    assert [one["service_code"] for one in told] == [one["service_code"] for one in xml]
    assert {one["metadata"] for one in told} == {True, False} and {one["metadata"] for one in xml} == {"true", "false"}
    assert all(isinstance(one["service_code"], str) and one["type"] in ("realtime", "batch", "blackbox") for one in told)
    with_questions = [one["service_code"] for one in told if one["metadata"]]
    assert {"laterne", "schrottauto"} <= set(with_questions)
    for code in with_questions:
        asked = json.loads(world.client.get(f"/open311/v2/services/{code}.json").content)
        orders = [one["order"] for one in asked["attributes"]]
        assert asked["service_code"] == code and sorted(set(orders)) == sorted(orders)
        assert all(one["values"] for one in asked["attributes"] if one["datatype"].endswith("list"))
        tree = ElementTree.fromstring(world.client.get(f"/open311/v2/services/{code}.xml").content)
        assert tree.tag == "service_definition" and [one.text for one in tree.iter("order")] == [str(one) for one in orders]
    for form in ("json", "xml"):
        assert "gibts-nicht" in get(world, "services/gibts-nicht", form, 404)[0]["description"]


def test_4_what_is_refused_and_says_why(world, form):
    good = {"service_code": "schlagloch", **PLACE}
    assert wrong(world, form, 403, key=False, **good) == ["api_key was not provided"]
    assert wrong(world, form, 403, key=False, api_key="x" * 40, **good) == ["api_key is not valid"]
    assert len(wrong(world, form, 400)) == 2  # code and place, both named
    assert "service_code" in wrong(world, form, 400, **PLACE)[0]
    assert "gibts" in wrong(world, form, 404, service_code="gibts", **PLACE)[0]
    assert "location" in wrong(world, form, 400, service_code="schlagloch")[0]
    assert "together" in wrong(world, form, 400, service_code="schlagloch", lat="51.9")[0]
    assert "numbers" in wrong(world, form, 400, service_code="schlagloch", lat="nan", long="1e999")[0]
    assert "address" in wrong(world, form, 400, service_code="schlagloch", address_string="Gibtsnicht 5")[0]
    assert "attribute[art]" in wrong(world, form, 400, service_code="schrottauto", **PLACE)[0]
    assert "auto, fahrrad" in wrong(world, form, 400, service_code="schrottauto", **PLACE, **{"attribute[art]": "boot"})[0]
    assert "4000" in wrong(world, form, 400, **good, description="x" * 4001)[0]
    assert "liegt nicht in" in wrong(world, form, 400, service_code="schlagloch", lat="0", long="0")[0]
    assert (
        "HEIC"
        in wrong(world, form, 400, **good, files={"media": SimpleUploadedFile("a.heic", b"\0\0\0\x18ftypheic" + b"\0" * 20)})[0]
    )
    assert not Report.objects.exists()
    assert post(world, form, **good, description="x" * 4000)[0]["service_request_id"]


def test_5_9_10_sent_found_and_nobody_named(world, form):
    sent = post(world, form, service_code="laterne", description=TEXT, **PLACE, **PERSON, **{"attribute[was]": "flackert"})
    assert len(sent) == 1
    number = sent[0]["service_request_id"]
    assert not sent[0].get("token")
    seen = ""
    for path, query in ((f"requests/{number}", {}), ("requests", {}), ("requests", {"service_request_id": number}),
                        ("requests", {"extensions": "true"}), (f"requests/{number.lower()}", {"extensions": "true"}),
                        ("servicerequestupdates", {}), (f"services/{number}", {})):  # fmt: skip
        answer = world.client.get(f"/open311/v2/{path}.{form}", query)
        seen += answer.content.decode()
        if path.startswith("requests"):
            (row,) = rows_of(answer, form)
            assert row["service_request_id"] == number and row["status"] == "open" and row["service_code"] == "laterne"
            assert row["description"] == "Tiefes Loch & fett, a < b, Müll „Straße“"
            assert float(row["lat"]) == float(PLACE["lat"]) and float(row["long"]) == float(PLACE["long"])
    assert not [word for word in PERSON.values() if word in seen]
    assert "flackert" in seen  # an answer to a question of the category; only for a sender whose texts are read at once
    made = Report.objects.get()
    assert made.contact == {"name": "Adaxx Lovelaceyy", "email": PERSON["email"], "phone": PERSON["phone"]}
    assert "flackert" in made.steps.get(public=False).text


def test_6_filters_and_7_dates(world, form):
    made = [
        reports.report(Actor(), {"category": kind, **PLACE}) for kind in ("schlagloch", "schlagloch", "laterne", "graffiti")
    ]
    start = datetime(2026, 3, 1, 12, 0, 0, 700_000, tzinfo=timezone.get_default_timezone())
    for day, one in enumerate(made):
        Report.objects.filter(pk=one.pk).update(reported_at=start + timedelta(days=day), state_at=start + timedelta(days=day))
        ReportStep.objects.filter(report=one).update(at=start + timedelta(days=day))
    Report.objects.filter(pk=made[0].pk).update(closed_at=start + timedelta(days=5), state="DONE")
    numbers = [one.contribution.reference for one in made]
    area = {"start_date": "2026-03-01T00:00:00+01:00", "end_date": "2026-03-30T00:00:00+01:00"}

    def found(**query):
        rows = get(world, "requests", form, **query)
        return {numbers.index(one["service_request_id"]) for one in rows}

    assert found() == set()  # without dates: the last ninety days
    assert found(**area) == {0, 1, 2, 3} == found(**area, status="closed,open") == found(**area, status="")
    assert found(**area, status="closed") == {0} and found(**area, status="open") == {1, 2, 3}
    assert found(**area, service_code="schlagloch,laterne") == {0, 1, 2}
    exact = get(world, "requests", form, **area, service_code="laterne")[0]["requested_datetime"]
    assert exact == "2026-03-03T12:00:00+01:00"
    assert found(start_date=exact, end_date=exact) == {2}
    assert found(start_date="2026-03-03T12:00:01+01:00") == {3} and found(end_date="2026-03-03T11:59:59+01:00") == {0, 1}
    assert found(service_request_id=f"{numbers[1]},{numbers[3]},MS-0000-0000", status="closed", **area) == {1, 3}
    assert found(updated_after="2026-03-04T12:00:00Z") == {0}
    assert found(updated_before="2026-03-02T12:00:00+01:00") == {1}
    assert found(**area, bbox="8.03,51.96,8.04,51.97") == {0, 1, 2, 3} and found(**area, bbox="8.04,51.96,8.05,51.97") == set()
    assert found(**area, lat="51.9624", long="8.0338", radius="20") == {0, 1, 2, 3}
    assert found(**area, page="2", page_size="3") == {0} and found(**area, page="9", page_size="3") == set()
    for row in get(world, "requests", form, **area):
        for name in ("requested_datetime", "updated_datetime", "expected_datetime"):
            assert row[name] is None or datetime.fromisoformat(row[name]).tzinfo is not None
    closed = get(world, "requests", form, **area, status="closed")[0]
    assert moments.read(closed["updated_datetime"]) == (start + timedelta(days=5)).replace(microsecond=0)
    span = {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-04-02T00:00:00Z"}
    assert "90 days" in get(world, "requests", form, 400, **span)[0]["description"]
    assert get(world, "requests", form, start_date="2026-01-01T00:00:00Z", end_date="2026-04-01T00:00:00Z")
    assert get(world, "requests", form, start_date="2026-01-01", end_date="2026-04-01")
    for path in ("requests", "servicerequestupdates"):  # ninety days here, ninety and an hour elsewhere
        assert get(world, path, form, start_date="2025-09-01", end_date="2025-11-30") == []
    near = {"lat": "51.9624", "long": "8.0338"}
    assert found(**area, **near, radius="20", page="2", page_size="3") == {0}
    assert found(**area, lat="51.9824", long="8.0338", radius="1000") == set()
    assert "5000" in get(world, "requests", form, 400, **near, radius="5001")[0]["description"]
    Report.objects.filter(pk=made[3].pk).update(category="gibts-nicht-mehr")
    assert found(**area, service_code="gibts-nicht-mehr") == {3} and found(**area, service_code="laterne,gibts-nicht-mehr") == {
        2,
        3,
    }
    several = get(world, "requests", form, 400, start_date="gestern", status="vielleicht", page="0", bbox="1,2")
    assert len(several) == 4
    assert get(world, "requests", form, 404, service_code="a,b") and get(world, "requests/MS-0000-0000", form, 404)


def test_11_an_empty_parameter_is_none(world, form):
    reports.report(Actor(), {"category": "schlagloch", **PLACE})
    names = "service_request_id service_code start_date end_date status page page_size updated_after updated_before"
    empty = dict.fromkeys([*names.split(), "bbox", "lat", "long", "radius", "jurisdiction_id", "extensions", "q"], "")
    assert get(world, "requests", form, **empty) == get(world, "requests", form) != []
    sent = post(
        world, form, service_code="schlagloch", **PLACE, **dict.fromkeys(("media_url", "email", "phone", "jurisdiction_id"), "")
    )
    assert sent[0]["service_request_id"]


def test_12_tokens(world, form, monkeypatch):
    known = plan()
    later_read = replace(known, kinds={**known.kinds, "schlagloch": replace(known.kinds["schlagloch"], receipt="batch")})
    monkeypatch.setattr(sending, "plan", lambda: later_read)
    (row,) = post(world, form, service_code="schlagloch", **PLACE)
    assert row["token"] and not row.get("service_request_id")
    (later,) = get(world, f"tokens/{row['token']}", form)
    assert later == {"token": row["token"], "service_request_id": None} and get(world, "requests", form) == []
    made = Report.objects.get()
    type(made.contribution).objects.filter(pk=made.pk).update(state="PUBLISHED")
    (later,) = get(world, f"tokens/{row['token']}", form)
    assert later["service_request_id"] == made.contribution.reference
    for token in ("abc", f"{made.pk}-abc", "9" * 40, "%00"):
        assert get(world, f"tokens/{token}", form, 404)


def test_8_a_thousand_at_most_with_a_constant_number_of_queries(world, django_assert_num_queries):
    first = reports.report(Actor(), {"category": "schlagloch", **PLACE})
    row, now = first.contribution, timezone.now()
    many = [
        type(row)(kind="REPORT", state="PUBLISHED", title="x", reference=f"MS-T{n:03}-{n:04}", lat=51.96, long=8.03)
        for n in range(1000)
    ]
    made = type(row).objects.bulk_create(many)
    Report.objects.bulk_create(
        Report(contribution=one, category="schlagloch", reported_at=now, office=first.office) for one in made
    )
    ReportStep.objects.bulk_create(ReportStep(report_id=one.pk, what="STATE", text="Da", public=True) for one in made)
    assert Report.objects.count() == 1001
    with django_assert_num_queries(2):
        few = get(world, "requests", "json", page_size="1")
    with django_assert_num_queries(2):
        found = get(world, "requests", "json")
    assert len(few) == 1 and len(found) == 1000
    rest = get(world, "requests", "xml", page="2")
    assert len(rest) == 1 and {one["service_request_id"] for one in [*found, *rest]} == {
        *Report.objects.values_list("contribution__reference", flat=True)
    }


def test_pictures_come_as_files_and_lose_what_the_camera_added(world):
    photo = SimpleUploadedFile("a.jpg", paint(exif=exif(), size=(900, 700)))
    more = [SimpleUploadedFile("b.png", paint(size=(80, 80)))]
    (sent,) = post(
        world,
        "xml",
        service_code="schlagloch",
        **PLACE,
        files={"media": photo, "media[]": more},
        media_url="https://x.example/a.jpg",
    )
    (row,) = get(world, f"requests/{sent['service_request_id']}", "json", extensions="true")
    assert len(row["media_urls"]) == 2 and row["media_urls"][0] == row["media_url"]
    answer = world.client.get("/" + row["media_url"].split("/", 3)[3])
    assert answer["Content-Type"].startswith("image/") and leftovers(answer.content) == []
    Report.objects.update(shown=False)
    assert world.client.get("/" + row["media_url"].split("/", 3)[3]).status_code == 404
    assert (
        json.loads(world.client.get(f"/open311/v2/requests/{sent['service_request_id']}.json").content)[0]["media_url"] is None
    )
    (other,) = post(world, "json", service_code="schlagloch", **PLACE, media_url="http://169.254.169.254/latest/meta-data")
    assert "nicht geholt" in other["service_notice"] and Attachment.objects.count() == 2


def test_a_sender_nobody_trusts_is_read_first(world):
    SenderKey.objects.update(trusted=False, updates=False, per_hour=1)
    (sent,) = post(world, "json", service_code="schlagloch", description="Böses Wort", **PLACE)
    (row,) = get(world, f"requests/{sent['service_request_id']}", "json")
    assert row["description"] is None and "erscheint" in row["service_notice"] and "erscheinen" in sent["service_notice"]
    assert "too many" in wrong(world, "xml", 429, service_code="schlagloch", **PLACE)[0]
    SenderKey.objects.update(per_hour=50)
    assert "may not" in wrong(world, "json", 403, path="servicerequestupdates", service_request_id="x", description="y")[0]
    partners.revoke_key(world.actor, world.key.pk)
    assert "not valid" in wrong(world, "json", 403, service_code="schlagloch", **PLACE)[0]
    for _time in range(30):
        post(world, "json", 403, key=False, api_key="z" * 30)
    assert "wait" in wrong(world, "json", 429, key=False, api_key="z" * 30)[0]


def test_sent_twice_with_its_own_key_is_one(world):
    body = urlencode({"api_key": world.secret, "service_code": "schlagloch", **PLACE})
    how = {"content_type": "application/x-www-form-urlencoded", "headers": {"Idempotency-Key": "abc"}}
    first, again = (json.loads(world.client.post("/open311/v2/requests.json", body, **how).content) for _time in (1, 2))
    assert first[0]["service_request_id"] == again[0]["service_request_id"] and Report.objects.count() == 1


def test_the_same_at_the_same_moment_doubles_no_picture_and_no_note(world, monkeypatch):
    told = {"category": "schlagloch", **PLACE, "lines": ["Am Rand"], "text": "Loch"}
    made = partners.receive(world.key, told, [paint()], "abc")
    monkeypatch.setattr(reports, "report", lambda *_args, **_names: Report.objects.get(pk=made.pk))  # the other was faster
    assert partners.receive(world.key, told, [paint()], "def") == made
    assert Attachment.objects.count() == 1 and made.steps.filter(public=False).count() == 1


def test_updates_both_ways(world, form):
    (sent,) = post(world, form, service_code="schlagloch", **PLACE)
    number = sent["service_request_id"]
    told = {"service_request_id": number, "update_id": "u-1", "description": "Wir waren <i>da</i>", "status": "closed"}
    first, again = (post(world, form, path="servicerequestupdates", **told) for _time in (1, 2))
    assert first == again and Report.objects.get().closed_at is None  # a clerk decides
    found = get(world, "servicerequestupdates", form)
    assert [one["status"] for one in found] == ["open", "open"] and "Wir waren da" in found[1]["description"]
    assert get(world, "servicerequestupdates", form, end_date="2020-01-01T00:00:00Z") == []
    assert len(wrong(world, form, 400, path="servicerequestupdates", updated_datetime="x")) == 3
    assert wrong(world, form, 404, path="servicerequestupdates", **{**told, "service_request_id": "MS-0000-0000"})


def test_several_jurisdictions(world, form, monkeypatch):
    table = {
        "jurisdictions": [{"id": "mitte.example", "districts": ["altstadt"]}, {"id": "rand.example", "districts": ["auenfeld"]}]
    }
    monkeypatch.setitem(city().raw, "open311", table)
    post(world, form, service_code="schlagloch", jurisdiction_id="mitte.example", **PLACE)
    assert "serves mitte.example, rand.example" in get(world, "services", form, 400)[0]["description"]
    assert get(world, "requests", form, 404, jurisdiction_id="fremd.example")
    (row,) = get(world, "requests", form, jurisdiction_id="mitte.example")
    assert row["jurisdiction_id"] == "mitte.example" and get(world, "requests", form, jurisdiction_id="rand.example") == []
    assert "rand.example" in wrong(world, form, 400, service_code="schlagloch", jurisdiction_id="rand.example", **PLACE)[0]


def test_every_wrong_door_answers_in_the_form_of_the_standard(world):
    ask = world.client
    for path in (
        "requests",
        "requests.csv",
        "gibts/nicht.json",
        "tokens.json",
        "requests/a/b.json",
        ".json",
        "services/\0.xml",
        "%ff.xml",
    ):
        answer = ask.get(f"/open311/v2/{path}")
        assert answer.status_code == 404 and read_faults(answer), path
    assert ask.get("/open311/v2/requests", headers={"Accept": "application/json"})["Content-Type"].startswith(
        "application/json"
    )
    answer = ask.delete("/open311/v2/requests.json")
    assert answer.status_code == 405 and answer["Allow"] == "GET, HEAD, POST, OPTIONS" and read_faults(answer)
    assert ask.post("/open311/v2/services.xml").status_code == 405
    options = ask.options("/open311/v2/requests.json")
    assert options.status_code == 204 and options["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    head = ask.head("/open311/v2/services.json")
    assert head.status_code == 200 and head.content == b"" and head["Access-Control-Allow-Origin"] == "*"
    body = urlencode({"api_key": world.secret, "service_code": "schlagloch", **PLACE})
    assert "Access-Control-Allow-Origin" not in ask.post("/open311/v2/requests.json", body, content_type=FIELDS)
    bodies = [
        (b"api_key=\xff\xfe&x=%ff", FIELDS), (b"{}", "application/json"), (b"x", "multipart/form-data"),
        (b"--a\r\nbad", "multipart/form-data; boundary=a"), (b"a=1", f"{FIELDS}; charset=latin-1"),
        (b"a=" + b"1" * 2_600_000, FIELDS), (b"&".join([b"a=1"] * 4000), FIELDS),
    ]  # fmt: skip
    for body, kind in bodies:
        answer = ask.post("/open311/v2/requests.json", body, content_type=kind)
        assert answer.status_code in (400, 403) and read_faults(answer), kind
    for query in (
        {"page": "9" * 40},
        {"lat": "1e400", "long": "x", "radius": "-1"},
        {"status": "\0"},
        {"start_date": "٢٠٢٦-01-01"},
    ):
        answer = ask.get("/open311/v2/requests.json", query)
        assert answer.status_code in (200, 400), query
    assert ask.get("/open311/v2/requests.json?service_request_id=%ed%a0%80x'--").status_code == 200


def read_faults(answer):
    with pytest.raises(read.Refusal) as refused:
        read.rows(answer.content)
    return refused.value.faults


def test_only_a_digest_of_the_key_is_kept(world):
    assert world.key.digest == ids.digest(world.secret) and re.fullmatch(r"[\w-]{43}", world.secret)
    with pytest.raises(SenderKey.DoesNotExist):
        partners.make_key(Actor(), {"title": "Fremd"})
