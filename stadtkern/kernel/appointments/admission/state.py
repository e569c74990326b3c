"""What a process knows of a wave, half a second old at most: thousands of looks cost two queries a second."""

import threading
import time
from dataclasses import replace

from django.db import DatabaseError, InterfaceError

from ..actions import admission as actions
from .estimate import Snapshot

FRESH = 0.5  # seconds
_known: dict[int, Snapshot] = {}
_asking: dict[int, threading.Lock] = {}


class NoSuchWave(LookupError):
    """There is none with this key."""


def of(wave: int) -> Snapshot:
    """The wave as it was a moment ago. One thread asks the database, the others go on with what is known.

    A database that is away changes nothing for those who wait: they see what was known last.
    Raises NoSuchWave, or the database's error when nothing is known yet.
    """
    known = _known.get(wave)
    if known and time.time() - known.read_at < FRESH:
        return known
    lock = _asking.setdefault(wave, threading.Lock())
    if not lock.acquire(blocking=known is None):
        assert known is not None
        return known
    try:
        known = _known.get(wave)
        if known and time.time() - known.read_at < FRESH:
            return known
        return _ask(wave, known)
    finally:
        lock.release()


def forget(wave: int | None = None) -> None:
    """After a change of one's own, and between tests."""
    if wave is None:
        _known.clear()
        _asking.clear()
    elif known := _known.get(wave):
        _known[wave] = replace(known, read_at=0.0)  # the lots stay: they do not change any more


def _ask(wave: int, known: Snapshot | None) -> Snapshot:
    try:
        found = actions.advance(wave)
        if found is None:
            _known.pop(wave, None)
            _asking.pop(wave, None)
            raise NoSuchWave(wave)
        if found.drawn:
            lots = known.lots if known and known.lots else actions.lots_of(wave)
            found = replace(found, lots=lots)
    except (DatabaseError, InterfaceError):
        if known is None:
            raise
        found = replace(known, read_at=time.time())
    _known[wave] = found
    return found
