"""The city's geometry: `cities/<city>/geo/*.geojson` and `addresses.csv`, read once, again when a file changes.

districts.geojson: Polygon or MultiPolygon with `key` and `title`. streets.geojson: LineString with `name`, `district`, `kind`
and, where there is no addresses.csv, `first` and `last` house number, laid out along the line (odd left, even right).
addresses.csv: `street;number;latitude;longitude`. ground.geojson: water, green, rail; only drawn.
"""

import csv
import json
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from heapq import nsmallest
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.conf import settings

from stadtkern.lib.earth import METRES, Point, bounds, inside, metres
from stadtkern.lib.streets import number_of, street_key

LAYERS = ("districts", "streets", "ground")
SET_BACK = 9.0  # metres from the middle of the street to a house


@dataclass(frozen=True)
class District:
    """A part of the city (Stadtteil)."""

    key: str
    title: str
    geometry: Mapping[str, Any]
    box: tuple[float, float, float, float]  # south, west, north, east

    @property
    def polygons(self) -> list[Any]:
        """Lists of rings, of a Polygon as of a MultiPolygon."""
        coordinates = self.geometry["coordinates"]
        return [coordinates] if self.geometry["type"] == "Polygon" else list(coordinates)

    def covers(self, point: Point) -> bool:
        south, west, north, east = self.box
        return south <= point[0] <= north and west <= point[1] <= east and any(inside(point, rings) for rings in self.polygons)


@dataclass(frozen=True)
class Address:
    """A house: "Lindenstraße", "12 a"."""

    street: str
    number: str
    point: Point

    def __str__(self) -> str:
        return f"{self.street} {self.number}".strip()


@dataclass(frozen=True)
class Ground:
    """Everything the files say."""

    districts: tuple[District, ...] = ()
    addresses: tuple[Address, ...] = ()
    by_street: Mapping[str, tuple[Address, ...]] = field(default_factory=dict)  # street_key -> its houses
    names: Mapping[str, str] = field(default_factory=dict)  # street_key -> "Lindenstraße"
    cells: Mapping[tuple[int, int], tuple[Address, ...]] = field(default_factory=dict)
    box: tuple[float, float, float, float] | None = None
    greens: tuple[tuple[str, Point], ...] = ()  # name and middle of parks and woods

    @cached_property
    def middles(self) -> tuple[tuple[str, Point], ...]:
        """Title of every district and a point in its middle; of one that is bent, its house that lies nearest to there."""
        return tuple((one.title, self._middle(one)) for one in self.districts)

    def _middle(self, one: District) -> Point:
        south, west, north, east = one.box
        middle = ((south + north) / 2, (west + east) / 2)
        if one.covers(middle):
            return middle
        near = nsmallest(500, self.addresses, key=lambda house: metres(middle, house.point))
        return next((house.point for house in near if one.covers(house.point)), middle)


FILES = ("districts.geojson", "streets.geojson", "addresses.csv", "ground.geojson")
CELL = 0.002  # degrees: about 220 metres to the north


def cell(point: Point) -> tuple[int, int]:
    return math.floor(point[0] / CELL), math.floor(point[1] / CELL)


def folder() -> Path:
    return Path(settings.CITY_FOLDER) / "geo"


def ground() -> Ground:
    """What this city's files say; empty where there are none."""
    place = folder()
    return _read(place, tuple(changed(f"{place}/{name}") for name in FILES))


def changed(file: str) -> int:
    """When it was written last; 0 where there is none. A text, because a Path costs more than the question."""
    try:
        return os.stat(file).st_mtime_ns  # noqa: PTH116
    except OSError:
        return 0


@lru_cache(maxsize=2)
def _read(place: Path, changed: tuple[int, ...]) -> Ground:
    districts = tuple(_district(one) for one in features(place / "districts.geojson"))
    streets = features(place / "streets.geojson")
    known = place / "addresses.csv"
    houses = list(_listed(known) if known.is_file() else (house for one in streets for house in _laid_out(one)))
    by_street: dict[str, list[Address]] = {}
    cells: dict[tuple[int, int], list[Address]] = {}
    for house in houses:
        by_street.setdefault(street_key(house.street), []).append(house)
        cells.setdefault(cell(house.point), []).append(house)
    names = {street_key(one["properties"]["name"]): str(one["properties"]["name"]) for one in streets}
    names |= {key: listed[0].street for key, listed in by_street.items()}
    whole = [ring for one in districts for rings in one.polygons for ring in rings]
    return Ground(
        districts,
        tuple(houses),
        {key: tuple(listed) for key, listed in by_street.items()},
        names,
        {key: tuple(listed) for key, listed in cells.items()},
        bounds(whole) if whole else None,
        tuple(_greens(features(place / "ground.geojson"))),
    )


def _greens(known: list[dict[str, Any]]) -> Iterator[tuple[str, Point]]:
    for one in known:
        told = one["properties"]
        if told.get("kind") == "green" and told.get("name") and one["geometry"]["type"] == "Polygon":
            south, west, north, east = bounds(one["geometry"]["coordinates"])
            yield str(told["name"]), ((south + north) / 2, (west + east) / 2)


def features(file: Path) -> list[dict[str, Any]]:
    """Features of a GeoJSON file; [] where it is missing."""
    if not file.is_file():
        return []
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["features"]
    return found


def _district(one: Mapping[str, Any]) -> District:
    shape = one["geometry"]
    rings = shape["coordinates"] if shape["type"] == "Polygon" else [ring for part in shape["coordinates"] for ring in part]
    return District(str(one["properties"]["key"]), str(one["properties"]["title"]), shape, bounds(rings))


def _listed(file: Path) -> Iterator[Address]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        for row in csv.DictReader(opened, delimiter=";"):
            yield Address(row["street"], row["number"], (float(row["latitude"]), float(row["longitude"])))


def _laid_out(street: Mapping[str, Any]) -> Iterator[Address]:
    """Houses along a line."""
    told = street["properties"]
    first, last = int(told.get("first", 1)), int(told.get("last", 0))
    line = [(float(y), float(x)) for x, y, *_ in street["geometry"]["coordinates"]]
    for number in range(first, last + 1):
        share = (number - first + 0.5) / max(1, last - first + 1)
        yield Address(str(told["name"]), str(number), _beside(line, share, left=number % 2 == 1))


def _beside(line: list[Point], share: float, *, left: bool) -> Point:
    """A point beside the line, at this share of its length."""
    wide = math.cos(math.radians(line[0][0]))
    lengths = [math.hypot(b[0] - a[0], (b[1] - a[1]) * wide) for a, b in pairwise(line)]
    rest = share * sum(lengths)
    for (a, b), length in zip(pairwise(line), lengths, strict=True):
        if rest <= length or length == lengths[-1]:
            part = min(1.0, rest / length) if length else 0.0
            side = (SET_BACK / METRES) / length if length else 0.0
            north, east = (b[0] - a[0]) * part, (b[1] - a[1]) * part
            turn = 1 if left else -1
            return a[0] + north + turn * (b[1] - a[1]) * wide * side, a[1] + east - turn * (b[0] - a[0]) / wide * side
        rest -= length
    return line[-1]


def main_number(address: Address) -> int | None:
    return number_of(address.number)
