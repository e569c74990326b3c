"""Figures of mobility; each returns its value today, or None where nothing was measured."""

from datetime import timedelta

from django.utils import timezone

from stadtkern.kernel.cases.models import Decision
from stadtkern.kernel.registers.models import ParkingPermit

from .parking import SERVICE

WINDOW = timedelta(days=90)


def permits_at_once() -> float | None:
    """Share of parking permits the rule decided alone, over the decisions of the last 90 days."""
    made = Decision.objects.filter(case__service=SERVICE, made_at__gte=timezone.now() - WINDOW)
    automatic = list(made.values_list("automatic", flat=True)[:50_000])
    return round(100 * sum(1 for paragraph in automatic if paragraph) / len(automatic), 1) if automatic else None


def permits_valid() -> float | None:
    """Permits that allow parking today."""
    return float(ParkingPermit.objects.valid_on(timezone.localdate()).count())
