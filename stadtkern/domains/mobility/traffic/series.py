"""Counts of the tables as arrays for lib.traffic, and the calendar of this city."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

import numpy as np
from django.conf import settings
from django.utils import timezone

from stadtkern.kernel.city.profile import city
from stadtkern.lib.traffic.days import Days
from stadtkern.lib.traffic.forecast import Counts

from ..models import Count, Detector

BACK = 420  # days a forecast learns from: a year, and the days before it


def calendar() -> Days:
    """Holidays of the Land and the municipality; school holidays from city.toml, [traffic] vacations."""
    told = settings.CITY_TOML.get("traffic", {}).get("vacations", [])
    return Days(city().state, tuple(city().local_holidays), tuple((_day(first), _day(last)) for first, last in told))


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def counts(last: date, detectors: Iterable[Detector], back: int = BACK) -> Counts | None:
    """Every hour up to the end of this day; None where nothing was counted."""
    rows = {one.pk: at for at, one in enumerate(detectors)}
    span = midnight(last - timedelta(days=back)), midnight(last + timedelta(days=1))
    known = Count.objects.filter(detector__in=rows, at__gte=span[0], at__lt=span[1])
    listed = list(known.values_list("detector_id", "at", "vehicles").iterator(chunk_size=20_000))
    if not listed:
        return None
    zone = timezone.get_current_timezone()
    first = min(at for _, at, _ in listed).astimezone(zone).date()
    values = np.full((len(rows), (last - first).days + 1, 24), np.nan)
    for detector, at, vehicles in listed:
        local = at.astimezone(zone)
        values[rows[detector], (local.date() - first).days, local.hour] = vehicles
    return Counts(tuple(str(pk) for pk in rows), first, values)
