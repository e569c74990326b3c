"""The planner's pages: from here to there, one trip with its stops and its map, places while somebody types."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stadtkern.kernel.accounts.access import actor_of, everyone

from ..models import Alert, SavedPlace, Watch
from . import drawing, planning, world
from .asking import MODES, PREFER, Asked, asked
from .brake import too_many
from .places import clean, find
from .showing import TripRow


@everyone
@never_cache
@require_safe
def planner(request: HttpRequest) -> HttpResponse:
    """The question, and below it the trips."""
    one = asked(request.GET)
    rows, trouble = _trips(request, one)
    context = _form(request, one) | {
        "rows": rows,
        "trouble": trouble,
        "earlier": planning.later_by(rows, one, True),
        "later": planning.later_by(rows, one, False),
        "alerts": Alert.objects.live(timezone.now()).count(),
        "asked": bool(one.start_text or one.goal_text),
    }
    return render(request, "mobility/trips/planner.html", context, status=422 if context["asked"] and one.wrong else 200)


@everyone
@never_cache
@require_safe
def trip(request: HttpRequest) -> HttpResponse:
    """One trip: every stop, map, print, ticket, watch. The address says everything, so it can be shared."""
    one = asked(request.GET)
    rows, trouble = _trips(request, one)
    row = planning.one_of(rows, request.GET.get("fahrt", "")[:20])
    context = _form(request, one) | {"row": row, "trouble": trouble, "rows": rows, "watched": _watched(request, row)}
    context["map_query"] = one.query(fahrt=row.key) if row else ""
    return render(request, "mobility/trips/trip.html", context, status=200 if row else 404)


@everyone
@never_cache
@require_safe
def trip_map(request: HttpRequest) -> HttpResponse:
    """The lines of one trip, for the map."""
    one = asked(request.GET)
    rows, _trouble = _trips(request, one)
    row = planning.one_of(rows, request.GET.get("fahrt", "")[:20])
    shapes = drawing.trip(world.world(one.day), row) if row else []
    return JsonResponse({"type": "FeatureCollection", "features": shapes}, content_type="application/geo+json")


@everyone
@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """Stops and addresses for what was typed so far."""
    text = clean(request.GET.get("q", ""))
    listed = find(text) if len(text) >= 2 and not too_many(request, "places") else []
    told = [
        {"text": one.title, "kind": one.kind, "detail": one.detail, "lat": round(one.lat, 6), "long": round(one.long, 6)}
        for one in listed
    ]
    return JsonResponse({"places": told})


def _trips(request: HttpRequest, one: Asked) -> tuple[list[TripRow], str]:
    if not one.complete:
        return [], ""
    if too_many(request, "plan"):
        return [], "many"
    try:
        return planning.trips(one), ""
    except world.NoTimetable:
        return [], planning.why_not(one)


def _form(request: HttpRequest, one: Asked) -> dict[str, Any]:
    account = actor_of(request).account
    return {
        "one": one,
        "modes": [(key, words, key in one.modes) for key, (_kinds, words) in MODES.items()],
        "prefer": [(key, words) for key, (_name, words) in PREFER.items()],
        "saved": list(SavedPlace.objects.filter(account=account)) if account else [],
        "account": account,
        "until": world.until(),
        "today": timezone.localdate(),
    }


def _watched(request: HttpRequest, row: TripRow | None) -> set[str]:
    account = actor_of(request).account
    if account is None or row is None:
        return set()
    refs = {leg.trip for leg in row.legs if leg.trip} | {leg.route for leg in row.legs if leg.route}
    return set(Watch.objects.filter(account=account, ref__in=refs).values_list("ref", flat=True))
