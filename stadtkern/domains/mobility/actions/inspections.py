"""What inspections leave behind: numbers by day and outcome, and what does not fit. Never who was where."""

import hmac
import secrets
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record
from stadtkern.lib.files import PRIVATE, alone, put

from ..models import InspectionBatch, InspectionCount, InspectionFinding, InspectionSeen, Ticket, TicketCopy

MOST = 1000  # rows a device hands in at once
OLDEST = timedelta(days=2)
TWICE = 10  # minutes in which the same paper cannot be in two vehicles
OUTCOMES = (
    "valid", "again", "expired", "early", "zone", "forged", "unknown_key", "revoked", "replay", "renew", "specimen", "format",
)  # fmt: skip
ACCEPTED = ("valid", "again")
Kind = InspectionFinding.Kind


@dataclass(frozen=True)
class Row:
    """One inspection as a device noted it; `reference` only where the ticket was accepted."""

    outcome: str
    at: datetime
    reference: str = ""
    paper: bool = False


@transaction.atomic
def hand_in(actor: Actor, key: uuid.UUID, rows: Sequence[Row]) -> bool:
    """Count and compare, then forget. A batch that came before changes nothing. Diary: `inspections.handed_in`."""
    batch, new = InspectionBatch.objects.get_or_create(key=key)
    if not new:
        return False
    now = timezone.now()
    kept = [row for row in rows[:MOST] if row.outcome in OUTCOMES and now - OLDEST < row.at <= now + timedelta(minutes=5)]
    for (day, outcome), count in Counter((timezone.localdate(row.at), row.outcome) for row in kept).items():
        InspectionCount.objects.get_or_create(day=day, outcome=outcome)
        InspectionCount.objects.filter(day=day, outcome=outcome).update(count=F("count") + count)
    for row in kept:
        if row.outcome in ACCEPTED and row.reference:
            _compare(batch, row)
    # How many did not fit stays out of the diary: with its time, that would give a finding its hour.
    record("inspections.handed_in", subject=str(batch), actor=actor.key, data={"rows": len(kept)})
    return True


def _compare(batch: InspectionBatch, row: Row) -> int:
    """What the device could not know."""
    number, _dash, serial = row.reference.partition("-")
    day = timezone.localdate(row.at)
    ticket = Ticket.objects.filter(number=number[:12]).first()
    if ticket is None:
        return _note(Kind.UNKNOWN, number[:12], day)
    copy = (
        TicketCopy.objects.filter(ticket=ticket, serial=int(serial)).first() if serial.isdecimal() and len(serial) < 5 else None
    )
    if copy is None or ticket.status != Ticket.Status.VALID or (copy.ended_at is not None and copy.ended_at < row.at):
        return _note(Kind.LATE, number, day)
    slack = timedelta(minutes=3)
    if ticket.since is None or ticket.until is None or not ticket.since - slack <= row.at <= ticket.until + slack:
        return _note(Kind.CLOCK, number, day)
    return _note(Kind.TWICE, number, day) if row.paper and _elsewhere(batch, number, row.at) else 0


def _elsewhere(batch: InspectionBatch, number: str, at: datetime) -> bool:
    """Whether another device saw this paper within minutes; what is kept for that cannot be read after two days."""
    day, local = timezone.localdate(at), timezone.localtime(at)
    digest = hmac.digest(_key_of(day), number.encode(), "sha256")[:16]
    minute = local.hour * 60 + local.minute
    near = InspectionSeen.objects.filter(day=day, digest=digest, minute__range=(minute - TWICE, minute + TWICE))
    found = near.exclude(batch=batch).exists()
    InspectionSeen.objects.create(day=day, digest=digest, minute=minute, batch=batch)
    return found


def _note(kind: str, number: str, day: date) -> int:
    return int(InspectionFinding.objects.get_or_create(kind=kind, number=number, day=day)[1])


@transaction.atomic
def settle(actor: Actor, finding: InspectionFinding) -> None:
    """Somebody has looked into it. Twice changes nothing. Diary: `inspections.settled`."""
    if InspectionFinding.objects.filter(pk=finding.pk, settled_at=None).update(settled_at=timezone.now()):
        record("inspections.settled", subject=str(finding), actor=actor.key)


@transaction.atomic
def forget(today: date) -> int:
    """Digests after two days, their keys with them; findings half a year after somebody looked, unlooked ones after a year."""
    for file in _folder().glob("*.key"):
        if file.stem < (today - OLDEST).isoformat():
            file.unlink(missing_ok=True)
    InspectionBatch.objects.filter(received_at__date__lt=today - timedelta(days=30)).delete()
    old = InspectionFinding.objects.filter(day__lt=today - timedelta(days=180)).exclude(settled_at=None)
    gone = InspectionFinding.objects.filter(day__lt=today - timedelta(days=365)).delete()[0]
    return int(old.delete()[0]) + int(gone) + int(InspectionSeen.objects.filter(day__lt=today - OLDEST).delete()[0])


def _folder() -> Path:
    return Path(settings.HOME) / "keys" / "inspections"


def _key_of(day: date) -> bytes:
    file = _folder() / f"{day.isoformat()}.key"
    if not file.exists():
        with alone(_folder()):
            if not file.exists():
                put(file, secrets.token_bytes(32), mode=PRIVATE)
    return file.read_bytes()
