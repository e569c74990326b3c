"""What is expected at a detector on a day: corrected by what today counted, with the span the last weeks tell."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import Sum
from django.utils import timezone

from stadtkern.lib.traffic.forecast import corrected
from stadtkern.lib.traffic.skill import Floats, Skill, skill

from ..models import Count, Detector, Forecast
from .series import midnight

DAYS = 28
Hours = list[int | None]


@dataclass(frozen=True)
class Outlook:
    """24 hours: counted, expected, least and most of eight in ten; `corrected`: today's counts moved the hours behind."""

    counted: Hours
    expected: Hours
    low: Hours
    high: Hours
    skill: Skill | None
    corrected: bool
    made: datetime | None


def outlook(row: Detector, day: date) -> Outlook:
    """Of one detector."""
    counted, planned = _day(Count.objects.filter(detector=row), day), _day(Forecast.objects.filter(detector=row), day)
    told = _skill(row)
    expected, moved = _today(row, counted, planned) if day == timezone.localdate() else (planned, False)
    low, high = told.span(expected) if told else (np.full(24, np.nan), np.full(24, np.nan))
    made = Forecast.objects.filter(detector=row, **_of(day)).values_list("made_at", flat=True).first()
    return Outlook(_whole(counted), _whole(expected), _whole(low), _whole(high), told, moved, made)


def _today(row: Detector, counted: Floats, planned: Floats) -> tuple[Floats, bool]:
    """The hours behind the last counted one, moved by what this detector and all others of its kind counted today."""
    span = _of(timezone.localdate()) | {"detector__kind": row.kind}
    known = Count.objects.filter(**span).exclude(detector=row)
    others = _hours(known.values("at").annotate(sum=Sum("vehicles")).values_list("at", "sum"))
    thought = Forecast.objects.filter(**span, detector__in=known.values("detector"))
    expected = _hours(thought.values("at").annotate(sum=Sum("vehicles")).values_list("at", "sum"))
    both = np.stack([planned, expected])
    seen = np.stack([counted, others])
    if not np.isfinite(seen).any():
        return planned, False
    moved = corrected(both, seen)[0]
    last = int(np.flatnonzero(np.isfinite(seen).any(0)).max())
    return np.where(np.arange(24) > last, moved, planned), True


def _skill(row: Detector) -> Skill | None:
    """Of the last four weeks that are over."""
    today = timezone.localdate()
    span = {"detector": row, "at__gte": midnight(today - timedelta(days=DAYS)), "at__lt": midnight(today)}
    tables = []
    for model in (Count, Forecast):
        table = np.full((DAYS, 24), np.nan)
        for at, vehicles in model.objects.filter(**span).values_list("at", "vehicles"):
            local = timezone.localtime(at)
            table[(local.date() - today).days + DAYS, local.hour] = vehicles
        tables.append(table)
    return skill(*tables)


def _day(rows, day: date) -> Floats:  # type: ignore[no-untyped-def]
    return _hours(rows.filter(**_of(day)).values_list("at", "vehicles"))


def _of(day: date) -> dict[str, Any]:
    return {"at__gte": midnight(day), "at__lt": midnight(day + timedelta(days=1))}


def _hours(rows: Iterable[tuple[datetime, int]]) -> Floats:
    found = np.full(24, np.nan)
    for at, vehicles in rows:
        found[timezone.localtime(at).hour] = vehicles
    return found


def _whole(hours: Floats) -> Hours:
    return [round(float(one)) if np.isfinite(one) else None for one in hours]
