"""Patience: one worker per thing, a remark on what went wrong, and when it is tried again."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from ..models import Reception, Transmission

LONGEST = 3600.0
HOURLY = 3600.0


class Doubt(Exception):
    """Something does not fit, and trying again may help; the message is for the operator."""

    def __init__(self, message: str, again: float | None = None) -> None:
        super().__init__(message)
        self.again = again


@contextmanager
def one_at_a_time(key: str) -> Iterator[bool]:
    """Whether this is ours now: a lock of the database session, not of a transaction, because the service may take its time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with suppress(DatabaseError), connection.cursor() as cursor:  # a lost session has lost its locks, too
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])


def pause(tries: int, asked: float | None = None) -> float:
    """Seconds until the next try: 5, 10, 20 … up to an hour; never earlier than the service asked for."""
    own: float = min(LONGEST, 5.0 * 2 ** min(tries, 12))
    return max(own, asked or 0.0)


@transaction.atomic
def stumble(row: Transmission | Reception, trouble: str, asked: float | None = None) -> float:
    """Remember what went wrong and when to try again; returns the seconds until then."""
    wait = pause(row.tries, asked)
    row.trouble, row.tries = trouble.replace("\0", "")[:300], row.tries + 1
    row.next_try_at = timezone.now() + timedelta(seconds=wait)
    row.save(update_fields=["trouble", "tries", "next_try_at"])
    return wait


@transaction.atomic
def hurry(row: Transmission | Reception) -> None:
    """Somebody wants it tried now."""
    type(row)._default_manager.filter(pk=row.pk, next_try_at__isnull=False).update(next_try_at=timezone.now())
