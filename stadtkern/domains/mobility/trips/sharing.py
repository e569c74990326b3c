"""Shared vehicles and garages as the planner wants them, from the sources of this city."""

import json
import logging
import time
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from stadtkern.lib import sharing
from stadtkern.lib.journeys import Parking

from . import folder

PARKING = ("id", "name", "lat", "long", "capacity")
SILENT, SILENT_TURNS = 3600, 3  # seconds, and askings that came to nothing
log = logging.getLogger(__name__)
_read: dict[str, tuple[int, Any]] = {}


def systems() -> tuple[Sequence[Any], int]:
    """Systems of shared vehicles, and a number that changes when they do.

    A source that has been silent for long offers nothing: nobody shall walk to a bicycle of this morning.
    """
    found, stamp, now = [], 0, time.time()
    for key, told in sorted(folder.current().items()):
        if told["kind"] != "GBFS":
            continue
        place = Path(told["folder"])
        try:
            changed = place.stat().st_mtime_ns
        except OSError:
            continue
        if now - changed / 1e9 > max(SILENT, SILENT_TURNS * 60 * told.get("minutes", 0)):
            continue
        known = _read.get(key)
        if known is None or known[0] != changed:
            try:
                known = _read[key] = (changed, sharing.read_gbfs(json.loads(place.read_bytes()), at=now))
            except Exception:  # whatever it is: one operator's mistake leaves the others and the timetable
                log.exception("shared vehicles of %s cannot be read", key)
                continue
        found.append(known[1])
        stamp = hash((stamp, changed))
    return found, stamp


def garages() -> Sequence[Parking]:
    """Garages and lots for park and ride; how many places are free is counted elsewhere."""
    file = Path(settings.CITY_FOLDER) / "mobility" / "garages.json"
    return _garages(file, file.stat().st_mtime_ns) if file.is_file() else ()


@lru_cache(maxsize=2)
def _garages(file: Path, changed: int) -> tuple[Parking, ...]:
    rows = json.loads(file.read_text(encoding="utf-8"))
    return tuple(
        Parking(one["id"], one["name"], one["lat"], one["long"], one["capacity"], None, one["park_ride"]) for one in rows
    )
