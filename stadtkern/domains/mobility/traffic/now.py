"""Pages for everybody: traffic now, and one detector with what is expected there."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from stadtkern.kernel.accounts.access import actor_of, everyone

from ..models import Count, Detector, Forecast
from . import OFFICE, board
from .chart import chart
from .queries import public_incidents
from .series import midnight
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
        _point(one.lat, one.long, f"{KINDS[one.kind]}: {one.title}", "danger" if one.closed else "warning", "")
        for one in public_incidents(timezone.now())
        if one.lat is not None
    ]
    detectors = Detector.objects.filter(active=True, lat__isnull=False).order_by("pk")[:500]
    found += [_point(one.lat, one.long, one.title, "info", reverse("mobility:detector", args=[one.pk])) for one in detectors]
    answer = JsonResponse({"type": "FeatureCollection", "features": found}, content_type="application/geo+json")
    answer["Cache-Control"] = "public, max-age=60"
    return answer


def _point(lat: float | None, long: float | None, title: str, level: str, url: str) -> dict[str, object]:
    place = {"type": "Point", "coordinates": [long, lat]}
    return {"type": "Feature", "geometry": place, "properties": {"title": title, "level": level, "url": url}}


@everyone
@require_safe
def detector(request: HttpRequest, pk: int) -> HttpResponse:
    """One detector: a day counted and expected, as a picture and as a table."""
    row = get_object_or_404(Detector, pk=pk)
    day = _day(request.GET.get("tag", ""))
    span = (midnight(day), midnight(day + timedelta(days=1)))
    counted, expected = (
        _hours(model.objects.filter(detector=row, at__gte=span[0], at__lt=span[1]).values_list("at", "vehicles"))
        for model in (Count, Forecast)
    )
    context = {
        "detector": row,
        "day": day,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "chart": chart(counted, expected),
        "hours": [(hour, counted[hour], expected[hour]) for hour in range(24)],
        "faults": [fault(one) for one in row.faults],
        "made": Forecast.objects.filter(detector=row, at__gte=span[0], at__lt=span[1])
        .values_list("made_at", flat=True)
        .first(),
    }
    return render(request, "mobility/traffic/detector.html", context)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return timezone.localdate()
    return day if 1971 < day.year < 2099 else timezone.localdate()


def _hours(rows) -> list[int | None]:  # type: ignore[no-untyped-def]
    found: list[int | None] = [None] * 24
    for at, vehicles in rows:
        found[timezone.localtime(at).hour] = vehicles
    return found
