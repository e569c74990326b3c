"""What lies near: the same thing reported before, and other reports around a place."""

from datetime import datetime, timedelta

from django.utils import timezone

from stadtkern.lib.earth import Point, metres

from ..models import Report, ReportQuerySet
from .categories import DAYS, RADIUS, plan

MOST = 200  # rows looked at; in a circle of a street that is years of reports


def around(rows: ReportQuerySet, centre: Point, radius: float, limit: int = 20) -> list[tuple[Report, float]]:
    """Reports within `radius` metres with their distance, the nearest first."""
    found = rows.near(centre, radius).select_related("contribution").defer("contribution__search")[:MOST]
    measured = [(one, metres(centre, (one.contribution.lat or 0.0, one.contribution.long or 0.0))) for one in found]
    return sorted([pair for pair in measured if pair[1] <= radius], key=lambda pair: pair[1])[:limit]


def same(
    category: str,
    centre: Point,
    *,
    radius: float | None = None,
    days: int | None = None,
    at: datetime | None = None,
    open_only: bool = True,
    limit: int = 5,
) -> list[tuple[Report, float]]:
    """Likely the same: of this category, that near, that recent; radius and days as the category says, unless given."""
    kind = plan().kinds.get(category)
    radius = radius if radius is not None else kind.radius if kind else RADIUS
    since = timedelta(days=days if days is not None else kind.days if kind else DAYS)
    now = at or timezone.now()
    rows = Report.objects.listed().filter(category=category, reported_at__gte=now - since, reported_at__lte=now)
    return around(rows.open() if open_only else rows, centre, radius, limit)
