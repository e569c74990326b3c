"""The real client of TOMP-API 1.5 against the demo operator's house over a real socket; no database."""

import io
import json
import os
import re
import threading
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.utils import timezone

from stadtkern.domains.mobility.adapters import Declined, Unavailable, demo, provider, tomp
from stadtkern.domains.mobility.adapters.demo_books import LONGEST, Tariff
from stadtkern.domains.mobility.adapters.demo_house import ENDPOINTS, House
from stadtkern.domains.mobility.adapters.tomp_reading import bill_of, booking_of, offered_of
from stadtkern.domains.mobility.sharing.prices import Part, estimate, words
from stadtkern.kernel.payments.adapters.demo_run import serve

HERE = (51.96, 8.03)


class Clock:
    def __init__(self):
        self.late = timedelta()

    def __call__(self):
        return timezone.now() + self.late


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path / "operator", "geheim", "flitz", pause=1, clock=Clock())
    server = serve(made, 0)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def client(house, monkeypatch):
    monkeypatch.setattr(tomp, "TIMEOUT", httpx.Timeout(8))
    monkeypatch.setenv("STADTKERN_TOMP_KEYS", "musterrad=falsch,flitz=geheim")
    monkeypatch.setitem(settings.CITY_TOML, "sharing", {"flitz": {"adapter": "tomp", "url": house.address}})
    return provider("flitz")


def said(fare):
    return words(fare).replace("\xa0", " ")


def held(client, vehicle="f-7"):
    made = client.book(client.offer(vehicle, *HERE).id)
    assert made.state == "HELD"
    return made


def riding(client):
    made = held(client)
    return client.drive(made.id, made.leg, "SET_IN_USE")


def test_a_whole_ride(client, house):
    offered = client.offer("f-7", *HERE)
    assert said(offered.fare) == ("1,00 € für den Start, 0,19 € je Minute, in der Pause 0,05 € je Minute, höchstens 15,00 €")
    made = client.book(offered.id)
    assert made.state == "HELD" and abs(made.until - timezone.now() - timedelta(minutes=10)) < timedelta(seconds=5)
    assert client.bill(made.leg) is None
    for event, state, later in (("SET_IN_USE", "RIDING", 4), ("PAUSE", "PAUSED", 9.5), ("SET_IN_USE", "RIDING", 0.5)):
        assert client.drive(made.id, made.leg, event).state == state
        house.clock.late += timedelta(minutes=later)
    ended = client.drive(made.id, made.leg, "FINISH")
    assert ended.state == "ENDED" and ended.ended - ended.began > timedelta(minutes=13)
    bill = client.bill(made.leg)
    assert [(line.category, line.tax_bp) for line in bill.lines] == [("FARE", 1900)] and not bill.left_out
    assert bill.cents == estimate(offered.fare, bill.seconds, 570) == 100 + 5 * 19 + 50 and bill.fare == offered.fare
    assert client.drive(made.id, made.leg, "FINISH").state == "ENDED"  # again: nothing new
    assert client.bill(made.leg) == bill


def test_the_vehicle_is_gone(client):
    offered = client.offer("f-13", *HERE)
    with pytest.raises(Declined, match="jemand anderes"):
        client.book(offered.id)  # 409
    first, second = client.offer("f-7", *HERE), client.offer("f-7", *HERE)
    assert client.book(first.id).state == client.book(first.id).state == "HELD"
    with pytest.raises(Declined, match="jemand anderes"):
        client.book(second.id)
    for vehicle in ("f-7", "f-00"):  # held by somebody, never heard of
        with pytest.raises(Declined):
            client.offer(vehicle, *HERE)
    assert client.cancel(first.id).state == client.cancel(first.id).state == "CANCELLED"
    assert held(client).state == "HELD"
    one, another = held(client, "station:markt"), held(client, "station:markt")  # any vehicle that stands there
    assert one.vehicle.startswith("markt-") and one.vehicle != another.vehicle


def test_what_is_over_and_what_nobody_knows(client, house):
    offered, made = client.offer("f-8", *HERE), held(client)
    house.clock.late += timedelta(minutes=11)
    with pytest.raises(Declined, match="abgelaufen"):
        client.book(offered.id)  # 410
    assert client.look(made.id).state == "EXPIRED"
    with pytest.raises(Declined):
        client.drive(made.id, made.leg, "SET_IN_USE")  # 403
    assert client.look("gibt-es-nicht").state == "UNKNOWN" and client.cancel("gibt-es-nicht").state == "CANCELLED"
    with pytest.raises(Declined):
        client.book("gibt-es-nicht")  # 404
    for event in ("SET_IN_USE", "FINISH"):
        with pytest.raises(Declined):
            client.drive("x", "gibt-es-nicht", event)
    made = held(client, "f-9")
    for event in ("PAUSE", "FINISH"):  # not begun
        with pytest.raises(Declined):
            client.drive(made.id, made.leg, event)


def test_a_ride_nobody_ends_is_ended_by_the_operator(client, house):
    made = riding(client)
    house.clock.late += LONGEST + timedelta(hours=1)
    told = client.look(made.id)
    assert told.state == "ENDED" and told.ended - told.began == LONGEST
    assert client.bill(made.leg).cents == house.tariff.most


@pytest.mark.parametrize(("mood", "arrived", "state"), [
    ("slow", True, "RIDING"), ("lost", True, "RIDING"), ("broken", True, "HELD"), ("garbled", True, "HELD"),
    ("busy", False, "HELD"), ("jammed", False, "HELD"),
])  # fmt: skip
def test_an_outage_while_unlocking(client, house, monkeypatch, mood, arrived, state):
    made = held(client)
    if mood == "slow":
        monkeypatch.setattr(tomp, "TIMEOUT", httpx.Timeout(0.5))
    house.mood, house.where = mood, "/legs"
    with pytest.raises(Unavailable) as away:
        client.drive(made.id, made.leg, "SET_IN_USE")
    house.mood = ""
    monkeypatch.setattr(tomp, "TIMEOUT", httpx.Timeout(8))
    assert away.value.arrived == arrived and client.look(made.id).state == state
    assert client.drive(made.id, made.leg, "SET_IN_USE").state == "RIDING"


def test_an_answer_lost_while_booking_is_found_by_its_number(client, house):
    offered = client.offer("f-7", *HERE)
    house.mood, house.where = "lost", "/bookings"
    with pytest.raises(Unavailable):
        client.book(offered.id)
    house.mood = ""
    assert client.look(offered.id).state == "PENDING" and client.commit(offered.id).state == "HELD"


def test_doors_without_key_or_headers(house, client, monkeypatch):
    with pytest.raises(Unavailable, match="kennt uns nicht"):
        tomp.Tomp(house.address, "falsch").offer("f-7", *HERE)
    key = {"Authorization": "Bearer geheim"}
    assert httpx.get(f"{house.address}/operator/information", headers=key).json()["status"] == 400
    every = key | {"Api": "TOMP", "Api-Version": "1.5.0", "maas-id": "x", "Accept-Language": "de"}
    told = httpx.get(f"{house.address}/operator/information", headers=every)
    assert told.json()["systemId"] == "flitz" and told.headers["content-language"] == "de"
    assert httpx.get(f"{house.address}/operator/pricing-plans", headers=every).json()[0]["fare"]["parts"]
    meta = httpx.get(f"{house.address}/operator/meta").json()[0]
    assert meta["version"] == "1.5.0" and len(meta["endpoints"]) == len(ENDPOINTS) + 1
    assert httpx.get(f"{house.address}/operator/ping").status_code == 200
    for path, body in (("planning/offers", {}), ("bookings", []), ("planning/offers", {"from": {"coordinates": {"lat": "x"}}})):
        assert httpx.post(f"{house.address}/{path}", headers=every, json=body).status_code == 400
    made = httpx.post(f"{house.address}/bookings", headers=every, json={"id": client.offer("f-7", *HERE).id})
    assert made.status_code == 201 and made.json()["state"] == "PENDING" and made.headers["expires"].endswith("GMT")
    assert httpx.delete(f"{house.address}/bookings", headers=every).status_code == 404
    for url in ("http://10.0.0.1", "ftp://x", ""):
        with pytest.raises(Unavailable):
            tomp.connect("flitz", {"url": url})


def test_the_demo_is_the_same_house(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "HOME", tmp_path)
    client = demo.connect("flitz", {"start": 50})
    made = held(client)
    assert client.drive(made.id, made.leg, "SET_IN_USE").state == "RIDING"
    (tmp_path / "outage").mkdir()
    for word, arrived in (("lost", True), ("", True), ("busy", False)):
        (tmp_path / "outage" / "sharing").write_text(word)
        with pytest.raises(Unavailable) as away:
            demo.connect("flitz", {}).drive(made.id, made.leg, "FINISH")
        assert away.value.arrived == arrived
    (tmp_path / "outage" / "sharing").unlink()
    assert demo.connect("flitz", {}).look(made.id).state == "ENDED"  # "lost" had done it


def test_what_other_operators_may_say():
    """Legs left out, states beside each other, prices by other units, entries twice, amounts nobody can mean."""
    assert booking_of({"state": "CONFIRMED"}, "b").leg == "b" and booking_of({"state": "ODD"}, "b").state == "WAITING"
    assert booking_of({"state": "CONDITIONAL_CONFIRMED"}, "b").state == "WAITING"
    assert booking_of({"state": "STARTED", "legs": [{"id": "l", "state": "PAUSED"}]}, "b").state == "PAUSED"
    assert booking_of({"state": "CONFIRMED", "legs": [None, {"id": 7}], "departureTime": "gestern"}, "b").until is None
    assert offered_of({"options": "x"}) is None and offered_of({"options": [{}, {"id": "o"}]}).id == "o"
    fare = [
        {"type": "FLEX", "amount": 0.125, "unitType": "MINUTE", "units": 15, "scaleFrom": 1, "scaleType": "HOUR"},
        {"amount": "2.50"},
    ]  # fmt: skip

    def offered(*parts):
        return offered_of({"options": [{"id": "o", "legs": [{"pricing": {"parts": list(parts)}}]}]}).fare

    for odd in ({"amount": "NaN"}, {"amount": 1, "currencyCode": "USD"}, {}):
        assert offered(*fare, odd) == (), "half a price is none"
    assert len(offered(*fare * 6)) == 12 and offered(*fare * 7) == ()
    parts = offered(*fare)
    assert parts == (Part("FLEX", "0.125", 15, "MINUTE", 60), Part("FIXED", "2.50"))
    assert said(parts) == "ab der 61. Minute 0,125 € je 15 Minuten, 2,50 € für den Start"
    assert estimate(parts, 3600 + 901) == 275
    assert estimate((Part("FLEX", "0.3", 1, "KM"),), 60) is None and estimate((), 9) is None
    entry = {"journalId": "l", "journalSequenceId": "1", "category": "FARE", "amount": 2.5, "vatRate": 7, "usedTime": 90}
    back = {"journalId": "l", "journalSequenceId": "2", "category": "REFUND", "amount": 0.5}
    harm = {"journalId": "l", "journalSequenceId": "3", "category": "DAMAGE", "amount": 99}
    bill = bill_of([entry, entry, back, harm, {"journalId": "other", "amount": 7}, None], "l")
    assert (bill.cents, bill.seconds, bill.left_out, bill.lines[0].tax_bp) == (200, 90, ("DAMAGE",), 700)
    assert bill_of([back], "l") is None and bill_of("x", "l") is None
    for odd in ({"amount": 1.005}, {"amount": "viel"}, {"amount": 1e9}, {"currencyCode": "USD"}, {"amount": None}):
        with pytest.raises(Unavailable):
            bill_of([entry | odd], "l")


def test_the_journal_keeps_the_sign_and_what_has_no_number():
    fare, bare = {"journalId": "l", "category": "FARE", "currencyCode": "EUR"}, {"journalId": "l", "category": "REFUND"}

    def total(*rows):
        return bill_of(list(rows), "l").cents

    numbered = fare | {"journalSequenceId": "1", "amount": 5}
    assert total(numbered, fare | {"journalSequenceId": "2", "amount": -3}) == 200
    assert total(numbered, bare | {"journalSequenceId": "2", "amount": -3}) == 200
    assert total(fare | {"amount": 5}, bare | {"amount": 5}) == 0
    assert total(fare | {"amount": 5}, fare | {"amount": 2}, fare | {"amount": "5"}) == 700


@pytest.mark.parametrize("odd", ["-1e30", "-1e9999999", "1e9999999", "-10001", "9" * 5000])
def test_amounts_nobody_can_mean_are_no_bill(odd):
    with pytest.raises(Unavailable):
        bill_of([{"journalId": "l", "amount": odd}], "l")
    part = {"type": "FLEX", "amount": 1, "unitType": "MINUTE", "units": odd, "scaleFrom": odd}
    fare = offered_of({"options": [{"id": "o", "pricing": {"parts": [part]}}]}).fare
    assert fare == (Part("FLEX", "1", 1, "OTHER"),)


def test_words_and_times_a_database_cannot_keep():
    told = {
        "state": "STARTED",
        "legs": [{"id": "l\x00\ud800", "asset": {"id": "\x00v"}, "actualArrivalTime": "9999-12-31T23:59:59Z"}],
    }
    found = booking_of(told, "b")
    assert (found.leg, found.vehicle, found.ended) == ("l?", "v", None)
    assert bill_of([{"journalId": "l", "amount": 1}, {"journalId": "l", "category": "X\x00", "amount": 2}], "l").left_out == (
        "X",
    )


def test_the_tariff_counts_begun_minutes():
    tariff = Tariff(start=100, minute=5, free=30)
    assert [tariff.cost(one, 0) for one in (0, 1800, 1801, 99_999)] == [100, 100, 105, 1500]


def schemas(file):
    """A check by the schemas of the published TOMP-API.yaml: name and value in, what is wrong out."""
    import jsonschema_rs
    import yaml

    spec = yaml.safe_load(Path(file).read_text(encoding="utf-8"))

    def plain(value):
        if isinstance(value, dict):
            left_out = ("example", "discriminator", "format", "description")
            return {key: plain(one) for key, one in value.items() if key not in left_out}
        return [plain(one) for one in value] if isinstance(value, list) else value

    parts = plain(spec["components"])

    def wrong(name, value):
        told = {"$ref": f"#/components/schemas/{name}", "components": parts}
        return [
            f"{name} {error.instance_path}: {error.message}" for error in jsonschema_rs.validator_for(told).iter_errors(value)
        ]

    return spec["paths"], wrong


def keep_to_the_published_schemas(house, client, monkeypatch):
    """A test only where the file is at hand: STADTKERN_TOMP=TOMP-API.yaml of the tag v1.5.0."""
    paths, wrong = schemas(os.environ["STADTKERN_TOMP"])
    assert wrong("leg", {"id": "x"}) and wrong("booking", {"state": "HELD"})  # it does see something
    assert [path for verb, path, _event in ENDPOINTS if verb.lower() not in paths.get(path, paths.get(f"{path}/", {}))] == []
    kinds = {
        r"/operator/meta": ("", "endpointImplementation"), r"/operator/information": ("", "systemInformation"),
        r"/operator/pricing-plans": ("", "systemPricingPlan"), r"/planning/offers": ("planningRequest", "planning"),
        r"/bookings": ("bookingRequest", "booking"), r"/bookings/[^/]+/events": ("bookingOperation", "booking"),
        r"/bookings/[^/]+": ("", "booking"), r"/legs/[^/]+/events": ("legEvent", "leg"), r"/legs/[^/]+": ("", "leg"),
        r"/payment/journal-entry": ("", "journalEntry"),
    }  # fmt: skip
    found, act = [], House._act

    def watched(self, method, path, environ):
        sent = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        status, body, more = act(self, method, path, environ | {"wsgi.input": io.BytesIO(sent)})
        asked, told = next(kinds[one] for one in kinds if re.fullmatch(one, path))
        found.extend(wrong(asked, json.loads(sent)) if asked else [])
        rows = json.loads(body)
        for row in rows if isinstance(rows, list) else [rows]:
            found.extend(wrong(told, row))
        return status, body, more

    monkeypatch.setattr(House, "_act", watched)
    made = held(client)
    for event in ("SET_IN_USE", "PAUSE", "SET_IN_USE", "FINISH"):
        client.drive(made.id, made.leg, event)
    assert client.look(made.id).state == "ENDED" and client.bill(made.leg)
    client.cancel(held(client, "station:markt").id)
    every = {"Authorization": "Bearer geheim", "Api": "TOMP", "Api-Version": "1.5.0", "maas-id": "x", "Accept-Language": "de"}
    for path in ("operator/meta", "operator/information", "operator/pricing-plans", f"legs/{made.leg}"):
        assert httpx.get(f"{house.address}/{path}", headers=every).status_code == 200
    assert not wrong("error", httpx.get(f"{house.address}/bookings/x").json())  # without key
    assert found == []


if "STADTKERN_TOMP" in os.environ:
    test_house_and_client_keep_to_the_published_schemas = keep_to_the_published_schemas
