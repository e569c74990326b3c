"""Reserving a shared vehicle: once, of one person, given back, over by itself; demand as operators publish it."""

import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from stadtkern.domains.mobility.actions import demand, rides, riding
from stadtkern.domains.mobility.actions.counts import Refused
from stadtkern.domains.mobility.adapters import demo
from stadtkern.domains.mobility.models import Ride, SharingHour
from stadtkern.domains.mobility.sharing import demand as seen
from stadtkern.domains.mobility.sharing import offers, prices
from stadtkern.domains.mobility.sharing.offers import Offer
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Staff
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.geo import queries as geo
from stadtkern.kernel.geo.ground import ground
from stadtkern.lib import sharing
from stadtkern.lib.sharing.system import Plan, Station, Step, System, Vehicle, VehicleType

pytestmark = pytest.mark.django_db
BIKE = Offer("flitz", "Flitz", "f-7", "scooter", "E-Scooter, Flitz", "", 51.96, 8.03, bookable=True)


@pytest.fixture(autouse=True)
def books(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "HOME", tmp_path)
    head = {"version": "2.3", "ttl": 0, "last_updated": 0}
    about = {"system_id": "flitz", "name": "Flitz", "language": "de", "timezone": "Europe/Berlin"}
    kind = {"vehicle_type_id": "s", "form_factor": "scooter", "propulsion_type": "electric", "max_range_meters": 30000}
    plan = {
        "plan_id": "p",
        "name": "x",
        "currency": "EUR",
        "price": 1,
        "is_taxable": True,
        "description": "1 Euro für den Start",
    }
    here = {"lat": 51.9617, "lon": 8.0342, "is_reserved": False, "is_disabled": False}
    here |= {"vehicle_type_id": "s", "current_range_meters": 9000}
    told = {
        "system_information": head | {"data": about},
        "system_pricing_plans": head | {"data": {"plans": [plan]}},
        "vehicle_types": head | {"data": {"vehicle_types": [kind]}},
        "free_bike_status": head | {"data": {"bikes": [here | {"bike_id": name} for name in ("f-7", "f-13")]}},
    }
    monkeypatch.setattr(offers, "systems", lambda: ([sharing.read_gbfs(told)], 1))


def test_once_and_of_one_person(citizen, other_citizen):
    zoe, otto, once = Actor(account=citizen), Actor(account=other_citizen), uuid.uuid4()
    first = rides.reserve(zoe, BIKE, once)
    assert rides.reserve(zoe, BIKE, once).pk == first.pk
    row = Ride.objects.get()
    assert (row.state, demo.house("flitz", {}).books.find(row.booking)["state"]) == ("HELD", "CONFIRMED")
    for actor, offer, words in (
        (otto, BIKE, "jemand anderes"),
        (zoe, Offer(**{**BIKE.__dict__, "vehicle": "f-8"}), "schon ein Fahrzeug"),
    ):
        with pytest.raises(Refused, match=words):
            rides.reserve(actor, offer, uuid.uuid4())
    with pytest.raises(Refused):
        rides.reserve(otto, BIKE, once)  # the number of somebody else
    with pytest.raises(Ride.DoesNotExist):
        rides.cancel(otto, first.pk)
    assert rides.cancel(zoe, first.pk).state == rides.cancel(zoe, first.pk).state == "CANCELLED"
    assert rides.reserve(otto, BIKE, uuid.uuid4()).account == other_citizen


def test_a_hold_ends_by_itself(citizen, monkeypatch):
    row = rides.reserve(Actor(account=citizen), BIKE, uuid.uuid4())
    assert riding.settle_due(timezone.now()) == 0
    later = timezone.now() + timedelta(minutes=11)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert riding.settle_due(later) == 1 and riding.settle_due(later) == 0
    row.refresh_from_db()
    assert row.state == "EXPIRED"
    Ride.objects.update(at=timezone.now() - timedelta(days=91))
    assert rides.forget(timezone.now()) == 1 and not Ride.objects.exists()


def test_pages(citizen):
    client = Client()
    client.force_login(citizen, backend=settings.AUTHENTICATION_BACKENDS[0])
    page = client.get("/teilen/", {"wo": "Rathausplatz 1"}).content.decode()
    assert "Reservieren" in page and "reicht für 9 km" in page and "1 Euro für den Start" in page
    assert len(client.get("/teilen/punkte.json?wo=Rathausplatz 1").json()["features"]) == 2
    sent = client.post("/teilen/reservieren/", {"system": "flitz", "vehicle": "f-13", "once": "x\x00"}, follow=True)
    assert "gerade jemand anderes genommen" in sent.content.decode()
    sent = {"system": "flitz", "vehicle": "f-7", "once": str(uuid.uuid4())}
    page = client.post("/teilen/reservieren/", sent, follow=True).content.decode()
    assert "Für Sie da bis" in page and "Entsperren und losfahren" in page and "0,19" in page
    assert "Stadtmitte" in client.get("/teilen/?was=parken").content.decode()
    assert client.get("/teilen/?was=laden&wo=%00%ff&art=ufo&lat=1e999").status_code == 200
    assert Client().post("/teilen/reservieren/", {}).status_code == 302


def test_demand_is_seen_from_what_operators_publish(client):
    """Two readings beside each other: who left, who came, the operator's van; sums alone are kept."""
    districts = geo.districts()
    homes = [next(house.point for house in ground().addresses if one.covers(house.point)) for one in districts[:2]]
    car = VehicleType("auto", form="car")

    def reading(vehicles, docks):
        free = tuple(Vehicle(key, *homes[at], type="auto") for key, at in vehicles)
        return System("s", stations=(Station("st", "Markt", *homes[0], vehicles=docks),), vehicles=free, types={"auto": car})

    now = timezone.now()
    demand.note("s", None, reading([("a", 0), ("b", 0)], 2), now)
    demand.note("s", reading([("a", 0), ("b", 0)], 2), reading([("b", 0), ("c", 1)], 1), now)
    demand.note("s", reading([("b", 0)], 1), reading([("b", 0)], 9), now)
    kept = {row.district: row for row in SharingHour.objects.all()}
    first, second = (kept[one.key] for one in districts[:2])
    assert (first.looks, first.left, first.came, first.moved) == (3, 2, 0, 8) and (second.came, second.empty) == (1, 2)
    assert set(kept) == {one.key for one in districts} and {row.empty for row in kept.values()} <= {0, 2, 3}
    for _again in range(6):
        demand.search("car", *homes[1], False, now)
    rows = {row.key: row for row in seen.rows("car")}
    assert rows[districts[1].key].scarce and rows[districts[1].key].missed_words == "6"
    assert rows[districts[0].key].unmet == 0 and rows[districts[0].key].left == 2
    demand.search("bike", *homes[0], False, now)
    assert next(row for row in seen.rows("car") if row.key == districts[0].key).missed_words == "–"
    SharingHour.objects.filter(system="", kind="car").update(searches=3, missed=3)
    assert next(row for row in seen.rows("car") if row.key == districts[1].key).missed_words == "weniger als 5"
    emptied = SharingHour.objects.filter(system="s", district=districts[0].key)
    emptied.update(empty=2)  # two of three readings found none, two left: without that four more would have
    assert next(row for row in seen.rows("car") if row.key == districts[0].key).unmet == pytest.approx(4)
    emptied.update(empty=0)
    office = Office.objects.create(key="tiefbauamt", title="Tiefbauamt")
    account = Account.objects.create(email="frieda@stadt.example", name="Frieda")
    Staff.objects.create(account=account, office=office, role="CLERK")
    assert client.get("/verkehr/amt/teilen/").status_code in (302, 403)
    client.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[0])
    page = client.get("/verkehr/amt/teilen/?art=car").content.decode()
    assert "Wo Leihfahrzeuge fehlen" in page and districts[1].title in page
    assert client.get("/verkehr/amt/teilen/?art=%00x").status_code == 200
    SharingHour.objects.filter(system="", kind="car").update(searches=6, missed=6)
    drawn = client.get("/verkehr/amt/teilen/karte.geojson").json()["features"]
    assert {one["properties"]["colour"] for one in drawn} == {"#bd0f09", "#2044aa"}
    assert demand.forget(now + timedelta(days=200)) > 0 and not SharingHour.objects.exists()


def test_only_a_typed_place_counts_as_a_search(client):
    client.get("/teilen/")
    client.get("/teilen/?wo=Gibtsnichtweg+999&art=car")
    assert not SharingHour.objects.exists()
    client.get("/teilen/?wo=Lindenstraße+12&art=car")
    row = SharingHour.objects.get()
    assert (row.system, row.kind, row.searches, row.missed) == ("", "car", 1, 1)


def test_a_price_is_told_in_other_languages_where_its_numbers_say_all():
    plan = Plan("p", price=1.0, per_minute=(Step(30, 0.05, 1),))
    assert prices.words(offers._parts(plan)).replace("\xa0", " ") == "1,00 € für den Start, ab der 31. Minute 0,05 € je Minute"
    for odd in (Step(0, 0.05, 0), Step(0, 0.05, 1, 30), Step(0, 0.05, 0.5)):
        assert offers._parts(Plan("p", per_minute=(odd,))) == ()
    assert offers._parts(Plan("p", currency="CHF", price=1.0)) == () == offers._parts(Plan("p", per_km=(Step(2, 1, 1),)))
