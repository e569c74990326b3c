"""Places on a map in two ways: heaps of reports that open when one comes nearer, and cells of a heat map."""

from collections.abc import Iterable
from typing import Any

import h3.api.basic_int as h3
from django.db.models import Count, ExpressionWrapper, F, IntegerField, Value
from django.db.models.fields import BigIntegerField

from stadtkern.lib.earth import Point

from ..models import ReportQuerySet

FINE, HEAT = 12, 9  # resolutions: a lane, 170 metres
FEWEST = 5  # a cell with fewer reports is not shown: it could point at one house
_HEAPS = {10: 6, 11: 7, 12: 7, 13: 8, 14: 9, 15: 10, 16: 11}  # zoom of the map -> resolution


def cell_of(point: Point | None) -> int | None:
    """The cell a report lies in; coarser ones are computed from it."""
    return int(h3.latlng_to_cell(point[0], point[1], FINE)) if point else None


def parent(resolution: int) -> Any:
    """The coarser cell in SQL: write the resolution into its bits and fill the finer digits with sevens (H3's index)."""
    kept = F("cell").bitand(_bits(~(15 << 52))).bitor(_bits(resolution << 52))
    return ExpressionWrapper(kept.bitor(_bits((1 << 3 * (15 - resolution)) - 1)), BigIntegerField())


def _bits(number: int) -> Any:
    return Value(number, BigIntegerField())


def counted(rows: ReportQuerySet, resolution: int, fewest: int = 1) -> list[tuple[int, int]]:
    """(cell, how many reports) of these rows; one query."""
    cells = rows.filter(cell__isnull=False).order_by().annotate(area=parent(resolution)).values("area")
    found = cells.annotate(many=Count("pk", output_field=IntegerField())).filter(many__gte=fewest)
    return list(found.values_list("area", "many"))


def heat(rows: ReportQuerySet) -> dict[str, Any]:
    """Cells with at least FEWEST reports as GeoJSON polygons."""
    return collection(
        {
            "type": "Feature",
            "properties": {"count": many},
            "geometry": {"type": "Polygon", "coordinates": [ring(cell)]},
        }
        for cell, many in counted(rows, HEAT, FEWEST)
    )


def heaps(rows: ReportQuerySet, zoom: int, box: tuple[float, float, float, float] | None) -> dict[str, Any]:
    """One point per cell with the number of reports in it."""
    features = []
    for cell, many in counted(rows, _HEAPS.get(zoom, 6 if zoom < 10 else 11)):
        lat, long = h3.cell_to_latlng(cell)
        if box is None or (box[0] <= lat <= box[2] and box[1] <= long <= box[3]):
            features.append(dot(lat, long, {"count": many}))
    return collection(features)


def ring(cell: int) -> list[list[float]]:
    """The corners of a cell as GeoJSON wants them."""
    corners = [[round(long, 5), round(lat, 5)] for lat, long in h3.cell_to_boundary(cell)]
    return [*corners, corners[0]]


def dot(lat: float, long: float, properties: dict[str, Any]) -> dict[str, Any]:
    where = {"type": "Point", "coordinates": [round(long, 6), round(lat, 6)]}
    return {"type": "Feature", "properties": properties, "geometry": where}


def collection(features: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


__all__ = ["FEWEST", "cell_of", "collection", "dot", "heaps", "heat"]
