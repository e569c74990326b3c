"""A day's timetable as flat arrays: built once, saved as .npy, mapped into memory by every process, never changed."""

import json
import shutil
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from .feed import Routes, Shapes, Stops, Trips
from .texts import Texts

if TYPE_CHECKING:
    from .rules import Places

Ints = NDArray[np.int32]
Bytes = NDArray[np.int8]
VERSION = 1
NEVER = 2**31 - 1  # later than everything
NO_CHANGE = 2**30  # a change that is not possible here


class Net(NamedTuple):
    """What the search walks over. Patterns are sequences of stops whose trips never overtake each other (Delling et al. 2015).

    Pattern p has the stops pattern_stop[pattern_start[p]:pattern_start[p + 1]] (m of them) and pattern_trips[p] trips; trip r
    of it arrives at position i at arrive[pattern_event[p] + r * m + i] and has the row pattern_trip[p] + r in the arrays of
    trips.
    """

    stop_start: Ints  # [stops + 1]
    stop_pattern: Ints  # where one may board: pattern and position, stop by stop
    stop_position: Ints
    pattern_start: Ints  # [patterns + 1]
    pattern_stop: Ints
    pattern_board: Bytes  # 1 = may board here
    pattern_alight: Bytes
    pattern_event: Ints
    pattern_trip: Ints
    pattern_trips: Ints
    arrive: Ints  # seconds
    depart: Ints
    foot_start: Ints  # [stops + 1]
    foot_to: Ints
    foot_seconds: Ints
    change: Ints  # [stops]: seconds needed to change at the same stop; NO_CHANGE = not possible
    stay_start: Ints  # [rows of trips + 1]
    stay_to: Ints  # rows the same vehicle goes on as: one stays in it (stays.py)
    pattern_woven: Bytes  # 1 = arrivals of a row may go back: other rows stand in at some stops (weave.py)


@dataclass(frozen=True)
class Timetable:
    """One service day with the trips of the days before and after that reach into it. Seconds count from noon minus 12 h of
    `date`.

    All arrays are read-only. `live()` gives another Timetable that shares what did not change.
    """

    date: date
    timezone: str
    stops: Stops
    routes: Routes
    trips: Trips
    shapes: Shapes
    net: Net
    pattern_wheelchair: Bytes  # 0 unknown, 1 yes, 2 no
    sequence: Ints  # stop_sequence of each event
    sign: Ints  # headsign of each event or -1; empty = none has its own
    signs: Texts
    trip_source: Ints  # index in `trips`
    trip_shift: Ints  # seconds added to the times of the feed
    trip_day: Bytes  # 0 = this service day, -1 = yesterday's …
    free_start: Ints  # footpaths without steps, like foot_*
    free_to: Ints
    free_seconds: Ints
    rules: Ints = field(default_factory=lambda: np.zeros((0, 8), np.int32))  # transfers of lines and trips (rules.py)
    plan_arrive: Ints | None = None  # times as planned, where real time changed them
    plan_depart: Ints | None = None
    trip_live: Bytes | None = None  # 1 = real time is known of this trip
    real_arrive: Ints | None = None  # times of the vehicles, where those of `net` are put in order for the search (weave.py)
    real_depart: Ints | None = None
    stands_in: dict[int, int] = field(default_factory=dict)  # event: the row one rides to alight there
    shut: frozenset[int] = frozenset()  # events at which their own row cannot be boarded or left
    gone: tuple[Any, ...] = ()  # cancelled trips (changes.Gone)
    arranged: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))  # call_key, sorted
    about: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        """Number of rows: trips, real-time changes included; a trip that was cut for the search has several."""
        return int(self.net.pattern_trips.sum())

    @property
    def times(self) -> tuple[Ints, Ints]:
        """Arrivals and departures of the vehicles, as they are shown."""
        arrive, depart = self.real_arrive, self.real_depart
        return (self.net.arrive, self.net.depart) if arrive is None or depart is None else (arrive, depart)

    @cached_property
    def rows_of_trip(self) -> dict[str, list[int]]:
        """Trip id to its rows: several with frequencies and with yesterday's run of the same trip."""
        rows: dict[str, list[int]] = {}
        ids = list(self.trips.id)
        for row, source in enumerate(self.trip_source.tolist()):
            if source >= 0:
                rows.setdefault(ids[source], []).append(row)
        return rows

    @cached_property
    def pattern_of_row(self) -> Ints:
        """[trip rows] the pattern of each trip."""
        return np.repeat(
            np.arange(len(self.net.pattern_trip), dtype=np.int32),
            np.diff(np.append(self.net.pattern_trip, len(self.trip_source))),
        )

    @cached_property
    def step_free(self) -> Net:
        """The net for people with wheelchairs: vehicles and stops that are known to be accessible, footpaths without steps.

        Stops whose access is unknown are let through; vehicles whose access is unknown are not.
        """
        closed = self.stops.wheelchair[self.net.pattern_stop] == 2
        return replace_net(self, closed, self.pattern_wheelchair == 1)

    @cached_property
    def step_free_or_unknown(self) -> Net:
        """As `step_free`, but vehicles of which the feed says nothing are let through."""
        closed = self.stops.wheelchair[self.net.pattern_stop] == 2
        return replace_net(self, closed, self.pattern_wheelchair != 2)

    @cached_property
    def places(self) -> "Places | None":
        """Where lines and trips with rules of their own stop; None without any."""
        from .rules import places

        return places(self) if len(self.rules) else None

    @cached_property
    def nets_over_places(self) -> dict[str, Net]:
        """Those of `net`, `step_free` and `step_free_or_unknown` that were searched over places."""
        return {}

    def searched(self, name: str) -> tuple[Net, "Places | None"]:
        """The net of that name as it is searched: over stops, or over places where there are rules of lines and trips."""
        net: Net = getattr(self, name)
        if self.places is None:
            return net, None
        if name not in self.nets_over_places:
            from .rules import over_places

            self.nets_over_places[name] = over_places(self, self.places, net)
        return self.nets_over_places[name], self.places

    def headsign(self, event: int, source: int) -> str:
        """What the vehicle shows at a stop: the stop's own headsign, else the trip's."""
        sign = int(self.sign[event]) if len(self.sign) else -1
        return self.signs[sign] if sign >= 0 else self.trips.headsign[source]

    def on_call(self, ride: Any) -> bool:
        """Whether a ride (journey.Ride) begins or ends where one has to call the operator before."""
        return self.called(ride.row, ride.first, 0) or self.called(ride.row, ride.last, 1)

    def called(self, row: int, position: int, door: int) -> bool:
        """Whether one has to call before getting on (door 0) or off (1) at a position of a row."""
        if not len(self.arranged):
            return False
        pattern, net = int(self.pattern_of_row[row]), self.net
        long = int(net.pattern_start[pattern + 1] - net.pattern_start[pattern])
        event = int(net.pattern_event[pattern]) + (row - int(net.pattern_trip[pattern])) * long + position
        key = call_key(np.full(1, self.trip_source[row], np.int64), self.sequence[event : event + 1], door)[0]
        at = int(np.searchsorted(self.arranged, key))
        return at < len(self.arranged) and bool(self.arranged[at] == key)

    def moment(self, seconds: int) -> datetime:
        """The moment of a time of this day, with time zone; right on the days when clocks change."""
        return (self._zero + timedelta(seconds=seconds)).astimezone(self._zone)

    def seconds(self, moment: datetime) -> int:
        """The time of this day of an aware moment."""
        return round((moment - self._zero).total_seconds())

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @cached_property
    def _zero(self) -> datetime:
        """Twelve hours before noon, where times begin to count; UTC, because adding to local times follows the wall clock."""
        return noon(self.date, self.timezone).astimezone(UTC) - timedelta(hours=12)

    def save(self, folder: Path) -> None:
        """Write everything to `folder` (made new, put in place at the end; an older one there goes)."""
        folder = Path(folder)
        fresh = folder.with_name(folder.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        for name, array in arrays(self):
            np.save(fresh / f"{name}.npy", array)
        about = {"version": VERSION, "date": self.date.isoformat(), "timezone": self.timezone, "about": self.about}
        (fresh / "about.json").write_text(json.dumps(about), encoding="utf-8")
        old = folder.with_name(folder.name + ".old")
        shutil.rmtree(old, ignore_errors=True)
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
        shutil.rmtree(old, ignore_errors=True)

    @classmethod
    def load(cls, folder: Path) -> "Timetable":
        """Map a saved timetable into memory. Raises ValueError when it is of another version, OSError when it is not there."""
        folder = Path(folder)
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        if about.get("version") != VERSION:
            raise ValueError(f"{folder}: saved by another version")

        def array(name: str) -> Any:
            return np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False))

        def group(kind: type[Any], prefix: str) -> Any:
            return kind(*(part(prefix, item.name, item.type) for item in fields(kind)))

        def part(prefix: str, name: str, kind: Any) -> Any:
            if kind is Texts:
                return Texts(array(f"{prefix}.{name}.blob"), array(f"{prefix}.{name}.offset"))
            return array(f"{prefix}.{name}")

        groups = {name: group(kind, name) for name, kind in GROUPS.items()}
        own = {name: array(name) for name in OWN if name not in LATER or (folder / f"{name}.npy").exists()}
        older = {
            "stay_start": frozen(np.zeros(len(own["trip_source"]) + 1)),
            "stay_to": frozen(np.zeros(0)),
            "pattern_woven": frozen(np.zeros(len(own["pattern_wheelchair"])), np.int8),
        }
        absent = {name: empty for name, empty in older.items() if not (folder / f"net.{name}.npy").exists()}
        net = Net(**{name: absent[name] if name in absent else array(f"net.{name}") for name in Net._fields})
        signs = part("", "signs", Texts)
        return cls(
            date=date.fromisoformat(about["date"]),
            timezone=about["timezone"],
            net=net,
            signs=signs,
            about=about["about"],
            **groups,
            **own,
        )


GROUPS: dict[str, type[Any]] = {"stops": Stops, "routes": Routes, "trips": Trips, "shapes": Shapes}
OWN = (
    "pattern_wheelchair", "sequence", "sign", "trip_source", "trip_shift", "trip_day", "free_start", "free_to", "free_seconds",
    "arranged",
    "rules",
)  # fmt: skip
LATER = ("arranged", "rules")  # older saved timetables have none


def arrays(timetable: Timetable) -> list[tuple[str, NDArray[Any]]]:
    """Every array of a timetable with the name of its file."""
    found: list[tuple[str, NDArray[Any]]] = []

    def add(name: str, value: Any) -> None:
        if isinstance(value, Texts):
            found.extend([(f"{name}.blob", value.blob), (f"{name}.offset", value.offset)])
        else:
            found.append((name, value))

    for name, kind in GROUPS.items():
        for item in fields(kind):
            add(f"{name}.{item.name}", getattr(getattr(timetable, name), item.name))
    for name in Net._fields:
        add(f"net.{name}", getattr(timetable.net, name))
    for name in OWN:
        add(name, getattr(timetable, name))
    add(".signs", timetable.signs)
    return found


def call_key(trip: NDArray[np.int64], sequence: NDArray[Any], door: Any) -> NDArray[np.int64]:
    """One number for a trip's stop_sequence and its door: 0 = to get on, 1 = to get off."""
    key: NDArray[np.int64] = trip * 2**33 + (sequence.astype(np.int64) + 2**31) * 2 + door
    return key


def noon(day: date, timezone: str) -> datetime:
    return datetime.combine(day, time(12), ZoneInfo(timezone))


def day_shift(day: date, offset: int, timezone: str) -> int:
    """Seconds from the zero of `day` to the zero of the day `offset` days later: 86,400 each but for the change of clocks."""
    there = noon(day + timedelta(days=offset), timezone).astimezone(UTC)
    return round((there - noon(day, timezone).astimezone(UTC)).total_seconds())


def frozen(array: NDArray[Any], kind: Any = np.int32) -> Any:
    """A read-only, contiguous array of the type: one type for every kernel, and nobody changes a timetable by accident."""
    array = np.ascontiguousarray(array, kind)
    if array.base is not None and array.flags.writeable:
        array = array.copy()
    array.setflags(write=False)
    return array


def boarding(
    stops: int, pattern_start: NDArray[Any], pattern_stop: NDArray[Any], board: NDArray[Any]
) -> tuple[Ints, Ints, Ints]:
    """stop_start, stop_pattern, stop_position of Net: where each stop can be boarded (never at a pattern's last position)."""
    long = np.diff(pattern_start)
    pattern = np.repeat(np.arange(len(long), dtype=np.int32), long)
    position = np.arange(len(pattern_stop), dtype=np.int32) - pattern_start[:-1][pattern]
    can = np.flatnonzero((board == 1) & (position < long[pattern] - 1))
    can = can[np.argsort(pattern_stop[can], kind="stable")]
    start = np.zeros(stops + 1, np.int64)
    np.cumsum(np.bincount(pattern_stop[can], minlength=stops), out=start[1:])
    return frozen(start), frozen(pattern[can]), frozen(position[can])


def replace_net(timetable: Timetable, closed: NDArray[np.bool_], runs: NDArray[np.bool_]) -> Net:
    net = timetable.net
    board, alight = (frozen(np.where(closed, 0, flags), np.int8) for flags in (net.pattern_board, net.pattern_alight))
    trips = frozen(np.where(runs, net.pattern_trips, 0))
    ridden = np.where(np.repeat(runs, np.diff(net.pattern_start)), board, 0)
    start, pattern, position = boarding(len(timetable.stops), net.pattern_start, net.pattern_stop, ridden)
    return net._replace(
        stop_start=start,
        stop_pattern=pattern,
        stop_position=position,
        pattern_board=board,
        pattern_alight=alight,
        pattern_trips=trips,
        foot_start=timetable.free_start,
        foot_to=timetable.free_to,
        foot_seconds=timetable.free_seconds,
    )


__all__ = ["NEVER", "NO_CHANGE", "Net", "Timetable", "replace"]
