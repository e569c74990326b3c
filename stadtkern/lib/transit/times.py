"""stop_times.txt: millions of rows into columns, with what feeds do wrong put right or left out, and said.

Rules (GTFS reference, stop_times.txt): times may pass 24:00 and may be blank between timed stops; rows are ordered by
stop_sequence.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .archive import Archive, Batch
from .feed import Stops, StopTimes
from .findings import Findings
from .texts import Texts

FILE = "stop_times.txt"
COLUMNS = (
    "trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence", "pickup_type", "drop_off_type", "stop_headsign",
    "location_id", "location_group_id", "start_pickup_drop_off_window", "continuous_pickup", "continuous_drop_off",
)  # fmt: skip
BLANK, BAD = -1, -2
NONE = -(2**31)  # no stop_sequence
MOST_HOURS = 240
ANYWHERE = ("0", "2", "3")  # continuous_pickup: along the way, also after a call or a sign
DAY = 86_400
LIFT = 180  # so many seconds back are taken for rounding
BOARD, ALIGHT, ARRANGED = 1, 2, 4  # ARRANGED times 1 for boarding, times 2 for alighting


def clock(text: str) -> int:
    """Seconds of `H:MM:SS`, `HH:MM:SS` or `HH:MM`; BLANK or BAD otherwise."""
    parts = text.strip().split(":")
    if parts == [""]:
        return BLANK
    if len(parts) not in (2, 3):
        return BAD
    numbers = []
    for part in parts:
        part = part.strip()
        if not (part.isascii() and part.isdigit() and len(part) <= 4):
            return BAD
        numbers.append(int(part))
    hours, minutes, seconds = (*numbers, 0)[:3]
    return hours * 3600 + minutes * 60 + seconds if hours < MOST_HOURS and minutes < 60 and seconds < 60 else BAD


class Clocks(dict[str, int]):
    """Times seen so far: a feed has few different ones."""

    def __missing__(self, text: str) -> int:
        value = clock(text)
        if len(self) < 300_000:
            self[text] = value
        return value


class Known(dict[str, int]):
    """Ids to indexes, -1 when unknown; spaces around are forgiven."""

    def __missing__(self, text: str) -> int:
        bare = text.strip()
        return self[bare] if bare != text and bare in self else -1


class Numbers(dict[str, int]):
    """Whole numbers as text; NONE for what is none."""

    def __missing__(self, text: str) -> int:
        value = min(whole(text, NONE, NONE, 10**12), 2**31 - 1)  # huge ones keep the order of the file
        if len(self) < 100_000:
            self[text] = value
        return value


class Doors(dict[str, int]):
    """pickup_type and drop_off_type to flags: 1 = no, 2 and 3 = by arrangement, everything else = yes."""

    def __init__(self, door: int) -> None:
        super().__init__({"1": 0, "2": door | door * ARRANGED, "3": door | door * ARRANGED, "0": door, "": door})
        self.door = door

    def __missing__(self, text: str) -> int:
        bare = text.strip()
        return self.get(bare, self.door)


class Headsigns(dict[str, int]):
    """Texts numbered as they come; blank is -1, and so is what comes after the first `most` different ones."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def __missing__(self, text: str) -> int:
        bare = text.strip()
        if not bare or len(self) >= self.most:
            return -1
        self[text] = value = len(self)
        return value


def whole(text: str, default: int, least: int, most: int) -> int:
    """A whole number within bounds, or the default: `7`, ` 7 `, `7.0`; never an error, whatever is written."""
    bare = text.strip()
    if not bare or len(bare) > 13:
        return default
    try:
        value = int(bare) if bare.lstrip("+-").isdigit() else int(float(bare))
    except (ValueError, OverflowError):
        return default
    return value if least <= value <= most else default


@dataclass
class Columns:
    """Rows while they are put right; all arrays have the same length and are cut together."""

    trip: NDArray[np.int32]
    arrive: NDArray[np.int32]
    depart: NDArray[np.int32]
    stop: NDArray[np.int32]
    sequence: NDArray[np.int32]
    flags: NDArray[np.int8]
    headsign: NDArray[np.int32]
    row: NDArray[np.int32]  # line in the file

    def __len__(self) -> int:
        return len(self.trip)

    def take(self, which: NDArray[Any]) -> None:
        for name in ("trip", "arrive", "depart", "stop", "sequence", "flags", "row"):
            setattr(self, name, getattr(self, name)[which])
        if len(self.headsign):
            self.headsign = self.headsign[which]


def read_times(archive: Archive, trips: dict[str, int], stops: Stops, findings: Findings) -> StopTimes:
    """The usable stops of every trip. Raises FeedRefused when there are too many rows."""
    headsigns = Headsigns(archive.limits.headsigns)
    rows = gather(archive, Known(trips), Known(stops.by_id), headsigns, findings)
    order(rows, findings)
    fill(rows, stops, findings)
    forward(rows, findings)
    many = np.bincount(rows.trip, minlength=len(trips))
    lone = many[rows.trip] < 2
    if lone.any():
        findings.add("trip_too_short", FILE, int(rows.row[lone][0]), int(lone.sum()))
        rows.take(~lone)
        many[many < 2] = 0
    called = rows.flags & (BOARD | ALIGHT) * ARRANGED > 0
    findings.add("by_arrangement", FILE, int(rows.row[np.argmax(called)]) if called.any() else 0, int(called.sum()))
    start = np.zeros(len(trips) + 1, np.int64)
    np.cumsum(many, out=start[1:])
    texts = Texts.of(text.strip()[:200] for text in headsigns)
    return StopTimes(start, rows.stop, rows.arrive, rows.depart, rows.sequence, rows.flags, rows.headsign, texts)


def gather(archive: Archive, trips: Known, stops: Known, headsigns: Headsigns, findings: Findings) -> Columns:
    """All rows of known trips and stops, as they come."""
    clocks, numbers = Clocks(), Numbers()
    board, alight = Doors(BOARD), Doors(ALIGHT)
    parts: list[list[NDArray[Any]]] = []
    for batch in archive.batches(FILE, COLUMNS, ("trip_id", "stop_id"), archive.limits.stop_times):
        trip, stop = ints(map(trips.__getitem__, batch.column(0)), batch), ints(map(stops.__getitem__, batch.column(3)), batch)
        area = flexible(batch)
        keep = np.flatnonzero((trip >= 0) & (stop >= 0) & ~area)
        if len(keep) < batch.size:
            tell(findings, "unknown_trip", batch, trip < 0, 0)
            tell(findings, "flexible", batch, area & (trip >= 0), next((at for at in (8, 9, 10) if batch.has(at)), 3))
            tell(findings, "unknown_stop", batch, (stop < 0) & (trip >= 0) & ~area, 3)
        arrive, depart = (
            ints(map(clocks.__getitem__, batch.column(1)), batch),
            ints(map(clocks.__getitem__, batch.column(2)), batch),
        )
        for at in (11, 12):
            if batch.has(at):
                anywhere = np.fromiter((one.strip() in ANYWHERE for one in batch.column(at)), bool, batch.size)
                tell(findings, "continuous", batch, anywhere, at)
        tell(findings, "bad_time", batch, arrive == BAD, 1)
        tell(findings, "bad_time", batch, depart == BAD, 2)
        sequence = ints(map(numbers.__getitem__, batch.column(4)), batch)
        flags = np.full(batch.size, BOARD | ALIGHT, np.int8)
        if batch.has(5) or batch.has(6):
            flags = ints(map(board.__getitem__, batch.column(5)), batch).astype(np.int8)
            flags |= ints(map(alight.__getitem__, batch.column(6)), batch).astype(np.int8)
        signs = ints(map(headsigns.__getitem__, batch.column(7)), batch) if batch.has(7) else np.zeros(0, np.int32)
        line = np.arange(batch.line, batch.line + batch.size, dtype=np.int32)
        parts.append(
            [x[keep] for x in (trip, arrive, depart, stop, sequence, flags)]
            + [signs[keep] if len(signs) else signs, line[keep]]
        )
    short = next((text for text in clocks if text.count(":") == 1), None)
    if short is not None:
        findings.add("short_time", FILE, 0, value=short)
    if not parts:
        none = np.zeros(0, np.int32)
        return Columns(none, none, none, none, none, np.zeros(0, np.int8), none, none)
    return Columns(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def ints(values: Iterable[int], batch: Batch) -> NDArray[np.int32]:
    return np.fromiter(values, np.int32, batch.size)


def flexible(batch: Batch) -> NDArray[np.bool_]:
    """Rows on demand (GTFS-Flex): they name an area or a group of stops instead of a stop, or a span instead of a time."""
    if not (batch.has(8) or batch.has(9) or batch.has(10)):
        return np.zeros(batch.size, bool)
    names = zip(*(batch.column(at) for at in (3, 8, 9, 10)), strict=True)
    return np.fromiter(
        (bool(window.strip() or (not stop.strip() and (area + group).strip())) for stop, area, group, window in names),
        bool,
        batch.size,
    )


def tell(findings: Findings, code: str, batch: Batch, where: NDArray[np.bool_], column: int) -> None:
    places = np.flatnonzero(where)
    if len(places):
        findings.add(code, FILE, batch.line + int(places[0]), len(places), value=batch.column(column)[places[0]])


def order(rows: Columns, findings: Findings) -> None:
    """By trip and stop_sequence; of rows that are entirely equal one stays."""
    rows.sequence = placed(rows, findings)
    key = (rows.trip.astype(np.int64) << 32) + rows.sequence
    if len(key) and (key[1:] < key[:-1]).any():
        sorting = np.argsort(key, kind="stable")
        rows.take(sorting)
        key = key[sorting]
    double = np.zeros(len(key), bool)
    double[1:] = (key[1:] == key[:-1]) & (rows.sequence[1:] != NONE)
    if double.any():
        findings.add("double_sequence", FILE, int(rows.row[double][0]), int(double.sum()))
        same = double.copy()
        for column in (rows.stop, rows.arrive, rows.depart):
            same[1:] &= column[1:] == column[:-1]
        rows.take(~same)


def placed(rows: Columns, findings: Findings) -> NDArray[np.int32]:
    """stop_sequence; a row without one comes after the row of its trip that stands before it in the file."""
    none = rows.sequence == NONE
    if not none.any():
        return rows.sequence
    findings.add("no_sequence", FILE, int(rows.row[none][0]), int(none.sum()))
    if none.all():
        return rows.sequence
    at = np.arange(len(none))
    by_trip = np.argsort(rows.trip, kind="stable")
    sequence, known = rows.sequence[by_trip], ~none[by_trip]
    before = np.maximum.accumulate(np.where(known, at, -1))
    same = (before >= 0) & (rows.trip[by_trip][before] == rows.trip[by_trip])
    out = np.empty_like(rows.sequence)
    out[by_trip] = np.where(known | ~same, sequence, sequence[before])
    return out


def fill(rows: Columns, stops: Stops, findings: Findings) -> None:
    """Blank times: from the other one of the same stop, else between the neighbours, in proportion to the way."""
    arrive, depart = rows.arrive, rows.depart
    np.copyto(arrive, depart, where=arrive < 0)
    np.copyto(depart, arrive, where=depart < 0)
    timed = arrive >= 0
    if timed.all():
        return
    if not timed.any():
        findings.add("trip_without_times", FILE, int(rows.row[0]), len(rows))
        rows.take(timed)
        return
    places = np.flatnonzero(timed)
    known, first = np.unique(rows.trip[places], return_index=True)
    last = np.append(first[1:], len(places)) - 1
    begin = np.full(int(rows.trip.max()) + 1, len(rows), np.int64)
    end = np.full(int(rows.trip.max()) + 1, -1, np.int64)
    begin[known], end[known] = places[first], places[last]
    at = np.arange(len(rows))
    inside = (at >= begin[rows.trip]) & (at <= end[rows.trip])
    if not inside.all():
        findings.add("trip_without_times", FILE, int(rows.row[~inside][0]), int((~inside).sum()))
        rows.take(inside)
    between(rows, stops, findings)


def between(rows: Columns, stops: Stops, findings: Findings) -> None:
    """Fill the blank rows; every trip begins and ends with a timed one."""
    blank = np.flatnonzero(rows.arrive < 0)
    if not len(blank):
        return
    findings.add("blank_times", FILE, int(rows.row[blank[0]]), len(blank))
    places = np.flatnonzero(rows.arrive >= 0)
    after = np.searchsorted(places, blank)
    before, after = places[after - 1], places[after]
    way = np.cumsum(steps(rows.stop, stops))
    share = (way[blank] - way[before]) / (way[after] - way[before])
    begin, end = rows.depart[before], rows.arrive[after]
    filled = (begin + np.floor(share * (end - begin))).astype(np.int32)
    rows.arrive[blank] = filled
    rows.depart[blank] = filled


def steps(stop: NDArray[np.int32], stops: Stops) -> NDArray[np.float64]:
    """Metres from the row before, at least one."""
    lat, long = np.radians(stops.lat[stop]), np.radians(stops.long[stop])
    metres = np.hypot(np.diff(lat), np.diff(long) * np.cos(lat[1:])) * 6_371_000
    return np.concatenate([[1.0], np.nan_to_num(metres, nan=500.0) + 1.0])


def forward(rows: Columns, findings: Findings) -> None:
    """Times of a trip never go back: wrapped midnights are continued, rounding is lifted, other trips are left out."""
    if not len(rows):
        return
    early = rows.depart < rows.arrive
    back = early.any() or ((rows.trip[1:] == rows.trip[:-1]) & (rows.arrive[1:] < rows.depart[:-1])).any()
    if not back:
        return
    trip = np.repeat(rows.trip, 2)
    time = np.empty(2 * len(rows), np.int64)
    time[0::2], time[1::2] = rows.arrive, rows.depart
    step = np.zeros(len(time), np.int64)
    step[1:] = np.where(trip[1:] == trip[:-1], np.diff(time), 0)
    wraps = (step < -DAY // 2) & (step + DAY < DAY // 4)
    if wraps.any():
        findings.add("midnight_wrapped", FILE, int(rows.row[np.flatnonzero(wraps)[0] // 2]), int(wraps.sum()))
        days = np.cumsum(wraps)
        first = np.searchsorted(trip, trip)  # place of the trip's first time: no wrap can be there
        time += DAY * (days - days[first])
        step = np.where(wraps, step + DAY, step)
    lost = np.zeros(int(rows.trip.max()) + 1, bool)
    lost[trip[step < -LIFT]] = True
    small = (step < 0) & ~lost[trip]
    if small.any():
        findings.add("small_time_travel", FILE, int(rows.row[np.flatnonzero(small)[0] // 2]), int(small.sum()))
        base = trip.astype(np.int64) << 32
        time = np.maximum.accumulate(time + base) - base
    rows.arrive, rows.depart = time[0::2].astype(np.int32), time[1::2].astype(np.int32)
    if lost.any():
        gone = lost[rows.trip]
        findings.add("time_travel", FILE, int(rows.row[gone][0]), int(lost.sum()))
        rows.take(~gone)
