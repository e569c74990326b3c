"""Where and when a ride passes: its stops with their times, its line on the map."""

import numpy as np

from .journey import Ride
from .timetable import Timetable


def passing(timetable: Timetable, ride: Ride) -> list[tuple[int, int, int]]:
    """(stop, arrival, departure) from boarding to alighting. `ride` must come from this very timetable."""
    net, pattern = timetable.net, int(timetable.pattern_of_row[ride.row])
    long = int(net.pattern_start[pattern + 1] - net.pattern_start[pattern])
    event = int(net.pattern_event[pattern]) + (ride.row - int(net.pattern_trip[pattern])) * long
    rows = slice(event + ride.first, event + ride.last + 1)
    arrive, depart = timetable.times
    return list(zip(ride.stops, arrive[rows].tolist(), depart[rows].tolist(), strict=True))


def line(timetable: Timetable, ride: Ride) -> list[tuple[float, float]]:
    """(lat, long) along the ride: the shape between the points nearest to its ends, without a shape the stops themselves."""
    stops, shapes = timetable.stops, timetable.shapes
    straight = [(float(stops.lat[stop]), float(stops.long[stop])) for stop in ride.stops if np.isfinite(stops.lat[stop])]
    shape = int(timetable.trips.shape[timetable.trip_source[ride.row]])
    if shape < 0 or len(straight) < 2:
        return straight
    part = slice(int(shapes.start[shape]), int(shapes.start[shape + 1]))
    lat, long = shapes.lat[part].astype(np.float64), shapes.long[part].astype(np.float64)
    if len(lat) < 2:
        return straight
    wide = np.cos(np.radians(straight[0][0]))
    begin = 0
    for at, (y, x) in enumerate((straight[0], straight[-1])):
        far = np.hypot(lat[begin:] - y, (long[begin:] - x) * wide)
        near = int(np.argmin(far)) + begin
        if far[near - begin] > 0.01:  # the shape passes a kilometre away
            return straight
        begin, end = (near, near) if at == 0 else (begin, near)
    if end <= begin:
        return straight
    return [straight[0], *zip(lat[begin : end + 1].tolist(), long[begin : end + 1].tolist(), strict=True), straight[-1]]
