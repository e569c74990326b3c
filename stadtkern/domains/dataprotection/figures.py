"""Figures of the data protection office, measured from cases, register and record; None where nothing was measured."""

from datetime import timedelta
from pathlib import Path
from statistics import median

from django.db.models import F, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from stadtkern.kernel.cases.models import OPEN, QUEUE, Case, CaseQuerySet, Status

from .breaches import clock
from .models import Breach

SERVICES = sorted(
    folder.name for folder in (Path(__file__).parent / "services").iterdir() if (folder / "service.toml").is_file()
)
REPORTS = ("datenschutz_panne_melden", "datenschutz_verdacht_melden")
RIGHTS = tuple(key for key in SERVICES if key not in REPORTS)
YEAR = timedelta(days=365)
MOST = 20_000


def received() -> int:
    """Requests about one's rights in the last twelve months."""
    return _sent(RIGHTS).filter(submitted_at__gte=timezone.now() - YEAR).count()


def reports() -> int:
    """Suspicions and breaches reported from outside in the last twelve months."""
    return _sent(REPORTS).filter(submitted_at__gte=timezone.now() - YEAR).count()


def median_days() -> float | None:
    """Median days from receipt to answer, over what was answered in the last twelve months."""
    times = Case.objects.filter(service__in=RIGHTS, decided_at__gte=timezone.now() - YEAR, submitted_at__isnull=False)
    pairs = times.order_by().values_list("submitted_at", "decided_at")[:MOST]
    days = [(decided - submitted).total_seconds() / 86_400 for submitted, decided in pairs if submitted and decided]
    return round(median(days), 1) if days else None


def overdue() -> float | None:
    """Requests over the period of law: open ones, and those answered too late in the last twelve months. None: no request."""
    asked = _sent(RIGHTS).filter(Q(status__in=OPEN) | Q(decided_at__gte=timezone.now() - YEAR))
    if not asked.exists():
        return None
    open_late = Q(status__in=QUEUE, due_date__lt=timezone.localdate())
    answered_late = Q(decided_at__isnull=False, due_date__lt=F("answered_on"))
    return asked.annotate(answered_on=TruncDate("decided_at")).filter(open_late | answered_late).count()


def open_requests() -> int:
    return Case.objects.filter(service__in=RIGHTS, status__in=QUEUE).count()


def breaches() -> int:
    """Entries of the register in the last twelve months."""
    return Breach.objects.filter(noticed_at__gte=timezone.now() - YEAR).count()


def notified() -> int:
    """Of these, reported to the authority."""
    return Breach.objects.filter(noticed_at__gte=timezone.now() - YEAR, notified_at__isnull=False).count()


def reported_in_time() -> float | None:
    """Of the breaches that had to be reported in the last twelve months: the share that met the 72 hours, in percent."""
    rows = Breach.objects.filter(noticed_at__gte=timezone.now() - YEAR, authority=Breach.Step.NOTIFY)
    states = [clock.of_breach(row) for row in rows.only("noticed_at", "notified_at", "authority")[:MOST]]
    counted = [state for state in states if not state.running or state.late]
    return round(100 * sum(not state.late for state in counted) / len(counted), 1) if counted else None


def record_complete() -> float | None:
    """Entries of the record of processing without a gap, in percent."""
    from .record import entries

    found = entries()
    return round(100 * sum(not entry.gaps for entry in found) / len(found), 1) if found else None


def _sent(keys: tuple[str, ...]) -> CaseQuerySet:
    return Case.objects.filter(service__in=keys).exclude(status__in=[Status.DRAFT])
