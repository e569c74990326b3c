"""Shapes somebody drew on the map: checked before they are kept. Pure."""

import json
import math
from typing import Any

from django.utils.translation import gettext as _

MOST_POINTS, MOST_LETTERS = 300, 30_000
KINDS = ("Point", "LineString", "Polygon")
LEAST = {"Point": 1, "LineString": 2, "Polygon": 4}
Pair = list[float]


class NoShape(ValueError):
    """What was sent cannot be drawn; says what to do."""


def drawn(given: object) -> dict[str, Any] | None:
    """A GeoJSON geometry out of the text of the map (or an object); None where nothing was drawn. Raises NoShape."""
    if given in (None, "", {}):
        return None
    if isinstance(given, str):
        given = _loaded(given)
    if not isinstance(given, dict) or given.get("type") not in KINDS:
        raise _broken()
    kind, listed = str(given["type"]), given.get("coordinates")
    if kind == "Point":
        points = [_pair(listed)]
    elif kind == "LineString":
        points = _pairs(listed)
    else:
        if not isinstance(listed, list) or len(listed) != 1:
            raise _broken()
        points = _pairs(listed[0])
        if points and points[0] != points[-1]:
            points.append(points[0])
    if len(points) < LEAST[kind] or (
        kind != "Point" and len({tuple(one) for one in points}) < LEAST[kind] - (kind == "Polygon")
    ):
        raise NoShape(_("Die Zeichnung ist noch nicht fertig. Setzen Sie weitere Punkte, oder löschen Sie sie."))
    whole: Any = points[0] if kind == "Point" else points if kind == "LineString" else [points]
    return {"type": kind, "coordinates": whole}


def _loaded(text: str) -> Any:
    if len(text) > MOST_LETTERS:
        raise NoShape(_("Die Zeichnung hat zu viele Punkte. Bitte zeichnen Sie gröber."))
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise _broken() from None


def _pairs(listed: object) -> list[Pair]:
    if not isinstance(listed, list):
        raise _broken()
    if len(listed) > MOST_POINTS:
        raise NoShape(_("Die Zeichnung hat zu viele Punkte. Bitte zeichnen Sie gröber."))
    return [_pair(one) for one in listed]


def _pair(one: object) -> Pair:
    if not isinstance(one, list) or len(one) != 2 or any(isinstance(n, bool) or not isinstance(n, int | float) for n in one):
        raise _broken()
    try:
        long, lat = float(one[0]), float(one[1])
    except OverflowError:
        raise _broken() from None
    if not (math.isfinite(long) and math.isfinite(lat) and -180 <= long <= 180 and -90 <= lat <= 90):
        raise _broken()
    return [round(long, 6), round(lat, 6)]


def _broken() -> NoShape:
    return NoShape(_("Die Zeichnung ist nicht lesbar. Zeichnen Sie noch einmal, oder schreiben Sie den Ort in Worten."))


def middle(shape: dict[str, Any]) -> tuple[float, float]:
    """A point (latitude, longitude) that stands for the shape on a map: the mean of its corners."""
    listed = shape["coordinates"]
    points = [listed] if shape["type"] == "Point" else listed if shape["type"] == "LineString" else listed[0][:-1]
    return sum(one[1] for one in points) / len(points), sum(one[0] for one in points) / len(points)


def in_words(shape: dict[str, Any] | None) -> str:
    """For lists and papers."""
    return {
        "Point": _("Punkt auf der Karte"),
        "LineString": _("Linie auf der Karte"),
        "Polygon": _("Fläche auf der Karte"),
    }.get(shape["type"] if shape else "", "")
