"""A statement somebody uploaded: kept at once, read by a job, with its progress for whoever waits at the page."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.events.actions import record
from stadtkern.kernel.privacy import keys

from ..models import Intake
from .posting import Refused
from .statements import file_name, take_in

KEPT = timedelta(days=90)  # what came of it is shown so long
PAUSE = 0.5  # seconds between two words about the progress
SEALED_BY = "bank:intake"
State = Intake.State


@transaction.atomic
def hand_in(name: str, data: bytes, *, actor_key: str) -> Intake:
    """Keep the file and let a job take it in; the same file again, while it waits, is the same.

    Diary: `payment.file_handed_in`.
    """
    digest = hashlib.sha256(data).hexdigest()
    row = Intake(name=file_name(name), sha256=digest, size=len(data), by=actor_key, sealed=_sealed(data, digest))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return Intake.objects.filter(sha256=digest).latest("pk")
    record("payment.file_handed_in", subject=str(row), actor=actor_key, data={"intake": row.pk, "bytes": row.size})
    return row


@transaction.atomic
def take_handed_in(pk: int) -> Intake:
    """Read and book it, or note why not; a replay changes nothing. Diary: as `take_in`, or `payment.file_refused`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"payments.intake:{pk}"])
    row = Intake.objects.get(pk=pk)
    if row.state != State.WAITING:
        return row
    try:
        with _told(pk) as told:
            taken = take_in(row.name, _opened(row), actor_key=row.by, told=told)
    except (Refused, keys.CannotOpen) as problem:
        lost = _("Die Datei lässt sich nicht mehr öffnen. Laden Sie sie noch einmal hoch.")
        row.state, row.problem = State.REFUSED, str(problem) if isinstance(problem, Refused) else lost
        record("payment.file_refused", subject=str(row), actor=row.by, data={"intake": row.pk})
    else:
        row.state, row.file, row.total = State.TAKEN, taken.file, taken.lines
        row.done = taken.lines
    row.sealed, row.moved_at = b"", timezone.now()
    row.save()
    return row


def forget_intakes(now: datetime) -> int:
    """What came of a file long ago is not shown any more; returns how many. The statements themselves stay."""
    return Intake.objects.exclude(state=State.WAITING).filter(moved_at__lt=now - KEPT).delete()[0]


@contextmanager
def _told(pk: int) -> Iterator[Callable[[int, int], None]]:
    """Tells the progress over a connection of its own: the booking is one transaction, and nobody sees into it."""
    aside, last = connection.copy(), 0.0

    def tell(done: int, total: int) -> None:
        nonlocal last
        if monotonic() - last < PAUSE:
            return
        last = monotonic()
        with aside.cursor() as cursor:
            cursor.execute(
                "UPDATE payments_intake SET done = %s, total = %s, moved_at = now() WHERE id = %s", [done, total, pk]
            )

    try:
        yield tell
    finally:
        aside.close()


def _sealed(data: bytes, digest: str) -> bytes:
    return keys.seal(SEALED_BY, data, place=f"intake:{digest}")


def _opened(row: Intake) -> bytes:
    return keys.open_(bytes(row.sealed), place=f"intake:{row.sha256}")
