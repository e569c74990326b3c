"""Figures of participation; each returns its value today, or None where nothing was measured."""

from datetime import timedelta
from statistics import median

from django.utils import timezone

from .models import Contribution, Report

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


def reports_in_time() -> float | None:
    """Per cent of reports done within twelve months by the day that was promised."""
    done = Report.objects.filter(state=Report.State.DONE, closed_at__gte=timezone.now() - WINDOW, promised_date__isnull=False)
    days = done.order_by().values_list("closed_at", "promised_date")[:MOST]
    kept = [timezone.localdate(closed) <= promised for closed, promised in days if closed and promised]
    return round(100 * sum(kept) / len(kept), 1) if kept else None
