"""Open doors: the files of our sources as they came, with their licence; stops, lines and alerts as collections of features.

The collections follow OGC API Features (17-069r4) in shape: collections, items, bbox, limit, offset, links. No claim of
conformance.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from stadtkern.kernel.accounts.access import everyone

from ..models import Alert, Feed
from ..traffic import datex
from . import folder, world
from .brake import too_many
from .drawing import feature
from .showing import kind_words

GEO = "application/geo+json"
MOST, USUAL = 1000, 100
COLLECTIONS = ("haltestellen", "linien", "stoerungen", "verkehr")


def _open(answer: HttpResponseBase) -> HttpResponseBase:
    """Any page of the world may read it."""
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


@everyone
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What there is, under which licence."""
    feeds = [feed for feed in Feed.objects.filter(open_data=True, active=True).select_related("current") if _file(feed)]
    documents = {feed.key: sorted(_documents(feed)) for feed in feeds if feed.kind == Feed.Kind.GBFS}
    return render(request, "mobility/trips/open_data.html", {"feeds": [(feed, documents.get(feed.key, [])) for feed in feeds]})


def _file(feed: Feed) -> Path | None:
    if feed.kind in (Feed.Kind.GBFS, Feed.Kind.REALTIME):
        place = folder.live_file(feed.key)
    elif feed.current:
        place = folder.version_folder(feed.key, feed.current.number) / "source"
    else:
        return None
    return place if place.is_file() else None


@everyone
@require_safe
def file(request: HttpRequest, key: str) -> HttpResponseBase:
    """As it came."""
    feed = get_object_or_404(Feed.objects.select_related("current"), key=key, open_data=True, active=True)
    place = _file(feed)
    if place is None or feed.kind == Feed.Kind.GBFS:
        raise Http404
    kinds = {
        "GTFS": ("zip", "application/zip"),
        "OSM": ("osm.pbf", "application/octet-stream"),
        "REALTIME": ("pb", "application/x-protobuf"),
    }
    ending, kind = kinds[feed.kind]
    try:
        answer = FileResponse(place.open("rb"), content_type=kind, as_attachment=True, filename=f"{feed.key}.{ending}")
    except OSError:
        raise Http404 from None
    if feed.licence_url:
        answer["Link"] = f'<{feed.licence_url.replace(">", "%3E")}>; rel="license"'
    return _open(answer)


def _documents(feed: Feed) -> dict[str, Any]:
    try:
        told = json.loads(folder.live_file(feed.key).read_bytes())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


@everyone
@require_safe
def gbfs(request: HttpRequest, key: str, name: str) -> HttpResponseBase:
    """One document; `gbfs` names the others at our own addresses."""
    feed = get_object_or_404(Feed, key=key, kind=Feed.Kind.GBFS, open_data=True, active=True)
    documents = _documents(feed)
    if name not in documents:
        raise Http404
    told = documents[name]
    if name == "gbfs" and isinstance(told, dict):
        listed = [
            {"name": one, "url": request.build_absolute_uri(reverse("mobility:open_gbfs", args=[key, one]))}
            for one in sorted(documents)
            if one != "gbfs"
        ]
        third = str(told.get("version", "")).startswith("3")
        told = {**told, "data": {"feeds": listed} if third else {"de": {"feeds": listed}}}
    return _open(JsonResponse(told))


@everyone
@require_safe
def alerts_geojson(request: HttpRequest) -> HttpResponseBase:
    """Alerts where their stops are; without stops they have no geometry."""
    told = {"type": "FeatureCollection", "features": [_alert(row) for row in Alert.objects.live(timezone.now())[:MOST]]}
    return _open(JsonResponse(told, content_type=GEO))


def _alert(row: Alert) -> dict[str, Any]:
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


@everyone
@require_safe
def collections(request: HttpRequest) -> HttpResponseBase:
    """Which collections there are."""
    return _open(
        JsonResponse({"links": [_link(request, "self")], "collections": [_about(request, name) for name in COLLECTIONS]})
    )


@everyone
@require_safe
def collection(request: HttpRequest, name: str) -> HttpResponseBase:
    """One of them."""
    if name not in COLLECTIONS:
        raise Http404
    return _open(JsonResponse(_about(request, name)))


def _about(request: HttpRequest, name: str) -> dict[str, Any]:
    titles = {"haltestellen": _("Haltestellen"), "linien": _("Linien"), "stoerungen": _("Störungen")}
    titles["verkehr"] = _("Baustellen und Störungen")
    items = request.build_absolute_uri(reverse("mobility:items", args=[name]))
    return {"id": name, "title": titles[name], "itemType": "feature", "links": [{"rel": "items", "type": GEO, "href": items}]}


def _link(request: HttpRequest, rel: str, query: str = "") -> dict[str, str]:
    return {"rel": rel, "type": "application/json", "href": request.build_absolute_uri(request.path) + query}


@everyone
@require_safe
def items(request: HttpRequest, name: str) -> HttpResponseBase:
    """Features of one collection: `bbox=west,south,east,north`, `limit`, `offset`."""
    if name not in COLLECTIONS:
        raise Http404
    if too_many(request, "api"):
        return _open(JsonResponse({"code": "TooManyRequests", "description": _("Bitte warten Sie eine Minute.")}, status=429))
    limit, offset, box = (
        _count(request, "limit", USUAL, 1, MOST),
        _count(request, "offset", 0, 0, 10_000_000),
        _box(request.GET.get("bbox", "")),
    )
    if limit is None or offset is None or box is False:
        text = _("limit und offset sind ganze Zahlen, bbox sind vier Zahlen: West, Süd, Ost, Nord.")
        return _open(JsonResponse({"code": "InvalidParameterValue", "description": text}, status=400))
    rows = {"haltestellen": _stops, "linien": _lines, "stoerungen": _alerts, "verkehr": datex.features}[name](box or None)
    page = rows[offset : offset + limit]
    links = [_link(request, "self")]
    if offset + limit < len(rows):
        links.append(
            _link(request, "next", f"?limit={limit}&offset={offset + limit}" + (f"&bbox={request.GET['bbox']}" if box else ""))
        )
    told = {
        "type": "FeatureCollection",
        "features": page,
        "numberMatched": len(rows),
        "numberReturned": len(page),
        "links": links,
        "timeStamp": timezone.now().isoformat(),
    }
    return _open(JsonResponse(told, content_type=GEO))


def _count(request: HttpRequest, name: str, usual: int, least: int, most: int) -> int | None:
    text = request.GET.get(name, "")
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) < 9 and int(text) >= least):
        return None
    return min(int(text), most)


def _box(text: str) -> tuple[float, float, float, float] | bool | None:
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text[:200].split(","))
    except ValueError:
        return False
    inside = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    return (west, south, east, north) if inside else False


def _within(long: float, lat: float, box: Any) -> bool:
    return bool(np.isfinite([lat, long]).all()) and (box is None or (box[0] <= long <= box[2] and box[1] <= lat <= box[3]))


def _stops(box: Any) -> list[dict[str, Any]]:
    try:
        known = world.stations().all
    except world.NoTimetable:
        return []
    access = {0: None, 1: True, 2: False}
    return [
        {
            **feature(
                "Point",
                [round(one.long, 6), round(one.lat, 6)],
                name=one.name,
                zone=one.zone,
                wheelchair=access[one.wheelchair],
            ),
            "id": one.ref,
        }
        for one in known
        if _within(one.long, one.lat, box)
    ]


def _lines(box: Any) -> list[dict[str, Any]]:
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
    return [told for route, shape in sorted(longest.items()) if (told := _line(table, route, shape, box)) is not None]


def _line(table: Any, route: int, shape: int, box: Any) -> dict[str, Any] | None:
    points: list[list[float]] = []
    if shape >= 0:
        begin, end = int(table.shapes.start[shape]), int(table.shapes.start[shape + 1])
        pairs = zip(table.shapes.long[begin:end].tolist(), table.shapes.lat[begin:end].tolist(), strict=True)
        points = [[round(x, 5), round(y, 5)] for x, y in pairs]
    if box is not None and not any(_within(x, y, box) for x, y in points):
        return None
    told = feature(
        "LineString",
        points,
        name=str(table.routes.short[route]),
        title=str(table.routes.long[route]),
        kind=kind_words(int(table.routes.kind[route])),
        colour=str(table.routes.colour[route]),
    )
    return {**told, "id": str(table.routes.id[route]), **({} if len(points) > 1 else {"geometry": None})}


def _alerts(box: Any) -> list[dict[str, Any]]:
    rows = [_alert(row) for row in Alert.objects.live(timezone.now())[:MOST]]
    return [
        row
        for row in rows
        if box is None or (row["geometry"] and any(_within(x, y, box) for x, y in row["geometry"]["coordinates"]))
    ]
