"""Appointments that lie outside the hours of their counter, or that it no longer serves: somebody must decide."""

from collections.abc import Collection
from datetime import date

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from .models import Appointment

_OUTSIDE = """
    SELECT a.id FROM appointments_appointment a
    WHERE a.place_id = ANY(%(places)s::bigint[]) AND a.date >= %(first)s::date AND a.status IN ('HELD', 'BOOKED', 'ARRIVED')
    AND NOT EXISTS (
        SELECT FROM appointments_day d WHERE d.counter_id = a.counter_id AND d.date = a.date
        AND d.open & appointments_mask(a.first_cell, a.cells) = appointments_mask(a.first_cell, a.cells)
        AND d.channels @> ARRAY[a.channel] AND d.matters @> ARRAY[a.matter_id])
"""


def outside(places: Collection[int], first: date | None = None) -> "QuerySet[Appointment]":
    """From today on, in order of time."""
    rows = Appointment.objects.filter(pk__in=keys_outside(places, first))
    return rows.select_related("place", "counter", "matter").order_by("starts_at", "pk")


def keys_outside(places: Collection[int], first: date | None = None) -> set[int]:
    """Only which ones."""
    with connection.cursor() as cursor:
        cursor.execute(_OUTSIDE, {"places": list(places), "first": first or timezone.localdate()})
        return {key for (key,) in cursor.fetchall()}
