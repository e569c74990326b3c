"""Figures of mobility; each returns its value today, or None where nothing was measured."""

from datetime import timedelta

from django.utils import timezone

from stadtkern.kernel.cases.models import Decision
from stadtkern.kernel.registers.models import ParkingPermit

from .parking import SERVICE
from .traffic import measured

WINDOW = timedelta(days=90)


def permits_at_once() -> float | None:
    """Share of parking permits the rule decided alone, over the decisions of the last 90 days."""
    made = Decision.objects.filter(case__service=SERVICE, made_at__gte=timezone.now() - WINDOW)
    automatic = list(made.values_list("automatic", flat=True)[:50_000])
    return round(100 * sum(1 for paragraph in automatic if paragraph) / len(automatic), 1) if automatic else None


def permits_valid() -> float | None:
    """Permits that allow parking today."""
    return float(ParkingPermit.objects.valid_on(timezone.localdate()).count())


def punctuality() -> float | None:
    """Per cent of departures on time, of those real time told in the last 28 days."""
    return _rounded(measured.transit().share)


def transit_delay() -> float | None:
    """Minutes of delay that one departure in twenty exceeds (95th percentile), last 28 days."""
    return _rounded(measured.transit().p95)


def cancelled() -> float | None:
    """Per cent of trips that were cancelled, of those real time told of in the last 28 days."""
    return _rounded(measured.transit().cancelled_share)


def car_delay() -> float | None:
    """Seconds lost on a trip by car against empty streets: from counts by a model, last 28 days."""
    cars = measured.cars()
    return round(cars.lost_s, 1) if cars else None


def car_co2() -> float | None:
    """Tonnes of CO2 a day of car traffic: from counts by a model, last 28 days."""
    cars = measured.cars()
    return round(cars.co2_kg / 1000, 1) if cars else None


def modal_split() -> float | None:
    """Per cent who walk, cycle or ride on the streets where several kinds of traffic are counted."""
    return _rounded(measured.split().green)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
