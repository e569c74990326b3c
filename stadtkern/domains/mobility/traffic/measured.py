"""What was measured over the last weeks, for pages, API, files and the list of figures: one place for all of them."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum
from django.utils import timezone

from ..models import FlowDay
from . import punctual
from .punctual import Kept
from .split import Split, split

DAYS = 28


@dataclass(frozen=True)
class Cars:
    """Car traffic of a mean day; a model laid on counts."""

    days: int
    streets: int
    last: date
    trips: float
    vehicle_km: float
    lost_s: float  # a trip, against empty streets
    drive_s: float
    co2_kg: float
    co2_g_km: float


def transit(days: int = DAYS) -> Kept:
    """Buses and trams, all lines together."""
    return punctual.kept("", punctual.days_back(days))


def cars(days: int = DAYS) -> Cars | None:
    """None: nothing counted."""
    known = FlowDay.objects.filter(day__gt=timezone.localdate() - timedelta(days=days))
    last = known.order_by("-day").first()
    if last is None:
        return None
    many = known.count()
    told = known.aggregate(*(Sum(name) for name in ("trips", "vehicle_km", "drive_h", "lost_h", "co2_kg")))
    trips, kilometres = told["trips__sum"] or 0.0, told["vehicle_km__sum"] or 0.0
    if not trips or not kilometres:
        return None
    return Cars(
        many, last.streets, last.day, trips / many, kilometres / many, 3600 * told["lost_h__sum"] / trips,
        3600 * told["drive_h__sum"] / trips, told["co2_kg__sum"] / many, 1000 * told["co2_kg__sum"] / kilometres,
    )  # fmt: skip


def flow_days(days: int = DAYS) -> list[FlowDay]:
    """Day by day."""
    return list(FlowDay.objects.filter(day__gt=timezone.localdate() - timedelta(days=days)).order_by("day"))


__all__ = ["DAYS", "Cars", "Kept", "Split", "cars", "flow_days", "split", "transit"]
