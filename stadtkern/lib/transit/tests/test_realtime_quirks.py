"""Messages of GTFS-Realtime as sources really send them, laid over the village."""

import random
from datetime import UTC, date, datetime

import pytest
from google.transit import gtfs_realtime_pb2 as format

from stadtkern.lib.transit import day, live, read_feed, read_realtime

from .test_planner_small import MONDAY, VILLAGE, feed_of

EVERY_TEN = "trip_id,start_time,end_time,headway_secs\nt2,9:00:00,11:00:00,600\n"
ZERO = int(datetime(2026, 11, 29, 23, tzinfo=UTC).timestamp())  # midnight in Berlin


@pytest.fixture(scope="module")
def timetable(tmp_path_factory):
    return day(read_feed(feed_of(tmp_path_factory.mktemp("feed"), VILLAGE | {"frequencies.txt": EVERY_TEN})), MONDAY)


def message(**trip):
    told = format.FeedMessage()
    told.header.gtfs_realtime_version = "2.0"
    entity = told.entity.add(id="1")
    for name, value in trip.items():
        setattr(entity.trip_update.trip, name, value)
    return told, entity.trip_update


def after(timetable, told):
    """What the timetable makes of a message."""
    return live(timetable, read_realtime(told.SerializePartialToString()).updates)


def departures(timetable, trip):
    rows = timetable.rows_of_trip.get(trip, [])
    table = timetable.net.depart if timetable.real_depart is None else timetable.real_depart
    begin = [int(timetable.net.pattern_event[timetable.pattern_of_row[row]]) for row in rows]
    sizes = [int(timetable.net.pattern_start[p + 1] - timetable.net.pattern_start[p]) for p in timetable.pattern_of_row[rows]]
    first = [int(timetable.net.pattern_trip[timetable.pattern_of_row[row]]) for row in rows]
    return sorted(int(table[b + (row - f) * size]) for b, row, f, size in zip(begin, rows, first, sizes, strict=True))


def test_one_run_of_a_trip_with_frequencies_is_late_not_the_one_an_hour_later(timetable):
    told, update = message(trip_id="t2", start_date="20261130", start_time="09:10:00")
    update.delay = 60
    before, now = departures(timetable, "t2"), departures(after(timetable, told), "t2")
    assert set(before) - set(now) == {33_000} and set(now) - set(before) == {33_060}


def test_a_trip_named_by_its_route_and_start(timetable):
    told, update = message(route_id="1", start_date="20261130", start_time="08:00:00", direction_id=0)
    update.delay = 300
    assert departures(after(timetable, told), "t1")[0] == 8 * 3600 + 300
    update.trip.start_time = "08:01:00"
    assert after(timetable, told).about["live"]["unknown_trip"] == 1


def test_a_trip_once_more_from_another_start(timetable):
    """DUPLICATED: stops and times between them are the original's; a delay comes on top."""
    told, update = message(trip_id="t1", schedule_relationship=6)
    properties = update.trip_properties
    properties.trip_id, properties.start_date, properties.start_time = "t1-extra", "20261130", "10:00:00"
    now = after(timetable, told)
    assert departures(now, "t1-extra") == [36_000] and departures(now, "t1") == departures(timetable, "t1")
    assert now.about["live"]["added"] == 1
    update.delay = 120
    assert departures(after(timetable, told), "t1-extra") == [36_120]
    properties.start_time = ""
    assert after(timetable, told).about["live"]["unknown_trip"] == 1


def test_an_extra_trip_with_its_own_headsign(timetable):
    told, update = message(trip_id="new", route_id="1", schedule_relationship=8)
    update.trip_properties.trip_headsign = "Sonderfahrt"
    for at, stop in enumerate("ab"):
        update.stop_time_update.add(stop_id=stop).departure.time = ZERO + 36_000 + at * 600
    now = after(timetable, told)
    assert departures(now, "new") == [36_000] and now.trips.headsign[len(now.trips) - 1] == "Sonderfahrt"


@pytest.mark.parametrize(
    "data", [b"", b"<html>404</html>", b'{"header":{}}', b"PK\3\4xxxx"], ids=["empty", "html", "json", "zip"]
)
def test_what_is_no_message_is_not_an_empty_one(data):
    """An empty answer would wipe out every delay."""
    assert [one.code for one in read_realtime(data).findings] == ["rt_unreadable"]


def test_texts_that_are_no_utf8(timetable):
    """Protobuf hands them on as bytes."""
    told, update = message(trip_id="t1")
    update.delay = 60
    told.entity.add(id="a").alert.header_text.translation.add(text="Umleitung Xx")
    data = told.SerializeToString().replace(b"Xx", b"\xf6x").replace(b"t1", b"t\xf6")
    read = read_realtime(data)
    assert read.alerts[0].header == {"": "Umleitung öx"} and read.updates[0].trip_id == "tö"
    assert live(timetable, read.updates).about["live"]["unknown_trip"] == 1


def test_vehicles_without_a_place_are_nowhere():
    told, _update = message(trip_id="t1")
    for at, (lat, long) in enumerate([(None, None), (0.0, 0.0), (91.0, 7.0), (50.0, float("inf")), (50.0, 7.0)]):
        vehicle = told.entity.add(id=str(at)).vehicle
        vehicle.trip.trip_id = "t1"
        if lat is not None:
            vehicle.position.latitude, vehicle.position.longitude = lat, long
    assert [(one.vehicle, one.lat) for one in read_realtime(told.SerializeToString()).positions] == [("4", 50.0)]


def test_a_message_of_changes_only_is_said_to_be_one():
    told, _update = message(trip_id="t1")
    told.header.incrementality = told.header.DIFFERENTIAL
    assert [one.code for one in read_realtime(told.SerializeToString()).findings] == ["rt_partial"]


def test_bytes_turned_over_anywhere_never_raise(timetable):
    told, update = message(trip_id="t1", start_date="20261130", start_time="08:00:00", route_id="1")
    update.stop_time_update.add(stop_id="a", stop_sequence=1).departure.delay = 60
    told.entity.add(id="a").alert.header_text.translation.add(text="x", language="de")
    whole, dice = told.SerializeToString() * 3, random.Random(3)
    read = 0
    for _ in range(600):
        data = bytearray(whole)
        for _ in range(4):
            data[dice.randrange(len(data))] = dice.randrange(256)
        read += bool(live(timetable, read_realtime(bytes(data)).updates).about["live"]["changed"])
    assert read > 20 and day_is_kept(timetable)


def day_is_kept(timetable):
    return timetable.date == date(2026, 11, 30) and timetable.plan_depart is None
