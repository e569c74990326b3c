"""Lines for the map: where a vehicle goes (its shape, else stop by stop), where one walks or rides along the streets."""

from typing import Any

import numpy as np

from stadtkern.lib.journeys import Leg, Mode, World

from .showing import TripRow

MOST_POINTS = 400
STYLE = {Mode.WALK: "walk", Mode.BIKE: "ride", Mode.SHARED_BIKE: "ride", Mode.SHARED_SCOOTER: "ride", Mode.SHARED_MOPED: "ride"}


def trip(world: World, row: TripRow) -> list[dict[str, Any]]:
    """A line for every leg, a point where one boards, changes and arrives."""
    shapes = []
    for leg, shown in zip(row.whole.legs, row.legs, strict=True):
        line = _vehicle(world, leg) if leg.mode is Mode.TRANSIT else _street(world, leg)
        told = {
            "title": shown.words,
            "style": STYLE.get(leg.mode, "vehicle"),
            "colour": f"#{shown.colour}" if len(shown.colour) == 6 else "",
        }
        shapes.append(feature("LineString", [[round(long, 6), round(lat, 6)] for lat, long in line], **told))
    for shown, leg in zip(row.legs, row.whole.legs, strict=True):
        shapes.append(
            feature("Point", [round(leg.start.long, 6), round(leg.start.lat, 6)], title=f"{shown.departs:%H:%M} {shown.start}")
        )
    end, last = row.whole.legs[-1], row.legs[-1]
    shapes.append(
        feature(
            "Point",
            [round(end.goal.long, 6), round(end.goal.lat, 6)],
            title=f"{last.arrives:%H:%M} {last.goal}",
            level="success",
        )
    )
    return shapes


def feature(shape: str, coordinates: Any, /, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": shape, "coordinates": coordinates}, "properties": properties}


def _street(world: World, leg: Leg) -> list[tuple[float, float]]:
    """Along the streets; as the crow flies where none are known."""
    ends = [(leg.start.lat, leg.start.long), (leg.goal.lat, leg.goal.long)]
    if world.ways is None:
        return ends
    profile = {
        Mode.WALK: "walk",
        Mode.CAR: "car",
        Mode.PARK_RIDE: "car",
        Mode.SHARED_CAR: "car",
        Mode.SHARED_SCOOTER: "scooter",
    }.get(leg.mode, "bike")
    places = [world.ways.snap(*end, profile) for end in ends]
    if not all(places):
        return ends
    line = world.ways.line(places[0], places[1], profile)
    return [ends[0], *line, ends[1]] if line else ends


def _vehicle(world: World, leg: Leg) -> list[tuple[float, float]]:
    assert world.timetable is not None
    stops = world.timetable.stops
    straight = [(float(stops.lat[at]), float(stops.long[at])) for at in leg.stops]
    straight = [point for point in straight if np.isfinite(point).all()]
    return _shape(world.timetable, leg, straight) or straight


def _shape(timetable: Any, leg: Leg, stops: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The part of the trip's shape between its two stops."""
    rows = timetable.rows_of_trip.get(leg.trip, [])
    shape = int(timetable.trips.shape[int(timetable.trip_source[rows[0]])]) if rows else -1
    if shape < 0 or len(stops) < 2:
        return []
    begin, end = int(timetable.shapes.start[shape]), int(timetable.shapes.start[shape + 1])
    lat, long = timetable.shapes.lat[begin:end].astype(float), timetable.shapes.long[begin:end].astype(float)
    if len(lat) < 2:
        return []
    wide = np.cos(np.radians(lat[0]))
    first, last = (int(np.argmin(np.hypot(lat - y, (long - x) * wide))) for y, x in (stops[0], stops[-1]))
    if first >= last:  # a loop: what lies between is not told by the ends alone
        return []
    step = max(1, (last - first) // MOST_POINTS)
    picked = [*range(first, last, step), last]
    return [(float(lat[at]), float(long[at])) for at in picked]
