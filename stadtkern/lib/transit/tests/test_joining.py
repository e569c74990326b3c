"""Several feeds as one: journeys over both, answers inside one as before, ids only changed where they clash."""

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from stadtkern.lib.transit import (
    Alert,
    Options,
    Realtime,
    StopUpdate,
    Timetable,
    TripUpdate,
    at_stop,
    day,
    earliest,
    fare,
    live,
    read_feed,
)
from stadtkern.lib.transit.check import check
from stadtkern.lib.transit.joining import called, join, noted_as

from .test_planner_small import MONDAY, VILLAGE, feed_of

ROOT = Path(__file__).resolve().parents[4]
PORTO = Path(os.environ.get("STADTKERN_SHARED", ROOT.parent / "shared")) / "data" / "mobility" / "porto"
RAIL = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\nA,Fernbahn,http://x,Europe/Berlin\n",
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\na,Damm Bahnhof,50.2008,7\nweit,Weit,51,7\n",
    "routes.txt": "route_id,route_short_name,route_type,agency_id\n1,RE 1,2,A\n",
    "calendar.txt": VILLAGE["calendar.txt"],
    "trips.txt": "route_id,service_id,trip_id,trip_headsign\n1,w,late,Weit\n",
    "stop_times.txt": (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence,stop_headsign\n"
        "late,08:25:00,08:25:00,a,1,Weit\nlate,09:00:00,09:00:00,weit,2,\n"
    ),
    "fare_attributes.txt": "fare_id,price,currency_type,payment_method,transfers,agency_id\nf,5.00,EUR,0,,A\n",
    "fare_rules.txt": "fare_id,route_id\nf,1\n",
}


def two(folder):
    for name, files in (("bus", VILLAGE), ("rail", RAIL)):
        (folder / name).mkdir()
        feed_of(folder / name, files)
    return {name: read_feed(folder / name) for name in ("bus", "rail")}


def test_a_journey_uses_both_and_only_clashing_ids_change(tmp_path):
    feeds = two(tmp_path)
    feed, parts = join(feeds)
    assert list(feed.stops.id) == ["bus~a", "b", "c", "d", "rail~a", "weit"] and list(feed.trips.id) == [
        "t1",
        "t2",
        "bus~late",
        "rail~late",
    ]
    assert list(feed.routes.id) == ["bus~1", "2", "rail~1", ""] and feed.agencies == {"bus~A": "Dorfbus", "rail~A": "Fernbahn"}
    assert [(part.first_route, part.last_route) for part in parts] == [(0, 2), (2, 3)]
    table = day(feed, MONDAY)
    ends = at_stop(table, 0), at_stop(table, 5, leaving=False)
    found = earliest(table, *ends, 7 * 3600 + 1800)
    assert [(ride.trip, ride.headsign) for ride in found[0].rides] == [("t1", "Chor"), ("rail~late", "Weit")]
    assert table.moment(found[0].arrives).hour == 9
    assert parts[1].fares["fare_rules.txt"] == [{"fare_id": "f", "route_id": "rail~1"}]
    assert parts[1].fares["fare_attributes.txt"][0]["agency_id"] == "rail~A"
    outcome = check([tmp_path / "bus", tmp_path / "rail"], 200)
    assert outcome.equal == outcome.queries == 200


def test_other_time_zones_are_not_joined(tmp_path):
    feeds = two(tmp_path)
    feed_of(tmp_path / "rail", {"agency.txt": RAIL["agency.txt"].replace("Berlin", "Lisbon")})
    with pytest.raises(ValueError, match="time zones"):
        join(feeds | {"rail": read_feed(tmp_path / "rail")})


@pytest.mark.skipif(not PORTO.is_dir(), reason="the feeds are not here")
def test_answers_inside_one_feed_stay_the_same():
    """Porto's metro and Portugal's railway: never later, and equal where only that part is ridden; some journeys need both."""
    feeds = {"cp": read_feed(PORTO / "cp_rail_gtfs.zip"), "metro": read_feed(PORTO / "metro_do_porto_gtfs.zip")}
    when = date(2026, 7, 21)
    joined = day(join(feeds)[0], when)
    dice, shift, same = np.random.default_rng(1), 0, 0
    for feed in feeds.values():
        alone, options = day(feed, when), Options(slack_s=60)
        served = np.unique(alone.net.pattern_stop)
        for start, goal in dice.choice(served, (60, 2)).tolist():
            at = int(dice.integers(6 * 3600, 20 * 3600))
            mine = earliest(alone, at_stop(alone, start), at_stop(alone, goal, leaving=False), at, options)
            ends = at_stop(joined, start + shift), at_stop(joined, goal + shift, leaving=False)
            both = earliest(joined, *ends, at, options)
            if not mine:
                continue
            inside = all(shift <= stop < shift + len(feed.stops) for ride in both[0].rides for stop in ride.stops)
            assert both[0].arrives <= mine[0].arrives and (both[0].arrives == mine[0].arrives or not inside)
            same += inside
        shift += len(feed.stops)
    assert same > 60
    names = list(joined.stops.name)
    ends = at_stop(joined, names.index("Aveiro")), at_stop(joined, names.index("Trindade"), leaving=False)
    lines = [int(ride.route) < len(feeds["cp"].routes) - 1 for ride in earliest(joined, *ends, 8 * 3600)[0].rides]
    assert lines[0] and not lines[-1]  # by train, then by metro


def test_each_part_has_its_own_prices(tmp_path):
    feed, parts = join(two(tmp_path))
    table = day(feed, MONDAY)
    found = earliest(table, at_stop(table, 4), at_stop(table, 5, leaving=False), 8 * 3600)
    priced = type(
        "Priced", (), {"fares": parts[1].fares, "agencies": parts[1].agencies, "stops": feed.stops, "routes": feed.routes}
    )
    assert [option.cents for option in fare(priced, found[0])] == [500]


def test_real_time_of_one_part_finds_its_trips_and_of_nobody_knows_which_finds_none(tmp_path):
    table = day(join(two(tmp_path))[0], MONDAY)
    said = Realtime(updates=[TripUpdate("late", stops=(StopUpdate(stop_id="a", depart_delay=600),))])
    for part, late in (("rail", 600), ("bus", 0), ("", 0)):
        now = live(table, called(said, part, table).updates)
        ride = earliest(now, at_stop(now, 4), at_stop(now, 5, leaving=False), 8 * 3600)[0].rides[0]
        assert ride.departs == 8 * 3600 + 25 * 60 + late


def test_real_time_of_a_part_never_means_what_only_another_has(tmp_path):
    """By what is saved with a day, too; what a part has keeps its name or takes that of the joined timetable."""
    day(join(two(tmp_path))[0], MONDAY).save(tmp_path / "saved")
    table = Timetable.load(tmp_path / "saved")
    said = Realtime(
        updates=[
            TripUpdate("t1", (), "cancelled"),
            TripUpdate("late", stops=(StopUpdate(stop_id="b"), StopUpdate(sequence=1)), route_id="2"),
        ],
        alerts=[Alert("x", {}, {}, {}, "", "", (), (), ("1", "2"), ("a", "b", "weit"), ("t1", "late"))],
    )
    for part, names, cancelled in (
        ("rail", (("rail~a", "rail~b", "weit"), ("rail~1", "rail~2"), ("rail~t1", "rail~late")), 0),
        ("bus", (("bus~a", "b", "bus~weit"), ("bus~1", "2"), ("t1", "bus~late")), 1),
        ("ship", (("ship~a", "ship~b", "ship~weit"), ("ship~1", "ship~2"), ("ship~t1", "ship~late")), 0),
    ):
        told = called(said, part, table)
        assert [(one.stops, one.routes, one.trips) for one in told.alerts] == [names]
        assert live(table, told.updates).about["live"]["cancelled"] == cancelled
        late = told.updates[1]
        assert (late.trip_id, late.route_id, [one.stop_id for one in late.stops]) == (
            names[2][1],
            names[1][1],
            [names[0][1], ""],
        )
    for alone in (replace(table, about={}), day(read_feed(tmp_path / "bus"), MONDAY)):  # saved before, or not joined
        assert called(said, "bus", alone).updates[0].trip_id == "t1"


def test_an_id_is_known_by_what_it_was_called_before_and_after():
    known = {"bus~1", "rail~1", "rail~9", "sea~9"}
    assert noted_as("bus~1", "bus", [], known) == {"bus~1", "1"}
    assert noted_as("rail~1", "rail", ["bus"], known) == {"rail~1"}  # the bare one meant the bus
    assert noted_as("rail~9", "rail", ["bus"], known) == {"rail~9", "9"}
    assert noted_as("bus~7", "bus", [], {"7"}) == {"bus~7"}  # only another part has it
    assert noted_as("1", "rail", ["bus"], {"1"}) == {"1", "rail~1"} and noted_as("1", "", [], known) == {"1"}
