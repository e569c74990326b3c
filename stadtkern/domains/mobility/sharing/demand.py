"""Where shared vehicles are missing: demand by district and hour as operators' feeds show it, for the planners of traffic."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stadtkern.kernel.geo import queries as geo

from ..actions.demand import FIELDS
from ..models import SharingHour
from ..traffic.desk import planners
from .offers import KINDS

DAYS = 28
FEW = 5  # searches fewer than this are not told by number
SCARCE = 1.0  # trips a day that did not happen, from which on vehicles are missing


@dataclass(frozen=True)
class Row:
    """A district over the last weeks; trips are estimates."""

    key: str
    title: str
    standing: float  # vehicles at a mean moment
    empty: float  # per cent of the readings without any
    left: float  # a day
    came: float
    searches: int
    missed: int
    busiest: int | None  # hour of the day in which most leave

    @property
    def unmet(self) -> float | None:
        """Trips a day that did not happen, if as many wanted to leave while none stood here; None: none ever stood here."""
        return self.left * self.empty / (100 - self.empty) if self.empty < 100 else None

    @property
    def scarce(self) -> bool:
        """Vehicles are missing: trips that did not happen, or people who searched in vain."""
        return (self.unmet or 0) >= SCARCE or (self.missed >= FEW and 2 * self.missed >= self.searches)

    @property
    def missed_words(self) -> str:
        """Small numbers are withheld."""
        if not self.searches:
            return "–"
        return _("weniger als %(n)s") % {"n": FEW} if self.missed < FEW else f"{self.missed}"


def rows(kind: str) -> list[Row]:
    """Districts, those that lack most first; empty where no operator's feed was read."""
    since = timezone.now() - timedelta(days=DAYS)
    known = SharingHour.objects.filter(at__gte=since)
    first = known.exclude(system="").order_by("at").values_list("at", flat=True).first()
    if first is None:
        return []
    days = max(1.0, (timezone.now() - first).total_seconds() / 86_400)
    told: dict[str, dict[str, int]] = {}
    for group in (known.filter(kind=kind).exclude(system=""), known.filter(kind__in=(kind, ""), system="")):
        totals: Any = group.values("district").annotate(**{f"all_{name}": Sum(name) for name in FIELDS})
        for sums in totals:
            district = told.setdefault(sums["district"], dict.fromkeys(FIELDS, 0))
            for name in FIELDS:
                district[name] += sums[f"all_{name}"] or 0
    hours = _busiest(kind, since)
    systems = max(1, known.filter(kind=kind).exclude(system="").values("system").distinct().count())
    titles = {one.key: one.title for one in geo.districts()} | {"": _("außerhalb der Stadtteile")}
    found = [
        Row(
            key, titles[key], systems * one["standing"] / max(1, one["looks"]), 100 * one["empty"] / max(1, one["looks"]),
            one["left"] / days, one["came"] / days, one["searches"], one["missed"], hours.get(key),
        ) for key, one in told.items() if key in titles and one["looks"]
    ]  # fmt: skip
    return sorted(found, key=lambda row: (not row.scarce, -(row.unmet or 0), -row.missed, -row.empty, row.title))


def _busiest(kind: str, since: Any) -> dict[str, int]:
    """Hour in which most leave, by district."""
    sums: dict[str, dict[int, int]] = {}
    for district, at, left in SharingHour.objects.filter(kind=kind, at__gte=since, left__gt=0).values_list(
        "district", "at", "left"
    ):
        hour = timezone.localtime(at).hour
        sums.setdefault(district, {})[hour] = sums.get(district, {}).get(hour, 0) + left
    return {district: max(hours, key=lambda hour: (hours[hour], -hour)) for district, hours in sums.items()}


def _kind(request: HttpRequest) -> str:
    return request.GET.get("art", "") if request.GET.get("art") in KINDS else "car"


@planners
@never_cache
@require_safe
def demand(request: HttpRequest) -> HttpResponse:
    """Table and map of one kind of vehicle."""
    kind = _kind(request)
    context = {"kind": kind, "kinds": KINDS.items(), "title": KINDS[kind], "rows": rows(kind), "days": DAYS}
    return render(request, "mobility/sharing/demand.html", context)


@planners
@never_cache
@require_safe
def demand_map(request: HttpRequest) -> HttpResponse:
    """Districts, coloured where vehicles are missing; the table says the same."""
    told = {row.key: row for row in rows(_kind(request))}
    features = [
        {
            "type": "Feature",
            "geometry": one.geometry,
            "properties": {
                "title": f"{one.title}: {told[one.key].empty:.0f} %",
                "colour": "#bd0f09" if told[one.key].scarce else "#2044aa",
                "style": "area",
            },
        }
        for one in geo.districts()
        if one.key in told
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json")
