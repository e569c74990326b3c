"""The queue of a wave: join it, draw it, call people up; and the operator's switches."""

import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from stadtkern.kernel.accounts import queries
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.events.actions import record

from .. import release, statement
from ..admission.estimate import Snapshot, spread
from ..models import Matter, Ticket, Wave

STEP = 2.0  # seconds between two looks whether more people can be called, however many processes there are
TURN_SECONDS = 600.0  # how long a turn lasts
PER_NETWORK = 500  # tickets from one network; a family, a library, a school stay far below
KEEP_DAYS = 7
PREPARED, QUEUE_BEFORE = timedelta(hours=36), timedelta(minutes=60)
SYSTEM = "system"

# Times that fit: of the days on which there is room for a visit at all, the free cells.
_FREE = """
SELECT coalesce(sum(bit_count(d.free)), 0)
FROM appointments_day d WHERE d.date BETWEEN %(first)s AND %(last)s AND d.opens_at = %(opens_at)s
AND d.matters @> ARRAY[%(matter)s]::bigint[] AND position(B'1' IN {runs}) > 0
"""
_HELD = """
SELECT count(*) FROM appointments_appointment
WHERE status = 'HELD' AND held_until > now() AND date BETWEEN %s AND %s AND matter_id = %s
"""
_DRAW = """
UPDATE appointments_ticket t SET place = r.place
FROM (SELECT id, row_number() OVER (ORDER BY lot) AS place FROM appointments_ticket WHERE wave_id = %s) r WHERE t.id = r.id
"""
# Whoever joins at the very moment of the drawing waits for it, and then stands behind.
_JOIN = """
WITH who AS (SELECT id, password FROM accounts_account WHERE id = %(account)s AND is_active),
own AS (SELECT id, lot, place FROM appointments_ticket WHERE wave_id = %(wave)s AND account_id = %(account)s),
near AS (SELECT count(*) AS people FROM appointments_ticket WHERE wave_id = %(wave)s AND network = %(network)s),
open AS (
    SELECT w.id FROM appointments_wave w WHERE w.id = %(wave)s AND w.drawn_at IS NULL AND EXISTS (SELECT FROM who)
    AND NOT EXISTS (SELECT FROM own) AND (SELECT people FROM near) < %(most)s FOR SHARE
), fresh AS (
    INSERT INTO appointments_ticket (wave_id, account_id, lot, network, joined_at)
    SELECT id, %(account)s, %(lot)s, %(network)s, now() FROM open
    ON CONFLICT (wave_id, account_id) DO UPDATE SET joined_at = appointments_ticket.joined_at RETURNING id, lot, place
)
SELECT who.password, t.id, t.lot, t.place, (SELECT people FROM near) >= %(most)s
FROM who LEFT JOIN (SELECT * FROM own UNION ALL SELECT * FROM fresh) t ON true
"""
_JOIN_BEHIND = """
WITH w AS (UPDATE appointments_wave SET joined = joined + 1 WHERE id = %(wave)s AND drawn_at IS NOT NULL RETURNING id, joined)
INSERT INTO appointments_ticket (wave_id, account_id, lot, place, network, joined_at)
SELECT id, %(account)s, %(lot)s, joined, %(network)s, now() FROM w
ON CONFLICT (wave_id, account_id) DO UPDATE SET joined_at = appointments_ticket.joined_at RETURNING id, lot, place
"""
_BOOKED = """
SELECT count(*) FROM appointments_ticket t WHERE t.wave_id = %s AND t.place <= %s AND EXISTS (
    SELECT FROM appointments_appointment a WHERE a.account_id = t.account_id AND a.matter_id = %s
    AND a.date BETWEEN %s AND %s AND a.status IN ('HELD', 'BOOKED', 'ARRIVED', 'CALLED', 'DONE'))
"""


class Crowded(Exception):
    """Too many tickets from one network."""


@dataclass(frozen=True)
class Joined:
    """A ticket, new or from before."""

    account: int
    password: str
    ticket: int
    lot: int
    place: int  # 0: drawn at the opening


def join(wave: int, session_key: str, network: str) -> Joined | None:
    """The ticket of the account that is signed in; joining again gives the same one. None: nobody is. Raises Crowded.

    Two round trips. No line in the diary: a ticket is a place to stand, like a session, and is forgotten after a week.
    """
    if (claim := queries.who_claims(session_key)) is None:
        return None
    account, proof = claim
    given: dict[str, Any] = {
        "wave": wave,
        "account": account,
        "network": network,
        "lot": secrets.randbits(62),
        "most": PER_NETWORK,
    }
    with connection.cursor() as cursor:
        cursor.execute(_JOIN, given)
        row = cursor.fetchone()
        if row is None or not queries.vouches(row[0], proof):
            return None
        password, ticket, lot, place, crowded = row
        if ticket is None:
            if crowded:
                raise Crowded
            cursor.execute(_JOIN_BEHIND, given)
            ticket, lot, place = cursor.fetchone()
    return Joined(account, password, ticket, lot, place or 0)


def advance(wave: int) -> Snapshot | None:
    """The wave as it is now; draws it when the moment has come and calls up who may. None: no such wave."""
    row = Wave.objects.select_related("matter").filter(pk=wave).first()
    if row is None:
        return None
    now = timezone.now()
    free, waiting = _free(row), _waiting(row)
    rested = row.stepped_at is None or now - row.stepped_at > timedelta(seconds=STEP)
    more = row.drawn_at is None or (rested and row.called < row.joined and not row.paused)
    if row.opens_at <= now and row.gone_at is None and (more or not free):
        row = _step(row, now) or row
        free = _free(row)
    held = _held(row) if row.drawn_at and not free else 0
    return _snapshot(row, free, held, waiting)


def lots_of(wave: int) -> list[int]:
    """The lots of those who were drawn, in order: with them every process works out places without asking."""
    drawn = Wave.objects.values_list("drawn", flat=True).get(pk=wave)
    return list(Ticket.objects.filter(wave=wave, place__lte=drawn).order_by("place").values_list("lot", flat=True))


def _step(row: Wave, now: datetime) -> Wave | None:
    """One step, by whoever comes first; None when somebody else is just doing it."""
    with transaction.atomic():
        rows = Wave.objects.select_for_update(skip_locked=True, of=("self",)).select_related("matter")
        wave = rows.filter(pk=row.pk).first()
        if wave is None or wave.gone_at:
            return wave
        free = _free(wave)
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


def _free(wave: Wave) -> int:
    """Times not taken: free minutes divided by what one visit takes."""
    matter = wave.matter
    cells = max(1, -(-(matter.before + matter.minutes + matter.after) // 5))
    given: dict[str, Any] = {"first": wave.first, "last": wave.last, "opens_at": wave.opens_at, "matter": matter.pk}
    with connection.cursor() as cursor:
        cursor.execute(_FREE.format(runs=statement.runs("d.free", cells)), given)
        minutes = int(cursor.fetchone()[0])
    return max(minutes // cells, 1) if minutes else 0


def _held(wave: Wave) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [wave.first, wave.last, wave.matter_id])
        return int(cursor.fetchone()[0])


def _booked(wave: Wave, upto: int) -> int:
    """How many of the first so many places have an appointment of this wave."""
    if not upto:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_BOOKED, [wave.pk, upto, wave.matter_id, wave.first, wave.last])
        return int(cursor.fetchone()[0])


def _waiting(wave: Wave) -> int:
    return wave.joined if wave.drawn_at else Ticket.objects.filter(wave=wave).count()


def _snapshot(wave: Wave, free: int, held: int, waiting: int) -> Snapshot:
    return Snapshot(
        wave=wave.pk, opens_at=wave.opens_at.timestamp(), queue_from=wave.queue_from.timestamp(), read_at=time.time(),
        waiting=wave.joined or waiting, drawn=wave.drawn, drawn_at=_seconds(wave.drawn_at), calls_at=_seconds(wave.calls_at),
        rate=wave.rate, called=wave.called, turns=tuple((upto, at) for upto, at in wave.turns), slots=wave.slots, free=free,
        held=held, paused=wave.paused, gone=wave.gone_at is not None, gone_at=_seconds(wave.gone_at),
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
                if is_new:
                    record("wave.prepared", subject=str(wave), actor=SYSTEM, data={"matter": matter.pk})
                    fresh += 1
    return fresh


def switch(actor_key: str, wave: Wave, *, paused: bool, rate: float) -> None:
    """The operator holds the queue or lets it go on, faster or slower (of those not called yet). Diary: `wave.switched`."""
    with transaction.atomic():
        Wave.objects.filter(pk=wave.pk).update(paused=paused, rate=rate)
        record("wave.switched", subject=f"wave:{wave.pk}", actor=actor_key, data={"paused": paused, "rate": rate})


def forget_tickets(now: datetime) -> int:
    """Who stood in a queue a week ago is nobody's business any more; the figures of the wave stay."""
    return Ticket.objects.filter(wave__opens_at__lt=now - timedelta(days=KEEP_DAYS)).delete()[0]
