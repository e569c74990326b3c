"""Figures of participation; each returns its value today, or None where nothing was measured."""

from datetime import timedelta
from statistics import median

from django.utils import timezone

from .models import Contribution

WINDOW = timedelta(days=365)
MOST = 20_000


def days_to_publish() -> float | None:
    """Median days from sending a contribution until it can be read, over the last twelve months."""
    rows = Contribution.objects.filter(
        published_at__gte=timezone.now() - WINDOW, submitted_at__isnull=False, process__isnull=False
    )
    pairs = rows.order_by().values_list("submitted_at", "published_at")[:MOST]
    days = [(out - sent).total_seconds() / 86_400 for sent, out in pairs if sent and out]
    return round(median(days), 1) if days else None
