"""What other doors ask of traffic."""

from datetime import datetime

from ..models import Incident


def public_incidents(now: datetime) -> list[Incident]:
    """Incidents everybody may read, at most 1,000, the earliest first: for pages, open data and the planner of trips."""
    return list(Incident.objects.public(now).order_by("begins_at", "pk")[:1000])


def closed_streets(now: datetime) -> list[str]:
    """Streets nobody gets through by car at this moment."""
    rows = Incident.objects.public(now).filter(closed=True, begins_at__lte=now).exclude(street="")
    return sorted(set(rows.values_list("street", flat=True)))
