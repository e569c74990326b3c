"""Pages for everybody: traffic now, and one detector with what is expected there."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from stadtkern.kernel.accounts.access import actor_of, everyone
from stadtkern.ui.words import day as day_of

from ..models import Detector, Incident
from . import OFFICE, board
from .chart import chart
from .outlook import outlook
from .queries import public_incidents
from .words import KINDS, fault


@everyone
@require_safe
def now(request: HttpRequest) -> HttpResponse:
    """Verkehr jetzt."""
    staff = actor_of(request).staff
    rows = board.busiest()
    context = {
        "figures": board.figures(),
        "incidents": [(one, KINDS[one.kind]) for one in public_incidents(timezone.now())],
        "rows": rows,
        "at": board.latest(),
        "planner": staff is not None and staff.office.key == OFFICE,
    }
    return render(request, "mobility/traffic/now.html", context)


@everyone
@require_safe
def points(request: HttpRequest) -> HttpResponse:
    """Incidents and detectors for the map."""
    found = [
        _point(one.lat, one.long, f"{KINDS[one.kind]}: {_when(one)}", "danger" if one.closed else "warning", "")
        for one in public_incidents(timezone.now())
        if one.lat is not None
    ]
    detectors = Detector.objects.filter(active=True, lat__isnull=False).order_by("pk")[:500]
    found += [_point(one.lat, one.long, one.title, "info", reverse("mobility:detector", args=[one.pk])) for one in detectors]
    answer = JsonResponse({"type": "FeatureCollection", "features": found}, content_type="application/geo+json")
    answer["Cache-Control"] = "public, max-age=60"
    return answer


def _when(one: Incident) -> str:
    """Its title, and from when on where it is not there yet."""
    return _("%(title)s, ab %(day)s") % {"title": one.title, "day": day_of(one.begins_at)} if one.is_ahead else one.title


def _point(lat: float | None, long: float | None, title: str, level: str, url: str) -> dict[str, object]:
    place = {"type": "Point", "coordinates": [long, lat]}
    return {"type": "Feature", "geometry": place, "properties": {"title": title, "level": level, "url": url}}


@everyone
@require_safe
def detector(request: HttpRequest, pk: int) -> HttpResponse:
    """One detector: a day counted and expected, as a picture and as a table."""
    row = get_object_or_404(Detector, pk=pk)
    day = _day(request.GET.get("tag", ""))
    told = outlook(row, day)
    context = {
        "detector": row,
        "day": day,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "chart": chart(told.counted, told.expected, told.low, told.high),
        "hours": list(zip(range(24), told.counted, told.expected, told.low, told.high, strict=True)),
        "faults": [fault(one) for one in row.faults],
        "told": told,
    }
    return render(request, "mobility/traffic/detector.html", context)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return timezone.localdate()
    return day if 1971 < day.year < 2099 else timezone.localdate()
