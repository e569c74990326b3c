"""Figures with their values, targets and course: for the pages, for the files, for departments."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from . import definitions
from .course import Course, course
from .definitions import KPI, Group
from .models import KPITarget, KPIValue

DAYS = 90  # that the overview looks back


@dataclass(frozen=True)
class Target:
    """What is wanted: by law, or since a day because of a decision."""

    value: float
    because: str
    since: date | None = None  # None: by law


@dataclass
class Figure:
    """One figure as a page shows it; `rows` are its days, the oldest first."""

    key: str
    group: Group
    kpi: KPI
    target: Target | None
    rows: list[KPIValue] = field(default_factory=list)

    @property
    def now(self) -> KPIValue | None:
        """The day asked last."""
        return self.rows[-1] if self.rows else None

    @property
    def measured(self) -> list[KPIValue]:
        return [row for row in self.rows if row.value is not None]

    @property
    def value(self) -> float | None:
        """None: not measured on the day asked last."""
        return self.now.value if self.now else None

    @property
    def failed(self) -> bool:
        return self.now is not None and self.now.state == KPIValue.State.FAILED

    @property
    def before(self) -> KPIValue | None:
        """Where the last day has no value: the last one that had."""
        return self.measured[-1] if self.value is None and self.measured else None

    @property
    def reached(self) -> bool | None:
        """None: no target, or nothing to compare with it."""
        return None if self.target is None or self.value is None else self.kpi.reached(self.value, self.target.value)

    @property
    def course(self) -> Course | None:
        return course([(row.day, row.value) for row in self.rows], self.target.value if self.target else None)


def overview() -> list[tuple[Group, list[Figure]]]:
    """Every figure of every department over the last days; two queries however many there are."""
    rows: dict[str, list[KPIValue]] = {}
    for row in KPIValue.objects.filter(day__gt=timezone.localdate() - timedelta(days=DAYS)).order_by("day"):
        rows.setdefault(row.key, []).append(row)
    wanted, found = targets(), []
    for group in definitions.GROUPS:
        keys = [(definitions.key_of(group, kpi), kpi) for kpi in group.kpis]
        if keys:
            found.append((group, [Figure(key, group, kpi, wanted.get(key), rows.get(key, [])) for key, kpi in keys]))
    return found


def one(group: Group, kpi: KPI, days: int) -> Figure:
    """One figure over more days."""
    key = definitions.key_of(group, kpi)
    since = timezone.localdate() - timedelta(days=days)
    rows = list(KPIValue.objects.filter(key=key, day__gt=since).order_by("day"))
    return Figure(key, group, kpi, targets().get(key), rows)


def targets() -> dict[str, Target]:
    """What is wanted of which figure today; without an entry nothing is."""
    newest = KPITarget.objects.order_by("key", "-id").distinct("key")
    found = {row.key: Target(row.value, row.because, timezone.localdate(row.set_at)) for row in newest if row.value is not None}
    for key, _group, kpi in definitions.every():
        if kpi.lawful is not None:
            found[key] = Target(kpi.lawful, kpi.law)
    return found


def history() -> Iterator[dict[str, Any]]:
    """Open data: every value of every figure the city has today, the oldest first."""
    known = {key: (group, kpi) for key, group, kpi in definitions.every()}
    for row in KPIValue.objects.filter(key__in=known).order_by("day", "key").iterator():
        group, kpi = known[row.key]
        yield {
            "day": row.day, "department": group.name, "kpi": kpi.name, "title": kpi.title,
            "value": row.value, "unit": kpi.unit, "state": row.state.lower(),
        }  # fmt: skip
