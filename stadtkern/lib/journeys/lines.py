"""The lines of a trip on the map; worked out for the trips that are shown, not for all that are searched."""

from __future__ import annotations

from .fleets import PROFILE
from .moment import Moment
from .world import Leg, Mode, Point, Trip, World

ON_STREETS = {Mode.BIKE: "bike", Mode.CAR: "car", Mode.PARK_RIDE: "car", **PROFILE}


def lines(trip: Trip, world: World, wheelchair: bool = False) -> list[list[Point]]:
    """For each leg its coordinates (latitude, longitude): over the streets, or from stop to stop."""
    moment = Moment.of(world)
    return [_line(moment, leg, wheelchair) for leg in trip.legs]


def _line(moment: Moment, leg: Leg, wheelchair: bool) -> list[Point]:
    one, other = (leg.start.lat, leg.start.long), (leg.goal.lat, leg.goal.long)
    if leg.mode is Mode.TRANSIT:
        return _ride(moment, leg) or [one, other]
    profile = ON_STREETS.get(leg.mode, "wheelchair" if wheelchair else "walk")
    return moment.streets.line(one, other, profile)


def _ride(moment: Moment, leg: Leg) -> list[Point]:
    """Along the shape of the trip where the feed has one, else from stop to stop."""
    from stadtkern.lib.transit import line

    timetable = moment.world.timetable
    if timetable is not None and leg.ride is not None:
        return line(timetable, leg.ride)
    spots = [moment.stop(stop) for stop in leg.stops]
    return [(spot.lat, spot.long) for spot in spots if spot.lat == spot.lat]
