"""How far one gets in a quarter of an hour, in half an hour, in three quarters: areas on the map, stops as a list."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stadtkern.kernel.accounts.access import everyone
from stadtkern.lib import journeys

from . import planning, world
from .asking import Asked, asked
from .brake import too_many

MINUTES = (15, 30, 45)
COLOURS = {15: "#0f6a5b", 30: "#2f8f9d", 45: "#b26a00"}


@everyone
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The question, the map, and how many minutes to which stop."""
    one = _asked(request)
    told, trouble = _reach(request, one)
    groups: list[tuple[int, list[tuple[str, str, int]]]] = []
    if told is not None:
        rows = _stops(told)
        bounds = zip((0, *MINUTES), MINUTES, strict=False)
        groups = [(high, [row for row in rows if low < row[2] <= high or (low == 0 and row[2] == 0)]) for low, high in bounds]
    context = {"one": one, "trouble": trouble, "groups": groups, "asked": bool(one.start_text)}
    return render(request, "mobility/trips/reach.html", context, status=422 if one.start_text and one.wrong.get("von") else 200)


@everyone
@never_cache
@require_safe
def areas(request: HttpRequest) -> HttpResponse:
    """The areas, the largest first."""
    one = _asked(request)
    told, _trouble = _reach(request, one)
    features = journeys.areas(told, [60 * minutes for minutes in MINUTES]) if told is not None else []
    for shape in features:
        minutes = shape["properties"]["seconds"] // 60
        words = _("in %d Minuten erreichbar") % minutes
        shape["properties"] |= {"title": words, "style": "area", "colour": COLOURS.get(minutes, "")}
    return JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json")


def _asked(request: HttpRequest) -> Asked:
    """The goal is not asked for here."""
    told = request.GET.copy()
    told["nach"] = ""
    return asked(told)


def _reach(request: HttpRequest, one: Asked) -> tuple[Any, str]:
    if one.start is None or set(one.wrong) - {"nach"}:
        return None, ""
    if too_many(request, "reach"):
        return None, _("Das waren sehr viele Fragen. Warten Sie bitte eine Minute.")
    try:
        now = world.world(one.day)
    except world.NoTimetable:
        return None, planning.why_not(one)
    assert now.timetable is not None
    at = now.timetable.seconds(one.at)
    return journeys.reachable(now, one.start.point, at, 60 * MINUTES[-1], wheelchair=one.wheelchair), ""


def _stops(told: Any) -> list[tuple[str, str, int]]:
    """Stations with their id and minutes, the nearest first."""
    found = []
    for station in world.stations().all:
        best = min(int(told.seconds[stop]) for stop in station.stops)
        if best <= told.limit:
            found.append((station.name, station.ref, -(-best // 60)))
    return sorted(found, key=lambda row: (row[2], row[0]))
