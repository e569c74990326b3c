"""Reading an extract of OpenStreetMap (.osm.pbf, .osm) by osmium."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .build import Raw, build
from .graph import Ways
from .rules import passable, shut, speeds

KEPT = ("highway", "public_transport", "railway")


class WaysRefused(Exception):
    """A file that is no extract of OpenStreetMap, or one without streets."""


def read_osm(path: Path, bounds: tuple[float, float, float, float] | None = None) -> Ways:
    """All streets and paths; `bounds` (south, west, north, east) leaves out lines that lie entirely outside."""
    import osmium

    raw = Raw()
    streets, stops = osmium.filter.KeyFilter(*KEPT), osmium.filter.KeyFilter("barrier", "kerb", "wheelchair")
    try:
        for one in osmium.FileProcessor(str(path)).with_locations().with_filter(streets):
            if isinstance(one, osmium.osm.Way):
                _take(raw, one, bounds)
        for one in osmium.FileProcessor(str(path), osmium.osm.NODE).with_filter(stops):
            if isinstance(one, osmium.osm.Node) and (closed := shut({tag.k: tag.v for tag in one.tags})):
                raw.close(one.id, closed)
    except (RuntimeError, OSError, ValueError, osmium.InvalidLocationError) as mistake:
        raise WaysRefused(str(mistake)) from mistake
    if not raw.speeds:
        raise WaysRefused("no streets")
    return build(raw)


def _take(raw: Raw, way: Any, bounds: tuple[float, float, float, float] | None) -> None:
    tags = {tag.k: tag.v for tag in way.tags}
    if not passable(tags):
        return
    pace, marks = speeds(tags)
    if not any(one or other for one, other in pace):
        return
    name = tags.get("name") or tags.get("ref") or ""
    for points in _known(way.nodes):
        if len(points) < 2:
            continue
        ids, lats, longs = zip(*points, strict=True)
        if bounds and not any(bounds[0] <= lat <= bounds[2] and bounds[1] <= long <= bounds[3] for _, lat, long in points):
            continue
        raw.add(ids, lats, longs, pace, marks, name)


def _known(nodes: Any) -> list[list[tuple[int, float, float]]]:
    """The runs of points that lie in the extract: at its edge some are missing."""
    runs: list[list[tuple[int, float, float]]] = [[]]
    for node in nodes:
        if node.location.valid():
            runs[-1].append((node.ref, node.location.lat, node.location.lon))
        elif runs[-1]:
            runs.append([])
    return runs
