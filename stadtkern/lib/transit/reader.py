"""Read a GTFS feed: everything a timetable needs, and a list of what is wrong with it. Source: GTFS reference (gtfs.org)."""

import math
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from .archive import Archive
from .calendars import Calendar, day_number, read_calendar
from .feed import Feed, Routes, Shapes, Stops, StopTimes, Trips
from .findings import FeedRefused, Finding, Findings, Limits
from .links import read_frequencies, read_pathways, read_rules, read_stays, read_transfers
from .tariff import read_fares
from .texts import Texts
from .times import Known, Numbers, ints, read_times, whole

NEEDED = ("stops.txt", "trips.txt", "stop_times.txt")


def read_feed(path: Path, limits: Limits | None = None) -> Feed:
    """Read the feed at `path` (zip or folder). What is wrong with it is in `Feed.findings`.

    Raises FeedRefused when nothing useful can be read or a limit is passed. Nothing else is raised for whatever is in the file.
    Memory is bounded by `limits`: rows are read in a stream and kept as columns.
    """
    findings = Findings()
    limits = limits or Limits()
    with Archive(Path(path), limits, findings) as archive:
        for name in NEEDED:
            if name not in archive:
                raise findings.refuse("file_missing", name)
        agencies, timezone = read_agencies(archive, findings)
        stops = read_stops(archive, findings)
        routes = read_routes(archive, findings)
        calendar = read_calendar(archive, findings)
        shapes = read_shapes(archive, findings)
        trips, block = read_trips(archive, routes, calendar, shapes, findings)
        times = read_times(archive, trips.id.index_of(), stops, findings)
        if not len(times.stop):
            raise findings.useless("stop_times.txt")
        served = np.unique(times.stop)
        findings.add("station_served", "stop_times.txt", 0, int(np.isin(stops.kind[served], (1, 2, 3)).sum()))
        for line, _row in archive.rows("booking_rules.txt", ("booking_rule_id",), ()):
            findings.add("booking_rules", "booking_rules.txt", line)
        index = trips.id.index_of()
        feed = Feed(
            stops, routes, trips, times, calendar, shapes,
            read_frequencies(archive, index, times, findings), read_transfers(archive, stops, findings),
            read_pathways(archive, stops, findings), timezone, agencies,
            read_fares(archive, calendar, findings), read_info(archive), [],
            {"name": Path(path).name, "unpacked_bytes": archive.read_bytes}, block, read_stays(archive, index, findings),
            read_rules(archive, stops, routes, index, findings),
        )  # fmt: skip
    check_calendar(feed, findings)
    feed.findings.extend(findings)
    return feed


def table(archive: Archive, name: str, columns: tuple[str, ...], key: str, findings: Findings) -> list[list[str]]:
    """Rows of a file with a key in their first column: none without, none twice."""
    rows: list[list[str]] = []
    seen: set[str] = set()
    for line, row in archive.rows(name, columns, (key,)):
        if row[0] in seen:
            findings.add("double_id", name, line, value=row[0])
        elif not row[0]:
            findings.add("empty_id", name, line)
        else:
            seen.add(row[0])
            rows.append(row)
    return rows


def read_agencies(archive: Archive, findings: Findings) -> tuple[dict[str, str], str]:
    """(id to name, time zone)."""
    if "agency.txt" not in archive:
        findings.add("file_absent", "agency.txt")
    agencies, zones = {}, []
    for line, (key, name, zone) in archive.rows("agency.txt", ("agency_id", "agency_name", "agency_timezone"), ()):
        agencies[key] = name
        try:
            ZoneInfo(zone)
            zones.append(zone)
        except (ValueError, OSError, KeyError):
            findings.add("bad_timezone", "agency.txt", line, value=zone)
    if len(set(zones)) > 1:
        findings.add("several_timezones", "agency.txt", 0, used=zones[0])
    return agencies, zones[0] if zones else "Europe/Berlin"


def read_stops(archive: Archive, findings: Findings) -> Stops:
    columns = (
        "stop_id", "stop_name", "stop_code", "platform_code", "zone_id", "stop_lat", "stop_lon", "parent_station",
        "wheelchair_boarding", "location_type",
    )  # fmt: skip
    rows = table(archive, "stops.txt", columns, "stop_id", findings)
    if not rows:
        raise findings.useless("stops.txt")
    index = Known({row[0]: at for at, row in enumerate(rows)})
    lat, long = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    parent, wheelchair, kind = np.full(len(rows), -1, np.int32), np.zeros(len(rows), np.int8), np.zeros(len(rows), np.int8)
    for at, row in enumerate(rows):
        place = degrees(row[5], 90), degrees(row[6], 180)
        findings.add("decimal_comma", "stops.txt", 0, int("," in row[5] + row[6]), value=row[5])
        if None in place or place == (0.0, 0.0):
            findings.add("bad_coordinate", "stops.txt", 0, value=row[0])
        else:
            lat[at], long[at] = place
        if row[7]:
            parent[at] = index[row[7]] if index[row[7]] != at else -1
            if parent[at] < 0:
                findings.add("unknown_parent", "stops.txt", 0, value=row[7], stop=row[0])
        wheelchair[at] = number(row[8], 2, "stops.txt", findings)
        kind[at] = number(row[9], 4, "stops.txt", findings)
    silent = (wheelchair == 0) & (parent >= 0)
    wheelchair[silent] = wheelchair[parent[silent]]
    ids, names, codes, platforms, zones = (Texts.of(row[at] for row in rows) for at in range(5))
    return Stops(ids, names, codes, platforms, zones, lat, long, parent, wheelchair, kind)


def degrees(text: str, most: int) -> float | None:
    value = coordinate(text)
    return value if math.isfinite(value) and abs(value) <= most else None


def number(text: str, most: int, file: str, findings: Findings) -> int:
    value = whole(text, -1, 0, most) if text else 0
    if value < 0:
        findings.add("bad_number", file, 0, value=text)
    return max(value, 0)


def read_routes(archive: Archive, findings: Findings) -> Routes:
    if "routes.txt" not in archive:
        findings.add("file_absent", "routes.txt")
    columns = (
        "route_id",
        "route_short_name",
        "route_long_name",
        "route_color",
        "route_text_color",
        "agency_id",
        "network_id",
        "route_type",
    )
    rows = [*table(archive, "routes.txt", columns, "route_id", findings), [""] * len(columns)]
    kinds = np.array([whole(row[7], 3, 0, 9999) for row in rows], np.int32)
    for row in rows:
        row[3], row[4] = colour(row[3]), colour(row[4])
    ids, short, long, back, ink, agency, network = (Texts.of(row[at] for row in rows) for at in range(7))
    return Routes(ids, short, long, back, ink, agency, network, kinds)


def colour(text: str) -> str:
    bare = text.lstrip("#").upper()
    return bare if len(bare) == 6 and all(sign in "0123456789ABCDEF" for sign in bare) else ""


def read_trips(
    archive: Archive, routes: Routes, calendar: Calendar, shapes: Shapes, findings: Findings
) -> tuple[Trips, NDArray[np.int32]]:
    """All trips, and the block of each."""
    columns = (
        "trip_id", "trip_headsign", "route_id", "service_id", "shape_id", "wheelchair_accessible", "bikes_allowed", "block_id",
    )  # fmt: skip
    known = Known(routes.id.index_of())
    services, lines = Known({key: at for at, key in enumerate(calendar.services)}), Known(shapes.id.index_of())
    small: Callable[[str], int] = {"1": 1, "2": 2}.get  # type: ignore[assignment]
    ids: list[str] = []
    signs: list[str] = []
    seen: set[str] = set()
    rows: list[tuple[int, ...]] = []
    blocks: dict[str, int] = {}
    block_of: list[int] = []
    for line, (key, sign, route, service, shape, wheelchair, bikes, block) in archive.rows(
        "trips.txt", columns, ("trip_id", "service_id")
    ):
        if key in seen or not key:
            findings.add("double_id" if key else "empty_id", "trips.txt", line, value=key)
            continue
        seen.add(key)
        if known[route] < 0:
            findings.add("unknown_route", "trips.txt", line, value=route)
        if services[service] < 0:
            findings.add("unknown_service", "trips.txt", line, value=service)
        block_of.append(blocks.setdefault(block, len(blocks)) if block else -1)
        ids.append(key)
        signs.append(sign)
        at = known[route] if known[route] >= 0 else len(routes) - 1
        rows.append((at, services[service], lines[shape] if shape else -1, small(wheelchair) or 0, small(bikes) or 0))
    if not rows:
        raise findings.useless("trips.txt")
    shared = np.bincount(np.array(block_of) + 1)[1:]
    findings.add("block", "trips.txt", 0, int(shared[shared > 1].sum()))
    columns_of = np.array(rows, np.int32).T.copy()
    return Trips(
        Texts.of(ids), Texts.of(signs), columns_of[0], columns_of[1], columns_of[2], columns_of[3].astype(np.int8),
        columns_of[4].astype(np.int8),
    ), np.array(block_of, np.int32)  # fmt: skip


def read_shapes(archive: Archive, findings: Findings) -> Shapes:
    """Points in the order of their sequence."""
    names: dict[str, int] = {}
    numbers = Numbers()
    parts = []
    columns = ("shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence")
    for batch in archive.batches("shapes.txt", columns, columns[:3], archive.limits.shape_points):
        shape = ints((names.setdefault(name, len(names)) for name in map(str.strip, batch.column(0))), batch)
        lat, long = (np.array([coordinate(text) for text in batch.column(at)]) for at in (1, 2))
        good = (np.abs(lat) <= 90) & (np.abs(long) <= 180)
        if "," in batch.column(1)[0]:
            findings.add("decimal_comma", "shapes.txt", batch.line, batch.size, value=batch.column(1)[0])
        findings.add("bad_shape", "shapes.txt", batch.line, int((~good).sum()))
        sequence = ints(map(numbers.__getitem__, batch.column(3)), batch)
        parts.append([column[good] for column in (shape, sequence)] + [one[good].astype(np.float32) for one in (lat, long)])
    if not parts:
        return Shapes(Texts.of([]), np.zeros(1, np.int64), np.zeros(0, np.float32), np.zeros(0, np.float32))
    shape, sequence, lat, long = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort((shape.astype(np.int64) << 32) + sequence, kind="stable")
    start = np.zeros(len(names) + 1, np.int64)
    np.cumsum(np.bincount(shape, minlength=len(names)), out=start[1:])
    return Shapes(Texts.of(names), start, lat[order].astype(np.float32), long[order].astype(np.float32))


def coordinate(text: str) -> float:
    """Degrees, with a point or a comma before the decimals; NaN for what is no number."""
    try:
        return float(text.replace(",", ".", 1) if "," in text else text)
    except ValueError:
        return math.nan


def read_info(archive: Archive) -> dict[str, str]:
    columns = ("feed_publisher_name", "feed_version", "feed_start_date", "feed_end_date", "feed_lang", "feed_publisher_url")
    for _line, row in archive.rows("feed_info.txt", columns, ()):
        return {column: value for column, value in zip(columns, row, strict=True) if value}
    return {}


def never_runs(feed: Feed) -> FeedRefused | None:
    """The refusal of a feed of which nothing runs on any day, with what may be the reason; None where something does."""
    if feed.calendar.span(feed.trips_of_service()) is not None:
        return None
    why = ("column_missing", "broken_rows", "bad_date", "bad_number", "unknown_service")
    told = [
        one.code for one in feed.findings if one.code in why and one.file in ("calendar.txt", "calendar_dates.txt", "trips.txt")
    ]
    return FeedRefused(Finding("never_runs", "calendar.txt", 0, {"problem": told[0]} if told else {}))


def check_calendar(feed: Feed, findings: Findings) -> None:
    trips = feed.trips_of_service()
    span = feed.calendar.span(trips)
    if span is None:
        findings.add("calendar_empty", "calendar.txt", 0, len(feed.calendar))
        return
    begin, end = day_number(feed.info.get("feed_start_date", "")), day_number(feed.info.get("feed_end_date", ""))
    if (begin and span[1].toordinal() < begin) or (end and span[0].toordinal() > end):
        findings.add("expired", "feed_info.txt", 0, first=span[0], last=span[1])


__all__ = ["StopTimes", "never_runs", "read_feed"]
