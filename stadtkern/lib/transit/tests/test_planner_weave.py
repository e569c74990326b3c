"""Trips of one line that overtake, leave out stops or are gone: the woven timetable answers as trips changed one by one do."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stadtkern.lib.transit import Options, at_stop, board, earliest, live, profile
from stadtkern.lib.transit.realtime import StopUpdate, TripUpdate
from stadtkern.lib.transit.scan import connection_scan, of_timetable

from .test_planner_live import changed_by_hand
from .test_planner_scan import arrival, sound, ways
from .village import STOPS, laid_out, vehicle

few = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
six = {"min_size": 6, "max_size": 6}


def line(stops, gaps, hops, dwell, doors, others):
    """Vehicles one after the other over the same stops."""
    vehicles, now = [], 86_400
    for gap in gaps:
        now += gap
        vehicles.append(
            {"stops": stops, "start": now, "hops": hops, "dwell": dwell, "board": doors, "alight": [0] * 6, "wheelchair": 1}
            | {"headway": 0, "day": "today"}
        )
    others = [one | {"headway": 0} for one in others]
    return {"vehicles": [*vehicles, *others], "transfers": [], "near": False}


lines = st.builds(
    line,
    st.permutations(range(STOPS)) | st.lists(st.integers(0, STOPS - 1), **six),
    st.lists(st.sampled_from([0, 120, 240, 300]), min_size=3, max_size=8),
    st.lists(st.sampled_from([0, 60, 180]), min_size=5, max_size=5),
    st.lists(st.sampled_from([0, 0, 60]), **six),
    st.lists(st.sampled_from([0, 0, 0, 0, 1]), **six),
    st.lists(vehicle, max_size=2),
)
news = st.lists(
    st.tuples(
        st.integers(0, 7),
        st.sampled_from(["delay", "delay", "delay", "cancel", "skip", "skip"]),
        st.integers(0, 5),
        st.sampled_from([-240, -120, 0, 60, 300, 420, 900]),
    ),
    max_size=8,
    unique_by=lambda row: row[0],
)


def spoken(kind, place, delay):
    said = {"skip": {"skipped": True}, "delay": {"arrive_delay": delay}, "cancel": {}}[kind]
    return (StopUpdate(sequence=place * 3, **said),), "cancelled" if kind == "cancel" else "scheduled"


@settings(few, max_examples=60)
@given(lines, news, st.integers(-5, 40).map(lambda value: value * 60))
def test_woven_trips_lose_no_answer(village, said, depart):
    feed, found, plan = laid_out(village)
    known = {f"t{trip}": row for trip, *row in said if trip < len(village["vehicles"])}
    now = live(plan, [TripUpdate(trip, *spoken(*row)) for trip, row in known.items()])
    hops, again = changed_by_hand(feed, found, known), of_timetable(now)
    for access, egress in list(ways(now))[::2]:
        ours = earliest(now, access, egress, depart, Options(max_vehicles=0))
        wanted = connection_scan(hops, now, access, egress, depart)
        assert arrival(ours) == wanted == connection_scan(again, now, access, egress, depart)
        for journey in ours:
            sound(journey, now, depart, 0)
            for ride in journey.rides:
                kind, place, _delay = known.get(ride.trip, ("none", 0, 0))
                assert kind != "cancel" and (kind != "skip" or place not in (ride.first, ride.last))
    for access, egress in list(ways(now))[::7]:
        window = profile(now, access, egress, 0, 3600)
        for at in range(0, 3600, 900):
            for one in earliest(now, access, egress, at):
                good = [j for j in window if j.departs >= at and j.arrives <= one.arrives and j.vehicles <= one.vehicles]
                assert good or one.departs > 3600


FOUR = line([0, 1, 2, 3], [600, 300, 300], [120] * 5, [0] * 6, [0] * 6, [])


def test_behind_a_stop_that_is_left_out_one_can_alight():
    """Nobody stands in there, or one that arrives later than the trip itself further on."""
    _feed, _found, plan = laid_out(FOUR)
    for trip, late in (("t2", 0), ("t1", 900)):
        updates = [
            TripUpdate(trip, (StopUpdate(sequence=6, skipped=True),)),
            TripUpdate("t2", (StopUpdate(sequence=0, arrive_delay=late),)),
        ]
        now = live(plan, updates if trip == "t1" else updates[:1])
        depart = {"t1": 700, "t2": 1000}[trip]
        for many in (1, 6):
            found = earliest(now, at_stop(now, 0), at_stop(now, 3, leaving=False), depart, Options(max_vehicles=many))
            assert [(ride.trip, ride.alight) for ride in found[0].rides] == [(trip, 3)]
            near = earliest(now, at_stop(now, 0), ([2, 3], [0, 0]), depart, Options(max_vehicles=many))
            assert [(ride.trip, ride.alight) for ride in near[0].rides] == [(trip, 3)]


def test_a_late_trip_and_a_skipped_stop_need_no_pattern_of_their_own():
    _feed, _found, plan = laid_out(FOUR)
    late = TripUpdate("t0", (StopUpdate(sequence=6, arrive_delay=400),))  # passed by t1 on its way to the third stop
    skip = TripUpdate("t2", (StopUpdate(sequence=3, skipped=True),))
    now = live(plan, [late, skip])
    assert len(now.net.pattern_trips) == len(plan.net.pattern_trips)
    rows = {stop: [(one.trip, one.departs, one.planned) for one in board(now, [stop], 0)] for stop in (0, 1, 2)}
    assert rows[0] == [("t0", 600, 600), ("t1", 900, 900), ("t2", 1200, 1200)]
    assert rows[1] == [("t0", 720, 720), ("t1", 1020, 1020)]
    assert rows[2] == [("t1", 1140, 1140), ("t0", 1240, 840), ("t2", 1440, 1440)]


def test_nobody_is_carried_on_by_a_trip_that_did_not_stop_where_one_got_on():
    _feed, _found, plan = laid_out(FOUR)
    skips = [TripUpdate(trip, (StopUpdate(sequence=at, skipped=True),)) for trip, at in (("t0", 6), ("t1", 3))]
    found = earliest(live(plan, skips), at_stop(plan, 1), at_stop(plan, 2, leaving=False), 700)
    assert [(ride.trip, ride.arrives) for journey in found for ride in journey.rides] == [("t2", 1440)]


def test_who_leaves_together_may_have_come_apart():
    """The second trip is at the stop first and waits there for the same moment: who alights there is there a minute earlier."""
    _feed, _found, plan = laid_out(line([0, 1, 2, 3], [600, 60], [120] * 5, [0] * 6, [0] * 6, []))
    held = TripUpdate("t0", (StopUpdate(sequence=3, arrive_delay=120, depart_delay=180),))  # 840, 900
    first = TripUpdate("t1", (StopUpdate(sequence=3, arrive_delay=0, depart_delay=120),))  # 780, 900
    now = live(plan, [held, first])
    found = earliest(now, at_stop(now, 0), at_stop(now, 1, leaving=False), 590)
    assert [(ride.trip, ride.arrives) for ride in found[0].rides] == [("t1", 780)]
