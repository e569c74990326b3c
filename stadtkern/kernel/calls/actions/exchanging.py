"""What the browsers tell each other through us: fetched once, then gone."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.events.actions import record

from ..lines import WAITING, Told
from ..models import Call, Role, Seat, Signal
from ..room import Phase, Refused, is_here, phase

MINUTE = timedelta(minutes=1)
PER_MINUTE = 600  # requests of one side; a page of ours asks at most 200 times
FETCHED = 100  # lines in one answer
CONNECTING, WAITS, WAITS_LONG, TALKING = 300, 1500, 3000, 5000  # milliseconds until the page asks again


@dataclass(frozen=True)
class Heard:
    """What one side gets back."""

    open: bool  # the citizen was let in
    here: bool  # the other side is present
    ready: bool  # and has its camera and microphone chosen
    peer: int  # the other side's epoch, 0 before it came in
    waiting_since: datetime | None
    next_ms: int
    lines: list[dict[str, Any]] = field(default_factory=list)


def exchange(appointment_id: int, role: Role, holder: str, told: Told) -> Heard:
    """Say and hear. Nothing of it is a step of the call, so the diary gets no line, but for the first connection.

    Diary: `call.connected`, once.
    """
    with transaction.atomic():
        # The call before its seats, as `end` does: no two wait for each other, and no line outlives a call that ends.
        list(Call.objects.select_for_update(no_key=True).filter(appointment=appointment_id).values_list("pk"))
        now = timezone.now()
        seat = _seat(appointment_id, role, holder, told, now)
        peer = Seat.objects.filter(call=seat.call_id, role=role.other).first()
        citizen = seat if role == Role.CITIZEN else peer
        opened = bool(citizen and citizen.let_in_at)
        if told.after:
            Signal.objects.filter(call=seat.call_id, sender=role.other, pk__lte=told.after).delete()
        if told.lines:
            _say(seat, role, told, peer, opened)
        if told.connected and opened:
            _note_connection(seat.call, told)
        return _heard(seat, peer, role, told, now, opened)


def _seat(appointment_id: int, role: Role, holder: str, told: Told, now: datetime) -> Seat:
    """The seat of this page, marked as seen. Refused when the call is over, or another page has it."""
    rows = Seat.objects.select_for_update(of=("self",)).select_related("call__appointment")
    seat = rows.of(appointment_id, role, holder).first() if holder else None
    if seat is None:
        over = Call.objects.filter(appointment=appointment_id).exclude(ended_at=None).exists()
        raise _over() if over else Refused("lost", _("Ihr Platz ist nicht mehr frei. Laden Sie die Seite neu."))
    if seat.call.ended_at or phase(seat.call.appointment, now) in (Phase.OVER, Phase.CANCELLED):
        raise _over()
    if seat.epoch != told.epoch:
        raise Refused("elsewhere", _("Das Gespräch läuft in einem anderen Fenster weiter."))
    if seat.counted_at < now - MINUTE:
        seat.asked, seat.counted_at = 0, now
    seat.asked += 1
    if seat.asked > PER_MINUTE:
        raise Refused("fast", _("Zu viele Anfragen. Bitte warten Sie eine Minute."), status=429)
    seat.seen_at, seat.ready = now, told.ready
    if told.ready and seat.waiting_at is None:
        seat.waiting_at = now
    seat.save(update_fields=["seen_at", "ready", "waiting_at", "asked", "counted_at"])
    return seat


def _over() -> Refused:
    return Refused("over", _("Das Gespräch ist beendet."), status=410)


def _say(seat: Seat, role: Role, told: Told, peer: Seat | None, opened: bool) -> None:
    if not opened:
        raise Refused("waiting", _("Sie sind noch im Warteraum."))
    meant = [line for line in told.lines if peer and line.to == peer.epoch]
    if Signal.objects.filter(call=seat.call_id, sender=role).count() + len(meant) > WAITING:
        raise Refused("full", _("Ihr Gegenüber antwortet nicht."), status=429)
    rows = [
        Signal(call_id=seat.call_id, sender=role, epoch=seat.epoch, to_epoch=line.to, seq=line.seq, body=line.body)
        for line in meant
    ]
    Signal.objects.bulk_create(rows, ignore_conflicts=True)  # a line sent twice is one line


def _note_connection(call: Call, told: Told) -> None:
    if Call.objects.filter(pk=call.pk, connected_at=None).update(connected_at=timezone.now()):
        record("call.connected", subject=str(call), actor="browser")
    if told.relayed is not None and call.relayed != told.relayed:
        Call.objects.filter(pk=call.pk).update(relayed=told.relayed)


def _heard(seat: Seat, peer: Seat | None, role: Role, told: Told, now: datetime, opened: bool) -> Heard:
    here = is_here(peer, now)
    lines: list[dict[str, Any]] = []
    if peer and opened:
        waiting = Signal.objects.filter(call=seat.call_id, sender=role.other, epoch=peer.epoch, to_epoch=seat.epoch)
        rows = waiting.filter(pk__gt=told.after).order_by("pk").values_list("pk", "body")[:FETCHED]
        lines = [{"id": pk, "body": body} for pk, body in rows]
    citizen = seat if role == Role.CITIZEN else peer
    since = citizen.waiting_at if citizen else None
    if told.connected:
        pause = TALKING
    elif opened and here:
        pause = CONNECTING
    else:
        pause = WAITS_LONG if seat.waiting_at and seat.waiting_at < now - 5 * MINUTE else WAITS
    return Heard(opened, here, bool(peer and peer.ready), peer.epoch if peer and peer.holder else 0, since, pause, lines)
