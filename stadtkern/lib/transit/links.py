"""Frequencies, transfers and pathways of a feed as small tables of numbers."""

import numpy as np
from numpy.typing import NDArray

from .archive import Archive
from .feed import Routes, Stops, StopTimes
from .findings import Findings
from .rules import fit
from .times import clock, whole

MOST_SECONDS = 86_400
BOARDING_AREA = 4  # location_type
UNKNOWN = -2


def read_frequencies(archive: Archive, trips: dict[str, int], times: StopTimes, findings: Findings) -> NDArray[np.int32]:
    """Rows of trip, start, end, headway, exact: only of usable trips, with start < end and a headway of at least a second.

    The times of a trip with frequencies are a pattern, not a run: where all its rows are unusable it has one that runs never.
    """
    name = "frequencies.txt"
    columns = ("trip_id", "start_time", "end_time", "headway_secs", "exact_times")
    rows: list[tuple[int, int, int, int, int]] = []
    ends: dict[int, int] = {}
    unusable: dict[int, None] = {}
    for line, (trip, start, end, headway, exact) in archive.rows(name, columns, columns[:1]):
        at = trips.get(trip, -1)
        begin, finish, gap = clock(start), clock(end), whole(headway, 0, 1, MOST_SECONDS)
        if 0 <= finish < begin - MOST_SECONDS // 2:
            findings.add("midnight_wrapped", name, line)
            finish += MOST_SECONDS
        if at < 0:
            findings.add("unknown_trip", name, line, value=trip)
        elif begin < 0 or finish <= begin or not gap:
            findings.add("bad_frequency", name, line, value=f"{start} {end} {headway}")
            unusable[at] = None
        elif times.start[at + 1] - times.start[at] >= 2:
            if begin < ends.get(at, -1):
                findings.add("frequency_clash", name, line, value=trip)
            ends[at] = max(finish, ends.get(at, -1))
            rows.append((at, begin, finish, gap, int(exact == "1")))
    rows += [(at, 0, 0, 1, 0) for at in unusable if at not in ends]
    return np.array(rows, np.int32).reshape(-1, 5)


def read_transfers(archive: Archive, stops: Stops, findings: Findings) -> NDArray[np.int32]:
    """Rows of from stop, to stop, type, seconds (-1 = none given): those for all lines."""
    name = "transfers.txt"
    columns = (
        "from_stop_id",
        "to_stop_id",
        "transfer_type",
        "min_transfer_time",
        "from_route_id",
        "to_route_id",
        "from_trip_id",
        "to_trip_id",
    )
    rows: list[tuple[int, int, int, int]] = []
    for line, (start, end, kind, seconds, *special) in archive.rows(name, columns, ()):
        origin, target = stops.by_id.get(start, -1), stops.by_id.get(end, -1)
        way = whole(kind, -1, 0, 5) if kind else 0
        if way > 3:
            continue  # read_stays
        if any(special):
            continue  # read_rules
        if origin < 0 or target < 0 or way < 0:
            findings.add("bad_transfer", name, line, value=f"{start} {end} {kind}")
        else:
            given = whole(seconds, -1, 0, MOST_SECONDS)
            if seconds and given < 0:
                findings.add("bad_transfer", name, line, value=seconds)
            if given == 0 and way < 2 and origin != target:
                given = -1  # a time that type 2 alone gives; many write 0 for "none"
            rows.append((origin, target, way, given))
    return np.array(rows, np.int32).reshape(-1, 4)


def read_stays(archive: Archive, trips: dict[str, int], findings: Findings) -> NDArray[np.int32]:
    """Rows of trip, the trip its vehicle goes on as, 4 (one stays in it) or 5 (one does not)."""
    name, found = "transfers.txt", []
    for line, (start, end, kind) in archive.rows(name, ("from_trip_id", "to_trip_id", "transfer_type"), ()):
        way = whole(kind, -1, 0, 5) if kind else 0
        if way > 3:
            pair = trips.get(start, -1), trips.get(end, -1)
            if min(pair) < 0 or pair[0] == pair[1]:
                findings.add("in_seat_transfer", name, line, value=f"{start} {end}")
            else:
                found.append((*pair, way))
    return np.array(found, np.int32).reshape(-1, 3)


def read_rules(archive: Archive, stops: Stops, routes: Routes, trips: dict[str, int], findings: Findings) -> NDArray[np.int32]:
    """Transfers of types 0 to 3 for single lines or trips, columns as in rules.py; a trip's word makes its line's needless."""
    name = "transfers.txt"
    places, lines, journeys = (("from_" + one, "to_" + one) for one in ("stop_id", "route_id", "trip_id"))
    rows: list[list[int]] = []
    for line, row in archive.rows(name, (*places, "transfer_type", "min_transfer_time", *lines, *journeys), ()):
        kind, trip_of = (whole(row[2], -1, 0, 5) if row[2] else 0), row[6:]
        route_of = ["" if trip else route for route, trip in zip(row[4:6], trip_of, strict=True)]
        if kind > 3 or not any((*route_of, *trip_of)):
            continue
        named = [stops.by_id.get(one, -1) for one in row[:2]], of(routes.by_id, route_of), of(trips, trip_of)
        seconds = whole(row[3], -1, 0, MOST_SECONDS)
        if kind < 0 or min(*named[0]) < 0 or UNKNOWN in (*named[1], *named[2]) or (row[3] and seconds < 0):
            findings.add("trip_transfer" if any(trip_of) else "route_transfer", name, line, value=" ".join(filter(None, row)))
        else:
            rows.append([*named[0], kind, seconds, *named[1], *named[2]])
    table = np.array(rows, np.int32).reshape(-1, 8)
    if fit(table, stops):
        return table
    findings.add("many_transfers", name, 0, len(table))
    return table[:0]


def of(index: dict[str, int], names: list[str]) -> list[int]:
    return [index.get(one, UNKNOWN) if one else -1 for one in names]


def read_pathways(archive: Archive, stops: Stops, findings: Findings) -> NDArray[np.int32]:
    """Rows of from, to, seconds, step-free; ways in both directions twice. Stairs and escalators are not step-free.

    A boarding area is a part of its platform, which has no ways of its own then.
    """
    name = "pathways.txt"
    columns = (
        "from_stop_id",
        "to_stop_id",
        "pathway_mode",
        "is_bidirectional",
        "traversal_time",
        "length",
        "stair_count",
        "max_slope",
    )
    rows: list[tuple[int, int, int, int]] = []
    area = (stops.kind == BOARDING_AREA) & (stops.parent >= 0)
    for line, (start, end, mode, both, seconds, length, stairs, slope) in archive.rows(name, columns, columns[:3]):
        origin, target, way = stops.by_id.get(start, -1), stops.by_id.get(end, -1), whole(mode, 0, 1, 7)
        if origin < 0 or target < 0 or not way:
            findings.add("bad_pathway", name, line, value=f"{start} {end}")
            continue
        origin, target = (int(stops.parent[at]) if area[at] else at for at in (origin, target))
        took = whole(seconds, -1, 1, MOST_SECONDS)
        if took < 0:
            metres = whole(length, 30, 0, 20_000)
            took = max(1, round(metres / 1.1)) + (30 if way == 5 else 0)
        steep = abs(rise(slope)) > 0.0833
        free = int(way not in (2, 4) and not steep and not whole(stairs, 0, -999, 999))
        rows.append((origin, target, took, free))
        if both == "1":
            rows.append((target, origin, took, free))
    return np.array(rows, np.int32).reshape(-1, 4)


def rise(text: str) -> float:
    try:
        return float(text) if text else 0.0
    except ValueError:
        return 0.0
