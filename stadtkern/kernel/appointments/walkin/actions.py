"""Tickets: draw, call, call again, finish, not appeared, back, send on, give back, end the day. Appointments take part."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record
from stadtkern.lib import ids

from .. import actions as engine
from ..models import Appointment, Counter, Kiosk, Matter, Place, Tickets, Visit
from ..refusals import Refused
from . import room

MOST_NUMBER = 999
Status = Visit.Status


class NoTicket(Refused):
    """The queue would not be served before closing, or nobody serves this today: an appointment is offered instead."""


@transaction.atomic
def draw(place: Place, matter: Matter) -> tuple[Visit, str]:
    """The next number, and the code of its address. Nothing about the person is asked or kept."""
    now = timezone.now()
    day = timezone.localdate(now)
    Tickets.objects.get_or_create(place=place, date=day)
    drawn = Tickets.objects.select_for_update().get(place=place, date=day)
    if drawn.closed:
        raise NoTicket(_("Für heute werden keine Wartenummern mehr ausgegeben."))
    found = room.expected(place, matter, now)
    if found.closes_at is None:
        raise NoTicket(_("Dieses Anliegen bedient heute niemand mehr."))
    if found.full or drawn.last >= MOST_NUMBER:
        raise NoTicket(_("Bis wir schließen, kommen Sie heute voraussichtlich nicht mehr an die Reihe."))
    drawn.last += 1
    drawn.save(update_fields=["last"])
    code = ids.secret()
    visit = Visit.objects.create(
        place=place, date=day, kind=Visit.Kind.TICKET, number=drawn.last, label=f"{drawn.last:03d}", matter=matter,
        came_at=now, code_digest=ids.digest(code),
    )  # fmt: skip
    record("visit.drawn", subject=str(visit), actor="anonymous", data={"place": place.pk, "matter": matter.pk})
    return visit, code


@transaction.atomic
def give_back(code: str) -> Visit | None:
    """The ticket is not needed any more; a second time changes nothing."""
    visit = Visit.objects.select_for_update().by_code(code).first()
    if visit is None or visit.status != Status.WAITING:
        return visit
    _move(visit, Status.LEFT, done_at=timezone.now())
    record("visit.left", subject=str(visit), actor="anonymous")
    return visit


@transaction.atomic
def arrive(actor: Actor, appointment: Appointment) -> Visit:
    """Somebody with an appointment is here: takes a seat in the waiting room, before tickets unless far too late."""
    if appointment.date != timezone.localdate():
        raise Refused(_("Dieser Termin ist nicht heute."))
    row = engine.arrive(actor, appointment)
    now = timezone.now()
    late = now > row.starts_at + room.LATE
    visit, _new = Visit.objects.get_or_create(
        appointment=row,
        defaults={
            "place_id": row.place_id, "date": row.date, "kind": Visit.Kind.APPOINTMENT, "label": f"T {row.number[-4:]}",
            "matter_id": row.matter_id, "due_at": None if late else row.starts_at, "came_at": now,
        },
    )  # fmt: skip
    if visit.status != Status.WAITING:
        _move(visit, Status.WAITING, counter=None, called_at=None, done_at=None, recalls=0)
    return visit


# One statement chooses and takes: rows another counter is just taking are passed over, nobody waits for a lock.
_NEXT = """
UPDATE appointments_visit SET status = 'CALLED', counter_id = %(counter)s, called_at = %(now)s,
    announced_at = %(now)s, recalls = 0
WHERE id = (
    SELECT v.id FROM appointments_visit v LEFT JOIN appointments_appointment a ON a.id = v.appointment_id
    WHERE v.place_id = %(place)s AND v.date = %(day)s AND v.status = 'WAITING'
      AND (v.target_id = %(counter)s
           OR v.target_id IS NULL AND (v.matter_id = ANY(%(matters)s) OR a.counter_id = %(counter)s))
    ORDER BY CASE WHEN v.due_at IS NULL THEN 1 WHEN v.due_at <= %(soon)s THEN 0 ELSE 2 END,
      COALESCE(v.due_at, v.came_at), a.counter_id = %(counter)s DESC NULLS LAST, v.id
    LIMIT 1 FOR UPDATE OF v SKIP LOCKED)
  AND status = 'WAITING'
RETURNING id
"""


@transaction.atomic
def call_next(actor: Actor, counter: Counter) -> Visit | None:
    """Finish what is going on at this counter and call whoever is next; None when nobody waits for it."""
    _lock(counter)
    current = Visit.objects.filter(counter=counter, status=Status.CALLED).first()
    if current:
        done(actor, current)
    assert actor.staff is not None
    now = timezone.now()
    values: dict[str, Any] = {
        "counter": counter.pk, "place": counter.place_id, "day": timezone.localdate(now), "now": now,
        "soon": now + room.EARLY, "matters": sorted(room.can_serve(counter, actor.staff, timezone.localdate(now))),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, values)
        found = cursor.fetchone()
    return _called(actor, Visit.objects.get(pk=found[0])) if found else None


@transaction.atomic
def call(actor: Actor, counter: Counter, visit: Visit) -> Visit:
    """Call this one, out of turn."""
    _lock(counter)
    row = _locked(visit)
    if row.status == Status.CALLED and row.counter_id == counter.pk:
        return row
    if row.status != Status.WAITING or row.place_id != counter.place_id or row.date != timezone.localdate():
        raise Refused(_("Nummer %(label)s wartet nicht mehr.") % {"label": row.label})
    if Visit.objects.filter(counter=counter, status=Status.CALLED).exists():
        raise Refused(_("An diesem Schalter ist noch jemand. Beenden Sie das Gespräch zuerst."))
    try:
        with transaction.atomic():
            now = timezone.now()
            _move(row, Status.CALLED, counter=counter, called_at=now, announced_at=now, recalls=0)
    except IntegrityError as problem:
        raise Refused(_("An diesem Schalter ist noch jemand. Beenden Sie das Gespräch zuerst.")) from problem
    return _called(actor, row)


@transaction.atomic
def recall(actor: Actor, visit: Visit) -> Visit:
    """The display shows it again, and counts how often."""
    row = _expect(visit, Status.CALLED)
    _move(row, Status.CALLED, announced_at=timezone.now(), recalls=min(row.recalls + 1, 99))
    record("visit.recalled", subject=str(row), actor=actor.key, data={"counter": row.counter_id})
    return row


@transaction.atomic
def done(actor: Actor, visit: Visit) -> Visit:
    """Served; a second click changes nothing."""
    return _end(actor, visit, Status.DONE)


@transaction.atomic
def missed(actor: Actor, visit: Visit) -> Visit:
    """Called, and nobody came."""
    return _end(actor, visit, Status.MISSED)


@transaction.atomic
def back(actor: Actor, visit: Visit) -> Visit:
    """Undo: from called, finished or missed back to the seat they had, today only."""
    row = _locked(visit)
    if row.status == Status.WAITING:
        return row
    if row.date != timezone.localdate() or row.status == Status.LEFT:
        raise Refused(_("Das lässt sich nicht mehr zurücknehmen."))
    if row.appointment is not None and row.status == Status.MISSED:
        engine.arrive(actor, row.appointment)  # takes the time again, if nobody else has it by now
    _move(row, Status.WAITING, counter=None, called_at=None, done_at=None, recalls=0)
    try:
        with transaction.atomic():
            _sync(row, Appointment.Status.ARRIVED, called_at=None, done_at=None, ended_at=None)
    except IntegrityError as problem:  # appointment_limit: finished, and meanwhile another one was booked
        said = _(
            "Diese Person hat inzwischen einen neuen Termin für dasselbe Anliegen. Das lässt sich nicht mehr zurücknehmen."
        )
        raise Refused(said) from problem
    record("visit.returned", subject=str(row), actor=actor.key)
    return row


@transaction.atomic
def send_on(actor: Actor, visit: Visit, *, counter: Counter | None = None, matter: Matter | None = None) -> Visit:
    """To another counter or for another matter, without losing the turn."""
    row = _locked(visit)
    if row.status not in (Status.CALLED, Status.WAITING):
        raise Refused(_("Nummer %(label)s ist nicht mehr da.") % {"label": row.label})
    if counter is not None and (counter.place_id != row.place_id or not counter.active):
        raise Refused(_("Diesen Schalter gibt es hier nicht."))
    if counter is None and matter is None:
        raise Refused(_("Wählen Sie einen Schalter oder ein Anliegen."))
    if matter is not None and matter.pk not in {m.pk for m in room.matters_of(row.place, row.date)}:
        raise Refused(_("Dieses Anliegen bedient hier heute niemand."))
    _move(row, Status.WAITING, counter=None, called_at=None, recalls=0, target=counter, matter=matter or row.matter)
    _sync(row, Appointment.Status.ARRIVED, called_at=None)
    data = {"counter": counter.pk if counter else None, "matter": row.matter_id}
    record("visit.sent_on", subject=str(row), actor=actor.key, data=data)
    return row


@transaction.atomic
def end_day(actor: Actor, place: Place, *, closed: bool = True) -> None:
    """No new tickets today (or again)."""
    day = timezone.localdate()
    Tickets.objects.get_or_create(place=place, date=day)
    if Tickets.objects.filter(place=place, date=day).exclude(closed=closed).update(closed=closed):
        record("place.tickets_ended" if closed else "place.tickets_opened", subject=f"place:{place.pk}", actor=actor.key)


@transaction.atomic
def admit_kiosk(actor: Actor, place: Place, title: str) -> tuple[Kiosk, str]:
    """A device that may draw tickets here; its secret is shown once."""
    secret = ids.secret()
    kiosk = Kiosk.objects.create(place=place, title=title, digest=ids.digest(secret))
    record("kiosk.admitted", subject=str(kiosk), actor=actor.key, data={"place": place.pk})
    return kiosk, secret


@transaction.atomic
def end_kiosk(actor: Actor, kiosk: Kiosk) -> None:
    """The device draws no more; a second time changes nothing."""
    if Kiosk.objects.filter(pk=kiosk.pk, ended_at=None).update(ended_at=timezone.now()):
        record("kiosk.ended", subject=str(kiosk), actor=actor.key)


@transaction.atomic
def close_old() -> int:
    """By the clock: whoever still waits on a day that is over has gone; who was at a counter was served."""
    today = timezone.localdate()
    left = Visit.objects.filter(date__lt=today, status=Status.WAITING).update(status=Status.LEFT)
    ended = 0
    for row in Visit.objects.select_for_update().filter(date__lt=today, status=Status.CALLED)[:500]:
        _move(row, Status.DONE, done_at=None)  # when is not known, and is not invented
        _sync(row, Appointment.Status.DONE, done_at=row.called_at)
        ended += 1
    if left or ended:
        record("visit.closed", subject="room:appointments", actor="system", data={"left": left, "done": ended})
    return left + ended


@transaction.atomic
def forget_old(before: datetime) -> int:
    """Visits past their time; the figures of their hours stay."""
    old = Visit.objects.filter(date__lt=timezone.localdate(before)).values_list("pk", flat=True)[:2000]
    gone, _each = Visit.objects.filter(pk__in=list(old)).delete()
    if gone:
        Tickets.objects.filter(date__lt=timezone.localdate(before)).delete()
        record("visit.forgotten", subject="room:appointments", actor="system", data={"visits": gone})
    return gone


def _called(actor: Actor, row: Visit) -> Visit:
    if row.appointment is not None:
        engine.call(actor, row.appointment)
    record("visit.called", subject=str(row), actor=actor.key, data={"counter": row.counter_id})
    return row


def _end(actor: Actor, visit: Visit, status: Visit.Status) -> Visit:
    row = _locked(visit)
    if row.status == status:
        return row
    row = _expect(row, Status.CALLED)
    _move(row, status, done_at=timezone.now())
    if row.appointment is not None:
        (engine.finish if status == Status.DONE else engine.miss)(actor, row.appointment)
    record(f"visit.{status.lower()}", subject=str(row), actor=actor.key, data={"counter": row.counter_id})
    return row


def _move(row: Visit, status: Visit.Status, **changes: Any) -> None:
    row.status = status
    for name, value in changes.items():
        setattr(row, name, value)
    row.save()


def _sync(row: Visit, status: Appointment.Status, **changes: Any) -> None:
    """The appointment behind a visit goes along."""
    if row.appointment_id is not None:
        Appointment.objects.filter(pk=row.appointment_id).update(status=status, **changes)


def _lock(counter: Counter) -> None:
    """Two clicks at one counter come one after the other; counters do not wait for each other."""
    Counter.objects.select_for_update(no_key=True).get(pk=counter.pk)


def _locked(visit: Visit) -> Visit:
    return Visit.objects.select_for_update(of=("self",)).select_related("place", "matter").get(pk=visit.pk)


def _expect(visit: Visit, status: Visit.Status) -> Visit:
    row = _locked(visit)
    if row.status != status:
        raise Refused(_("Nummer %(label)s ist nicht mehr am Schalter.") % {"label": row.label})
    return row
