"""What if a street is closed: the planner asks, waits with a progress, reads the answer before and after."""

import uuid

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.kernel.geo.ground import features, folder

from ..actions import counts, scenarios
from ..models import Scenario, Work
from . import town
from .desk import planners
from .words import WORK, signed, thousands

ROWS = 15
MORE, LESS, GONE = "#bd0f09", "#2044aa", "#131525"


@planners
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The question, and the ones before."""
    wrong, status = "", 200
    streets = request.POST.getlist("street")[:20]
    if request.method == "POST":
        try:
            row = scenarios.ask(actor_of(request), request.POST.get("title", ""), streets, _key(request.POST.get("once", "")))
        except counts.Refused as refused:
            wrong, status = str(refused), 422
        else:
            return redirect("mobility:scenario", row.pk)
    context = {
        "names": town.names(),
        "chosen": streets[0] if streets else "",
        "second": streets[1] if len(streets) > 1 else "",
        "title": request.POST.get("title", "")[:120],
        "once": uuid.uuid4(),
        "rows": [(row, *WORK[row.state]) for row in Scenario.objects.defer("result")[:20]],
        "wrong": wrong,
    }
    return render(request, "mobility/traffic/whatif.html", context, status=status)


def _key(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()


@planners
@never_cache
@require_safe
def scenario(request: HttpRequest, pk: int) -> HttpResponse:
    """One question: how far the answer is, or the answer."""
    row = get_object_or_404(Scenario, pk=pk)
    context = {
        "scenario": row,
        "busy": row.state in (Work.WAITING, Work.RUNNING),
        "failed": row.state == Work.FAILED,
        "word": WORK[row.state][0],
        "streets": ", ".join(row.streets),
    }
    if row.state == Work.DONE:
        context |= _told(row)
    return render(request, "mobility/traffic/scenario.html", context)


@planners
@never_cache
@require_safe
def scenario_map(request: HttpRequest, pk: int) -> HttpResponse:
    """Streets on which more or fewer drive, as lines; the table says the same."""
    row = get_object_or_404(Scenario, pk=pk, state=Work.DONE)
    change = {one["street"]: round(one["after"] - one["before"]) for one in row.result["rows"]}
    found = [
        {
            "type": "Feature",
            "geometry": one["geometry"],
            "properties": {
                "title": f"{name}: {signed(change[name])}",
                "colour": GONE if name in row.streets else MORE if change[name] > 0 else LESS,
                "style": "vehicle" if name in row.streets else "ride",
            },
        }
        for one in features(folder() / "streets.geojson")
        if (name := one["properties"].get("name", "")) in change and (change[name] or name in row.streets)
    ]
    return JsonResponse({"type": "FeatureCollection", "features": found}, content_type="application/geo+json")


def _told(row: Scenario) -> dict[str, object]:
    told = row.result
    lost = 3600 * (told["hours"][1] - told["hours"][0]) / max(1.0, told["trips"])
    rows = [one for one in told["rows"] if abs(one["after"] - one["before"]) >= 1][:ROWS]
    over = [one["street"] for one in told["rows"] if one["load_after"] > 1 >= one["load_before"]]
    return {
        "lost": [one for one in told.get("lost", []) if one["trips"] >= 1],
        "rows": [
            {**one, "change": signed(one["after"] - one["before"]), "low": signed(one["low"]), "high": signed(one["high"])}
            for one in rows
        ],
        "hours": told["hours"],
        "hours_change": told["hours"][1] - told["hours"][0],
        "hours_range": told["hours_range"],
        "seconds": signed(lost),
        "co2": told["co2"],
        "co2_change": signed(told["co2"][1] - told["co2"][0]),
        "co2_range": told["co2_range"],
        "trips": thousands(told["trips"]),
        "bound": round(told["bound"]),
        "over": over,
        "gap": 100 * told["gap"],
        "rests": _("Werte von %(n)s gezählten Straßen") % {"n": told["counted_streets"]}
        if told.get("counted_streets")
        else _("keine Zählwerte; die Menge ist aus der Zahl der Häuser geschätzt"),
    }
