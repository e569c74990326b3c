"""The queue of a wave: draw it, call people up, close it; and the operator's switches."""

import time
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from stadtkern.kernel.city.profile import city
from stadtkern.kernel.events.actions import record

from .. import plan, release, search, statement
from ..admission.estimate import Snapshot, spread
from ..models import CELL, Matter, Ticket, Wave
from ..models.wave import QUEUE_LASTS
from ..need import Need, need_of_one
from ..refusals import Refused

STEP = 2.0  # seconds between two looks whether more people can be called, however many processes there are
TURN_SECONDS = 600.0  # how long a turn lasts
KEEP_DAYS = 7
PREPARED, QUEUE_BEFORE = timedelta(hours=36), timedelta(minutes=60)
SYSTEM = "system"
_STEPS = 20161  # advisory locks: one process takes the step of a wave

_HELD = """
SELECT count(*) FROM appointments_appointment
WHERE status = 'HELD' AND held_until > now() AND date BETWEEN %s AND %s AND matter_id = %s
"""
_DRAW = """
UPDATE appointments_ticket t SET place = r.place
FROM (SELECT id, row_number() OVER (ORDER BY lot) AS place FROM appointments_ticket WHERE wave_id = %s) r WHERE t.id = r.id
"""
_BOOKED = """
SELECT count(*) FROM appointments_ticket t
WHERE t.wave_id = %(wave)s AND t.place <= %(upto)s AND coalesce(t.moved_to, t.place) <= %(upto)s AND EXISTS (
    SELECT FROM appointments_appointment a WHERE a.account_id = t.account_id AND a.matter_id = %(matter)s
    AND a.date BETWEEN %(first)s AND %(last)s AND a.status IN ('HELD', 'BOOKED', 'ARRIVED', 'CALLED', 'DONE'))
"""


def advance(wave: int) -> Snapshot | None:
    """The wave as it is now; draws it when the moment has come and calls up who may. None: no such wave, or its matter is
    not offered any more."""
    row = Wave.objects.select_related("matter").filter(pk=wave).first()
    if row is None:
        return None
    now = timezone.now()
    try:
        free = _free(row, now)
    except Refused:
        return None
    waiting, closed = _waiting(row), row.opens_at <= now - QUEUE_LASTS
    rested = row.stepped_at is None or now - row.stepped_at > timedelta(seconds=STEP)
    more = row.drawn_at is None or (rested and row.called < row.joined and not row.paused)
    if row.opens_at <= now and row.gone_at is None and not closed and (more or not free):
        row = _step(row.pk, now) or row
        free = _free(row, now)
    return _snapshot(row, free, waiting, closed)


def draw_due(wave: int, now: datetime) -> None:
    """Draw it, if the moment has come and nobody has done it: for those who stand before the door just then."""
    with transaction.atomic():
        row = _locked(wave)
        if row is not None and row.drawn_at is None and row.opens_at <= now:
            _draw(row, _free(row, now), now)
            row.stepped_at = now
            row.save()


def lots_of(wave: int) -> list[int]:
    """The lots of those who were drawn, in order: with them every process works out places without asking."""
    drawn = Wave.objects.values_list("drawn", flat=True).get(pk=wave)
    return list(Ticket.objects.filter(wave=wave, place__lte=drawn).order_by("place").values_list("lot", flat=True))


def _step(key: int, now: datetime) -> Wave | None:
    """One step, by whoever comes first; None when somebody else is just doing it.

    The row itself is waited for: people who joined a moment ago have it, and passing over it would put off the drawing for as
    long as somebody joins.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_STEPS, key])
            if not cursor.fetchone()[0]:
                return None
        wave = _locked(key)
        if wave is None or wave.gone_at:
            return wave
        free = _free(wave, now)
        if wave.drawn_at is None:
            _draw(wave, free, now)
        elif not wave.paused:
            _call(wave, free, now)
        if not free and not _held(wave):
            wave.gone_at = now
            record("wave.gone", subject=f"wave:{wave.pk}", actor=SYSTEM, data={"slots": wave.slots, "joined": wave.joined})
        wave.stepped_at = now
        wave.save()
        return wave


def _locked(key: int) -> Wave | None:
    rows = Wave.objects.select_for_update(no_key=True, of=("self",)).select_related("matter")
    return rows.filter(pk=key).first()


def _draw(wave: Wave, free: int, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_DRAW, [wave.pk])
        wave.drawn = wave.joined = cursor.rowcount
    wave.drawn_at, wave.slots = now, free
    wave.calls_at = now.replace(microsecond=0) + timedelta(seconds=ceil(spread(wave.drawn)) + 2)  # a whole second to tell
    wave.called = min(wave.drawn, free)
    wave.turns = [[wave.called, wave.calls_at.timestamp() + wave.called / wave.rate]]
    record("wave.drawn", subject=f"wave:{wave.pk}", actor=SYSTEM, data={"slots": free, "drawn": wave.drawn})


def _call(wave: Wave, free: int, now: datetime) -> None:
    """Call as many more as there are free times nobody has in hand; nobody is called for nothing."""
    if wave.called >= wave.joined or not free or wave.calls_at is None:
        return
    late = now.timestamp() - TURN_SECONDS
    over = max((upto for upto, at in wave.turns if at < late), default=0)  # their turns are over
    in_hand = wave.called - over - _booked(wave, wave.called) + _booked(wave, over)
    passed = (now - (wave.stepped_at or now)).total_seconds()
    more = min(free - in_hand, wave.joined - wave.called, ceil(wave.rate * min(passed, 5.0)))
    if more <= 0:
        return
    wave.called += more
    if len(wave.turns) > 1 and now.timestamp() - wave.turns[-1][1] < 2:
        wave.turns[-1][0] = wave.called
    else:
        wave.turns.append([wave.called, now.timestamp()])


def _free(wave: Wave, now: datetime) -> int:
    """Visits there is still room for, none of them past. Raises Refused."""
    need = need_of_one(wave.matter)
    today, late = plan.late(now + search.lead(), need.before)
    given: dict[str, Any] = {
        "first": wave.first, "last": wave.last, "opens_at": wave.opens_at, "matter": wave.matter_id, "mask": _mask(need),
        "channel": need.wish.channel, "today": today, "late": late,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(statement.count(need.cells), given)
        return int(cursor.fetchone()[0])


def _mask(need: Need) -> str:
    return plan.grid(need.step, need.before // CELL, cells=need.minutes // CELL)


def _held(wave: Wave) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [wave.first, wave.last, wave.matter_id])
        return int(cursor.fetchone()[0])


def _booked(wave: Wave, upto: int) -> int:
    """How many of the first so many places have an appointment of this wave."""
    if not upto:
        return 0
    with connection.cursor() as cursor:
        days = {"first": wave.first, "last": wave.last}
        given: dict[str, Any] = {"wave": wave.pk, "upto": upto, "matter": wave.matter_id, **days}
        cursor.execute(_BOOKED, given)
        return int(cursor.fetchone()[0])


def _waiting(wave: Wave) -> int:
    return wave.joined if wave.drawn_at else Ticket.objects.filter(wave=wave).count()


def _snapshot(wave: Wave, free: int, waiting: int, closed: bool) -> Snapshot:
    return Snapshot(
        wave=wave.pk, opens_at=wave.opens_at.timestamp(), queue_from=wave.queue_from.timestamp(), read_at=time.time(),
        waiting=wave.joined or waiting, drawn=wave.drawn, drawn_at=_seconds(wave.drawn_at), calls_at=_seconds(wave.calls_at),
        rate=wave.rate, called=wave.called, turns=tuple((upto, at) for upto, at in wave.turns), slots=wave.slots, free=free,
        paused=wave.paused, closed=closed, gone=wave.gone_at is not None, gone_at=_seconds(wave.gone_at),
        turn_seconds=TURN_SECONDS,
    )  # fmt: skip


def _seconds(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0


def prepare_waves(now: datetime | None = None) -> int:
    """Waves of contested matters that open within a day and a half, so that people can see and join them. Returns how many
    are new. Diary: `wave.prepared`."""
    now, fresh = now or timezone.now(), 0
    for rule in release.load(city().folder / "appointments.toml"):
        opening = rule.next(now)
        if not rule.contested or opening.at - now > PREPARED:
            continue
        for matter in Matter.objects.filter(key__in=rule.matters, active=True):
            with transaction.atomic():
                told = {"queue_from": opening.at - QUEUE_BEFORE, "first": opening.first, "last": opening.last}
                wave, is_new = Wave.objects.get_or_create(matter=matter, opens_at=opening.at, defaults=told)
                if wave.first > opening.first or wave.last < opening.last:  # several rules open other days at this moment
                    wave.first, wave.last = min(wave.first, opening.first), max(wave.last, opening.last)
                    wave.save(update_fields=["first", "last"])
                if is_new:
                    record("wave.prepared", subject=str(wave), actor=SYSTEM, data={"matter": matter.pk})
                    fresh += 1
    return fresh


def switch(actor_key: str, wave: Wave, *, paused: bool, rate: float, now: datetime | None = None) -> None:
    """The operator holds the queue or lets it go on, faster or slower (of those not called yet). Diary: `wave.switched`.

    Whoever was called has the rest of the turn afterwards: the time it was held does not count.
    """
    now = now or timezone.now()
    with transaction.atomic():
        row = Wave.objects.select_for_update(no_key=True).get(pk=wave.pk)
        if row.paused and not paused and row.paused_at:
            rest = now - row.paused_at
            row.turns = [[upto, at + rest.total_seconds()] for upto, at in row.turns]
            row.calls_at = row.calls_at + rest if row.calls_at else None
        row.paused_at = (row.paused_at or now) if paused else None
        row.paused, row.rate = paused, rate
        row.save(update_fields=["paused", "paused_at", "rate", "turns", "calls_at"])
        record("wave.switched", subject=f"wave:{wave.pk}", actor=actor_key, data={"paused": paused, "rate": rate})


def forget_tickets(now: datetime) -> int:
    """Who stood in a queue a week ago is nobody's business any more; the figures of the wave stay."""
    return Ticket.objects.filter(wave__opens_at__lt=now - timedelta(days=KEEP_DAYS)).delete()[0]
