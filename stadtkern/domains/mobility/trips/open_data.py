"""Open doors: the files of our sources as they came, with their licence, and alerts; the collections are in features.py."""

import json
import os
from pathlib import Path
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from stadtkern.kernel.accounts.access import everyone

from ..models import Alert, Feed
from . import folder
from .doors import door, told
from .feature_tables import alert

GEO = "application/geo+json"
MOST = 1000
LONGEST = 3600  # seconds a reader may keep a document of GBFS, whatever it says


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
@door("files")
def file(request: HttpRequest, key: str) -> HttpResponseBase:
    """As it came; 304 where the reader has it."""
    feed = get_object_or_404(Feed.objects.select_related("current"), key=key, open_data=True, active=True)
    place = _file(feed)
    if place is None or feed.kind == Feed.Kind.GBFS:
        raise Http404
    try:
        return _sent(request, feed, place)
    except OSError:
        raise Http404 from None


def _sent(request: HttpRequest, feed: Feed, place: Path) -> HttpResponseBase:
    kinds = {
        "GTFS": ("zip", "application/zip"),
        "OSM": ("osm.pbf", "application/octet-stream"),
        "REALTIME": ("pb", "application/x-protobuf"),
    }
    ending, kind = kinds[feed.kind]
    stream = place.open("rb")
    found = os.fstat(stream.fileno())  # of the very file that is sent: it may be replaced at any moment
    tag, changed = f'"{found.st_mtime_ns:x}-{found.st_size:x}"', int(found.st_mtime)
    answer: HttpResponseBase | None = get_conditional_response(request, etag=tag, last_modified=changed)
    if answer is not None:
        stream.close()
    else:
        answer = FileResponse(stream, content_type=kind, as_attachment=True, filename=f"{feed.key}.{ending}")
    answer["ETag"], answer["Last-Modified"] = tag, http_date(changed)
    answer["Cache-Control"] = f"public, max-age={20 if feed.kind == Feed.Kind.REALTIME else 300}"
    if feed.licence_url:
        answer["Link"] = f'<{feed.licence_url.replace(">", "%3E")}>; rel="license"'
    return answer


def _documents(feed: Feed) -> dict[str, Any]:
    try:
        told = json.loads(folder.live_file(feed.key).read_bytes())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


@everyone
@door("api")
def gbfs(request: HttpRequest, key: str, name: str) -> HttpResponseBase:
    """One document; `gbfs` names the others at our own addresses."""
    feed = get_object_or_404(Feed, key=key, kind=Feed.Kind.GBFS, open_data=True, active=True)
    documents = _documents(feed)
    if name not in documents:
        raise Http404
    content = documents[name]
    if name == "gbfs" and isinstance(content, dict):
        listed = [
            {"name": one, "url": request.build_absolute_uri(reverse("mobility:open_gbfs", args=[key, one]))}
            for one in sorted(documents)
            if one != "gbfs"
        ]
        third = str(content.get("version", "")).startswith("3")
        content = {**content, "data": {"feeds": listed} if third else {"de": {"feeds": listed}}}
    ttl = content.get("ttl") if isinstance(content, dict) else None
    seconds = min(LONGEST, max(0, ttl)) if isinstance(ttl, int) else 0
    return told(request, content, seconds=seconds)


@everyone
@door("api")
def alerts_geojson(request: HttpRequest) -> HttpResponseBase:
    """Alerts where their stops are; without stops they have no geometry."""
    rows = [alert(row) for row in Alert.objects.live(timezone.now())[:MOST]]
    return told(request, {"type": "FeatureCollection", "features": rows}, GEO)
