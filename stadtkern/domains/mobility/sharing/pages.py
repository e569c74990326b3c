"""Pages below /teilen/: vehicles near me, garages, charging points, and what I have reserved."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from stadtkern.kernel.accounts import throttle
from stadtkern.kernel.accounts.access import actor_of, everyone, signed_in
from stadtkern.kernel.geo import queries as geo
from stadtkern.lib.earth import Point, readable

from ..actions import demand, rides
from ..actions.counts import Refused
from ..trips import places
from ..trips.brake import too_many
from . import offers

WHAT = {
    "fahrzeuge": gettext_lazy("Fahrzeuge"),
    "parken": gettext_lazy("Parkhäuser"),
    "laden": gettext_lazy("Ladepunkte"),
}
WALK = 500  # metres: farther away, a vehicle is not near
TRIES = 20  # orders of one network in a minute


@everyone
@require_safe
def near(request: HttpRequest) -> HttpResponse:
    """Around an address or a point: vehicles, garages or charging points; list and map say the same."""
    what = request.GET.get("was", "")
    what = what if what in WHAT else "fahrzeuge"
    kind = request.GET.get("art", "") if request.GET.get("art") in offers.KINDS else ""
    words = request.GET.get("wo", "").replace("\x00", "").strip()[:120]
    here, said, wrong = _here(request, words)
    context = {
        "what": what, "tabs": WHAT.items(), "kind": kind, "kinds": offers.KINDS.items(), "words": words, "said": said,
        "wrong": wrong,
        "query": request.GET.urlencode(), "once": uuid.uuid4(), "account": actor_of(request).account,
    }  # fmt: skip
    if what == "fahrzeuge":
        found = offers.near(here, kind)
        if words and not wrong and not too_many(request, "search"):  # a place somebody typed, not the page as it opens
            demand.search(kind, *here, any(one.metres <= WALK for one in found), timezone.now())
        context |= {
            "offers": [(one, offers.KINDS[one.kind]) for one in found],
            "providers": offers.providers(),
        }
    else:
        context["spots"] = offers.parking(here) if what == "parken" else offers.charging(here)
    return render(request, "mobility/sharing/near.html", context)


def _here(request: HttpRequest, words: str) -> tuple[Point, str, str]:
    """Where somebody is: typed address, point, else the middle of the city; and how we say it."""
    if words:
        found = places.find(words, 1)
        if found:
            return found[0].point, found[0].title, ""
        return geo.centre(), "", _("Diese Adresse finden wir nicht. Schreiben Sie zum Beispiel: Rathausplatz 1")
    if point := readable(request.GET.get("lat"), request.GET.get("long")):
        return point, _("gewählter Ort"), ""
    return geo.centre(), _("Stadtmitte"), ""


@everyone
@require_safe
def points(request: HttpRequest) -> HttpResponse:
    """The same for the map."""
    what, words = request.GET.get("was", ""), request.GET.get("wo", "").replace("\x00", "").strip()[:120]
    kind = request.GET.get("art", "") if request.GET.get("art") in offers.KINDS else ""
    here, _said, _wrong = _here(request, words)
    if what in ("parken", "laden"):
        spots = offers.parking(here) if what == "parken" else offers.charging(here)
        found = [_point(one.lat, one.long, one.title, 1, "danger" if one.free == 0 else "info") for one in spots]
    else:
        found = [_point(one.lat, one.long, one.title, one.many, "success") for one in offers.near(here, kind)]
    return JsonResponse({"type": "FeatureCollection", "features": found}, content_type="application/geo+json")


def _point(lat: float, long: float, title: str, many: int, level: str) -> dict[str, object]:
    place = {"type": "Point", "coordinates": [long, lat]}
    return {
        "type": "Feature",
        "geometry": place,
        "properties": {"title": title, "level": level, "count": 1 if many < 2 else many},
    }


@signed_in
@require_POST
def reserve(request: HttpRequest) -> HttpResponse:
    """Reserve one; back to the list with a reason where it does not work."""
    if throttle.count(f"rides:{actor_of(request).key}", 60) > TRIES:
        messages.warning(request, _("Das waren viele Versuche. Warten Sie eine Minute."))
        return redirect("mobility:rides")
    system, vehicle = (request.POST.get(name, "").replace("\x00", "")[:80] for name in ("system", "vehicle"))
    offer = offers.find(system, vehicle)
    try:
        if offer is None:
            raise Refused(_("Das Fahrzeug steht nicht mehr da. Wählen Sie ein anderes."))
        row = rides.reserve(actor_of(request), offer, _key(request.POST.get("once", "")))
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("mobility:sharing")
    return redirect("mobility:ride", row.pk)


def _key(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()
