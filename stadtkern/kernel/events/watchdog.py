"""A process that lives and does nothing is worse than one that ended: the latter is started again by whoever minds it."""

import faulthandler
import logging
import os
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)
EVERY = 5.0  # seconds between two looks
LOOKS = 60  # in a row without a movement: five minutes
ENDED = os.EX_TEMPFAIL


def end_process() -> None:
    """Say where every thread stands, and end at once: whatever hangs could hang on in any tidier ending."""
    log.critical("Nothing has moved for too long; this process ends so that a fresh one takes over")
    faulthandler.dump_traceback()
    os._exit(ENDED)


class Watchdog(threading.Thread):
    """Calls `end` after `looks` looks in a row between which nobody said `moved()`.

    It counts its looks, not the clock: a process that was frozen or got no processor time has not been idle.
    """

    def __init__(self, end: Callable[[], None] = end_process, *, every: float = EVERY, looks: int = LOOKS) -> None:
        super().__init__(name="watchdog", daemon=True)
        self.end, self.every, self.looks = end, every, looks
        self.over = threading.Event()
        self._in_vain = 0

    def moved(self) -> None:
        """Something was done, or there was nothing to do."""
        self._in_vain = 0

    def look(self) -> bool:
        """One look; False when patience is at its end."""
        self._in_vain += 1
        return self._in_vain < self.looks

    def run(self) -> None:
        while not self.over.wait(self.every):
            if not self.look():
                self.end()
                return
