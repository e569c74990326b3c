"""Staying in the vehicle when it goes on as another trip: one vehicle, without time to change; beside brute force."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stadtkern.lib.transit import (
    Options,
    StopUpdate,
    Timetable,
    TripUpdate,
    at_stop,
    day,
    earliest,
    fare,
    live,
    profile,
    read_feed,
)
from stadtkern.lib.transit.joining import join
from stadtkern.lib.transit.scan import NEVER, connection_scan, going_on, of_timetable
from stadtkern.lib.transit.timetable import frozen

from .rules_by_hand import needed
from .test_planner_scan import arrival, calm, sound, ways
from .test_planner_small import MONDAY, VILLAGE, feed_of
from .test_planner_weave import line, news, spoken
from .village import DAY, STOPS, laid_out, villages


def by_hand(feed, found, timetable, access, egress, depart, slack, most):
    """The earliest arrival with 1, 2 … vehicles: every vehicle, every stop, every change, round by round."""
    pairs, source = going_on(feed, found), found.source.tolist()
    ready: dict = {}
    for stop, seconds in zip(*(part.tolist() for part in access), strict=True):
        ready[stop] = min(ready.get(stop, NEVER), depart + seconds)
    home, came, best = dict(zip(*(part.tolist() for part in egress), strict=True)), {}, []
    need = cache(lambda *change: needed(timetable, *change, slack))

    def there(run, stop):
        """The first moment at which one can board this vehicle at the stop."""
        changes = [(now, need(other, source[one], stop, source[run])) for (other, one), now in came.items()]
        return min([ready.get(stop, NEVER), *(now + seconds for now, seconds in changes if seconds is not None)])

    for _ in range(most):
        since: dict = {}
        for run in range(len(source)):
            rows = range(int(found.start[run]), int(found.start[run + 1]))
            for at, event in enumerate(rows[:-1]):
                stop, flags = int(feed.times.stop[found.event[event]]), int(feed.times.flags[found.event[event]])
                if flags & 1 and run not in since and there(run, stop) <= found.depart[event]:
                    since[run] = at
        while more := [other for one, other in pairs if one in since and since.get(other, 1) > 0]:
            since |= dict.fromkeys(more, 0)
        for run, at in since.items():
            for event in range(int(found.start[run]) + at + 1, int(found.start[run + 1])):
                stop, flags = int(feed.times.stop[found.event[event]]), int(feed.times.flags[found.event[event]])
                if flags & 2:
                    came[stop, run] = min(came.get((stop, run), NEVER), int(found.arrive[event]))
        best.append(min((now + home[stop] for (stop, _run), now in came.items() if stop in home), default=NEVER))
    return best


@calm
@given(villages, st.integers(0, 30).map(lambda value: value * 60), st.sampled_from([0, 60, 150]))
def test_the_planner_equals_brute_force_for_every_number_of_vehicles(village, depart, slack):
    feed, found, timetable = laid_out(village)
    for access, egress in list(ways(timetable))[::4]:
        ours = [arrival(earliest(timetable, access, egress, depart, Options(many, slack_s=slack))) for many in (1, 2, 3, 4)]
        assert ours == by_hand(feed, found, timetable, access, egress, depart, slack, 4)


def whole(feed, found, now):
    """Who goes on as whom after real time, as (trip, day): what the feed says of trips that run, in time; each is one row.

    From the feed and the rows as they are now; the tables of stays are not looked at.
    """
    keys = list(zip(found.source.tolist(), found.day.tolist(), strict=True))
    first, pattern = {}, now.pattern_of_row
    for row, key in enumerate(zip(now.trip_source.tolist(), now.trip_day.tolist(), strict=True)):
        first.setdefault(key, []).append(row)

    def span(key):
        rows = first.get(key, [])
        if not rows:
            return None
        p = pattern[rows[0]]
        long = int(now.net.pattern_start[p + 1] - now.net.pattern_start[p])
        event = int(now.net.pattern_event[p]) + (rows[0] - int(now.net.pattern_trip[p])) * long
        return int(now.times[1][event]), int(now.times[0][event + long - 1])

    pairs = [(keys[one], keys[other]) for one, other in going_on(feed, found)]
    spans = {key: span(key) for pair in pairs for key in pair}
    true = {(one, other) for one, other in pairs if spans[one] and spans[other] and spans[other][0] >= spans[one][1]}
    return true, first


def noted(now):
    """The pairs of a timetable, as (trip, day)."""
    keys = list(zip(now.trip_source.tolist(), now.trip_day.tolist(), strict=True))
    follows = np.repeat(np.arange(len(keys)), np.diff(now.net.stay_start)).tolist()
    return {(keys[one], keys[other]) for one, other in zip(follows, now.net.stay_to.tolist(), strict=True)}


def with_pairs(hops, pairs):
    after = [sorted(other for one, other in pairs if one == row) for row in range(int(hops.vehicles[0]))]
    start, flat = np.cumsum([0, *(len(ones) for ones in after)]), [one for ones in after for one in ones]
    return hops._replace(next_start=frozen(start), next=frozen(np.array(flat, np.int32)))


@calm
@given(villages, st.lists(st.tuples(st.integers(0, 7), st.integers(-2, 9), st.booleans()), max_size=4))
def test_with_real_time_the_planner_equals_the_scan(village, said):
    feed, found, plan = laid_out(village)
    updates = [
        TripUpdate(f"t{trip}", (StopUpdate(sequence=0, arrive_delay=60 * late),), "cancelled" if gone else "scheduled")
        for trip, late, gone in said
    ]
    answers_as_the_scan(feed, found, live(plan, updates), set())


def answers_as_the_scan(feed, found, now, leave_out, depart=600):
    pairs, rows = whole(feed, found, now)
    pairs = {pair for pair in pairs if not leave_out & {feed.trips.id[key[0]] for key in pair}}
    assert noted(now) == pairs and all(len(rows[key]) == 1 for pair in pairs for key in pair)
    hops = with_pairs(of_timetable(now), [(rows[one][0], rows[other][0]) for one, other in pairs])
    for access, egress in list(ways(now))[::5]:
        journeys = earliest(now, access, egress, depart, Options(max_vehicles=0, slack_s=90))
        assert arrival(journeys) == connection_scan(hops, now, access, egress, depart, 90)
        for journey in journeys:
            sound(journey, now, depart, 90)


through = st.builds(
    lambda stops, turn, gaps, hops, doors: (
        line(stops[:turn], gaps, hops, [0] * 6, doors, [])["vehicles"],
        stops[turn - 1 :],
    ),
    st.permutations(range(STOPS)),
    st.integers(2, 4),
    st.lists(st.sampled_from([0, 120, 240, 300]), min_size=3, max_size=4),
    st.lists(st.sampled_from([0, 60, 180]), min_size=5, max_size=5),
    st.lists(st.sampled_from([0, 0, 0, 0, 1]), min_size=6, max_size=6),
)


def buses(there, stops, wait=60):
    """Each vehicle of a line and, numbered behind them all, the trip it goes on as over `stops`."""
    on = []
    for one in there:
        end = one["start"] + sum(one["hops"][: len(one["stops"]) - 1])
        on.append(one | {"stops": stops, "start": end + wait})
    return {
        "vehicles": [*there, *on],
        "transfers": [],
        "near": False,
        "stays": [(at, len(there) + at, 4) for at in range(len(there))],
    }


@calm
@given(through, news)
def test_where_trips_are_woven_in_the_others_still_go_on(line_and_stops, said):
    village = buses(*line_and_stops)
    feed, found, plan = laid_out(village)
    known = {f"t{trip}": row for trip, *row in said}
    now = live(plan, [TripUpdate(trip, *spoken(*row)) for trip, row in known.items()])
    there = len(line_and_stops[0])  # the first ones hand over at their last stop, the others at their first
    hand_over = {f"t{at}": 0 if at >= there else len(one["stops"]) - 1 for at, one in enumerate(village["vehicles"])}
    answers_as_the_scan(feed, found, now, {trip for trip, at in hand_over.items() if known.get(trip, ())[:2] == ["skip", at]})


HOURLY = buses(line([0, 1, 2], [600, 3600, 3600, 3600], [120] * 5, [0] * 6, [0] * 6, [])["vehicles"], [2, 3, 4])


def test_one_late_or_skipping_trip_of_a_line_leaves_the_others_their_stays():
    plan = laid_out(HOURLY)[2]
    ends = at_stop(plan, 0), at_stop(plan, 4, leaving=False)

    def rides(depart, *updates):
        now = live(plan, list(updates))
        journeys = earliest(now, *ends, depart, Options(slack_s=300))
        return len(now.net.stay_to), [[(ride.trip, ride.stays) for ride in journey.rides] for journey in journeys]

    overtaken = TripUpdate("t0", (StopUpdate(sequence=3, arrive_delay=3720),))
    skips = TripUpdate("t4", (StopUpdate(sequence=0, skipped=True),))
    for said in (overtaken, skips):
        assert rides(600, said) == (3, [[("t1", False), ("t5", True)]])
        assert rides(600 + 3 * 3600, said) == (3, [[("t3", False), ("t7", True)]])
    late = TripUpdate("t4", (StopUpdate(sequence=0, arrive_delay=3720),))
    middle = TripUpdate("t4", (StopUpdate(sequence=3, skipped=True),))
    assert rides(600, overtaken, late) == (4, [[("t1", False), ("t5", True)]])  # overtaken, and one stays in it all the same
    assert rides(600, middle) == (4, [[("t0", False), ("t4", True)]])  # leaves out another stop


BUS = VILLAGE | {
    "trips.txt": "route_id,service_id,trip_id,trip_headsign,block_id\n1,w,t1,Bahnhof,u\n2,w,t2,Damm,u\n",
    "stop_times.txt": (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "t1,8:00:00,8:00:00,a,1\nt1,8:10:00,8:10:00,b,2\n"
        "t2,8:11:00,8:11:00,b,1\nt2,8:20:00,8:20:00,c,2\nt2,8:30:00,8:30:00,d,3\n"
    ),
}
WORDS = "from_trip_id,to_trip_id,transfer_type\n"


def legs(folder, files, slack=300, **more):
    table = day(read_feed(feed_of(folder, files)), MONDAY)
    table.save(folder / "saved")
    start, end = at_stop(table, 0), at_stop(table, 3, leaving=False)
    for one in (table, Timetable.load(folder / "saved")):
        found = earliest(one, start, end, 7 * 3600, Options(slack_s=slack, **more))
        assert [(j.departs, j.arrives) for j in profile(one, start, end, 25_200, 32_000, Options(slack_s=slack, **more))] == [
            (j.departs, j.arrives) for j in found
        ]
    return [(journey.vehicles, journey.spare, [(ride.trip, ride.stays) for ride in journey.rides]) for journey in found]


def test_a_bus_that_goes_on_as_another_line_is_one_vehicle(tmp_path):
    through = [(1, None, [("t1", False), ("t2", True)])]
    assert legs(tmp_path, BUS) == through  # a block, and on at once
    later = {"stop_times.txt": BUS["stop_times.txt"].replace("8:11:00", "8:14:00")}
    assert legs(tmp_path, BUS | later) == []  # it turns round: one changes, for which four minutes are not enough
    assert legs(tmp_path, BUS | later, slack=0) == [(2, 240, [("t1", False), ("t2", False)])]
    assert legs(tmp_path, BUS | later | {"transfers.txt": WORDS + "t1,t2,4\n"}) == through
    assert legs(tmp_path, BUS | {"transfers.txt": WORDS + "t1,t2,5\n"}) == []


def test_whoever_stays_has_not_changed_for_the_fare(tmp_path):
    prices = {"fare_attributes.txt": "fare_id,price,currency_type,payment_method,transfers\nf,2.00,EUR,0,0\n"}
    feed = read_feed(feed_of(tmp_path, BUS | prices))
    table = day(feed, MONDAY)
    through = earliest(table, at_stop(table, 0), at_stop(table, 3, leaving=False), 25_200, Options(slack_s=300))
    assert [option.cents for option in fare(feed, through[0])] == [200]


def test_a_late_bus_goes_on_late_and_a_cancelled_one_not_at_all(tmp_path):
    table = day(read_feed(feed_of(tmp_path, BUS)), MONDAY)
    start, end = at_stop(table, 0), at_stop(table, 3, leaving=False)

    def rides(*updates):
        found = earliest(live(table, list(updates)), start, end, 7 * 3600, Options(slack_s=300))
        return [[(ride.trip, ride.stays, ride.delay) for ride in journey.rides] for journey in found]

    late = [TripUpdate(trip, (StopUpdate(sequence=1, arrive_delay=600),)) for trip in ("t1", "t2")]
    assert rides(*late) == [[("t1", False, 600), ("t2", True, 600)]]
    assert rides(late[0]) == []  # of the second nothing is known yet: it would leave before the first is there
    assert rides(TripUpdate("t2", (), "cancelled")) == []


def test_vehicles_of_joined_feeds_stay_apart(tmp_path):
    """The same blocks and trips in both; each bus goes on in its own."""
    feed = read_feed(feed_of(tmp_path, BUS | {"transfers.txt": WORDS + "t1,t2,4\n"}))
    table = day(join({"one": feed, "other": feed})[0], MONDAY)
    follows = np.repeat(np.arange(len(table)), np.diff(table.net.stay_start))
    pairs = [
        tuple(table.trips.id[table.trip_source[row]] for row in pair) for pair in zip(follows, table.net.stay_to, strict=True)
    ]
    assert sorted(pairs) == [("one~t1", "one~t2"), ("other~t1", "other~t2")]


def test_no_stays_in_timetables_saved_before_there_were_any(tmp_path):
    table = day(read_feed(feed_of(tmp_path, BUS)), MONDAY)
    table.save(tmp_path / "saved")
    for file in (tmp_path / "saved").glob("net.stay_*"):
        file.unlink()
    older = Timetable.load(tmp_path / "saved")
    assert replace(older, date=DAY).date == DAY and len(older.net.stay_to) == 0
    assert earliest(older, at_stop(older, 0), at_stop(older, 3, leaving=False), 25_200, Options(slack_s=300)) == []
    (tmp_path / "saved" / "net.arrive.npy").unlink()  # half removed: as if it were not there
    with pytest.raises(FileNotFoundError):
        Timetable.load(tmp_path / "saved")
