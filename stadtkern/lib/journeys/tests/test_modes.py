"""Every mode by itself, in the demo town: wheelchair, park and ride, own bike, operators that close, real time, reasons."""

from dataclasses import replace

import numpy as np
import pytest

from stadtkern.lib.journeys import SHARED, Mode, Parking, Reason, Request, World, candidates, lines, plan, prepare
from stadtkern.lib.journeys.choose import different
from stadtkern.lib.sharing import Plan, Station, Step, System, Vehicle, VehicleType
from stadtkern.lib.transit import TripUpdate, live

from .test_town import TOWN_HALL, far_stop
from .test_town import world as world

NINE = 9 * 3600


def ask(world: World, *modes: Mode, **more: object) -> Request:
    return Request(TOWN_HALL, far_stop(world), NINE, modes=frozenset(modes), **more)


def test_a_cancelled_vehicle_is_not_taken(world):
    request = ask(world, Mode.TRANSIT)
    first = min((trip for trip in candidates(request, world) if trip.vehicles), key=lambda trip: trip.arrives)
    gone = [TripUpdate(leg.trip, kind="cancelled") for leg in first.legs if leg.trip]
    later = replace(world, timetable=live(world.timetable, gone), kept={})
    trips = [trip for trip in candidates(request, later) if trip.vehicles]
    assert trips and min(trip.arrives for trip in trips) >= first.arrives
    assert not {leg.trip for trip in trips for leg in trip.legs} & {update.trip_id for update in gone}


def test_in_a_wheelchair_only_vehicles_known_to_be_accessible(world):
    trips = candidates(ask(world, Mode.TRANSIT, Mode.BIKE, *SHARED, wheelchair=True), world)
    rides = [leg for trip in trips for leg in trip.legs if leg.mode is Mode.TRANSIT]
    known = {str(world.timetable.trips.id[at]) for at in range(len(world.timetable.trips.wheelchair))
             if world.timetable.trips.wheelchair[at] == 1}  # fmt: skip
    assert rides and {leg.trip for leg in rides} <= known
    assert {leg.mode for trip in trips for leg in trip.legs} <= {Mode.WALK, Mode.TRANSIT}


def test_park_and_ride_needs_a_space(world):
    stops = world.timetable.stops
    served = np.flatnonzero(np.diff(world.timetable.net.stop_start) > 0)
    garage = Parking("g", "Parkhaus", float(stops.lat[served[0]]), float(stops.long[served[0]]), 100, 5)
    request = ask(world, Mode.TRANSIT, Mode.PARK_RIDE)
    parked = [trip for trip in candidates(request, replace(world, parking=(garage,), kept={})) if Mode.PARK_RIDE in trip.modes]
    assert parked and all(trip.legs[0].goal.id == "g" and trip.vehicles for trip in parked)
    full = replace(world, parking=(replace(garage, free=0),), kept={})
    assert not any(Mode.PARK_RIDE in trip.modes for trip in candidates(request, full))


def scooters(**more: object) -> System:
    lat, long = TOWN_HALL
    kind = VehicleType("s", "scooter_standing", "electric", plan="p")
    price = Plan("p", price=1.0, per_minute=(Step(0, 0.2, 1),))
    return System(
        "r", "Roller", "Flitz", vehicles=(Vehicle("v", lat, long, "s"),), types={"s": kind}, pricing={"p": price}, **more
    )


def test_a_scooter_has_its_price_and_sleeps_at_night(world):
    request = ask(world, Mode.SHARED_SCOOTER)
    city = replace(world, timetable=None, sharing=(scooters(hours=((0, 8 * 3600, 20 * 3600),)),), kept={})
    ride = next(trip for trip in plan(request, city) if Mode.SHARED_SCOOTER in trip.modes)
    leg = next(leg for leg in ride.legs if leg.mode is Mode.SHARED_SCOOTER)
    assert ride.fare_cents == leg.fare_cents == 100 + 20 * -(-leg.seconds // 60) and leg.operator == "Flitz"
    night = replace(request, at=22 * 3600)
    assert all(trip.modes == (Mode.WALK,) for trip in plan(night, city))


def test_an_empty_battery_and_a_round_trip_car_take_nobody(world):
    request = ask(world, Mode.SHARED_SCOOTER, Mode.SHARED_CAR)
    weak = replace(scooters(), vehicles=(Vehicle("v", *TOWN_HALL, "s", range_m=50.0),))
    car = VehicleType("c", "car", "combustion", returns="roundtrip_station")
    station = Station("st", "Rathaus", *TOWN_HALL, vehicles=2, by_type={"c": 2}, docks=3)
    cars = System("c", "Autos", stations=(station,), types={"c": car})
    trips = candidates(request, replace(world, sharing=(weak, cars), kept={}))
    assert not {mode for trip in trips for mode in trip.modes} & SHARED


@pytest.mark.parametrize("prefer", ["time", "changes", "co2", "walking"])
def test_what_is_shown_differs_and_says_why(world, prefer):
    city = replace(world, sharing=(scooters(),), kept={})
    prepare(city)
    request = ask(city, Mode.TRANSIT, Mode.BIKE, Mode.CAR, Mode.SHARED_SCOOTER, prefer=prefer, many=6)
    found = candidates(request, city)
    trips = plan(request, city)
    assert 2 <= len(trips) <= 6
    shown = [(trip.modes, tuple(leg.trip for leg in trip.legs), trip.departs) for trip in trips]
    assert len(set(shown)) == len(shown) and all(trip.reason in trip.reasons for trip in trips)
    rest = different(found, request)
    assert min(trip.arrives for trip in rest) == min(trip.arrives for trip in found)
    if prefer == "co2":
        assert trips[0].co2_g == min(trip.co2_g for trip in trips)
    if prefer == "time":
        assert trips[0].arrives == min(trip.arrives for trip in found) and Reason.EARLIEST in trips[0].reasons


def test_lines_follow_the_legs(world):
    trip = next(trip for trip in plan(ask(world, Mode.TRANSIT), world) if trip.vehicles)
    drawn = lines(trip, world)
    assert len(drawn) == len(trip.legs)
    for leg, line in zip(trip.legs, drawn, strict=True):
        assert line[0] == pytest.approx((leg.start.lat, leg.start.long), abs=2e-3)
        assert line[-1] == pytest.approx((leg.goal.lat, leg.goal.long), abs=2e-3)
