"""The streets of this city for traffic, and how many drive: built once for each state of the city's files."""

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.db.models import Avg
from django.utils import timezone

from stadtkern.kernel.geo import queries as geo
from stadtkern.kernel.geo.ground import features, folder, ground
from stadtkern.lib.traffic.assign import Trips
from stadtkern.lib.traffic.closing import Lost, Streets, gravity, scaled, streets
from stadtkern.lib.ways.graph import Ways
from stadtkern.lib.ways.lines import from_lines

from ..models import Count, Detector

PER_ADDRESS = 0.35  # trips by car from a house in the busiest hour, where nothing is counted
BUSY = (7, 8, 16, 17)  # hours whose counts are the level of demand
LATELY = timedelta(days=28)
CELLS = 0.004  # degrees: houses this near begin their trips together


def names() -> list[str]:
    """Names of streets that cars use, sorted."""
    return sorted({name for name in _town(_changed())[1].name if name}, key=str.casefold)


def demand() -> tuple[Streets, Trips, dict[str, object]]:
    """Streets, trips in a busy hour, and what they rest on: counted streets, days of counts."""
    _ways, open_streets, base = _town(_changed())
    counted = _counted()
    trips, used = scaled(open_streets, base, counted)
    return open_streets, trips, {"counted_streets": used, "addresses": len(ground().addresses)}


def by_district(lost: Sequence[Lost]) -> list[dict[str, Any]]:
    """Who loses how much, by the district in which trips begin: the most seconds first."""
    ways = _town(_changed())[0]
    found: dict[str, dict[str, Any]] = {}
    for one in lost:
        place = geo.district_of(float(ways.lat[one.node]), float(ways.long[one.node]))
        title = place.title if place else ""
        told = found.setdefault(title, {"district": title, "trips": 0.0, "spent": 0.0, "over_a_minute": 0.0})
        told["trips"] += one.trips
        told["spent"] += one.trips * one.seconds
        told["over_a_minute"] += one.over_a_minute
    rows = [{**told, "seconds": told.pop("spent") / max(1e-9, told["trips"])} for told in found.values()]
    return sorted(rows, key=lambda told: -told["seconds"])


def _counted() -> dict[str, float]:
    """Vehicles an hour by street in the busy hours of the last weeks that were counted; both directions together."""
    last = Count.objects.order_by("-at").values_list("at", flat=True).first() or timezone.now()
    rows = (
        Count.objects.filter(at__gt=last - LATELY, at__hour__in=BUSY, at__week_day__in=(2, 3, 4, 5, 6), detector__active=True)
        .exclude(detector__street="")
        .filter(detector__faults=[], detector__kind=Detector.Kind.CAR)
        .values("detector__street", "detector_id")
        .annotate(mean=Avg("vehicles"))
    )
    found: dict[str, float] = {}
    for row in rows:
        found[row["detector__street"]] = found.get(row["detector__street"], 0.0) + float(row["mean"])
    return found


def _changed() -> int:
    file = folder() / "streets.geojson"
    return file.stat().st_mtime_ns if file.is_file() else 0


@lru_cache(maxsize=2)
def _town(changed: int) -> tuple[Ways, Streets, Trips]:
    ways = from_lines(features(folder() / "streets.geojson"))
    open_streets = streets(ways)
    cells: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for house in ground().addresses:
        cells.setdefault((int(house.point[0] / CELLS), int(house.point[1] / CELLS)), []).append(house.point)
    places = [
        (sum(one[0] for one in many) / len(many), sum(one[1] for one in many) / len(many), float(len(many)))
        for many in sorted(cells.values(), key=len, reverse=True)
    ]
    return ways, open_streets, gravity(ways, open_streets, places, PER_ADDRESS * len(ground().addresses))
