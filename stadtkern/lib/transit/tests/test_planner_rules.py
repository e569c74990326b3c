"""transfers.txt for single lines and trips: the most specific rule counts, also saved, joined, late and far."""

import numpy as np
import pytest

from stadtkern.lib.transit import Options, Timetable, TripUpdate, at_stop, day, earliest, live, read_feed
from stadtkern.lib.transit.check import check
from stadtkern.lib.transit.joining import join
from stadtkern.lib.transit.realtime import StopUpdate
from stadtkern.lib.transit.rules import MOST_PAIRS

from .test_planner_small import MONDAY, VILLAGE, feed_of

WORDS = "from_stop_id,to_stop_id,transfer_type,min_transfer_time,from_route_id,to_route_id,from_trip_id,to_trip_id\n"


def changes(table, start="a", end="d", options=None):
    """The rides of every journey in the morning."""
    ways = at_stop(table, table.stops.by_id[start]), at_stop(table, table.stops.by_id[end], leaving=False)
    return [[ride.trip for ride in journey.rides] for journey in earliest(table, *ways, 7 * 3600, options or Options())]


STAIRS, LIFT = 2, 5  # pathway_mode
CHANGING, STRAIGHT = [["t1", "t2"], ["t1"]], [["t1"]]  # at b, two minutes; or on to c and on foot
RULES = [
    ("b,b,3,,1,2,,", STRAIGHT),  # from line to line
    ("b,b,3,,2,1,,", CHANGING),  # the other way round
    ("b,b,3,,,,t1,", STRAIGHT),
    ("b,b,3,,,2,,", STRAIGHT),  # from anywhere to the line
    ("b,b,3,,,,late,", CHANGING),
    ("b,b,2,180,1,,,", STRAIGHT),
    ("b,b,2,120,1,,,", CHANGING),
    ("b,b,3,,,,,\nb,b,0,,1,2,,", CHANGING),  # forbidden but for these lines
    ("b,b,2,300,,,,\nb,b,0,,1,2,,", STRAIGHT),  # no time of its own: that of the stop
    ("b,b,2,300,,,,\nb,b,1,,1,2,,", CHANGING),  # the bus waits
    ("b,b,0,,1,,,\nb,b,3,,1,2,,", STRAIGHT),  # both lines before one
    ("b,b,3,,1,2,,\nb,b,0,,,,t1,", CHANGING),  # a trip before both lines
    ("b,b,0,,,,t1,\nb,b,3,,,2,t1,", STRAIGHT),  # trip and line before a trip
    ("b,b,3,,,2,t1,\nb,b,0,,,,t1,t2", CHANGING),  # both trips before all
    ("b,b,3,,2,,t1,t2", STRAIGHT),  # where a trip is named, its line says nothing
    ("b,b,0,,1,2,,\nb,b,3,,1,2,,", STRAIGHT),  # of two equal ones the later one
]


@pytest.mark.parametrize(("rules", "rides"), RULES, ids=[rules.replace("\n", " ") for rules, _rides in RULES])
def test_the_most_specific_rule_counts(tmp_path, rules, rides):
    table = day(read_feed(feed_of(tmp_path, VILLAGE | {"transfers.txt": WORDS + rules + "\n"})), MONDAY)
    table.save(tmp_path / "saved")
    assert changes(table) == changes(Timetable.load(tmp_path / "saved")) == rides


def test_rules_of_stations_and_between_stops_that_no_way_joins(tmp_path):
    stops = (
        VILLAGE["stops.txt"]
        .replace("stop_lon\n", "stop_lon,parent_station\n")
        .replace("b,Bahnhof,50.1,7", "b,Bahnhof,50.1,7,S")
    )
    stops += "b2,Gleis 2,50.3,7,S\nS,Bahnhof,50.1,7,\n"
    times = VILLAGE["stop_times.txt"].replace("t2,08:12:00,08:12:00,b,1", "t2,08:12:00,08:12:00,b2,1")
    files = VILLAGE | {"stops.txt": stops, "stop_times.txt": times}
    assert changes(day(read_feed(feed_of(tmp_path, files)), MONDAY)) == STRAIGHT  # 22 km
    opened = files | {"transfers.txt": WORDS + "S,S,2,60,1,2,,\n"}
    assert changes(day(read_feed(feed_of(tmp_path, opened)), MONDAY)) == CHANGING
    closed = files | {"transfers.txt": WORDS + "b,b2,3,,1,2,,\nS,S,2,60,1,2,,\n"}
    assert changes(day(read_feed(feed_of(tmp_path, closed)), MONDAY)) == STRAIGHT  # the platforms' own word


def test_a_rule_builds_no_lift(tmp_path):
    """Where only stairs lead from platform to platform, a rule for two lines opens no way for wheelchairs."""
    stops = "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
    stops += (
        "a,Anger,50,7,,\nc,Chor,50.2,7,,\nd,Damm,50.2005,7,,\nS,Bahnhof,50.1,7,1,\nb,Gleis 1,50.1,7,,S\nb2,Gleis 2,50.1,7,,S\n"
    )
    trips = "route_id,service_id,trip_id,wheelchair_accessible\n1,w,t1,1\n2,w,t2,1\n"
    times = VILLAGE["stop_times.txt"].split("late")[0].replace("t2,08:12:00,08:12:00,b,1", "t2,08:12:00,08:12:00,b2,1")
    ways = "pathway_id,from_stop_id,to_stop_id,pathway_mode,is_bidirectional,traversal_time\np,b,b2,{},1,60\n"
    files = VILLAGE | {"stops.txt": stops, "trips.txt": trips, "stop_times.txt": times}
    files["transfers.txt"] = WORDS + "S,S,2,60,1,2,,\n"
    for mode, rides in ((STAIRS, STRAIGHT), (LIFT, CHANGING)):
        table = day(read_feed(feed_of(tmp_path, files | {"pathways.txt": ways.format(mode)})), MONDAY)
        assert changes(table) == CHANGING
        assert changes(table, options=Options(wheelchair=True)) == rides


def test_in_real_time_the_rule_stays_with_the_trip(tmp_path):
    table = day(read_feed(feed_of(tmp_path, VILLAGE | {"transfers.txt": WORDS + "b,b,3,,,,t1,t2\nb,b,2,240,2,,,\n"})), MONDAY)
    late = live(table, [TripUpdate("t2", (StopUpdate(sequence=1, arrive_delay=180),))])
    assert changes(table) == STRAIGHT == changes(late)
    zero = int(table.moment(0).timestamp())
    told = tuple(StopUpdate(stop_id=one, arrive_at=zero + at) for one, at in (("b", 8 * 3600 + 720), ("d", 8 * 3600 + 900)))
    for trip, route, rides in (("t2", "2", STRAIGHT), ("new", "2", [["t1", "new"], ["t1"]])):
        kind = "replaced" if trip == "t2" else "added"
        gone = [] if trip == "t2" else [TripUpdate("t2", (), "cancelled")]
        assert changes(live(table, [*gone, TripUpdate(trip, told, kind, route_id=route)])) == rides


def test_a_rule_for_one_trip_says_nothing_of_the_others_of_its_line(tmp_path):
    files = {
        "trips.txt": VILLAGE["trips.txt"] + "1,w,t0,Chor\n",
        "stop_times.txt": VILLAGE["stop_times.txt"]
        + "t0,7:30:00,7:30:00,a,1\nt0,7:40:00,7:40:00,b,2\nt0,7:50:00,7:50:00,c,3\n",
        "transfers.txt": WORDS + "b,b,3,,,,t1,\n",
    }
    table = day(read_feed(feed_of(tmp_path, VILLAGE | files)), MONDAY)
    late = earliest(table, at_stop(table, 0), at_stop(table, 3, leaving=False), 8 * 3600)
    assert [[ride.trip for ride in journey.rides] for journey in late] == STRAIGHT


def test_joined_feeds_keep_their_rules(tmp_path):
    one = read_feed(feed_of(tmp_path, VILLAGE | {"transfers.txt": WORDS + "b,b,3,,1,2,,\n"}))
    (tmp_path / "free").mkdir()
    other = read_feed(feed_of(tmp_path / "free", VILLAGE | {"transfers.txt": WORDS + "b,b,2,60,,,t1,t2\n"}))
    joined, _parts = join({"one": one, "other": other})
    assert joined.rules.tolist() == [[1, 1, 3, -1, 0, 1, -1, -1], [5, 5, 2, 60, -1, -1, 3, 4]]
    assert np.array_equal(day(joined, MONDAY).rules, joined.rules)


def test_too_many_rules_are_left_out_all_of_them(tmp_path):
    trips = int(MOST_PAIRS**0.5) + 1
    files = {
        "trips.txt": "route_id,service_id,trip_id\n1,w,t1\n2,w,t2\n" + "".join(f"1,w,x{at}\n" for at in range(trips)),
        "transfers.txt": WORDS + "b,b,3,,1,2,,\n" + "".join(f"b,b,3,,,,x{at},t2\n" for at in range(trips)),
    }
    feed = read_feed(feed_of(tmp_path, VILLAGE | files))
    assert {one.code: one.count for one in feed.findings}["many_transfers"] == trips + 1 and not len(feed.rules)
    assert changes(day(feed, MONDAY)) == CHANGING


def test_the_check_asks_with_rules(tmp_path):
    outcome = check(
        feed_of(tmp_path, VILLAGE | {"transfers.txt": WORDS + "b,b,3,,1,2,,\nb,b,2,0,,,t1,t2\nc,d,2,30,1,,,\n"}), 60
    )
    assert (outcome.queries, outcome.equal) == (60, 60)
