"""Open doors: the collections as the abstract tests of OGC API Features (17-069r4, Annex A) ask; caching, brakes."""

import json
import os
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from stadtkern.domains.mobility import api, api_examples, api_near
from stadtkern.domains.mobility.actions import live
from stadtkern.domains.mobility.models import Alert, Feed
from stadtkern.domains.mobility.trips import brake, folder

ROOT = "/mobil/daten/ogc/"
GEO = "application/geo+json"


def follow(client: Client, document: dict, rel: str, **headers: str) -> object:
    """The page a link leads to."""
    found = [one for one in document["links"] if one["rel"] == rel]
    assert len(found) == 1, rel
    parts = urlsplit(found[0]["href"])
    answer = client.get(f"{parts.path}?{parts.query}" if parts.query else parts.path, headers=headers)
    assert answer.status_code == 200 and answer["Content-Type"].split(";")[0] == found[0]["type"].split(";")[0], rel
    return answer


@pytest.fixture
def alert(db) -> Alert:
    now = timezone.now()
    feed = Feed.objects.create(key="rt", title="x", kind="REALTIME", url="demo:echtzeit", every_minutes=1)
    told = {"feed": feed, "key": "1", "title": "Umleitung", "starts_at": now, "ends_at": now + timedelta(hours=2)}
    return Alert.objects.create(**told)


def test_from_the_landing_page_to_every_feature(client, timetable, alert):
    landing = client.get(ROOT).json()
    classes = follow(client, landing, "conformance").json()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in classes
    listed = follow(client, landing, "data").json()
    assert [one["id"] for one in listed["collections"]] == ["haltestellen", "linien", "stoerungen", "verkehr"]
    for one in listed["collections"]:
        assert follow(client, one, "self").json() == one
        west, south, east, north = one["extent"]["spatial"]["bbox"][0]
        assert (
            7 < west < east < 9 and 51 < south < north < 53 and one["crs"] == ["http://www.opengis.net/def/crs/OGC/1.3/CRS84"]
        )
        page = follow(client, one, "items").json()
        assert page["type"] == "FeatureCollection" and page["numberReturned"] == len(page["features"]) <= page["numberMatched"]
        for row in page["features"][:3]:
            alone = client.get(f"{ROOT}collections/{one['id']}/items/{row['id']}")
            assert alone["Content-Type"].startswith(GEO) and {**row, "links": alone.json()["links"]} == alone.json()
            assert follow(client, alone.json(), "self").json() == alone.json()
            assert follow(client, alone.json(), "collection").json() == one


def test_pages_join_to_the_whole_and_lead_back(client, timetable):
    whole = client.get(f"{ROOT}collections/haltestellen/items", {"limit": "1000"}).json()["features"]
    box = "8.0,51.9,8.1,52.0"
    page = client.get(f"{ROOT}collections/haltestellen/items", {"limit": "7", "bbox": box}).json()
    found, back = list(page["features"]), None
    while [one for one in page["links"] if one["rel"] == "next"]:
        page = follow(client, page, "next", accept=GEO).json()
        found += page["features"]
        back = back or follow(client, page, "prev").json()
    assert found == whole and len({one["id"] for one in found}) == len(found) > 40
    assert back["features"] == whole[:7] and back["numberReturned"] == 7
    assert client.get(f"{ROOT}collections/haltestellen/items", {"limit": "99999999"}).json()["numberReturned"] == len(whole)


def test_boxes(client, timetable):
    def many(box: str) -> int:
        return client.get(f"{ROOT}collections/haltestellen/items", {"bbox": box}).json()["numberMatched"]

    whole = many("-180,-90,180,90")
    assert 0 < many("8.03,51.96,8.035,51.963") < whole == many("8,51,-100,9,53,100") == many("170,-90,160,90")
    assert many("170,-90,-170,90") == 0, "over the date line, and not through this town"
    lines = client.get(f"{ROOT}collections/linien/items", {"bbox": "8.03,51.96,8.035,51.963"}).json()
    assert lines["features"] and all(one["geometry"]["type"] == "LineString" for one in lines["features"])


def test_times(client, alert):
    def many(span: str) -> int:
        return client.get(f"{ROOT}collections/stoerungen/items", {"datetime": span}).json()["numberMatched"]

    inside, after = (alert.starts_at + timedelta(hours=hours) for hours in (1, 3))
    assert [many(one.isoformat()) for one in (inside, after)] == [1, 0]
    assert many(f"{inside.isoformat()}/..") == many(f"../{inside.isoformat()}") == many("../..") == 1
    assert many(f"{after.isoformat()}/") == 0 and many(f"/{(alert.starts_at - timedelta(days=1)).isoformat()}") == 0
    Alert.objects.update(starts_at=None, ends_at=None)
    assert many(after.isoformat()) == 1, "what has no end is not over"


@pytest.mark.parametrize("query", [
    "limit=0", "limit=-1", "limit=x", "limit=", "offset=-1", "bbox=1,2,3", "bbox=", "bbox=a,b,c,d", "bbox=nan,0,1,1",
    "bbox=0,5,1,4",
    "bbox=0,0,1,inf", "bbox=-181,0,0,0", "datetime=gestern", "datetime=2026-12-01",
    "datetime=2026-12-02T00:00:00Z/2026-12-01T00:00:00Z",
    "datetime=", "datetime=2026-12-01T00:00:00", "unbekannt=1", "f=html", "datetime=a/b/c", "limit=%00", "datetime=%00",
])  # fmt: skip
def test_what_cannot_be_read_is_refused(client, db, query: str):
    answer = client.get(f"{ROOT}collections/haltestellen/items?{query}")
    assert answer.status_code == 400 and answer.json()["code"] == "InvalidParameterValue" and answer.json()["description"]


def test_what_is_not_there(client, db):
    for path in (
        "collections/nichts",
        "collections/nichts/items",
        "collections/haltestellen/items/%00/x",
        "collections/nichts/items/1",
    ):
        answer = client.get(ROOT + path)
        assert (
            answer.status_code == 404 and answer.json()["code"] == "NotFound" and answer["Access-Control-Allow-Origin"] == "*"
        )
    assert client.get(f"{ROOT}collections", headers={"accept": "text/html"}).status_code == 406
    assert (
        client.get(f"{ROOT}?x=1").status_code == 400
        and client.get(ROOT, headers={"accept": "application/json"}).status_code == 200
    )


def test_the_description_names_every_operation_and_its_parameters(client, db):
    answer = client.get(f"{ROOT}api")
    told = answer.json()
    assert answer["Content-Type"] == "application/vnd.oai.openapi+json;version=3.0" and told["openapi"].startswith("3.0")
    for path, operations in told["paths"].items():
        inside = set(re.findall(r"{(\w+)}", path))
        refs = {one["$ref"].rpartition("/")[2] for one in operations["get"]["parameters"]}
        assert inside <= refs <= set(told["components"]["parameters"]), path
        assert client.get(ROOT + path.removeprefix("/").format(collectionId="haltestellen", featureId="x")).status_code in (
            200,
            404,
        )


def test_what_has_not_changed_is_not_sent_again(client, timetable, alert):
    for path in (f"{ROOT}collections/haltestellen/items", ROOT, "/mobil/daten/stoerungen.geojson", "/verkehr/datex.xml"):
        first = client.get(path)
        assert first["Cache-Control"].startswith("public, max-age=") and first["Access-Control-Allow-Origin"] == "*", path
        assert {"Cookie", "Accept-Language"} <= set(first["Vary"].split(", ")), "nobody is served another one's language"
        again = client.get(path, headers={"if-none-match": first["ETag"]})
        assert again.status_code == 304 and not again.content and again["ETag"] == first["ETag"], path
        assert client.get(path, headers={"if-none-match": '"other"'}).status_code == 200
    before = client.get("/mobil/daten/stoerungen.geojson")["ETag"]
    Alert.objects.update(title="Anders")
    assert client.get("/mobil/daten/stoerungen.geojson", headers={"if-none-match": before}).status_code == 200


def test_files_are_sent_once_and_documents_live_as_long_as_they_say(client, db, settings, tmp_path):
    settings.HOME = tmp_path
    feed = Feed.objects.create(key="rt", title="x", kind="REALTIME", url="demo:x", every_minutes=1, open_data=True)
    place = tmp_path / "mobility" / "live" / "rt"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"one")
    path = f"/mobil/daten/datei/{feed.key}/"
    first = client.get(path)
    assert b"".join(first.streaming_content) == b"one" and first["Last-Modified"]
    for header, value in (("if-none-match", first["ETag"]), ("if-modified-since", first["Last-Modified"])):
        assert client.get(path, headers={header: value}).status_code == 304
    place.write_bytes(b"another")
    assert client.get(path, headers={"if-none-match": first["ETag"]}).status_code == 200
    bikes = Feed.objects.create(
        key="musterrad", title="x", kind="GBFS", url="demo:leihen/musterrad", every_minutes=1, open_data=True
    )
    assert live.refresh(bikes)
    told = client.get("/mobil/daten/gbfs/musterrad/station_status.json")
    assert told["Cache-Control"] == f"public, max-age={told.json()['ttl']}" and told["ETag"]


def test_other_sites_may_ask_and_nobody_asks_without_end(client, db, monkeypatch):
    asked = client.options(ROOT, headers={"origin": "https://app.example"})
    assert asked.status_code == 204 and "If-None-Match" in asked["Access-Control-Allow-Headers"]
    assert client.post(ROOT).status_code == 405
    monkeypatch.setitem(brake.MOST, "api", 1)
    brake._seen.clear()
    answers = [client.get(ROOT) for _turn in range(2)]
    assert [one.status_code for one in answers] == [200, 429] and answers[1]["Retry-After"] == "60"
    assert answers[1]["Access-Control-Allow-Origin"] == "*" and answers[1]["Cache-Control"] == "no-store"
    brake._seen.clear()


def test_the_examples_of_the_description_are_answers():
    told = json.loads((settings.ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))["paths"]
    shapes = {"places": (api.PlaceOut, api_examples.STOP), "plan": (api.PlanOut, api_examples.PLAN),
              "stops/{ref}/departures": (api.DepartureOut, api_examples.DEPARTURE),
              "vehicles": (api_near.VehicleOut, api_examples.VEHICLE), "parking": (api_near.SpotOut, api_examples.SPOT),
              "alerts": (api.AlertOut, api_examples.ALERT), "figures": (api.FiguresOut, api_examples.FIGURES)}  # fmt: skip
    for name, (shape, example) in shapes.items():
        assert shape.model_validate(example).model_dump(mode="json").keys() == example.keys()
        content = told[f"/api/v1/mobility/{name}"]["get"]["responses"]["200"]["content"]["application/json"]
        assert example in (content["example"], *content["example"]), name


def test_apps_on_other_sites_read_the_planner(client, timetable, alert, monkeypatch):
    door = "/api/v1/mobility/"
    for name, kept in (
        ("places?q=Rathaus", "public, max-age=300"),
        ("alerts", "public, max-age=30"),
        ("figures", "public, max-age=300"),
    ):
        first = client.get(door + name)
        assert first["Access-Control-Allow-Origin"] == "*" and first["Cache-Control"] == kept, name
        assert client.get(door + name, headers={"if-none-match": first["ETag"]}).status_code == 304
    trip = client.get(f"{door}plan?start=Rathausplatz&goal=Hauptbahnhof")
    assert trip.status_code == 200 and trip["Cache-Control"] == "private, no-cache", "where somebody goes is in no shared store"
    assert client.get(f"{door}plan?start=x")["Access-Control-Allow-Origin"] == "*", "an app reads why it is refused"
    monkeypatch.setitem(brake.MOST, "api", 0)
    full = client.get(f"{door}alerts")
    assert full.status_code == 429 and int(full["Retry-After"]) >= 60 and full["Access-Control-Allow-Origin"] == "*"
    brake._seen.clear()


def test_what_stands_near_a_point(client, db, settings, tmp_path):
    settings.HOME = tmp_path
    feed = Feed.objects.create(key="musterrad", title="x", kind="GBFS", url="demo:leihen/musterrad", every_minutes=1)
    assert live.refresh(feed)
    folder.point_to(feed.key, {"kind": "GBFS", "number": 0, "folder": str(folder.live_file(feed.key)), "feed": feed.pk})
    here = {"lat": "51.9606", "long": "8.0331"}
    bikes = client.get("/api/v1/mobility/vehicles", here).json()
    assert bikes and all(one["kind"] == "bike" and one["price"] and one["bookable"] for one in bikes)
    assert [one["metres"] for one in bikes] == sorted(one["metres"] for one in bikes)
    assert client.get("/api/v1/mobility/vehicles", here | {"kind": "car"}).json() == []
    garages, points = (client.get(f"/api/v1/mobility/{name}", here).json() for name in ("parking", "charging"))
    assert all(one["free"] <= one["capacity"] and one["source"] == "Demo-Zahlen" for one in garages) and garages
    assert points and all(one["free"] is None and "nicht verbunden" in one["source"] for one in points)
    for wrong in ({}, here | {"lat": "91"}, here | {"long": "x"}, here | {"kind": "horse"}, here | {"lat": "nan"}):
        assert client.get("/api/v1/mobility/vehicles", wrong).status_code == 422, wrong


def documents_passed_through_keep_to_the_published_schemas(client, db, settings, tmp_path):
    """A test only where they are at hand: STADTKERN_GBFS names a folder with v2.3/ and v3.0/ of gbfs-json-schema."""
    import jsonschema_rs

    settings.HOME = tmp_path
    for system in ("musterrad", "flitz", "mustermobil"):
        told = {"title": system, "kind": "GBFS", "url": f"demo:leihen/{system}", "every_minutes": 1, "open_data": True}
        feed = Feed.objects.create(key=system, **told)
        assert live.refresh(feed)
        listed = client.get(f"/mobil/daten/gbfs/{system}/gbfs.json").json()
        feeds = listed["data"].get("feeds") or listed["data"]["de"]["feeds"]
        for name in ["gbfs", *(one["name"] for one in feeds)]:
            told = client.get(f"/mobil/daten/gbfs/{system}/{name}.json").json()
            schema = json.loads((Path(os.environ["STADTKERN_GBFS"]) / f"v{told['version']}" / f"{name}.json").read_text())
            validator = jsonschema_rs.validator_for(schema, validate_formats=True)
            assert [fault.message for fault in validator.iter_errors(told)] == [], name


if "STADTKERN_GBFS" in os.environ:
    test_documents_passed_through_keep_to_the_published_schemas = documents_passed_through_keep_to_the_published_schemas
