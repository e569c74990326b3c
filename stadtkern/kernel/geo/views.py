"""What the map draws, and addresses while somebody types."""

import hashlib

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.views.decorators.http import require_safe

from stadtkern.kernel.accounts.access import everyone
from stadtkern.lib.earth import readable

from . import queries
from .ground import LAYERS, folder


@everyone
@require_safe
def layer(request: HttpRequest, name: str) -> HttpResponse:
    """One file of the city's geometry, as it is."""
    file = folder() / f"{name}.geojson"
    if name not in LAYERS or not file.is_file():
        raise Http404
    data = file.read_bytes()
    tag = f'"{hashlib.sha256(data).hexdigest()[:20]}"'
    if request.headers.get("If-None-Match") == tag:
        answer: HttpResponse = HttpResponseNotModified()
    else:
        answer = HttpResponse(data, content_type="application/geo+json")
    answer["ETag"], answer["Cache-Control"] = tag, "public, max-age=3600"
    return answer


@everyone
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Addresses for typed text (`q`), or the house next to a point (`lat`, `long`)."""
    if text := request.GET.get("q", ""):
        listed = queries.find_address(text)
    else:
        point = readable(request.GET.get("lat"), request.GET.get("long"))
        house = queries.nearest_address(*point) if point else None
        listed = [house] if house else []
    return JsonResponse({"addresses": [_told(str(one), one.point) for one in listed]})


def _told(text: str, point: tuple[float, float]) -> dict[str, object]:
    there = queries.district_of(*point)
    return {
        "text": text,
        "lat": round(point[0], 6),
        "long": round(point[1], 6),
        "district": there.key if there else "",
        "district_title": there.title if there else "",
    }
