"""Feeds of sharing operators: real ones, and what may be wrong in them."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stadtkern.lib.sharing import Plan, Rule, Step, System, Zone, read_gbfs


def documents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.json")}


@pytest.mark.parametrize(
    ("folder", "version", "stations", "vehicles", "zones", "codes"),
    [
        ("helsinki", "1.1", 7, 0, 0, {"no_id", "no_place", "unknown_station"}),
        ("lillestrombysykkel", "2.2", 6, 0, 0, set()),
        ("bananologen", "2.3", 1, 0, 0, set()),
        ("tieroslo", "2.3", 0, 0, 2, {"feed_missing"}),
        ("ridecheck/almere", "3.0", 0, 6, 14, {"zone_unreadable"}),  # two zones without a shape,
        ("car-sharing-renningen", "2.2", 23, 0, 0, {"unknown_count"}),
        ("car-sharing-stadtmobil-pforzheim", "2.2", 420, 0, 0, {"unknown_count"}),
    ],
)
def test_real_feeds_are_read(mobility_data, folder, version, stations, vehicles, zones, codes):
    system = read_gbfs(documents(mobility_data / "gbfs" / folder), form="car" if "car-" in folder else "bicycle")
    told = system.version, len(system.stations), len(system.vehicles), len(system.zones), {one.code for one in system.findings}
    assert told == (version, stations, vehicles, zones, codes)
    assert system.name and system.id != "unknown"


def test_what_a_real_feed_says(mobility_data):
    city = read_gbfs(documents(mobility_data / "gbfs/helsinki"))
    first = city.stations[0]
    assert (first.name, first.vehicles, first.docks, first.capacity, first.renting) == ("Kaivopuisto", 2, 29, 30, True)
    cars = read_gbfs(documents(mobility_data / "gbfs/car-sharing-renningen"), form="car")
    assert cars.types[""].kind == "car" and cars.stations[0].vehicles is None
    herrenberg = read_gbfs(documents(mobility_data / "gbfs/bananologen"))
    assert herrenberg.stations[0].by_type == {"cargobike1": 1} and herrenberg.types["cargobike1"].kind == "bike"
    assert herrenberg.open_at(0, 10 * 3600) and not herrenberg.open_at(0, 14 * 3600) and not herrenberg.open_at(1, 10 * 3600)
    almere = read_gbfs(documents(mobility_data / "gbfs/ridecheck/almere"))
    moped = "check_moped_almere_60"
    at = np.array([one.lat for one in almere.vehicles]), np.array([one.long for one in almere.vehicles])
    assert almere.types[moped].kind == "moped" and almere.vehicles[0].range_m == 32400
    assert not almere.allowed(np.array([53.0]), np.array([5.0]), moped, "end")[0]  # the global rule
    assert almere.allowed(*at, moped, "through").all()
    oslo = read_gbfs(documents(mobility_data / "gbfs/tieroslo"))
    palace = np.array([59.9270]), np.array([10.7000])  # Frogner park
    assert not oslo.allowed(*palace, "YTI:VehicleType:escooter_oslo", "end")[0]


def base(version: str = "2.3", **changes: object) -> dict[str, object]:
    """A small feed: one station, one free scooter."""
    old = version < "3"
    status = {"station_id": "s", "num_docks_available": 3, "is_installed": True, "is_renting": True, "is_returning": True}
    status["num_bikes_available" if old else "num_vehicles_available"] = 2
    vehicle = {"lat": 50.0, "lon": 7.0, "is_reserved": False, "is_disabled": False, "vehicle_type_id": "roller"}
    vehicle["bike_id" if old else "vehicle_id"] = "v"
    name = "Rad" if old else [{"language": "en", "text": "Bike"}, {"language": "de", "text": "Rad"}]
    feeds: dict[str, object] = {
        "system_information": {"system_id": "x", "name": name, "timezone": "Europe/Berlin"},
        "vehicle_types": {"vehicle_types": [{"vehicle_type_id": "roller", "form_factor": "scooter_standing"}]},
        "station_information": {"stations": [{"station_id": "s", "name": name, "lat": 50.001, "lon": 7.0}]},
        "station_status": {"stations": [status]},
        "free_bike_status" if old else "vehicle_status": {"bikes" if old else "vehicles": [vehicle]},
    } | changes
    return {key: {"version": version, "ttl": 30, "data": data} for key, data in feeds.items()}


@pytest.mark.parametrize("version", ["2.1", "2.3", "3.0"])
def test_versions_mean_the_same(version):
    system = read_gbfs(base(version))
    assert (system.name, system.stations[0].name, system.stations[0].vehicles, system.ttl) == ("Rad", "Rad", 2, 30)
    assert [(one.id, one.type) for one in system.vehicles] == [("v", "roller")]
    assert system.findings == ()


def test_one_bad_part_does_not_drop_the_rest():
    bad = [
        {"lat": "x"},
        {"bike_id": "a"},
        {"bike_id": "b", "lat": 0, "lon": 0},
        {"bike_id": 7, "lat": "50.1", "lon": 7},
        5,
        None,
    ]
    bad += [{"bike_id": "c", "lat": 50, "lon": 7, "vehicle_type_id": "gone"}, {"bike_id": 7, "lat": 50, "lon": 7}]
    system = read_gbfs(base(free_bike_status={"bikes": bad}, geofencing_zones={"geofencing_zones": {"features": [{}]}}))
    assert [one.id for one in system.vehicles] == ["7"] and len(system.stations) == 1
    codes = {one.code: one.many for one in system.findings}
    assert codes == {"no_id": 1, "no_place": 2, "no_object": 1, "unknown_type": 1, "double_id": 1, "zone_unreadable": 1}


def test_a_status_of_last_year_rents_nothing():
    old = {"stations": [{"station_id": "s", "num_bikes_available": 2, "last_reported": 1_600_000_000}]}
    system = read_gbfs(base(station_status=old), now=1_700_000_000)
    assert not system.stations[0].renting and [one.code for one in system.findings] == ["stale"]


def test_the_first_zone_decides_for_its_types():
    ring = [(7.0, 50.0), (7.1, 50.0), (7.1, 50.1), (7.0, 50.1)]
    hole = [(7.04, 50.04), (7.06, 50.04), (7.06, 50.06), (7.04, 50.06)]
    park = Zone("Park", ((ring, hole),), (Rule(frozenset({"a"}), end=False, through=False, kmh=6),))
    town = Zone("Stadt", ((ring,),), (Rule(kmh=12),))
    system = System("x", version="3.0", zones=(park, town), everywhere=(Rule(start=False, end=False),))
    lat, long = np.array([50.02, 50.05, 51.0]), np.array([7.02, 7.05, 7.0])  # in the park, in its hole, outside
    assert system.allowed(lat, long, "a", "end").tolist() == [False, True, False]
    assert system.allowed(lat, long, "b", "end").tolist() == [True, True, False]
    assert system.limit(lat, long, "a").tolist() == [6, 12, 1000]
    older = System("x", version="2.3", zones=(town, park))
    assert older.allowed(lat, long, "a", "end").tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("plan", "seconds", "metres", "cents"),
    [
        (Plan("p", price=1.0), 4000, 9000, 100),
        (Plan("p", price=1.0, per_minute=(Step(0, 0.19, 1),)), 301, 0, 214),
        (Plan("p", per_minute=(Step(30, 1.0, 30),)), 1800, 0, 0),
        (Plan("p", per_minute=(Step(30, 1.0, 30),)), 1801, 0, 100),
        (Plan("p", per_minute=(Step(0, 0.5, 1, 10), Step(10, 0.1, 1))), 1200, 0, 600),
        (Plan("p", per_km=(Step(0, 0.3, 1),)), 60, 2500, 90),
    ],
)
def test_prices(plan, seconds, metres, cents):
    assert plan.cents(seconds, metres) == cents


def test_opening_hours_of_version_3():
    def said(text: str) -> System:
        return read_gbfs(base("3.0", system_information={"system_id": "x", "name": [], "opening_hours": text}))

    week = said("Mo-Fr 06:00-22:00; Sa,Su 20:00-02:00")
    assert week.open_at(4, 21 * 3600) and not week.open_at(4, 23 * 3600) and week.open_at(0, 3600) and not week.open_at(2, 3600)
    assert said("Mo,Tu,We,Th,Fr,Sa,Su 00:00-23:59").open_at(6, 86_399) and said("24/7").open_at(0, 0)
    odd = said("sunrise-sunset")
    assert odd.open_at(0, 0) and [one.code for one in odd.findings] == ["hours_unread"]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("\ud800\x00"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_content_makes_the_reader_fall(data):
    whole = json.loads(json.dumps(base(data.draw(st.sampled_from(["1.1", "2.3", "3.0"])), geofencing_zones={
        "geofencing_zones": {"features": [{"geometry": {"type": "Polygon", "coordinates": [[[7, 50], [8, 50], [8, 51]]]},
                                           "properties": {"rules": [{"ride_allowed": False}]}}]}, "global_rules": [{}]},
        system_pricing_plans={"plans": [{"plan_id": "p", "price": "1", "per_min_pricing": [{"rate": 1, "interval": 1}]}]},
    )))  # fmt: skip
    for _ in range(data.draw(st.integers(1, 3))):  # somewhere inside stands something else
        place: object = whole
        while isinstance(place, dict | list) and place:
            key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else list(range(len(place)))))
            if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.integers(0, 4)) == 0:
                place[key] = data.draw(anything)
                break
            place = place[key]
    system = read_gbfs(whole, now=1.7e9)
    for station in system.stations:
        assert -90 <= station.lat <= 90 and (station.vehicles is None or station.vehicles >= 0)
    system.allowed(np.array([50.5]), np.array([7.5]), "roller", "end")
    json.dumps([one.code + one.feed + one.place + one.value for one in system.findings]).encode()


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=200)
    | st.sampled_from([b"[" * 100_000, b'{"data": 5}', b"\xef\xbb\xbf{}", b"null", b'{"data":{"stations":{}}}'])
)
def test_no_bytes_make_the_reader_fall(content):
    system = read_gbfs(dict.fromkeys(("system_information", "station_information", "free_bike_status.json"), content))
    assert system.stations == () and system.findings


def test_zones_that_hold_for_a_time_hold_then_only():
    ring = [[[[7, 50], [8, 50], [8, 51], [7, 50]]]]

    def zone(name, **when):
        shape = {"type": "MultiPolygon", "coordinates": ring}
        return {"type": "Feature", "geometry": shape, "properties": {"name": name, "rules": []} | when}

    features = [
        zone("ever"),
        zone("over", start=0, end=1000),
        zone("now", start="1970-01-01T00:30:00Z", end=2000),
        zone("later", start=9000),
    ]
    told = {"geofencing_zones": {"data": {"geofencing_zones": {"type": "FeatureCollection", "features": features}}}}
    assert [one.name for one in read_gbfs(told, at=1900).zones] == ["ever", "now"]
    assert len(read_gbfs(told).zones) == 4


@pytest.mark.parametrize("kind", [["Polygon"], {"a": 1}, None, 7])
def test_a_zone_whose_shape_is_no_word_is_named_and_left_out(kind):
    feature = {"type": "Feature", "geometry": {"type": kind, "coordinates": []}, "properties": {}}
    system = read_gbfs({"geofencing_zones": {"data": {"geofencing_zones": {"features": [feature]}}}})
    assert system.zones == () and "zone_unreadable" in {one.code for one in system.findings}
