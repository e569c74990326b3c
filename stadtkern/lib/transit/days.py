"""From a feed to the timetable of one day: which trips run, unrolled, grouped into patterns that never overtake."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .feed import Feed, runs_of
from .findings import FeedRefused, Finding, Limits
from .footpaths import Paths, walks
from .rules import Marks
from .stays import rows as rows_of
from .stays import stays
from .timetable import Bytes, Ints, Net, Timetable, boarding, call_key, day_shift, frozen

AHEAD = 8 * 3600
MOST_DAYS = 10
MOST_LANES = 64


@dataclass(frozen=True)
class Runs:
    """Trips of a day before they are grouped, each with its own times. Run i has the events start[i] to start[i + 1]."""

    source: Ints  # trip of the feed
    shift: Ints  # seconds added to the feed's times
    day: Bytes
    start: NDArray[np.int64]
    event: NDArray[np.int64]  # row of the feed's stop times
    arrive: Ints
    depart: Ints


def runs(feed: Feed, day: date, ahead: int = AHEAD, limits: Limits | None = None) -> Runs:
    """Everything that moves on `day`: its own trips, those of days before that are still under way at 0:00, and those of the
    next morning up to `ahead` seconds after midnight. Raises FeedRefused when frequencies unroll to more events than the limits
    allow."""
    limits = limits or Limits()
    start = feed.times.start
    usable = np.diff(start) >= 2
    first, last = np.zeros(len(usable), np.int64), np.zeros(len(usable), np.int64)
    first[usable] = feed.times.depart[start[:-1][usable]]
    last[usable] = feed.times.arrive[start[1:][usable] - 1]
    sources, shifts, days = [], [], []
    latest = int(last.max(initial=0))
    if len(feed.frequencies):
        spans = feed.frequencies
        latest = max(latest, int((spans[:, 2] + last[spans[:, 0]] - first[spans[:, 0]]).max()))
    for offset in range(-min(latest // 86_400 + 1, MOST_DAYS), 2):
        shift = day_shift(day, offset, feed.timezone)
        active = np.append(feed.calendar.active(day + timedelta(days=offset)), False)  # -1 = no service
        runs_today = active[feed.trips.service] & usable
        source, moved = unrolled(feed, runs_today, first, last, limits)
        moved = moved + shift
        until = 2**31 if offset <= 0 else 86_400 + ahead
        keep = (last[source] + moved >= 0) & (first[source] + moved < until)
        sources.append(source[keep])
        shifts.append(moved[keep])
        days.append(np.full(int(keep.sum()), offset, np.int8))
    source, moved, which = np.concatenate(sources), np.concatenate(shifts), np.concatenate(days)
    long = start[source + 1] - start[source]
    begin = np.zeros(len(source) + 1, np.int64)
    np.cumsum(long, out=begin[1:])
    if begin[-1] > limits.events:
        raise FeedRefused(Finding("too_many_rows", "stop_times.txt", 0, {"events": str(begin[-1])}))
    event = np.repeat(start[source] - begin[:-1], long) + np.arange(begin[-1])
    add = np.repeat(moved, long)
    arrive, depart = ((column[event] + add).astype(np.int32) for column in (feed.times.arrive, feed.times.depart))
    return Runs(source.astype(np.int32), moved.astype(np.int32), which, begin, event, arrive, depart)


def unrolled(
    feed: Feed, today: NDArray[np.bool_], first: NDArray[np.int64], last: NDArray[np.int64], limits: Limits
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(trip, seconds added): plain trips as they are, trips with frequencies once for every headway."""
    spans = feed.frequencies[today[feed.frequencies[:, 0]]]
    plain = today.copy()
    plain[spans[:, 0]] = False
    source = np.flatnonzero(plain)
    many = runs_of(spans)
    events = int((many * (feed.times.start[spans[:, 0] + 1] - feed.times.start[spans[:, 0]])).sum())
    if events > limits.events:
        raise FeedRefused(Finding("too_many_rows", "frequencies.txt", 0, {"events": str(events)}))
    trip = np.repeat(spans[:, 0].astype(np.int64), many)
    turn = np.arange(len(trip)) - np.repeat(np.cumsum(many) - many, many)
    begin = np.repeat(spans[:, 1].astype(np.int64), many) + turn * np.repeat(spans[:, 3].astype(np.int64), many)
    return np.concatenate([source, trip]), np.concatenate([np.zeros(len(source), np.int64), begin - first[trip]])


def day(
    feed: Feed,
    date: date,
    footpaths: Paths | None = None,
    step_free: Paths | None = None,
    ahead: int = AHEAD,
    limits: Limits | None = None,
) -> Timetable:
    """The timetable of a service day.

    `footpaths` and `step_free`: CSR arrays (start int32[stops + 1], to, seconds) over `feed.stops`, as `lib.ways.footpaths`
    makes them; without them beelines up to 350 m. A day on which nothing runs gives an empty timetable. Raises FeedRefused when
    frequencies unroll to more than `limits.events`.
    """
    found = runs(feed, date, ahead, limits)
    paths, free, change = walks(feed, footpaths, step_free, limits)
    return assemble(feed, date, found, paths, free, change)


def assemble(feed: Feed, date: date, found: Runs, paths: Paths, free: Paths, change: Ints) -> Timetable:
    """Group runs into patterns and lay everything out flat."""
    lanes: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    for members in grouped(feed, found):
        size = int(found.start[members[0] + 1] - found.start[members[0]])
        places = found.start[members][:, None] + np.arange(size)
        for lane in split(found.arrive[places], found.depart[places]):
            lanes.append((members[lane], places[lane]))
    head = [feed.times.start[found.source[members[0]]] for members, _ in lanes]
    long = np.array([places.shape[1] for _, places in lanes], np.int64)
    many = np.array([len(members) for members, _ in lanes], np.int64)
    rows = concat([np.arange(begin, begin + size) for begin, size in zip(head, long.tolist(), strict=True)])
    order, places = concat([members for members, _ in lanes]), concat([places.ravel() for _, places in lanes])
    row_of = np.empty(len(order), np.int64)
    row_of[order] = np.arange(len(order))
    kept = rows_of([(int(row_of[one]), int(row_of[other])) for one, other in stays(feed, found)], len(order))
    flags = feed.times.flags[rows]
    pattern_start, pattern_stop = offsets(long), frozen(feed.times.stop[rows])
    board, alight = frozen((flags & 1) > 0, np.int8), frozen((flags & 2) > 0, np.int8)
    start, pattern, position = boarding(len(feed.stops), pattern_start, pattern_stop, board)
    net = Net(
        start, pattern, position, pattern_start, pattern_stop, board, alight, frozen(offsets(long * many)[:-1]),
        frozen(offsets(many)[:-1]), frozen(many), frozen(found.arrive[places]), frozen(found.depart[places]), *paths, change,
        frozen(kept[0]), frozen(kept[1]), frozen(np.zeros(len(many)), np.int8),
    )  # fmt: skip
    event = found.event[places]
    first = [members[0] for members, _ in lanes]
    return Timetable(
        date=date,
        timezone=feed.timezone,
        stops=feed.stops,
        routes=feed.routes,
        trips=feed.trips,
        shapes=feed.shapes,
        net=net,
        pattern_wheelchair=frozen(feed.trips.wheelchair[found.source[first]], np.int8),
        sequence=frozen(feed.times.sequence[event]),
        sign=frozen(feed.times.headsign[event] if len(feed.times.headsign) else np.zeros(0)),
        signs=feed.times.headsigns,
        trip_source=frozen(found.source[order]),
        trip_shift=frozen(found.shift[order]),
        trip_day=frozen(found.day[order], np.int8),
        free_start=free[0],
        free_to=free[1],
        free_seconds=free[2],
        arranged=arranged(feed, found),
        rules=frozen(feed.rules),
        about={"feed": feed.source.get("name", ""), "version": feed.info.get("feed_version", "")}
        | ({"parts": feed.source["parts"]} if "parts" in feed.source else {}),
    )


def arranged(feed: Feed, found: Runs) -> NDArray[np.int64]:
    """Where one has to call before, as Timetable.arranged wants it: of the trips that run."""
    rows = np.flatnonzero(feed.times.flags & 12)
    trip = np.searchsorted(feed.times.start, rows, "right") - 1
    runs_today = np.isin(trip, found.source)
    rows, trip = rows[runs_today], trip[runs_today].astype(np.int64)
    doors = [feed.times.flags[rows] & door > 0 for door in (4, 8)]
    keys = [call_key(trip[door], feed.times.sequence[rows[door]], at) for at, door in enumerate(doors)]
    return frozen(np.sort(np.concatenate(keys)), np.int64)  # type: ignore[no-any-return]


def concat(parts: list[NDArray[Any]]) -> NDArray[np.int64]:
    return np.concatenate(parts).astype(np.int64) if parts else np.zeros(0, np.int64)


def offsets(sizes: NDArray[Any]) -> Ints:
    start = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=start[1:])
    return frozen(start)  # type: ignore[no-any-return]


def grouped(feed: Feed, found: Runs) -> list[NDArray[np.int64]]:
    """Runs with the same stops, the same doors open, the same vehicle's access and the same rules for changes."""
    start, of_trip, marks = feed.times.start, {}, Marks(feed.rules, feed.stops)
    groups: dict[tuple[bytes, bytes, int, bytes], int] = {}
    for trip in np.unique(found.source).tolist():
        rows = slice(start[trip], start[trip + 1])
        stops = feed.times.stop[rows]
        named = marks.key(stops.tolist(), int(feed.trips.route[trip]), trip) if marks.rules else b""
        key = (stops.tobytes(), (feed.times.flags[rows] & 3).tobytes(), int(feed.trips.wheelchair[trip]), named)
        of_trip[trip] = groups.setdefault(key, len(groups))
    group = np.fromiter((of_trip[trip] for trip in found.source.tolist()), np.int64, len(found.source))
    order = np.argsort(group, kind="stable")
    return np.split(order, np.cumsum(np.bincount(group, minlength=len(groups)))[:-1]) if len(order) else []


def split(arrive: NDArray[np.int32], depart: NDArray[np.int32]) -> list[NDArray[np.int64]]:
    """Rows of [trips, stops] in lanes in which no trip overtakes another: sorted, ascending in every column."""
    order = np.lexsort((arrive[:, -1], depart[:, 0]))
    a, d = arrive[order], depart[order]
    if (a[1:] >= a[:-1]).all() and (d[1:] >= d[:-1]).all():
        return [order]
    both = np.concatenate([a, d], axis=1)
    lanes: list[list[int]] = []
    for at in range(len(order)):
        for lane in lanes[-MOST_LANES:]:
            if (both[at] >= both[lane[-1]]).all():
                lane.append(at)
                break
        else:
            lanes.append([at])
    return [order[lane] for lane in lanes]
