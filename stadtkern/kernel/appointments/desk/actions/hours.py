"""Opening hours from the desk: changed by the engine's actions, with the former hours kept so that it can be undone."""

from collections.abc import Callable, Sequence
from datetime import date, time
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record

from ... import actions as engine
from ...actions.changing import InTheWay, Then, Weekday
from ...actions.changing import change_hours as _change
from ...actions.changing import set_exception as _except
from ...models import Appointment, Counter, Hours, HoursChange, Place
from ...outside import outside
from ...plan import Span
from ...refusals import Refused
from .roster import rehome


class Choice(StrEnum):
    """What the head of the office decides about appointments that fall outside."""

    ASK = "ask"  # change nothing yet, name them
    KEEP = "keep"
    MOVE = "move"  # and the person is told
    CANCEL = "cancel"  # and the person is told


@transaction.atomic
def change_hours(
    actor: Actor, place: Place, hours: Sequence[Weekday], *, counter: Counter | None, valid_from: date, choice: Choice
) -> list[Appointment]:
    """New weekly hours from a day on. Raises InTheWay with the appointments while nobody has decided about them."""
    if valid_from < timezone.localdate():
        raise Refused(_("Neue Zeiten gelten frühestens ab heute."))
    change = HoursChange.objects.create(place=place, counter=counter, before=_snapshot(place, counter), valid_from=valid_from)

    def once(then: Then) -> list[Appointment]:
        return _change(actor, place, hours, counter=counter, valid_from=valid_from, then=then)

    left = _decided(actor, once, choice)
    record("hours.entered", subject=f"place:{place.pk}", actor=actor.key, data={"change": change.pk, "then": choice.value})
    return left


@transaction.atomic
def set_exception(
    actor: Actor, place: Place, first: date, last: date, hours: Sequence[Span], *, counter: Counter | None, reason: str,
    choice: Choice,
) -> list[Appointment]:  # fmt: skip
    """Closed, shorter or longer on some days, for all or one counter (an extra counter opens so as well)."""
    if last < timezone.localdate():
        raise Refused(_("Diese Tage sind schon vorbei."))

    def once(then: Then) -> list[Appointment]:
        return _except(actor, place, first, last, hours, counter=counter, reason=reason, then=then)

    return _decided(actor, once, choice)


@transaction.atomic
def undo_hours(actor: Actor, change: HoursChange) -> list[Appointment]:
    """The hours as they were before the newest change. Appointments that were moved or called off stay so."""
    Place.objects.select_for_update().get(pk=change.place_id)
    newest = HoursChange.objects.filter(place=change.place_id, counter=change.counter_id, undone_at=None).first()
    if newest is None or newest.pk != change.pk:
        raise Refused(_("Nur die jüngste Änderung lässt sich zurücknehmen."))
    Hours.objects.filter(place=change.place_id, counter=change.counter_id).delete()
    Hours.objects.bulk_create(
        Hours(
            place_id=change.place_id, counter_id=change.counter_id, weekday=weekday, opens=time.fromisoformat(opens),
            closes=time.fromisoformat(closes), valid_from=_day(since), valid_until=_day(until),
        )
        for weekday, opens, closes, since, until in change.before
    )  # fmt: skip
    HoursChange.objects.filter(pk=change.pk).update(undone_at=timezone.now())
    record("hours.restored", subject=f"place:{change.place_id}", actor=actor.key, data={"change": change.pk})
    engine.generate_days(places=[change.place_id])
    return list(outside([change.place_id]))


def _decided(actor: Actor, once: Callable[[Then], list[Appointment]], choice: Choice) -> list[Appointment]:
    if choice == Choice.ASK:
        return once(Then.REFUSE)
    if choice == Choice.KEEP:
        return once(Then.KEEP)
    try:
        with transaction.atomic():
            return once(Then.REFUSE)
    except InTheWay as found:
        rows = found.rows
    once(Then.KEEP)
    if choice == Choice.MOVE:
        rehome(actor, rows)
    else:
        for row in rows:
            if row.status in ("HELD", "BOOKED"):
                engine.cancel(actor, row)
    return list(outside([rows[0].place_id]))


def _snapshot(place: Place, counter: Counter | None) -> list[list[Any]]:
    rows = Hours.objects.filter(place=place, counter=counter)
    return [
        [one.weekday, one.opens.isoformat(), one.closes.isoformat(), _iso(one.valid_from), _iso(one.valid_until)]
        for one in rows
    ]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
