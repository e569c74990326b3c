"""Small random networks: the planner's answers are those of a search through every event."""

import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stadtkern.lib.journeys import Mode, Request, Trip, World, candidates, plan
from stadtkern.lib.journeys.moment import Moment
from stadtkern.lib.journeys.streets import points
from stadtkern.lib.sharing import Rule, Station, System, Vehicle, VehicleType, Zone
from stadtkern.lib.transit import day, read_feed

from . import brute

MONDAY = date(2026, 11, 30)
ALL = frozenset({Mode.WALK, Mode.TRANSIT, Mode.SHARED_BIKE, Mode.SHARED_SCOOTER})


def clock(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def network(seed: int) -> tuple[brute.Net, World]:
    """The same small city twice: plain, and as the planner wants it."""
    draw = np.random.default_rng(seed)
    stops = [(50 + float(y), 7 + float(x)) for y, x in draw.uniform(-0.02, 0.02, (7, 2))]
    brute.MIDDLE = float(np.mean([lat for lat, _ in stops]))
    trips = []
    for _ in range(int(draw.integers(2, 5))):
        line = draw.permutation(7)[: int(draw.integers(2, 5))]
        hops = draw.integers(60, 400, len(line))
        for begin in np.sort(draw.integers(28_800, 34_000, int(draw.integers(1, 5)))):
            times = begin + np.cumsum(hops)
            trips.append([(int(s), int(t), int(t) + int(draw.integers(0, 2)) * 20) for s, t in zip(line, times, strict=True)])
    net = brute.Net(stops, trips, {}, [])
    around = [(50 + float(y), 7 + float(x)) for y, x in draw.uniform(-0.02, 0.02, (12, 2))]
    net.docks = [(place, int(draw.integers(0, 2)), int(draw.integers(0, 2))) for place in around[:6]]
    net.scooters = around[6 : 6 + int(draw.integers(0, 4))]
    timetable = timetable_of(net)
    foot = timetable.net
    net.change = foot.change.tolist()
    for one in range(7):
        for row in range(foot.foot_start[one], foot.foot_start[one + 1]):
            net.paths[one, int(foot.foot_to[row])] = int(foot.foot_seconds[row])
    shut = [bool(closed) for closed in draw.random(8) < 0.3]
    net.no_parking, net.goal_closed = shut[:7], shut[7]
    return net, World(timetable, None, (bikes(net), scooters(net)))


def timetable_of(net: brute.Net):
    files = {
        "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\nA,A,http://x,Europe/Berlin\n",
        "routes.txt": "route_id,route_short_name,route_type\n1,1,3\n",
        "calendar_dates.txt": "service_id,date,exception_type\nw,20261130,1\n",
        "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\n"
        + "".join(f"s{i},S{i},{a},{b}\n" for i, (a, b) in enumerate(net.stops)),
        "trips.txt": "route_id,service_id,trip_id\n" + "".join(f"1,w,t{i}\n" for i in range(len(net.trips))),
        "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        + "".join(
            f"t{i},{clock(a)},{clock(d)},s{s},{n}\n" for i, trip in enumerate(net.trips) for n, (s, a, d) in enumerate(trip)
        ),
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        return day(read_feed(Path(folder)), MONDAY)


def bikes(net: brute.Net) -> System:
    stations = tuple(
        Station(str(i), f"D{i}", *place, vehicles=many, docks=free) for i, (place, many, free) in enumerate(net.docks)
    )
    return System("bikes", "Rad", stations=stations)


def scooters(net: brute.Net) -> System:
    """Nothing may be left within a few metres of some stops; no other place is near enough to matter."""
    kind = VehicleType("r", "scooter_standing", "electric")
    vehicles = tuple(Vehicle(str(i), *place, "r") for i, place in enumerate(net.scooters))
    closed = [stop for stop, shut in zip(net.stops, net.no_parking, strict=True) if shut]
    return System("roller", "Roller", vehicles=vehicles, types={"r": kind}, zones=tuple(square(stop) for stop in closed))


def square(centre: tuple[float, float]) -> Zone:
    lat, long = centre
    size = 0.0095  # wider than the ring in which other places are looked for
    ring = [
        (long - size, lat - size / 1.5),
        (long + size, lat - size / 1.5),
        (long + size, lat + size / 1.5),
        (long - size, lat + size / 1.5),
    ]
    return Zone("", ((ring,),), (Rule(start=True, end=False),))


def asked(net: brute.Net, seed: int, modes: frozenset[Mode]) -> Request:
    draw = np.random.default_rng(seed + 1)
    ends = [(50 + float(y), 7 + float(x)) for y, x in draw.uniform(-0.02, 0.02, (2, 2))]
    return Request(
        *ends, int(draw.integers(28_000, 32_000)), window_s=3600, modes=modes, tight_penalty_s=0, slack_s=60, many=10
    )


def zoned(net: brute.Net, world: World, request: Request) -> brute.Net:
    """Which stops, and whether the goal, lie in a zone: asked of the plain rectangles."""
    rings = [zone.polygons[0][0] for zone in world.sharing[1].zones]

    def shut(point: tuple[float, float]) -> bool:
        return any(ring[0][0] < point[1] < ring[1][0] and ring[0][1] < point[0] < ring[2][1] for ring in rings)

    def beside(point: tuple[float, float]) -> list[tuple[float, float]]:
        near = Moment.of(world).streets.around(point, 500.0) if shut(point) else points()
        return [place for place in zip(near.lat.tolist(), near.long.tolist(), strict=True) if not shut(place)]

    around = [place for stop in net.stops for place in beside(stop)]
    closed = [shut(stop) for stop in net.stops]
    return replace(net, no_parking=closed, goal_closed=shut(request.goal), near_stops=around, near_goal=beside(request.goal))


def best_by_timetable(trips: list[Trip]) -> int | None:
    return min((trip.arrives for trip in trips if trip.vehicles), default=None)


@pytest.mark.parametrize("modes", [frozenset({Mode.TRANSIT}), ALL])
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31))
def test_the_earliest_arrival_is_that_of_every_event_searched(modes, seed):
    net, world = network(seed)
    request = asked(net, seed, modes)
    net = zoned(net, world, request)
    shared = Mode.SHARED_BIKE in modes
    limits = brute.Limits(request.max_walk_s * 1000, 600_000, request.max_ride_s * 1000)
    access, egress = (
        brute.to_stops(net, door, limits, shared, home) for door, home in ((request.start, False), (request.goal, True))
    )
    between = between_of(net, world) if shared else {}
    for vehicles in (1, 2, 5):
        wanted = brute.earliest(net, access, egress, request.at, vehicles, request.slack_s, between)
        found = best_by_timetable(candidates(replace(request, max_vehicles=vehicles, window_s=20_000), world))
        assert found == wanted


def between_of(net: brute.Net, world: World) -> dict[tuple[int, int], int]:
    """Seconds from stop to stop with a rented vehicle, where that is at least a minute quicker than walking."""
    found = {}
    served = {stop for trip in net.trips for stop, _, _ in trip[:-1]}
    for one, start in enumerate(net.stops):
        for other in served - {one}:
            ways = brute.crossing(net, start, net.stops[other], net.no_parking[other])
            if ways and -(-min(ways) // 1000) + 60 <= net.paths.get((one, other), 10**9):
                found[one, other] = -(-min(ways) // 1000)
    return found


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31))
def test_a_ride_all_the_way_is_the_quickest_of_all_vehicles(seed):
    net, world = network(seed)
    request = asked(net, seed, ALL - {Mode.TRANSIT})
    net = zoned(net, world, request)
    limits = brute.Limits(0, 600_000, request.max_direct_s * 1000)
    ways = brute.rented(net, request.start, request.goal, limits, False, net.goal_closed, net.near_goal)
    rides = [trip for trip in candidates(request, world) if trip.modes != (Mode.WALK,)]
    assert min((trip.seconds for trip in rides), default=None) == min((-(-way // 1000) for way in ways), default=None)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31))
def test_more_modes_never_arrive_later_and_legs_fit_together(seed):
    net, world = network(seed)
    arrivals = []
    for modes in (frozenset[Mode](), frozenset({Mode.TRANSIT}), frozenset({Mode.TRANSIT, Mode.SHARED_BIKE}), ALL):
        request = replace(asked(net, seed, modes), max_direct_s=20_000)
        trips = plan(request, world)
        arrivals.append(min(trip.arrives for trip in trips))
        for trip in trips:
            check(trip, request, world)
    assert arrivals == sorted(arrivals, reverse=True)


def check(trip: Trip, request: Request, world: World) -> None:
    """Without gaps in place or time; rented vehicles come from where there are some, and go where there is room."""
    assert trip.departs >= request.at and trip.reasons
    assert (trip.legs[0].start.lat, trip.legs[0].start.long) == request.start
    assert (trip.legs[-1].goal.lat, trip.legs[-1].goal.long) == request.goal
    for before, after in zip(trip.legs, trip.legs[1:], strict=False):
        assert before.arrives <= after.departs
        assert (before.goal.lat, before.goal.long) == pytest.approx((after.start.lat, after.start.long))
    for leg in trip.legs:
        assert leg.arrives >= leg.departs and leg.distance_m >= 0
        if leg.mode is Mode.SHARED_BIKE:
            docks = {station.id: station for station in world.sharing[0].stations}
            assert docks[leg.start.id].vehicles and docks[leg.goal.id].docks
        if leg.mode is Mode.SHARED_SCOOTER:
            end = np.array([leg.goal.lat]), np.array([leg.goal.long])
            assert world.sharing[1].allowed(*end, "r", "end").all()


def test_questions_share_what_is_worked_out_once():
    _, world = network(5)
    assert Moment.of(world) is Moment.of(world)
    world.sharing = ()
    assert Moment.of(world).fleets(Mode.SHARED_BIKE) == []
