"""The planner and the Connection Scan agree, on generated villages with everything that is awkward, and on the saved feeds."""

import os
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stadtkern.lib.transit import Options, at_stop, earliest, profile
from stadtkern.lib.transit.check import check
from stadtkern.lib.transit.scan import NEVER, connection_scan, of_runs, of_timetable

from .rules_by_hand import needed
from .village import STOPS, laid_out, villages

ROOT = Path(__file__).resolve().parents[4]
DATA = Path(os.environ.get("STADTKERN_SHARED", ROOT.parent / "shared")) / "data" / "mobility"
MANY = int(os.environ.get("VILLAGES", "25"))
calm = settings(max_examples=MANY, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def ways(timetable):
    """Access and egress of every pair of stops."""
    from_stop = [at_stop(timetable, stop) for stop in range(STOPS)]
    to_stop = [at_stop(timetable, stop, leaving=False) for stop in range(STOPS)]
    return product(from_stop, to_stop)


def arrival(journeys):
    return min((journey.arrives for journey in journeys), default=NEVER)


@calm
@given(villages, st.integers(-5, 40).map(lambda value: value * 60), st.sampled_from([0, 60, 150]))
def test_the_planner_equals_the_scan(village, depart, slack):
    feed, found, timetable = laid_out(village)
    straight, grouped = of_runs(feed, found), of_timetable(timetable)
    options = Options(max_vehicles=0, slack_s=slack)
    for access, egress in ways(timetable):
        journeys = earliest(timetable, access, egress, depart, options)
        assert arrival(journeys) == connection_scan(straight, timetable, access, egress, depart, slack)
        assert arrival(journeys) == connection_scan(grouped, timetable, access, egress, depart, slack)
        for journey in journeys:
            sound(journey, timetable, depart, slack)


def sound(journey, timetable, depart, slack, step_free=False):
    """The legs hang together: nobody boards before being there, every stop and time is the vehicle's own."""
    now, net = depart, timetable.net
    assert depart <= journey.departs <= journey.arrives
    assert journey.vehicles == sum(not ride.stays for ride in journey.rides)
    before = walked = None
    for leg in journey.legs:
        if not hasattr(leg, "trip"):
            now += leg.seconds + (slack if before and leg.target >= 0 else 0)
            walked = leg
            continue
        if leg.stays:
            after = net.stay_to[net.stay_start[before.row] : net.stay_start[before.row + 1]].tolist()
            assert leg.row in after and leg.first == 0 and before.last == len_of(timetable, before) - 1
        elif before:
            who = timetable.trip_source[before.row], timetable.trip_source[leg.row]
            need = needed(timetable, before.alight, who[0], leg.board, who[1], slack, step_free)
            assert need is not None and (
                before.alight == leg.board or (walked.origin, walked.target) == (before.alight, leg.board)
            )
            now = before.arrives + need
        assert now <= leg.departs <= leg.arrives
        pattern = timetable.pattern_of_row[leg.row]
        base, long = net.pattern_start[pattern], net.pattern_start[pattern + 1] - net.pattern_start[pattern]
        event = net.pattern_event[pattern] + (leg.row - net.pattern_trip[pattern]) * long
        assert (net.depart[event + leg.first], net.arrive[event + leg.last]) == (leg.departs, leg.arrives)
        assert (leg.stays or net.pattern_board[base + leg.first]) and leg.first < leg.last
        following = next((one for one in journey.rides[journey.rides.index(leg) + 1 :]), None)
        assert net.pattern_alight[base + leg.last] or (following and following.stays)
        assert leg.stops == tuple(net.pattern_stop[base + leg.first : base + leg.last + 1].tolist())
        now, before = leg.arrives, leg
    assert now == journey.arrives


def len_of(timetable, ride):
    pattern = timetable.pattern_of_row[ride.row]
    return timetable.net.pattern_start[pattern + 1] - timetable.net.pattern_start[pattern]


@calm
@given(villages)
def test_later_is_never_earlier_and_one_more_vehicle_never_later(village):
    _feed, _found, timetable = laid_out(village)
    for access, egress in list(ways(timetable))[::5]:
        at = [arrival(earliest(timetable, access, egress, depart)) for depart in range(0, 3000, 420)]
        assert at == sorted(at)
        more = [arrival(earliest(timetable, access, egress, 0, Options(max_vehicles=many))) for many in (1, 2, 3, 9)]
        assert more == sorted(more, reverse=True)


@calm
@given(villages, st.sampled_from([0, 90]))
def test_a_window_holds_what_single_departures_find(village, slack):
    _feed, _found, timetable = laid_out(village)
    options = Options(slack_s=slack)
    for access, egress in list(ways(timetable))[::4]:
        window = profile(timetable, access, egress, 0, 3600, options)
        for journey in window:
            sound(journey, timetable, journey.departs, slack)
        for depart in range(0, 3600, 540):
            single = {
                (j.vehicles, j.arrives) for j in earliest(timetable, access, egress, depart, options) if j.departs <= 3600
            }
            for vehicles, arrives in single:
                assert any(j.departs >= depart and j.arrives <= arrives and j.vehicles <= vehicles for j in window)
        for one in window:
            assert not any(
                other is not one
                and other.departs >= one.departs
                and other.arrives <= one.arrives
                and other.vehicles <= one.vehicles
                for other in window
            )


@calm
@given(villages)
def test_wheelchairs_use_what_is_known_to_be_accessible(village):
    _feed, _found, timetable = laid_out(village)
    usable = [p for p, known in enumerate(timetable.pattern_wheelchair.tolist()) if known == 1]
    hops = of_timetable(timetable, usable)
    for access, egress in list(ways(timetable))[::3]:
        journeys = earliest(timetable, access, egress, 0, Options(max_vehicles=0, wheelchair=True))
        assert arrival(journeys) == connection_scan(hops, timetable, access, egress, 0, step_free=True)
        for journey in journeys:
            sound(journey, timetable, 0, 0, step_free=True)


@pytest.mark.skipif(not DATA.exists(), reason="the saved feeds are not here")
@pytest.mark.parametrize("feed", ["porto/metro_do_porto_gtfs.zip", "porto/cp_rail_gtfs.zip", "gtfs_berlin_sample/ber_gtfs.zip"])
def test_real_feeds(feed):
    outcome = check(DATA / feed, 300)
    assert (outcome.queries, outcome.equal) == (300, 300), outcome.different[:3]
