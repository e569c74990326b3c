"""Where timetables lie on disk, and which of them counts. Readers see the old version or the new one, never half of one.

`<home>/mobility/feeds/<key>/<number>/` holds a version: `source` (the file as it came), `day-20261130/` (arrays), `feed.json`.
`<home>/mobility/current.json` names the version of every source that counts; it is replaced as a whole.
`<home>/mobility/incoming/<key>` is an upload until it was read, `work/<key>/` where that happens.
`<home>/mobility/live/<key>` is what a source of live data said last.
"""

import contextlib
import fcntl
import json
import shutil
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from stadtkern.lib.files import alone, put

JOINED = "~joined"  # in current.json: all timetables as one, in `joined/<number>/`; no source is called so
KEEP = 3  # versions of a source whose files stay


def home() -> Path:
    return Path(settings.HOME) / "mobility"


def version_folder(key: str, number: int) -> Path:
    return home() / "feeds" / key / str(number)


def current_file() -> Path:
    return home() / "current.json"


def current() -> dict[str, dict[str, Any]]:
    """Source -> {kind, number, folder, stamp}; {} where nothing was read yet."""
    try:
        found: dict[str, dict[str, Any]] = json.loads(current_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def stamp() -> int:
    """Changes whenever another version counts: cheap enough for every request."""
    try:
        return current_file().stat().st_mtime_ns
    except OSError:
        return 0


def point_to(key: str, told: dict[str, Any] | None) -> None:
    """From now on this version counts (None: this source no longer does)."""
    with alone(home(), "lock"):
        known = current()
        if told is None:
            known.pop(key, None)
        else:
            known[key] = told
        put(current_file(), json.dumps(known, ensure_ascii=False, sort_keys=True).encode())


def touch() -> None:
    """Days were added to a version that counts already."""
    with alone(home(), "lock"):
        put(current_file(), json.dumps(current(), ensure_ascii=False, sort_keys=True).encode())


@contextlib.contextmanager
def reading(key: str) -> Iterator[bool]:
    """While a source is being read; False when somebody else is at it. Whoever is killed lets go of it."""
    place = home() / "work"
    place.mkdir(parents=True, exist_ok=True)
    with (place / f"{key}.lock").open("w") as lock:
        yield _held(lock, fcntl.LOCK_EX, tries=20)


def is_being_read(key: str) -> bool:
    """Whether a living process is at it."""
    try:
        with (home() / "work" / f"{key}.lock").open() as lock:
            return not _held(lock, fcntl.LOCK_SH)
    except OSError:
        return False


def _held(lock: Any, how: int, tries: int = 1) -> bool:
    for turn in range(tries):  # somebody may just be looking whether it is held
        try:
            fcntl.flock(lock, how | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            time.sleep(0.02 if turn + 1 < tries else 0)
    return False


def live_file(key: str) -> Path:
    return home() / "live" / key


def remove(key: str, number: int) -> None:
    shutil.rmtree(version_folder(key, number), ignore_errors=True)


def day_folder(version: Path, day: date) -> Path:
    return version / f"day-{day:%Y%m%d}"
