"""The night after: a day's hours in figures, without anybody in them. Counting twice gives the same."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.events.actions import record

from ...models import Appointment, LoadHour, Place, Visit

CATCH_UP = 14  # days a stopped clock may have missed
KEEP_YEARS = 3
LONGEST = timedelta(hours=4)  # a service that took longer was not ended in time
COUNTED = ("BOOKED", "ARRIVED", "CALLED", "DONE", "MISSED")
FIGURES = ("booked", "missed", "tickets", "gone", "waited", "wait_seconds", "served", "service_seconds")


def count_days(today: date | None = None) -> int:
    """Every day since the last counted one, up to yesterday, each place in a transaction of its own."""
    today, done = today or timezone.localdate(), 0
    for place in Place.objects.all():
        for number in range(CATCH_UP, 0, -1):
            done += count_day(place, today - timedelta(days=number))
    with transaction.atomic():
        LoadHour.objects.filter(date__lt=today - timedelta(days=365 * KEEP_YEARS)).delete()
    return done


@transaction.atomic
def count_day(place: Place, day: date) -> int:
    """The hours of one day; returns how many rows were new or different."""
    hours: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(FIGURES, 0))
    for status, starts_at in _appointments(place, day):
        hour = hours[timezone.localtime(starts_at).hour]
        hour["booked"] += 1
        hour["missed"] += status == "MISSED"
    for visit in Visit.objects.filter(place=place, date=day):
        _count_visit(hours, visit)
    changed = 0
    known = {row.hour: row for row in LoadHour.objects.filter(place=place, date=day)}
    for number, figures in hours.items():
        row = known.get(number)
        if row is None:
            LoadHour.objects.create(place=place, date=day, hour=number, **figures)
            changed += 1
        elif any(getattr(row, name) < value for name, value in figures.items()):
            # visits are forgotten before figures are: a count never shrinks
            merged = {name: max(getattr(row, name), value) for name, value in figures.items()}
            LoadHour.objects.filter(pk=row.pk).update(**merged)
            changed += 1
    if changed:
        record("load.counted", subject=f"place:{place.pk}", actor="system", data={"day": day.isoformat(), "hours": changed})
    return changed


@transaction.atomic
def import_history(place: Place, rows: Iterable[tuple[date, int, Mapping[str, int]]]) -> int:
    """Figures of a former system (or invented ones of the demo): day, hour, figures. What was counted here stays."""
    made = [LoadHour(place=place, date=day, hour=hour, **figures) for day, hour, figures in rows]
    LoadHour.objects.bulk_create(made, ignore_conflicts=True, batch_size=1000)
    record("load.imported", subject=f"place:{place.pk}", actor="system", data={"hours": len(made)})
    return len(made)


def _appointments(place: Place, day: date) -> Iterable[tuple[str, datetime]]:
    rows = Appointment.objects.filter(place=place, date=day, status__in=COUNTED)
    return rows.values_list("status", "starts_at")


def _count_visit(hours: Any, visit: Visit) -> None:
    hour = hours[timezone.localtime(visit.came_at).hour]
    if visit.kind == "TICKET":
        hour["tickets"] += 1
        hour["gone"] += visit.status in ("LEFT", "MISSED")
    if visit.called_at:
        # With an appointment one waits from its time on, not from when one came early.
        since = max(visit.came_at, visit.due_at) if visit.due_at else visit.came_at
        hour["waited"] += 1
        hour["wait_seconds"] += max(int((visit.called_at - since).total_seconds()), 0)
    if visit.status == "DONE" and visit.called_at and visit.done_at and visit.done_at - visit.called_at <= LONGEST:
        hour["served"] += 1
        hour["service_seconds"] += max(int((visit.done_at - visit.called_at).total_seconds()), 0)
