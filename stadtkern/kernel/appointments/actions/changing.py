"""A clerk changes hours or sets an exception. Appointments that no longer fit stay, and are listed, until somebody decides."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record

from .. import search
from ..models import Appointment, Counter, Hours, Place, SpecialDay
from ..outside import keys_outside, outside
from ..plan import Span
from ..refusals import Refused
from .asking import line
from .booking import move, wish_of
from .opening import generate_days

Weekday = tuple[int, time, time]


class Then(StrEnum):
    """What happens to appointments that would lie outside the new hours."""

    REFUSE = "refuse"  # nothing changes, they are named
    KEEP = "keep"  # they stay where they are, and on the list
    MOVE = "move"  # to the nearest free time of the same place (search.instead); those without one stay on the list


class InTheWay(Refused):
    """Appointments lie outside the hours that were asked for."""

    def __init__(self, rows: Sequence[Appointment]) -> None:
        self.rows = list(rows)
        super().__init__(_("%(count)s gebuchte Termine lägen außerhalb der neuen Zeiten.") % {"count": len(rows)})


def change_hours(
    actor: Actor,
    place: Place,
    hours: Iterable[Weekday],
    *,
    counter: Counter | None = None,
    valid_from: date | None = None,
    then: Then = Then.KEEP,
    now: datetime | None = None,
) -> list[Appointment]:
    """New weekly hours of a place or a counter from a day on (today if none is given); the old ones end the day before.

    Returns the appointments that lie outside now. Diary: `hours.changed`.
    """
    start, entered = valid_from or timezone.localdate(now), list(hours)
    if any(not 0 <= weekday <= 6 or opens >= closes for weekday, opens, closes in entered):
        raise Refused(_("Jede Öffnungszeit braucht einen Wochentag und ein Ende, das nach dem Anfang liegt."))
    with transaction.atomic():
        _lock(place)
        before = keys_outside([place.pk], timezone.localdate(now))
        own = Hours.objects.filter(place=place, counter=counter)
        own.filter(valid_from__gte=start).delete()
        old = own.filter(Q(valid_until=None) | Q(valid_until__gte=start))
        old.update(valid_until=start - timedelta(days=1))
        Hours.objects.bulk_create(
            Hours(place=place, counter=counter, weekday=weekday, opens=opens, closes=closes, valid_from=start)
            for weekday, opens, closes in entered
        )
        record("hours.changed", subject=f"place:{place.pk}", actor=actor.key, data=_who(counter) | {"from": start.isoformat()})
        found = _settle(actor, place, before, then, now)
    return found


def set_exception(
    actor: Actor,
    place: Place,
    first: date,
    last: date,
    hours: Sequence[Span] = (),
    *,
    counter: Counter | None = None,
    reason: str = "",
    then: Then = Then.KEEP,
    now: datetime | None = None,
) -> list[Appointment]:
    """Closed (no hours) or other hours on these days; also opens a holiday, or an extra counter. Diary: `exception.set`."""
    if last < first or (last - first).days > 400 or any(opens >= closes for opens, closes in hours):
        raise Refused(_("Das Ende liegt vor dem Anfang. Bitte prüfen Sie Tage und Uhrzeiten."))
    with transaction.atomic():
        _lock(place)
        before = keys_outside([place.pk], timezone.localdate(now))
        row = SpecialDay.objects.create(
            place=place, counter=counter, first=first, last=last, reason=line(reason, 200),
            hours=[[f"{opens:%H:%M}", f"{closes:%H:%M}"] for opens, closes in hours],
        )  # fmt: skip
        record("exception.set", subject=f"place:{place.pk}", actor=actor.key, data=_who(counter) | {"exception": row.pk})
        found = _settle(actor, place, before, then, now)
    return found


@transaction.atomic
def remove_exception(actor: Actor, special: SpecialDay, *, now: datetime | None = None) -> None:
    """The usual hours again. Diary: `exception.removed`."""
    place = special.place
    _lock(place)
    record("exception.removed", subject=f"place:{place.pk}", actor=actor.key, data={"exception": special.pk})
    SpecialDay.objects.filter(pk=special.pk).delete()
    generate_days(places=[place.pk], now=now)


def _settle(actor: Actor, place: Place, before: set[int], then: Then, now: datetime | None) -> list[Appointment]:
    generate_days(places=[place.pk], now=now)
    today = timezone.localdate(now)
    keys = keys_outside([place.pk], today)
    if not keys:
        return []
    fresh = [row for row in outside([place.pk], today) if row.pk not in before]
    if fresh and then == Then.REFUSE:
        raise InTheWay(fresh)
    if then == Then.MOVE:
        for row in fresh:
            if row.status == Appointment.Status.BOOKED:  # who is filling in the form, or standing here, is told by a person
                _move_near(actor, row, now)
    return list(outside([place.pk], today))


def _move_near(actor: Actor, row: Appointment, now: datetime | None) -> None:
    for found in search.instead(wish_of(row), row.place.key, row.starts_at, now=now):
        try:
            move(actor, row, found.place, found.starts_at, by_clerk=True, now=now)
            return
        except Refused:
            continue


def _lock(place: Place) -> None:
    """Two clerks change the hours of one place one after the other."""
    Place.objects.select_for_update().get(pk=place.pk)


def _who(counter: Counter | None) -> dict[str, int]:
    return {"counter": counter.pk} if counter else {}
