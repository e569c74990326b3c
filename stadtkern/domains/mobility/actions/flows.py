"""Car traffic day by day: counted hours laid on the streets of the town, kept as sums of the day."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Avg
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.events.actions import record
from stadtkern.lib.traffic.loads import NOTHING, Hour, curve

from ..models import Count, Detector, FlowDay
from ..traffic import town
from ..traffic.series import midnight

LEAST_HOURS = 20  # of a day that must be counted; the rest is taken as the mean of what was
KEEP = timedelta(days=3 * 365)


def estimate(last: date, days: int = 1) -> int:
    """Work out the days up to `last` that are counted and not known yet; returns how many. Nothing counted: nothing."""
    wanted = {last - timedelta(days=back) for back in range(days)}
    wanted -= set(FlowDay.objects.filter(day__in=wanted).values_list("day", flat=True))
    if not wanted:
        return 0
    streets, trips, told = town.demand()
    used = int(str(told["counted_streets"]))
    level = _busy()
    if not used or not level or not trips.total:
        return 0
    loads = curve(streets, trips)
    found = {}
    for day in sorted(wanted):
        hours = [loads.at(share) for share in _shares(day, level)]
        if len(hours) >= LEAST_HOURS:
            found[day] = (sum(hours, NOTHING), len(hours))
    return _keep(found, used)


@transaction.atomic
def _keep(found: dict[date, tuple[Hour, int]], streets: int) -> int:
    for day, (whole, hours) in found.items():
        values = {name: round(value * 24 / hours, 3) for name, value in whole.__dict__.items()}
        FlowDay.objects.update_or_create(day=day, defaults={**values, "hours": hours, "streets": streets})
    if found:
        record("traffic.estimated", subject="traffic", actor=SYSTEM, data={"days": len(found)})
    return len(found)


def _busy() -> dict[int, float]:
    """Mean of the busy hours by detector: the level the town's demand stands for."""
    last = Count.objects.order_by("-at").values_list("at", flat=True).first() or timezone.now()
    rows = (
        Count.objects.filter(at__gt=last - town.LATELY, at__hour__in=town.BUSY, at__week_day__in=(2, 3, 4, 5, 6))
        .filter(detector__in=_detectors())
        .values("detector_id")
        .annotate(mean=Avg("vehicles"))
    )
    return {row["detector_id"]: float(row["mean"]) for row in rows if row["mean"]}


def _detectors() -> Any:
    return Detector.objects.filter(active=True, faults=[], kind=Detector.Kind.CAR).exclude(street="").values("pk")


def _shares(day: date, level: dict[int, float]) -> list[float]:
    """Every counted hour of a day beside the busy hours, over the detectors that counted in it."""
    span = midnight(day), midnight(day + timedelta(days=1))
    rows: dict[datetime, list[tuple[int, int]]] = {}
    for at, detector, vehicles in Count.objects.filter(at__gte=span[0], at__lt=span[1], detector__in=list(level)).values_list(
        "at", "detector_id", "vehicles"
    ):
        rows.setdefault(at, []).append((detector, vehicles))
    return [
        sum(vehicles for _one, vehicles in told) / sum(level[one] for one, _vehicles in told)
        for _at, told in sorted(rows.items())
        if len(told) * 2 >= len(level)  # an hour most detectors missed says little
    ]


@transaction.atomic
def forget(now: datetime) -> int:
    """Old days."""
    gone, _rows = FlowDay.objects.filter(day__lt=(now - KEEP).date()).delete()
    if gone:
        record("traffic.estimates_forgotten", subject="traffic", actor=SYSTEM, data={"rows": gone})
    return gone
