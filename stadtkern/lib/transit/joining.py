"""Several readings as one: a city's timetable, a region's and a railway's, so that a journey may use them all.

Tables are put behind each other. An id that more than one part uses is called `part~id` in all of them: whoever names the bare
id (real time does) then means none of them rather than the wrong one. Ways on foot are worked out for the joined feed, as for
any other.
"""

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from .calendars import Calendar
from .feed import Feed, Ints, Routes, Shapes, Stops, StopTimes, Trips
from .realtime import Realtime
from .texts import Texts
from .timetable import Timetable

Own = tuple[tuple[int, int], Mapping[str, int]]  # first row and end of a part, every id to its row
OWN_IDS = {
    "stop_id": "stops", "from_stop_id": "stops", "to_stop_id": "stops", "route_id": "routes", "agency_id": "agencies",
}  # fmt: skip  # columns of fares that name other tables


@dataclass(frozen=True)
class Part:
    """One reading with its place in the joined one: its routes are first_route to last_route (exclusive)."""

    key: str
    feed: Feed
    first_route: int
    last_route: int
    fares: dict[str, list[dict[str, str]]]  # its own tables, ids as the joined feed calls them
    agencies: dict[str, str]


def join(feeds: Mapping[str, Feed]) -> tuple[Feed, list[Part]]:
    """All of them as one Feed, in the order of `feeds`, and what belongs to whom. `findings` stay with the parts.

    Raises ValueError for none, or for parts of different time zones: their seconds count from different moments.
    """
    parts = list(feeds.values())
    if not parts or len({feed.timezone for feed in parts}) > 1:
        raise ValueError("no feeds, or feeds of different time zones")
    of_stop, of_route = before(len(feed.stops) for feed in parts), before(len(feed.routes) - 1 for feed in parts)
    of_trip, of_shape = before(len(feed.trips) for feed in parts), before(len(feed.shapes.id) for feed in parts)
    of_service = before(len(feed.calendar) for feed in parts)
    names = {
        "stops": renamed({key: feed.stops.id for key, feed in feeds.items()}),
        "routes": renamed({key: list(feed.routes.id)[:-1] for key, feed in feeds.items()}),
        "trips": renamed({key: feed.trips.id for key, feed in feeds.items()}),
        "agencies": renamed({key: feed.agencies for key, feed in feeds.items()}),
    }
    joined = Feed(
        stops=stops(parts, of_stop, names["stops"]),
        routes=routes(feeds, names),
        trips=trips(parts, (of_route, of_service, of_shape), names["trips"]),
        times=times(parts, of_stop),
        calendar=calendar(feeds, of_service),
        shapes=shapes(parts),
        frequencies=shifted([feed.frequencies for feed in parts], of_trip, (0,)),
        transfers=shifted([feed.transfers for feed in parts], of_stop, (0, 1)),
        pathways=shifted([feed.pathways for feed in parts], of_stop, (0, 1)),
        timezone=parts[0].timezone,
        agencies={
            names["agencies"][key].get(one, one): name for key, feed in feeds.items() for one, name in feed.agencies.items()
        },
        fares={},
        info=info(parts),
        source={"name": " + ".join(feeds), "parts": places(feeds)},
        block=moved([feed.block for feed in parts], before(int(feed.block.max(initial=-1)) + 1 for feed in parts)),
        stays=shifted([feed.stays for feed in parts], of_trip, (0, 1)),
        rules=rules(parts, of_stop, of_route, of_trip),
    )
    ends = [*of_route[1:], len(joined.routes) - 1]
    told = [
        Part(key, feed, first, last, tables(feed, {column: names[kind][key] for column, kind in OWN_IDS.items()}),
             {names["agencies"][key].get(one, one): name for one, name in feed.agencies.items()})
        for (key, feed), first, last in zip(feeds.items(), of_route, ends, strict=True)
    ]  # fmt: skip
    return joined, told


def called(said: Realtime, part: str, timetable: Timetable) -> Realtime:
    """A message of real time that belongs to one part ("" = not known), with the ids as the joined timetable calls them.

    What the part itself does not have becomes `part~id`, which nobody has: never another part's. Timetables saved before
    they noted where their parts lie mean the bare id there.
    """
    if not part:
        return said
    noted = timetable.about.get("parts")
    trips, stops, routes = (
        ((noted or {}).get(part, {}).get(kind, (0, 0)), known)
        for kind, known in (
            ("trips", timetable.trips.by_id),
            ("stops", timetable.stops.by_id),
            ("routes", timetable.routes.by_id),
        )
    )

    def name(one: str, own: Own) -> str:
        (first, end), known = own
        if noted is None:
            return new if (new := f"{part}~{one}") in known else one
        return one if not one or first <= known.get(one, -1) < end else f"{part}~{one}"

    def all_of(ids: tuple[str, ...], own: Own) -> tuple[str, ...]:
        return tuple(name(one, own) for one in ids)

    updates = [
        replace(
            one,
            trip_id=name(one.trip_id, trips),
            route_id=name(one.route_id, routes),
            stops=tuple(replace(stop, stop_id=name(stop.stop_id, stops)) for stop in one.stops),
        )
        for one in said.updates
    ]
    alerts = [
        replace(one, stops=all_of(one.stops, stops), routes=all_of(one.routes, routes), trips=all_of(one.trips, trips))
        for one in said.alerts
    ]
    return replace(said, updates=updates, alerts=alerts)


def places(feeds: Mapping[str, Feed]) -> dict[str, dict[str, list[int]]]:
    """Part -> table -> first row and end of what is its own in the joined one."""
    sizes = {
        key: {"stops": len(feed.stops), "routes": len(feed.routes) - 1, "trips": len(feed.trips)} for key, feed in feeds.items()
    }
    found: dict[str, dict[str, list[int]]] = {key: {} for key in feeds}
    for kind in ("stops", "routes", "trips"):
        ends = accumulate(size[kind] for size in sizes.values())
        for key, end in zip(feeds, ends, strict=True):
            found[key][kind] = [end - sizes[key][kind], end]
    return found


def noted_as(one: str, part: str, earlier: Iterable[str], known: Container[str]) -> set[str]:
    """Every id under which somebody may have noted what `part` ("" = not known) calls `one`: in the joined timetable, or alone.

    A bare id that clashes was noted before the joining. It means the first part that has it: none of those that came `earlier`,
    as the ids `known` to the joined timetable tell. A bare id that is known still is another part's.
    """
    if not part:
        return {one}
    bare = one.removeprefix(f"{part}~")
    names = {one, f"{part}~{bare}"}
    theirs = bare in known or any(f"{other}~{bare}" in known for other in earlier)
    return names if theirs else names | {bare}


def before(sizes: Iterable[int]) -> list[int]:
    """Where each part begins."""
    return [0, *accumulate(sizes)][:-1]


def renamed(ids: Mapping[str, Iterable[str]]) -> dict[str, dict[str, str]]:
    """Part -> old id -> new id, for those that clash."""
    seen = Counter(one for part in ids.values() for one in set(part))
    return {key: {one: f"{key}~{one}" for one in part if seen[one] > 1} for key, part in ids.items()}


def texts(parts: Iterable[Iterable[str]], names: Iterable[dict[str, str]] | None = None) -> Texts:
    if names is None:
        return Texts.of(text for part in parts for text in part)
    return Texts.of(new.get(text, text) for part, new in zip(parts, names, strict=True) for text in part)


def moved(columns: list[NDArray[np.int32]], shifts: list[int]) -> Ints:
    """Indexes into a table that was put behind others; -1 stays."""
    return np.concatenate(
        [np.where(column >= 0, column + shift, column) for column, shift in zip(columns, shifts, strict=True)]
    ).astype(np.int32)


def shifted(tables: list[NDArray[np.int32]], shifts: list[int], columns: tuple[int, ...]) -> NDArray[np.int32]:
    """Small tables behind each other, with the indexes in `columns` moved."""
    out = [table.copy() for table in tables]
    for table, shift in zip(out, shifts, strict=True):
        table[:, columns] += shift
    return np.concatenate(out).astype(np.int32)


def rules(parts: list[Feed], of_stop: list[int], of_route: list[int], of_trip: list[int]) -> NDArray[np.int32]:
    tables = []
    for feed, stop, route, trip in zip(parts, of_stop, of_route, of_trip, strict=True):
        shift = np.array([stop, stop, 0, 0, route, route, trip, trip], np.int32)
        tables.append(np.where(feed.rules >= 0, feed.rules + shift, feed.rules))
    return np.concatenate(tables).astype(np.int32)


def stops(parts: list[Feed], of_stop: list[int], names: dict[str, dict[str, str]]) -> Stops:
    all_of = [feed.stops for feed in parts]
    return Stops(
        id=texts([one.id for one in all_of], names.values()),
        name=texts([one.name for one in all_of]),
        code=texts([one.code for one in all_of]),
        platform=texts([one.platform for one in all_of]),
        zone=texts([one.zone for one in all_of]),
        lat=np.concatenate([one.lat for one in all_of]),
        long=np.concatenate([one.long for one in all_of]),
        parent=moved([one.parent for one in all_of], of_stop),
        wheelchair=np.concatenate([one.wheelchair for one in all_of]),
        kind=np.concatenate([one.kind for one in all_of]),
    )


def routes(feeds: Mapping[str, Feed], names: dict[str, dict[str, dict[str, str]]]) -> Routes:
    """Each part's lines without its nameless one; one nameless line at the end."""
    all_of = [feed.routes for feed in feeds.values()]

    def column(name: str, new: Iterable[dict[str, str]] | None = None) -> Texts:
        return texts([list(getattr(one, name))[:-1] for one in all_of], new).plus([""])

    kinds = np.concatenate([*(one.kind[:-1] for one in all_of), all_of[0].kind[-1:]])
    return Routes(
        column("id", names["routes"].values()), column("short"), column("long"), column("colour"), column("text_colour"),
        column("agency", names["agencies"].values()), column("network"), kinds,
    )  # fmt: skip


def trips(parts: list[Feed], shifts: tuple[list[int], list[int], list[int]], names: dict[str, dict[str, str]]) -> Trips:
    of_route, of_service, of_shape = shifts
    all_of = [feed.trips for feed in parts]
    last = sum(len(feed.routes) - 1 for feed in parts)
    lines = [
        np.where(feed.trips.route == len(feed.routes) - 1, last, feed.trips.route + shift)
        for feed, shift in zip(parts, of_route, strict=True)
    ]
    return Trips(
        texts([one.id for one in all_of], names.values()), texts([one.headsign for one in all_of]),
        np.concatenate(lines).astype(np.int32), moved([one.service for one in all_of], of_service),
        moved([one.shape for one in all_of], of_shape), np.concatenate([one.wheelchair for one in all_of]),
        np.concatenate([one.bikes for one in all_of]),
    )  # fmt: skip


def times(parts: list[Feed], of_stop: list[int]) -> StopTimes:
    all_of = [feed.times for feed in parts]
    rows = before(len(one.stop) for one in all_of)
    start = [one.start[:-1] + shift for one, shift in zip(all_of, rows, strict=True)]
    signs = [one.headsign if len(one.headsign) else np.full(len(one.stop), -1, np.int32) for one in all_of]
    any_sign = any(len(one.headsign) for one in all_of)
    of_sign = before(len(one.headsigns) for one in all_of)
    return StopTimes(
        start=np.concatenate([*start, [sum(len(one.stop) for one in all_of)]]).astype(np.int64),
        stop=moved([one.stop for one in all_of], of_stop),
        arrive=np.concatenate([one.arrive for one in all_of]),
        depart=np.concatenate([one.depart for one in all_of]),
        sequence=np.concatenate([one.sequence for one in all_of]),
        flags=np.concatenate([one.flags for one in all_of]),
        headsign=moved(signs, of_sign) if any_sign else np.zeros(0, np.int32),
        headsigns=texts([one.headsigns for one in all_of]),
    )


def calendar(feeds: Mapping[str, Feed], of_service: list[int]) -> Calendar:
    all_of = [feed.calendar for feed in feeds.values()]
    return Calendar(
        [f"{key}~{service}" for key, feed in feeds.items() for service in feed.calendar.services],
        np.concatenate([one.weekdays for one in all_of]),
        np.concatenate([one.first for one in all_of]),
        np.concatenate([one.last for one in all_of]),
        shifted([one.exceptions for one in all_of], of_service, (0,)),
    )


def shapes(parts: list[Feed]) -> Shapes:
    all_of = [feed.shapes for feed in parts]
    points = before(len(one.lat) for one in all_of)
    start = [one.start[:-1] + shift for one, shift in zip(all_of, points, strict=True)]
    # a feed without shapes has one start and no id
    start = [column[: len(one.id)] for column, one in zip(start, all_of, strict=True)]
    total = sum(len(one.lat) for one in all_of)
    lat, long = (np.concatenate([getattr(one, name) for one in all_of]) for name in ("lat", "long"))
    return Shapes(texts([one.id for one in all_of]), np.concatenate([*start, [total]]).astype(np.int64), lat, long)


def info(parts: list[Feed]) -> dict[str, str]:
    """It is valid as long as all of them are."""
    publishers = dict.fromkeys(feed.info.get("feed_publisher_name", "") for feed in parts)
    ends = [feed.info["feed_end_date"] for feed in parts if feed.info.get("feed_end_date")]
    told = {"feed_publisher_name": ", ".join(filter(None, publishers))}
    return told | ({"feed_end_date": min(ends)} if ends else {})


def tables(feed: Feed, new: dict[str, dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    """The tables of fares with the ids of the joined feed."""
    return {
        name: [
            {column: new.get(column, {}).get(value, value) for column, value in row.items()} for row in rows
        ]
        for name, rows in feed.fares.items()
    }  # fmt: skip


__all__ = ["Part", "called", "join", "noted_as"]
