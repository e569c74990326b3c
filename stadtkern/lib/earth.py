"""Points on the earth: distances over a few kilometres, polygons, and Swiss coordinates."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

Point = tuple[float, float]  # latitude, longitude in degrees (WGS 84)
Ring = Sequence[Sequence[float]]  # of [longitude, latitude], as GeoJSON writes it

METRES = 111_195.0  # one degree of latitude on a ball of 6371 km


def readable(latitude: Any, longitude: Any) -> Point | None:
    """A point out of what somebody sent; None for what is no place on earth."""
    try:
        point = float(str(latitude).replace(",", ".")), float(str(longitude).replace(",", "."))
    except ValueError:
        return None
    return point if abs(point[0]) <= 90 and abs(point[1]) <= 180 else None  # false for "nan" and "inf", too


def metres(one: Point, other: Point) -> float:
    """Great circle (haversine): within half a percent of the ellipsoid."""
    (lat1, lon1), (lat2, lon2) = [tuple(map(math.radians, point)) for point in (one, other)]
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6_371_000 * math.asin(math.sqrt(min(1.0, half)))


def box(centre: Point, radius: float) -> tuple[float, float, float, float]:
    """(south, west, north, east) around a circle of `radius` metres."""
    high = radius / METRES
    wide = radius / (METRES * max(0.01, math.cos(math.radians(centre[0]))))
    return centre[0] - high, centre[1] - wide, centre[0] + high, centre[1] + wide


def bounds(rings: Iterable[Ring]) -> tuple[float, float, float, float]:
    """(south, west, north, east) of these rings."""
    corners = [corner for ring in rings for corner in ring]
    return (
        min(c[1] for c in corners), min(c[0] for c in corners), max(c[1] for c in corners), max(c[0] for c in corners),
    )  # fmt: skip


def inside(point: Point, rings: Iterable[Ring]) -> bool:
    """Whether a point lies in a polygon (outer ring, then holes): odd number of edges to the east of it."""
    lat, lon = point
    odd = False
    for ring in rings:
        for (x1, y1, *_), (x2, y2, *_) in zip(ring, [*ring[1:], ring[0]], strict=True):
            if (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
                odd = not odd
    return odd


def from_lv95(east: float, north: float) -> Point:
    """Swiss LV95 to WGS 84 by the approximate formulas that swisstopo publishes; right to about one metre in Switzerland."""
    y, x = (east - 2_600_000) / 1_000_000, (north - 1_200_000) / 1_000_000
    longitude = 2.6779094 + 4.728982 * y + 0.791484 * y * x + 0.1306 * y * x**2 - 0.0436 * y**3
    latitude = 16.9023892 + 3.238272 * x - 0.270978 * y**2 - 0.002528 * x**2 - 0.0447 * y**2 * x - 0.0140 * x**3
    return latitude * 100 / 36, longitude * 100 / 36
