"""Busvorrang: where buses and trams lose time, and where priority at signals is worth a look."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stadtkern.lib.traffic import sumo

from . import priority
from .desk import planners
from .lights import signals

LISTED = 12  # sections in the table; the map has more


@planners
@never_cache
@require_safe
def buses(request: HttpRequest) -> HttpResponse:
    """Sections by minutes lost, proposals first."""
    rows = priority.sections()
    proposed = sorted((one for one in rows if one.proposed), key=lambda one: -one.gain[1] * one.runs)
    context = {
        "rows": [(one, _band(one.worst)) for one in rows[:LISTED]],
        "proposed": [(one, [round(side * one.runs / 60) for side in one.gain]) for one in proposed],
        "signals": len(signals()),
        "assumed": any(not light.known for one in proposed for light in one.signals),
        "days": priority.DAYS,
        "connected": sumo.program() is not None,
    }
    return render(request, "mobility/traffic/buses.html", context)


def _band(hour: int) -> str:
    return {6: _("6 bis 9 Uhr"), 9: _("9 bis 15 Uhr"), 15: _("15 bis 19 Uhr")}.get(hour, _("19 bis 6 Uhr"))


@planners
@never_cache
@require_safe
def buses_map(request: HttpRequest) -> HttpResponse:
    """The same sections as lines."""
    found = {"type": "FeatureCollection", "features": priority.drawn(priority.sections())}
    return JsonResponse(found, content_type="application/geo+json")
