"""What this process plans with: the timetable that counts, mapped into memory, with what live sources said last.

Every request asks the file system whether something changed (a few `stat`, microseconds); only then is anything loaded: where a
keeper runs (warming.py) by it alone, and the others are answered with what was there before.
A version that cannot be loaded leaves the one before in place.
"""

import logging
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from django.utils import timezone

from stadtkern.lib import transit
from stadtkern.lib.journeys import World, warm
from stadtkern.lib.transit import Timetable
from stadtkern.lib.transit.joining import called
from stadtkern.lib.ways import Ways

from . import closures, folder
from .prices import fare_of
from .sharing import garages, systems
from .stations import Stations

log = logging.getLogger(__name__)
DAYS_KEPT = 6  # days of a timetable this process holds; an evening and the next morning are two
STALE = timedelta(minutes=10)  # live data older than this says nothing about now


@dataclass
class Version:
    """One version of the timetable in this process."""

    place: Path
    number: int
    feed: int
    ways: Ways | None
    until: date | None = None  # the last day the timetable is valid, as far as it says
    days: dict[date, Timetable] = field(default_factory=dict)
    stations: Stations | None = None
    worlds: dict[date, tuple[tuple[int, ...], World]] = field(default_factory=dict)


@dataclass(frozen=True)
class Spoken:
    """What a source of live data said last."""

    stamp: int
    realtime: Any
    of: str = ""  # the timetable it belongs to, where it was told


_lock = threading.RLock()
_state: dict[str, Any] = {"stamp": -1, "version": None, "live": {}}
_keeper: dict[str, Any] = {"thread": None, "days": frozenset()}


class NoTimetable(Exception):
    """There is none, or none for this day."""


def version() -> Version:
    """The timetable that counts. Raises NoTimetable."""
    now = folder.stamp()
    if now != _state["stamp"] and (_state["version"] is None or mine()):
        with _lock:
            if now != _state["stamp"]:
                _load(now)
    found: Version | None = _state["version"]
    if found is None:
        raise NoTimetable
    return found


def _load(stamp: int) -> None:
    known = folder.current()
    told = _counting(known)
    old: Version | None = _state["version"]
    if told is None:
        _state["version"] = None
    elif old is None or str(old.place) != told["folder"] or not old.place.is_dir():
        try:
            _state["version"] = _ready(_open(told, known))
        except (OSError, ValueError, KeyError):
            log.exception("timetable %s cannot be loaded", told["folder"])
    elif old:
        old.worlds.clear()
        old.stations = None  # days that came nearer may have stops of their own
    _state["live"] = {key: (one["folder"], one.get("of", "")) for key, one in known.items() if one["kind"] == "REALTIME"}
    _state["stamp"] = stamp


def _counting(known: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    """All timetables as one where there are several and they are joined, else the first."""
    if (joined := known.get(folder.JOINED)) and joined["folder"]:
        return joined
    return next((one for _key, one in sorted(known.items()) if one["kind"] == "GTFS"), None)


def _open(told: dict[str, Any], known: dict[str, dict[str, Any]]) -> Version:
    place = Path(told["folder"])
    streets = next((Path(one["folder"]) / "ways" for one in known.values() if one["kind"] == "OSM"), place / "ways")
    until = date.fromisoformat(told["until"]) if told.get("until") else None
    return Version(place, int(told["number"]), int(told["feed"]), Ways.load(streets) if streets.is_dir() else None, until)


def keep(days: Iterable[date]) -> None:
    """From now on this thread (warming.py) loads what is new and, for these days, works it out; others take what is there."""
    _keeper.update(thread=threading.get_ident(), days=frozenset(days))


def mine() -> bool:
    """Whether this thread is the one that loads what is new; without a keeper everyone is."""
    return _keeper["thread"] in (None, threading.get_ident())


def _ready(found: Version) -> Version:
    """With today's arrays and the names of the stations; by the keeper also with everything a first question would wait for."""
    today = timezone.localdate()
    with suppress(OSError, ValueError):
        found.days[today] = Timetable.load(folder.day_folder(found.place, today))
        found.stations = Stations(found.days[today].stops, _served(found, found.days[today]))
        if _keeper["thread"] is not None:
            warm(World(timetable=found.days[today], ways=found.ways))
    return found


def timetable(day: date) -> Timetable:
    """As planned, without what live sources say. Raises NoTimetable."""
    found = version()
    if (made := found.days.get(day)) is not None:
        return made
    with _lock:
        if (made := found.days.get(day)) is not None:  # another thread was quicker
            return made
        try:
            made = Timetable.load(folder.day_folder(found.place, day))
        except (OSError, ValueError):
            raise NoTimetable from None
        today = timezone.localdate()
        while len(found.days) >= DAYS_KEPT:
            found.days.pop(next(one for one in found.days if one != today))
        found.days[day] = made
    return made


def days() -> tuple[date, date] | None:
    """First and last day that can be asked for; None where there is no timetable, or only one of the past."""
    try:
        names = sorted(one.name[4:] for one in version().place.glob("day-*") if one.name[4:].isdigit())
    except NoTimetable:
        return None
    listed = [date.fromisoformat(name) for name in names]
    today = timezone.localdate()
    return (max(listed[0], today), listed[-1]) if listed and listed[-1] >= today else None


def until() -> date | None:
    """The last day the timetable is valid; None where there is none, or where it does not say."""
    try:
        return version().until
    except NoTimetable:
        return None


def stations() -> Stations:
    """Stops by name, station by station. Raises NoTimetable."""
    found = version()
    if found.stations is None:
        span = days()
        if span is None:
            raise NoTimetable
        table = timetable(span[0])
        found.stations = Stations(table.stops, _served(found, table))
    return found.stations


def _served(found: Version, table: Timetable) -> Any:
    """Stops at which anything stops on any day, as the reading noted it."""
    try:
        return np.load(found.place / "served.npy", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return table.net.pattern_stop


def spoken() -> list[Spoken]:
    """What the sources of live data said, newest first; silent ones are left out."""
    version()
    found = []
    for key, (place, of) in _state["live"].items():
        if (said := _spoken(key, Path(place))) is not None:
            found.append(replace(said, of=of))
    return found


_said: dict[str, Spoken] = {}


def _spoken(key: str, place: Path) -> Spoken | None:
    try:
        state = place.stat()
    except OSError:
        return None
    if timezone.now().timestamp() - state.st_mtime > STALE.total_seconds():
        return None
    known = _said.get(key)
    if known is None or known.stamp != state.st_mtime_ns:
        realtime = transit.read_realtime(place.read_bytes())
        known = _said[key] = Spoken(state.st_mtime_ns, realtime)
    return known


def world(day: date) -> World:
    """Everything at this moment: real time counts today (and for the night that began yesterday). Raises NoTimetable."""
    found = version()
    planned = timetable(day)
    said = spoken() if abs((day - timezone.localdate()).days) <= 1 else []
    shared, shared_stamp = systems()
    stamps = (*(one.stamp for one in said), shared_stamp, closures.stamp())
    kept = found.worlds.get(day)
    if kept and (kept[0] == stamps or (day in _keeper["days"] and not mine())):
        return kept[1]
    with _lock:
        kept = found.worlds.get(day)  # another thread was quicker
        if kept and kept[0] == stamps:
            return kept[1]
        now = _now(planned, said)
        ways, fare = closures.applied(found.ways, day), fare_of(found.place, planned)
        made = World(timetable=now, ways=ways, sharing=shared, parking=garages(), fare=fare)
        if len(found.worlds) >= DAYS_KEPT:
            found.worlds.clear()
        found.worlds[day] = (stamps, made)
    return made


def _now(planned: Timetable, said: list[Spoken]) -> Timetable:
    """With what live sources say; whatever is wrong with that, the plan stays."""
    try:
        updates = [update for one in said if one.realtime for update in called(one.realtime, one.of, planned).updates]
        return transit.live(planned, updates) if updates else planned
    except Exception:
        log.exception("real time cannot be laid over the timetable")
        return planned


def forget() -> None:
    """As after a start; for tests and commands that change the folder under a running process."""
    with _lock:
        _state.update(stamp=-1, version=None, live={})
        _keeper.update(thread=None, days=frozenset())
        _said.clear()
