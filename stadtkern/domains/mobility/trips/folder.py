"""Where timetables lie on disk, and which of them counts. Readers see the old version or the new one, never half of one.

`<home>/mobility/feeds/<key>/<number>/` holds a version: `source` (the file as it came), `day-20261130/` (arrays), `feed.json`.
`<home>/mobility/current.json` names the version of every source that counts; it is replaced as a whole.
`<home>/mobility/live/<key>` is what a source of live data said last.
"""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from stadtkern.lib.files import alone, put

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


def live_file(key: str) -> Path:
    return home() / "live" / key


def remove(key: str, number: int) -> None:
    shutil.rmtree(version_folder(key, number), ignore_errors=True)


def day_folder(version: Path, day: date) -> Path:
    return version / f"day-{day:%Y%m%d}"
