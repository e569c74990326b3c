"""Figures of the administration; each returns its value today, or None where nothing was measured."""

from datetime import timedelta
from pathlib import Path
from statistics import median

from django.utils import timezone

from stadtkern.kernel.cases.models import Case

SERVICES = sorted(folder.name for folder in (Path(__file__).parent / "services").iterdir() if folder.is_dir())
WINDOW = timedelta(days=90)


def days_to_decision() -> float | None:
    """Median days from submission to decision, over what was decided in the last 90 days."""
    times = (
        Case.objects.filter(service__in=SERVICES, decided_at__gte=timezone.now() - WINDOW)
        .order_by()
        .values_list("submitted_at", "decided_at")[:50_000]
    )
    days = [(decided - submitted).total_seconds() / 86_400 for submitted, decided in times if submitted and decided]
    return round(median(days), 1) if days else None
