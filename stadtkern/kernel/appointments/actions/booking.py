"""From hold to appointment, to another time, to none."""

import json
from collections.abc import Sequence
from copy import copy
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record
from stadtkern.lib import ids

from .. import limits, link, plan, queries, search, statement
from ..models import CELL, Appointment, Matter, Place, Waiting
from ..need import need_of
from ..refusals import MustQueue, Refused, Taken
from ..wish import Wish
from .again import once_more
from .asking import Asked, choose_points, line, too_many
from .holding import give_back, held_by, twice
from .offering import offer_freed

Status = Appointment.Status
BOOKED = [
    "name", "names", "email", "phone", "about", "account_id", "company_id", "mandate_id", "limits", "status", "booked_at",
    "held_until", "ended_at", "seed", "code_digest",
]  # fmt: skip


@once_more
def confirm(
    actor: Actor,
    appointment: Appointment,
    *,
    name: str,
    email: str = "",
    phone: str = "",
    names: Sequence[str] = (),
    about: str = "",
    for_other: bool = False,
    now: datetime | None = None,
) -> Appointment:
    """The hold becomes an appointment; after its time is over too, if nobody took it meanwhile. A second click changes nothing.

    Raises Taken (with the nearest others), TooMany, Refused. Diary: `appointment.booked`.
    """
    now, name = now or timezone.now(), line(name, 200)
    if not name:
        raise Refused(_("Bitte geben Sie Ihren Namen an."))
    try:
        with transaction.atomic():
            row, waiting, others = _for_confirmation(appointment)
            if row.status == Status.BOOKED:
                return row
            _still_ours(row, now)
            row.name, row.names = name, [line(one, 200) for one in names][: row.persons - 1]
            row.email, row.phone, row.about = line(email, 254), line(phone, 40), about or row.about
            if not for_other and not (row.account_id or row.company_id):  # signed in since
                row.account, row.company, row.mandate = actor.owner, actor.company, actor.mandate
            if waiting is not None:
                _answered(actor, waiting, now)
            if others:
                give_back(held_by(row.holder, row.pk, row.account_id), now, actor.key)
            _book(row, now)
            record("appointment.booked", subject=f"appointment:{row.pk}", actor=actor.key, data=facts(row))
    except IntegrityError as error:
        if "appointment_limit" in str(error):
            raise too_many() from error
        raise Taken(near=lambda: search.near(wish_of(appointment), appointment.starts_at)) from error
    return row


_CONFIRMED = """
    SELECT a.status, a.held_until, a.starts_at, a.counter_id, a.sequence, a.erased_at,
        (SELECT w.id FROM appointments_waiting w WHERE w.offer_id = a.id),
        EXISTS (SELECT FROM appointments_appointment o WHERE o.status = 'HELD' AND o.id <> a.id
            AND (o.holder = a.holder AND a.holder <> '' OR o.account_id = a.account_id))
    FROM appointments_appointment a WHERE a.id = %s FOR UPDATE OF a
"""
_TOLD = ("status", "held_until", "starts_at", "counter_id", "sequence", "erased_at")


def _for_confirmation(appointment: Appointment) -> tuple[Appointment, int | None, bool]:
    """Locked; the entry of the waiting list it was offered to; whether the same person holds others. What the caller has
    read is used again if it is still true."""
    with connection.cursor() as cursor:
        cursor.execute(_CONFIRMED, [appointment.pk])
        found = cursor.fetchone()
    if found is None:
        raise Appointment.DoesNotExist
    same = not appointment.get_deferred_fields() - {"span"} and found[:6] == tuple(getattr(appointment, one) for one in _TOLD)
    return (copy(appointment) if same and appointment.matter_id else _locked(appointment)), found[6], found[7]


def _still_ours(row: Appointment, now: datetime) -> None:
    if row.status not in (Status.HELD, Status.EXPIRED) or row.erased_at:
        raise Refused(_("Dieser Termin ist nicht mehr reserviert. Bitte wählen Sie ihn neu."))
    if row.starts_at <= now:
        raise Refused(_("Diese Zeit ist schon vorbei. Wählen Sie bitte eine spätere."))
    if row.status == Status.EXPIRED:
        _take_again(row)


def _book(row: Appointment, now: datetime) -> None:
    matters = [row.matter]
    if len(row.matters) > 1:
        matters = list(Matter.objects.filter(key__in=[key for key, _count in row.matters]))
    row.limits = choose_points(matters, limits.subject_of(row.company_id, row.account_id, row.email, row.holder), row.pk)
    row.status, row.booked_at, row.held_until, row.ended_at = Status.BOOKED, now, None, None
    row.seed = link.new_seed()
    row.code_digest = ids.digest(link.code_from(row.seed))
    with connection.cursor() as cursor:
        given = {name: getattr(row, name) for name in BOOKED} | {"names": json.dumps(row.names), "id": row.pk}
        cursor.execute(_BOOK, given)


_BOOK = f"UPDATE appointments_appointment SET {', '.join(f'{one} = %({one})s' for one in BOOKED)} WHERE id = %(id)s"  # noqa: S608


@once_more
def cancel(actor: Actor, appointment: Appointment, *, now: datetime | None = None) -> Appointment:
    """Give the time back; a second click changes nothing. Diary: `appointment.cancelled`."""
    now = now or timezone.now()
    with transaction.atomic():
        row = _locked(appointment)
        if row.status in (Status.CANCELLED, Status.EXPIRED):
            return row
        if row.status not in (Status.HELD, Status.BOOKED) or row.ends_at <= now:
            raise Refused(_("Dieser Termin kann nicht mehr abgesagt werden."))
        if row.status == Status.HELD:
            give_back([row], now, actor.key)
            return _locked(row)
        row.status, row.ended_at, row.sequence = Status.CANCELLED, now, row.sequence + 1
        row.save(update_fields=["status", "ended_at", "sequence"])
        with connection.cursor() as cursor:
            cursor.execute(statement.GIVE_BACK, {"appointment": row.pk})
        record("appointment.cancelled", subject=f"appointment:{row.pk}", actor=actor.key, data=facts(row))
        offer_freed([row.date], now)
    return row


@once_more
def move(
    actor: Actor,
    appointment: Appointment,
    place: Place,
    starts_at: datetime,
    *,
    by_clerk: bool = False,
    another_counter: bool = False,
    now: datetime | None = None,
) -> Appointment:
    """Another time for the same visit, in one step: if the new one is gone, the old one stays. Diary: `appointment.moved`.

    Number, link and person stay; the new time may overlap the old one. `another_counter`: the same time will do, where
    the own counter is no longer there. Raises Taken, MustQueue, Refused.
    """
    now = now or timezone.now()
    day = starts_at.astimezone(plan.BERLIN).date()

    @transaction.atomic
    def attempt(wait: bool) -> Appointment:
        row = _locked(appointment)
        if row.status != Status.BOOKED or row.ends_at <= now:
            raise Refused(_("Dieser Termin kann nicht mehr verschoben werden."))
        if row.place_id == place.pk and row.starts_at == starts_at and not another_counter:
            return row
        if not by_clerk and (wave := queries.queue_for(wish_of(row), day, now)):
            raise MustQueue(wave.pk)
        was, old_date = {"from_counter": row.counter_id, "from": row.starts_at.isoformat()}, row.date
        asked = _asked(row, place, starts_at, by_clerk, now)
        with connection.cursor() as cursor:
            cursor.execute(statement.GIVE_BACK, {"appointment": row.pk})
            cursor.execute(statement.shift(asked.need.cells, wait=wait), asked.parameters("{}") | {"appointment": row.pk})
            if cursor.fetchone() is None:  # its own old cells come back with the rollback
                raise Taken(near=lambda: search.near(wish_of(row), starts_at))
        row = _locked(row)
        record("appointment.moved", subject=f"appointment:{row.pk}", actor=actor.key, data=facts(row) | was)
        offer_freed([old_date], now)
        return row

    return twice(attempt, now, [day])


def _asked(row: Appointment, place: Place, starts_at: datetime, by_clerk: bool, now: datetime) -> Asked:
    need, found = need_of(wish_of(row)), plan.cell_of(starts_at)
    cell = found[1] - need.before // CELL if found else -1
    if found is None or cell < 0 or found[1] * CELL % need.step:
        raise Refused(_("Zu dieser Uhrzeit beginnt kein Termin. Wählen Sie bitte eine der angebotenen Zeiten."))
    if starts_at < now + (timedelta(0) if by_clerk else search.lead()):
        raise Refused(_("Diese Zeit ist schon vorbei oder zu nah. Wählen Sie bitte eine spätere."))
    return Asked(need, [place.pk], [found[0]], plan.mask(cell, 1), now, row.holder, row.about, by_clerk)


def facts(row: Appointment) -> dict[str, Any]:
    """Ids and times only."""
    return {"counter": row.counter_id, "place": row.place_id, "matter": row.matter_id, "at": row.starts_at.isoformat()}


def _answered(actor: Actor, waiting: int, now: datetime) -> None:
    """An offer of the waiting list is taken; what it was to replace is given up in the same step."""
    entry = Waiting.objects.select_for_update(of=("self",)).get(pk=waiting)
    if entry.status not in (Waiting.Status.OFFERED, Waiting.Status.WAITING):
        return
    entry.status, entry.ended_at = Waiting.Status.TAKEN, now
    entry.save(update_fields=["status", "ended_at"])
    if entry.replaces and entry.replaces.status == Status.BOOKED:
        cancel(actor, entry.replaces, now=now)


def wish_of(row: Appointment) -> Wish:
    """What the visit is for, as a wish; for another time of the same kind."""
    return Wish(tuple((key, count) for key, count in row.matters), row.channel)


def _locked(appointment: Appointment) -> Appointment:
    rows = Appointment.objects.select_for_update(of=("self",)).select_related("place", "counter", "matter")
    return rows.get(pk=appointment.pk)


def _take_again(row: Appointment) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement.TAKE_AGAIN, {"appointment": row.pk})
        found = cursor.fetchone()
    if found is None:
        wish = wish_of(row)
        text = _("Die Reservierung ist abgelaufen, und der Termin ist inzwischen vergeben. Wählen Sie bitte eine andere Zeit.")
        raise Taken(text, lambda: search.near(wish, row.starts_at))
