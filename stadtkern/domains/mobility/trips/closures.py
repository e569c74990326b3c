"""Closed streets for the planner of trips: written beside the timetables when traffic changes one, read by every process.

`<home>/mobility/closed.json` holds what is published and closed, with its days. A question of a day knows the streets that are
closed on that day, whatever the hour: works are permitted by days.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils import timezone

from stadtkern.lib.files import alone, put
from stadtkern.lib.ways import Ways
from stadtkern.lib.ways.barred import Barred, without

from . import folder


def file() -> Path:
    return folder.home() / "closed.json"


def write(rows: Iterable[Mapping[str, Any]]) -> None:
    """From now on these are closed: street, point (or null), begins, ends (ISO, or null)."""
    told = json.dumps(list(rows), ensure_ascii=False, sort_keys=True).encode()
    with alone(folder.home(), "closed.lock"):
        if not file().is_file() or file().read_bytes() != told:
            put(file(), told)


def stamp() -> int:
    """Changes whenever another street is closed."""
    try:
        return file().stat().st_mtime_ns
    except OSError:
        return 0


def on(day: date) -> tuple[Barred, ...]:
    """Closed at any time of this day."""
    begin = timezone.make_aware(datetime.combine(day, time()))
    end = begin + timedelta(days=1)
    return tuple(
        Barred(one["street"], tuple(one["point"]) if one["point"] else None)
        for one in _read(stamp())
        if datetime.fromisoformat(one["begins"]) < end and (not one["ends"] or datetime.fromisoformat(one["ends"]) > begin)
    )


@lru_cache(maxsize=2)
def _read(changed: int) -> list[dict[str, Any]]:
    try:
        found: list[dict[str, Any]] = json.loads(file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return found


_kept: list[tuple[Ways, tuple[Barred, ...], Ways]] = []  # whole cities: days and minutes with the same closures share one
MOST_KEPT = 3


def applied(ways: Ways | None, day: date) -> Ways | None:
    """The streets as they are open on this day."""
    shut = on(day) if ways is not None else ()
    if ways is None or not shut:
        return ways
    for known, closed, made in list(_kept):
        if known is ways and closed == shut:
            return made
    made = without(ways, shut)
    _kept.append((ways, shut, made))
    del _kept[:-MOST_KEPT]
    return made
