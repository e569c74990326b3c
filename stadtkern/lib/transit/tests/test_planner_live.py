"""Real time on generated villages: the planner on the changed timetable equals a scan over trips changed one by one."""

from datetime import UTC, datetime

import numpy as np
import pytest
from google.transit import gtfs_realtime_pb2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stadtkern.lib.transit import Options, at_stop, board, earliest, live, read_realtime
from stadtkern.lib.transit.realtime import StopUpdate, TripUpdate
from stadtkern.lib.transit.scan import connection_scan, connections

from .test_planner_scan import arrival, calm, ways
from .village import laid_out, villages

news = st.lists(
    st.tuples(
        st.integers(0, 7),
        st.sampled_from(["delay", "delay", "cancel", "skip"]),
        st.integers(0, 5),
        st.sampled_from([-120, 0, 60, 300, 900]),
    ),
    max_size=6,
    unique_by=lambda row: row[0],
)


def changed_by_hand(feed, found, said):
    """Connections of the day, each trip changed by itself: written without a look at live.py."""
    rows = {"first": [0], "stop": [], "arrive": [], "depart": [], "board": [], "alight": []}
    kept: list = []
    for run in range(len(found.source)):
        name, span = feed.trips.id[int(found.source[run])], slice(int(found.start[run]), int(found.start[run + 1]))
        events = found.event[span]
        arrive, depart = found.arrive[span].tolist(), found.depart[span].tolist()
        flags, stops = feed.times.flags[events].tolist(), feed.times.stop[events].tolist()
        kind, place, delay = said.get(name, ("none", 0, 0))
        if kind == "cancel":
            continue
        if kind == "skip" and place < len(stops):
            flags[place] = 0
        if kind == "delay" and place < len(stops):
            for at in range(place, len(stops)):
                arrive[at] += delay
                depart[at] += delay
            times = np.maximum.accumulate(np.array([arrive, depart]).T.ravel())
            arrive, depart = times[0::2].tolist(), times[1::2].tolist()
        kept.append(int(found.source[run]))
        rows["first"].append(rows["first"][-1] + len(stops))
        for key, values in (("stop", stops), ("arrive", arrive), ("depart", depart)):
            rows[key] += values
        rows["board"] += [flag & 1 for flag in flags]
        rows["alight"] += [flag >> 1 & 1 for flag in flags]
    who = feed.trips.route[kept], np.array(kept), feed.rules
    return connections(*(np.array(column, np.int64) for column in rows.values()), who=who)


@calm
@given(villages, news, st.integers(-5, 40).map(lambda value: value * 60))
def test_the_planner_equals_the_scan_after_real_time(village, said, depart):
    for one in village["vehicles"]:
        one["headway"], one["block"] = 0, ""
    village["stays"] = []  # staying in the vehicle: test_planner_stays.py
    feed, found, plan = laid_out(village)
    known = {f"t{trip}": row for trip, *row in said if trip < len(village["vehicles"])}
    kinds = {"delay": "scheduled", "skip": "scheduled", "cancel": "cancelled"}
    updates = []
    for trip, (kind, place, delay) in known.items():
        spoken = {"skip": {"skipped": True}, "delay": {"arrive_delay": delay}, "cancel": {}}[kind]
        updates.append(TripUpdate(trip, (StopUpdate(sequence=place * 3, **spoken),), kinds[kind]))
    before = [array.tobytes() for array in plan.net]
    now = live(plan, updates)
    assert [array.tobytes() for array in plan.net] == before  # the plan stays
    hops = changed_by_hand(feed, found, known)
    for access, egress in list(ways(now))[::2]:
        ours = earliest(now, access, egress, depart, Options(max_vehicles=0))
        assert arrival(ours) == connection_scan(hops, now, access, egress, depart)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(villages)
def test_no_delay_is_no_change(village):
    feed, _found, plan = laid_out(village)
    now = live(plan, [TripUpdate(trip, delay=0) for trip in feed.trips.id])
    for name, array in zip(plan.net._fields, plan.net, strict=True):
        assert np.array_equal(array, getattr(now.net, name)), name
    with pytest.raises(ValueError):
        live(now, [])


PLAIN = {
    "stops": [0, 1, 2], "start": 86_400 + 600, "hops": [300] * 5, "dwell": [0] * 6, "board": [0] * 6, "alight": [0] * 6,
    "wheelchair": 1, "headway": 0, "day": "today",
}  # fmt: skip


def test_a_message_from_bytes_to_the_board():
    """Delay by moment, cancelled, added: and what the board says of them."""
    _feed, _found, plan = laid_out({"vehicles": [PLAIN, PLAIN | {"start": 87_300}], "transfers": [], "near": False})
    zero = int(datetime(2026, 11, 29, 23, tzinfo=UTC).timestamp())
    message = gtfs_realtime_pb2.FeedMessage()
    message.header.gtfs_realtime_version, message.header.timestamp = "2.0", zero
    late = message.entity.add(id="1").trip_update
    late.trip.trip_id, late.trip.start_date = "t0", "20261130"
    late.stop_time_update.add(stop_sequence=3).departure.time = zero + 900 + 240
    gone = message.entity.add(id="2").trip_update
    gone.trip.trip_id, gone.trip.schedule_relationship = "t1", gone.trip.CANCELED
    extra = message.entity.add(id="3").trip_update
    extra.trip.trip_id, extra.trip.route_id, extra.trip.schedule_relationship = "x", "r", extra.trip.ADDED
    for stop, at in (("s1", 1000), ("s2", 1100)):
        extra.stop_time_update.add(stop_id=stop).arrival.time = zero + at
    stray = message.entity.add(id="4").trip_update
    stray.trip.trip_id = "nobody"
    notice = message.entity.add(id="5").alert
    notice.header_text.translation.add(text="Aufzug defekt", language="de")
    notice.informed_entity.add(stop_id="s1")
    told = read_realtime(message.SerializeToString())
    assert told.alerts[0].header == {"de": "Aufzug defekt"} and told.alerts[0].stops == ("s1",)
    now = live(plan, told.updates)
    assert now.about["live"] | {} == {
        "changed": 1, "cancelled": 1, "added": 1, "unknown_trip": 1, "unknown_stop": 0, "absurd": 0,
    }  # fmt: skip
    rows = [(one.trip, one.departs, one.planned, one.delay, one.cancelled) for one in board(now, [1], 0)]
    assert rows == [("x", 1000, 1000, 0, False), ("t0", 1140, 900, 240, False), ("t1", 1200, 1200, None, True)]
    changing, direct = earliest(now, at_stop(now, 0), at_stop(now, 2, leaving=False), 0)
    assert [(ride.trip, ride.delay) for ride in changing.rides] == [("t0", 0), ("x", 0)] and changing.arrives == 1100
    assert direct.arrives == 1440


def test_a_broken_message_is_empty():
    for data in (b"", b"\xff" * 50, b"<html>", message_cut()):
        told = read_realtime(data)
        assert told.updates == [] or told.findings == []
    assert [one.code for one in read_realtime(b"\xff" * 50).findings] == ["rt_unreadable"]


def message_cut():
    message = gtfs_realtime_pb2.FeedMessage()
    message.header.gtfs_realtime_version = "2.0"
    for at in range(20):
        message.entity.add(id=str(at)).trip_update.trip.trip_id = "t" * 30
    return message.SerializeToString()[:-17]
