"""The rows of our collections of features, made once for each version of the timetable."""

import math
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from django.utils import timezone

from stadtkern.kernel.geo import queries as geo

from ..models import Alert
from . import world
from .drawing import feature
from .showing import kind_words
from .stations import Station, Stations

Feature = dict[str, Any]
_made: WeakKeyDictionary[Stations, list[Feature]] = WeakKeyDictionary()  # of each version of the timetable
AROUND = 0.2  # degrees around the middle of the town, where no timetable says more


def town() -> tuple[float, float, float, float]:
    """West, south, east, north of all stops."""
    points = [one["geometry"]["coordinates"] for one in stops()]
    if not points:
        lat, long = geo.centre()
        return round(long - AROUND, 4), round(lat - AROUND, 4), round(long + AROUND, 4), round(lat + AROUND, 4)
    return min(x for x, _y in points), min(y for _x, y in points), max(x for x, _y in points), max(y for _x, y in points)


def stops() -> list[Feature]:
    """Stops that have a place."""
    try:
        known = world.stations()
    except world.NoTimetable:
        return []
    if known not in _made:
        _made[known] = [_stop(one) for one in known.all if math.isfinite(one.lat) and math.isfinite(one.long)]
    return _made[known]


def _stop(one: Station) -> Feature:
    access = {0: None, 1: True, 2: False}[one.wheelchair]
    place = [round(one.long, 6), round(one.lat, 6)]
    return {**feature("Point", place, name=one.name, zone=one.zone, wheelchair=access), "id": one.ref}


def lines() -> list[Feature]:
    """A line as its longest shape of the day; lines without a shape have no geometry."""
    try:
        table = world.timetable(timezone.localdate())
    except world.NoTimetable:
        return []
    longest: dict[int, int] = {}
    for source in np.unique(table.trip_source).tolist():
        route, shape = int(table.trips.route[source]), int(table.trips.shape[source])
        size = int(table.shapes.start[shape + 1] - table.shapes.start[shape]) if shape >= 0 else 0
        best = longest.get(route, -1)
        if route not in longest or (
            shape >= 0 and (best < 0 or size > int(table.shapes.start[best + 1] - table.shapes.start[best]))
        ):
            longest[route] = shape
    return [_line(table, route, shape) for route, shape in sorted(longest.items())]


def _line(table: Any, route: int, shape: int) -> Feature:
    points: list[list[float]] = []
    if shape >= 0:
        begin, end = int(table.shapes.start[shape]), int(table.shapes.start[shape + 1])
        pairs = zip(table.shapes.long[begin:end].tolist(), table.shapes.lat[begin:end].tolist(), strict=True)
        points = [[round(x, 5), round(y, 5)] for x, y in pairs]
    told = feature(
        "LineString",
        points,
        name=str(table.routes.short[route]),
        title=str(table.routes.long[route]),
        kind=kind_words(int(table.routes.kind[route])),
        colour=str(table.routes.colour[route]),
    )
    return {**told, "id": str(table.routes.id[route]), **({} if len(points) > 1 else {"geometry": None})}


def alert(row: Alert) -> Feature:
    """Where its stops are; without stops it has no geometry."""
    points = []
    try:
        known = world.stations().by_ref
        points = [[round(known[one].long, 6), round(known[one].lat, 6)] for one in row.stops if one in known]
    except world.NoTimetable:
        pass
    told = feature(
        "MultiPoint",
        points,
        title=row.title,
        text=row.text,
        cause=row.cause,
        effect=row.effect,
        routes=row.routes,
        stops=row.stops,
        starts=row.starts_at.isoformat() if row.starts_at else None,
        ends=row.ends_at.isoformat() if row.ends_at else None,
    )
    return {**told, "id": str(row.pk), **({} if points else {"geometry": None})}
