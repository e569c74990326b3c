"""What other doors ask of traffic."""

from datetime import datetime
from typing import Any

from stadtkern.kernel.geo import queries as geo

from ..models import Incident


def public_incidents(now: datetime) -> list[Incident]:
    """Incidents everybody may read, at most 1,000, the earliest first: for pages, open data and the planner of trips."""
    return list(Incident.objects.public(now).order_by("begins_at", "pk")[:1000])


def closed_streets(now: datetime) -> list[dict[str, Any]]:
    """Streets nobody gets through by car, now or later, as trips/closures.py keeps them.

    With a point where only the part at a house number is closed; a street without a number is closed on its whole length.
    """
    rows = Incident.objects.public(now).filter(closed=True).exclude(street="").order_by("begins_at", "pk")[:1000]
    return [
        {
            "street": row.street, "point": _part(row), "begins": row.begins_at.isoformat(),
            "ends": row.ends_at.isoformat() if row.ends_at else None,
        }
        for row in rows
    ]  # fmt: skip


def _part(row: Incident) -> list[float] | None:
    if row.lat is None or row.long is None:
        return None
    whole = geo.find_address(row.street, 1)
    return None if whole and whole[0].point == (row.lat, row.long) else [row.lat, row.long]
