"""What if: a planner asks, a job answers, the answer stays beside the question."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.events.actions import record
from stadtkern.lib.traffic import closing

from ..models import Scenario, Work
from ..traffic import town
from .counts import Refused

MOST_STREETS = 10
KEEP = timedelta(days=365)


def ask(actor: Actor, title: str, streets: Sequence[str], once: uuid.UUID) -> Scenario:
    """Put the question; the same form again finds the first. Raises Refused."""
    if actor.staff is None:
        raise ValueError("Only staff asks")
    known = set(town.names())
    chosen = list(dict.fromkeys(name for name in streets if name))
    if not chosen or any(name not in known for name in chosen):
        raise Refused(_("Wählen Sie eine Straße aus der Liste. Sie gilt als gesperrt auf ganzer Länge."))
    if len(chosen) > MOST_STREETS:
        raise Refused(_("Höchstens zehn Straßen auf einmal."))
    clean = "".join(sign for sign in title if sign.isprintable()).strip()[:120] or ", ".join(chosen)[:120]
    try:
        with transaction.atomic():
            row = Scenario.objects.create(title=clean, streets=chosen, once=once, staff=actor.staff)
            record("scenario.asked", subject=str(row), actor=actor.key, data={"streets": len(chosen)})
            app.configure_task("mobility.scenario", queue="default").defer(pk=row.pk)
            return row
    except IntegrityError:
        return Scenario.objects.get(once=once)


def work_on(pk: int) -> None:
    """Answer it. A job that runs twice answers once more with the same figures."""
    row = Scenario.objects.filter(pk=pk).exclude(state=Work.DONE).first()
    if row is None:
        return
    _note(row, Work.RUNNING, 1)
    try:
        streets, trips, told = town.demand()
        result = closing.close(streets, trips, row.streets, lambda share: _note(row, Work.RUNNING, int(5 + 90 * share)))
    except closing.NothingToClose:
        _finish(row, Work.FAILED, {}, _("Auf dieser Straße fahren in unserem Straßennetz keine Autos."))
    else:
        _finish(row, Work.DONE, {**asdict(result), "lost": town.by_district(result.lost), **told}, "")


@transaction.atomic
def _note(row: Scenario, state: str, progress: int) -> None:
    """How far the job is; a passing figure, no line in the diary."""
    Scenario.objects.filter(pk=row.pk).update(state=state, progress=min(99, progress))


@transaction.atomic
def _finish(row: Scenario, state: str, result: dict[str, object], problem: str) -> None:
    row.state, row.result, row.problem, row.progress = state, result, problem, 100
    row.save(update_fields=["state", "result", "problem", "progress"])
    record("scenario.answered", subject=str(row), actor=SYSTEM, data={"state": state})


@transaction.atomic
def forget(now: datetime) -> int:
    """Questions older than a year."""
    gone, _rows = Scenario.objects.filter(at__lt=now - KEEP).delete()
    if gone:
        record("scenario.forgotten", subject="traffic", actor=SYSTEM, data={"rows": gone})
    return gone
