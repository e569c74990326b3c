"""Stops, lines, alerts and road works as collections: OGC API Features, part 1 (17-069r4), core, GeoJSON, OpenAPI 3.0.

Not certified. `tests/test_features.py` walks through the abstract tests of Annex A that can be told without a browser.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import everyone
from stadtkern.kernel.city.profile import city

from ..models import Alert
from ..traffic import datex
from . import feature_tables as tables
from .doors import NO_SUCH, door, problem, told

GEO, JSON, OPENAPI = "application/geo+json", "application/json", "application/vnd.oai.openapi+json;version=3.0"
CRS = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CONFORMS = [f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{one}" for one in ("core", "oas30", "geojson")]
MOST, USUAL, FARTHEST = 1000, 100, 10_000_000
Box = tuple[float, float, float, float]
Span = tuple[datetime | None, datetime | None]
Feature = dict[str, Any]


class Wrong(ValueError):
    """400; the message says which parameter."""


@dataclass(frozen=True)
class Collection:
    """One collection: its rows now, and whether they have a time (`starts`, `ends`)."""

    title: str
    text: str
    rows: Callable[[], Sequence[Feature]]
    timed: bool = False


def collections_now() -> Mapping[str, Collection]:
    """All of them, in the reader's language."""
    return {
        "haltestellen": Collection(_("Haltestellen"), _("Mit Zone und ob man stufenfrei einsteigt."), tables.stops),
        "linien": Collection(_("Linien"), _("Mit ihrem Weg, wo der Fahrplan ihn nennt."), tables.lines),
        "stoerungen": Collection(_("Störungen"), _("Meldungen zu Bus und Bahn, jetzt und bald."), _alerts, True),
        "verkehr": Collection(_("Baustellen und Störungen"), _("Was den Straßenverkehr behindert."), _works, True),
    }


def _alerts() -> list[Feature]:
    return [tables.alert(row) for row in Alert.objects.live(timezone.now())[:MOST]]


def _works() -> list[Feature]:
    return datex.features(None)


# ---------------------------------------------------------------- pages


@everyone
@door("api")
def landing(request: HttpRequest) -> HttpResponseBase:
    """Where everything is."""
    links = [
        _link(request, "self", "features", _("Diese Seite")),
        _link(request, "service-desc", "features_api", _("Beschreibung der Schnittstelle"), OPENAPI),
        _link(request, "service-doc", "open_data", _("Offene Mobilitätsdaten"), "text/html"),
        _link(request, "conformance", "conformance", _("Was sie einhält")),
        _link(request, "data", "collections", _("Sammlungen")),
    ]
    about = _("Haltestellen, Linien, Störungen und Baustellen. Ohne Anmeldung; bitte nennen Sie die Quelle.")
    return _answer(request, {"title": f"{_('Offene Mobilitätsdaten')} {city().name}", "description": about, "links": links})


@everyone
@door("api")
def conformance(request: HttpRequest) -> HttpResponseBase:
    """Which parts of the standard are kept."""
    return _answer(request, {"conformsTo": CONFORMS})


@everyone
@door("api")
def collections(request: HttpRequest) -> HttpResponseBase:
    """Which collections there are."""
    rows = [_about(request, name, one) for name, one in collections_now().items()]
    return _answer(request, {"links": [_link(request, "self", "collections")], "collections": rows})


@everyone
@door("api")
def collection(request: HttpRequest, name: str) -> HttpResponseBase:
    """One of them."""
    found = collections_now().get(name)
    return _answer(request, _about(request, name, found)) if found else _unknown()


@everyone
@door("api")
def items(request: HttpRequest, name: str) -> HttpResponseBase:
    """Features of one collection: `bbox`, `datetime`, `limit`, `offset`."""
    found = collections_now().get(name)
    if found is None:
        return _unknown()
    try:
        _known(request, ("bbox", "datetime", "limit", "offset", "f"))
        limit, offset = _count(request, "limit", USUAL, 1, MOST), _count(request, "offset", 0, 0, FARTHEST)
        box, span = _box(request.GET.get("bbox")), _span(request.GET.get("datetime"))
    except Wrong as wrong:
        return problem(400, "InvalidParameterValue", str(wrong))
    rows = [one for one in found.rows() if _within(one, box) and (not found.timed or _during(one, span))]
    page = rows[offset : offset + limit]
    links = _pages(request, name, limit, offset, len(rows))
    same = {"features": page, "numberMatched": len(rows), "numberReturned": len(page), "links": links}
    whole = {"type": "FeatureCollection", **same, "timeStamp": timezone.now().isoformat(timespec="seconds")}
    return _answer(request, whole, GEO, same)


@everyone
@door("api")
def feature(request: HttpRequest, name: str, ref: str) -> HttpResponseBase:
    """One feature."""
    found = collections_now().get(name)
    one = next((row for row in found.rows() if row["id"] == ref), None) if found else None
    if one is None:
        return _unknown()
    itself = _at(request, "feature", name, ref)
    links = [
        {"rel": "self", "type": GEO, "href": itself},
        {"rel": "collection", "type": JSON, "href": _at(request, "collection", name)},
    ]
    return _answer(request, {**one, "links": links}, GEO)


# ---------------------------------------------------------------- what was asked


def _answer(request: HttpRequest, content: Any, kind: str = JSON, same: Any = None) -> HttpResponseBase:
    try:
        _known(request, ("bbox", "datetime", "limit", "offset", "f") if same is not None else ("f",))
    except Wrong as wrong:
        return problem(400, "InvalidParameterValue", str(wrong))
    if not any(request.accepts(one) for one in (kind, JSON, GEO)):
        return problem(406, "NotAcceptable", _("Hier gibt es nur JSON."))
    return told(request, content, kind, same=same)


def _known(request: HttpRequest, names: tuple[str, ...]) -> None:
    """Requirements 8 and 9: what we do not know or cannot read is refused, never ignored."""
    if strange := sorted(set(request.GET) - set(names)):
        raise Wrong(_("Diese Angabe kennen wir nicht: %s") % strange[0][:40])
    if request.GET.get("f", "json") not in ("json", "geojson"):
        raise Wrong(_("f ist json."))


def _count(request: HttpRequest, name: str, usual: int, least: int, most: int) -> int:
    text = request.GET.get(name)
    if text is None:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) < 9 and int(text) >= least):
        raise Wrong(_("%(name)s ist eine ganze Zahl ab %(least)d.") % {"name": name, "least": least})
    return min(int(text), most)


def _box(text: str | None) -> Box | None:
    """Four numbers, or six with heights, which are of no use here. West greater than east: over the date line."""
    if text is None:
        return None
    wrong = Wrong(_("bbox sind vier Zahlen: West, Süd, Ost, Nord."))
    try:
        numbers = [float(part) for part in text[:200].split(",")]
    except ValueError:
        raise wrong from None
    if len(numbers) not in (4, 6) or not all(map(math.isfinite, numbers)):
        raise wrong
    west, south, east, north = numbers if len(numbers) == 4 else (*numbers[:2], *numbers[3:5])
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise wrong
    return west, south, east, north


def _span(text: str | None) -> Span:
    """A moment, or two of which one may be open (`..` or nothing); RFC 3339."""
    if text is None:
        return None, None
    first, slash, last = text[:100].partition("/")
    begin = _moment(first, bool(slash))
    end = _moment(last, True) if slash else begin
    if slash and begin is None and end is None and text not in ("../..", "/"):
        raise Wrong(_("datetime ist ein Zeitpunkt oder zwei mit / dazwischen."))
    if begin is not None and end is not None and begin > end:
        raise Wrong(_("datetime beginnt nach seinem Ende."))
    return begin, end


def _moment(text: str, may_be_open: bool) -> datetime | None:
    if may_be_open and text in ("", ".."):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Wrong(_("datetime nennt Zeitpunkte so: 2026-12-01T08:00:00Z"))
    return found


def _within(one: Feature, box: Box | None) -> bool:
    return box is None or any(_inside(x, y, box) for x, y in _points(one["geometry"]))


def _inside(x: float, y: float, box: Box) -> bool:
    west, south, east, north = box
    return south <= y <= north and (west <= x <= east if west <= east else x >= west or x <= east)


def _points(geometry: Any) -> Iterator[tuple[float, float]]:
    """Its corners; a feature without a place is in no box."""
    if geometry is None:
        return
    places = [geometry["coordinates"]] if geometry["type"] == "Point" else geometry["coordinates"]
    yield from ((float(x), float(y)) for x, y in places)


def _during(one: Feature, span: Span) -> bool:
    """Whether its time touches the span; without a beginning or an end it is open there."""
    starts, ends = (datetime.fromisoformat(text) if (text := one["properties"][name]) else None for name in ("starts", "ends"))
    begin, end = span
    return not (begin and ends and ends < begin) and not (end and starts and starts > end)


# ---------------------------------------------------------------- links


def _at(request: HttpRequest, page: str, *parts: str) -> str:
    return request.build_absolute_uri(reverse(f"mobility:{page}", args=parts or None))


def _link(request: HttpRequest, rel: str, page: str, title: str = "", kind: str = JSON) -> dict[str, str]:
    return {"rel": rel, "type": kind, "href": _at(request, page), **({"title": title} if title else {})}


def _pages(request: HttpRequest, name: str, limit: int, offset: int, count: int) -> list[dict[str, str]]:
    """This page, the next and the one before; whatever was asked for stays asked for."""
    asked: dict[str, str | int] = {key: str(value) for key, value in request.GET.items() if key not in ("limit", "offset")}
    here = _at(request, "items", name)

    def page(rel: str, at: int) -> dict[str, str]:
        return {"rel": rel, "type": GEO, "href": f"{here}?{urlencode({**asked, 'limit': limit, 'offset': at})}"}

    links = [page("self", offset), {"rel": "collection", "type": JSON, "href": _at(request, "collection", name)}]
    if offset + limit < count:
        links.append(page("next", offset + limit))
    if offset:
        links.append(page("prev", max(0, offset - limit)))
    return links


def _about(request: HttpRequest, name: str, one: Collection) -> dict[str, Any]:
    extent: dict[str, Any] = {"spatial": {"bbox": [list(tables.town())], "crs": CRS}}
    if one.timed:
        extent["temporal"] = {"interval": [[None, None]], "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"}
    links = [
        {"rel": "self", "type": JSON, "href": _at(request, "collection", name), "title": one.title},
        {"rel": "items", "type": GEO, "href": _at(request, "items", name), "title": one.title},
    ]
    return {"id": name, "title": one.title, "description": one.text, "itemType": "feature", "extent": extent, "crs": [CRS],
            "links": links}  # fmt: skip


def _unknown() -> HttpResponseBase:
    return problem(404, NO_SUCH, _("Das gibt es hier nicht."))
