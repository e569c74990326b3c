"""Runs the reading of a file as a process of its own, bounded in memory and time: a hostile file ends that process, not ours.

It gets no secrets: neither the database's address nor any key is in its environment.
"""

import contextlib
import errno
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils.translation import gettext as _

MEMORY_MB, SECONDS = 6000, 1800
FULL = (errno.ENOSPC, errno.EDQUOT)  # no room on the disk
PROGRAM = "stadtkern.domains.mobility.trips.building"
PASSED = ("PATH", "HOME", "LANG", "TMPDIR", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR")


class Refused(Exception):
    """The file is not taken; `told` is what the reader said, the message is for the clerk."""

    def __init__(self, message: str, told: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.told = told or {}


class Stopped(Refused):
    """Killed, or no room on the disk: nothing is known against the file, it may be read again."""


def bounds() -> tuple[int, int]:
    """Megabytes and seconds, as the city set them: [mobility] memory_mb, seconds."""
    told = settings.CITY_TOML.get("mobility", {})
    return int(told.get("memory_mb", MEMORY_MB)), int(told.get("seconds", SECONDS))


def build(job: dict[str, Any], step: Callable[[str], None]) -> dict[str, Any]:
    """What the program reports when it is done; `step` hears how far it is. Raises Refused."""
    memory, seconds = bounds()
    environment = {name: os.environ[name] for name in PASSED if name in os.environ} | {"PYTHONUNBUFFERED": "1"}

    job = job | {"memory_mb": memory, "cpu_seconds": max(1, int(seconds))}
    with subprocess.Popen(
        [sys.executable, "-m", PROGRAM],
        cwd=Path(settings.ROOT),
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(seconds, stop)
        timer.start()
        errors: list[bytes] = []
        reader = threading.Thread(target=lambda: errors.append((process.stderr.read() if process.stderr else b"")[-2000:]))
        reader.start()
        try:
            told = _listen(process, job, step)
        finally:
            timer.cancel()
            process.kill()
            reader.join(5)
            if not connection.in_atomic_block:
                close_old_connections()  # minutes have passed: the database may have been started again meanwhile
    if told is None:
        raise _died(process.returncode, b"".join(errors), memory, seconds, late.is_set())
    if "refused" in told:
        raise Refused(_("Die Datei ist so nicht zu gebrauchen."), told)
    done: dict[str, Any] = told["done"]
    return done


def _listen(process: "subprocess.Popen[bytes]", job: dict[str, Any], step: Callable[[str], None]) -> dict[str, Any] | None:
    """The last line says how it ended; None when the program died before."""
    assert process.stdin is not None and process.stdout is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(json.dumps(job).encode())
        process.stdin.close()
    for line in process.stdout:
        try:
            told: dict[str, Any] = json.loads(line[:5_000_000])
        except ValueError:
            continue
        if "step" in told:
            step(str(told["step"])[:40])
        else:
            process.wait(30)
            return told
    process.wait(30)
    return None


def no_room() -> str:
    """What the clerk is to do when the disk is full."""
    return _(
        "Auf dem Server ist kein Platz mehr. Der Fahrplan davor gilt weiter. Schaffen Sie Platz und drücken Sie „Jetzt lesen“."
    )


def _died(code: int | None, errors: bytes, memory: int, seconds: int, late: bool) -> Refused:
    if b"MemoryError" in errors or b"Unable to allocate" in errors or b"Cannot allocate memory" in errors:
        return Refused(_("Das Lesen brauchte mehr als %d MB Speicher. Der Fahrplan davor gilt weiter.") % memory)
    if b"No space left on device" in errors or b"Disk quota exceeded" in errors:
        return Stopped(no_room())
    if late or code == -signal.SIGXCPU:
        return Refused(_("Das Lesen dauerte länger als %d Sekunden. Der Fahrplan davor gilt weiter.") % seconds)
    if code in (-signal.SIGKILL, -signal.SIGTERM):
        return Stopped(_("Das Lesen wurde von außen beendet. Der Fahrplan davor gilt weiter. Drücken Sie „Jetzt lesen“."))
    return Refused(_("Das Lesen brach ab (Zeichen %s). Der Fahrplan davor gilt weiter.") % code)
