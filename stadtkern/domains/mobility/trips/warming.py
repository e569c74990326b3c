"""A thread in every process of the server that does beforehand what the first question would wait for: after the start, when
another timetable comes to count, when live sources said something new.

It asks no database. Until it is done, questions are answered with what was there before (world.py).
"""

import logging
import threading
from datetime import timedelta
from time import sleep

from django.utils import timezone

from stadtkern.lib import journeys

from . import world

log = logging.getLogger(__name__)
EVERY_S = 2.0


def begin() -> None:
    """Starts the thread; it ends with the process."""
    threading.Thread(target=_keep, name="timetable", daemon=True).start()


def _keep() -> None:
    done: dict[str, int] = {}
    while True:
        sleep(EVERY_S)  # at the start, too: the first page of a process loads everything else just now
        try:
            once(done)
        except Exception:
            log.exception("the timetable could not be prepared")


def once(done: dict[str, int]) -> bool:
    """Prepare today and tomorrow where something changed since the last time; `done`: what was prepared, by day."""
    asked, today = False, timezone.localdate()
    days = (today, today + timedelta(days=1))
    world.keep(days)
    for day in days:
        try:
            now = world.world(day)
            world.stations()
        except world.NoTimetable:
            continue
        if done.get(str(day)) != id(now):
            done[str(day)] = id(now)
            asked = journeys.warm(now) or asked
    return asked
