"""Measure every figure once a day, set a target."""

import logging
import math
from datetime import date

from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.events.actions import record

from . import definitions
from .definitions import KPI
from .models import KPITarget, KPIValue

log = logging.getLogger(__name__)
State = KPIValue.State


class NoTarget(Exception):
    """This figure takes no target of the city: the law sets it, or neither way is good."""


def measure(day: date) -> list[str]:
    """Ask every figure of the city and keep what it says for this day, in place of what was kept before.

    One that goes wrong stops no other; it is kept as failed. Returns the keys of those. Diary: `metrics.measured`.
    """
    asked = [(key, *_ask(key, kpi)) for key, _group, kpi in definitions.every()]
    _keep(day, [KPIValue(key=key, day=day, state=state, value=value) for key, state, value in asked])
    return [key for key, state, _value in asked if state == State.FAILED]


def _ask(key: str, kpi: KPI) -> tuple[str, float | None]:
    try:
        with transaction.atomic():  # a statement the database refused spoils no later one
            value = kpi.measure()
    except Exception:  # whatever is wrong with one figure, the others are measured
        log.exception("The figure %s could not be measured", key)
        return State.FAILED, None
    if value is None:
        return State.NOT_MEASURED, None
    if not math.isfinite(value):
        log.error("The figure %s is no number", key)
        return State.FAILED, None
    return State.MEASURED, float(value)


@transaction.atomic
def _keep(day: date, rows: list[KPIValue]) -> None:
    now = timezone.now()
    for row in rows:
        row.measured_at = now
    KPIValue.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["key", "day"], update_fields=["state", "value", "measured_at"]
    )
    many = {state.lower(): sum(row.state == state for row in rows) for state in State.values}
    record("metrics.measured", subject=f"day:{day}", actor=SYSTEM, data=many)


@transaction.atomic
def set_target(actor: Actor, key: str, kpi: KPI, value: float | None, because: str) -> KPITarget:
    """From now on this is wanted; None: nothing is. Raises NoTarget. Diary: `metrics.target_set`."""
    if kpi.lawful is not None or not kpi.better:
        raise NoTarget(key)
    row = KPITarget.objects.create(key=key, value=value, because=because, staff=actor.staff)
    record("metrics.target_set", subject=f"target:{row.pk}", actor=actor.key, data={"key": key, "value": value})
    return row
