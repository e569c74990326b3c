"""The program that reads a file and lays it out as arrays: `python -m …trips.building`, a job as JSON on its standard input.

It knows neither Django nor the database. Its output, line by line: {"step": …} while it works, at the end
{"done": …} or {"refused": …}.
"""

import contextlib
import ctypes
import json
import os
import resource
import shutil
import signal
import sys
import time
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from stadtkern.lib import transit, ways
from stadtkern.lib.files import put
from stadtkern.lib.transit.calendars import day_number
from stadtkern.lib.transit.findings import Finding
from stadtkern.lib.transit.footpaths import beside
from stadtkern.lib.transit.joining import join
from stadtkern.lib.transit.reader import never_runs
from stadtkern.lib.transit.timetable import day_shift

PR_SET_PDEATHSIG = 1
WALK = 600  # seconds from stop to stop at the most


def say(**told: Any) -> None:
    print(json.dumps(told, ensure_ascii=True), flush=True)


def main() -> None:
    follow()
    job = json.loads(sys.stdin.read())  # empty where the other side died before
    began = time.monotonic()
    bound(job)
    try:
        done = {"GTFS": timetable, "JOINED": joined, "OSM": streets}[job["kind"]](job)
    except transit.FeedRefused as refused:
        say(refused=asdict(refused.finding))
        return
    except ways.WaysRefused as refused:
        say(refused={"code": "bad_streets", "file": "", "line": 0, "values": {"": str(refused)[:200]}, "count": 1})
        return
    done["seconds"] = round(time.monotonic() - began, 1)
    done["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    say(done=done)


def follow() -> None:
    """When the thread that waits for us dies with its process, so do we (Linux, prctl(2))."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def bound(job: dict[str, Any]) -> None:
    """No more memory and computing time than this: a hostile file ends this process."""
    if memory := int(job.get("memory_mb", 0)):
        resource.setrlimit(resource.RLIMIT_AS, (memory * 1_000_000,) * 2)
    if seconds := int(job.get("cpu_seconds", 0)):
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 10))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)


def streets(job: dict[str, Any]) -> dict[str, Any]:
    """An extract of OpenStreetMap."""
    say(step="streets")
    source = Path(job["source"])
    named = source.with_name(f"source.{osm_form(source)}")  # osmium goes by the name
    named.symlink_to(source.name)
    bounds = tuple(job["bounds"]) if job.get("bounds") else None
    graph = ways.read_osm(named, bounds)
    named.unlink()
    graph.save(Path(job["target"]) / "ways")
    return {"findings": [], "figures": {"nodes": graph.nodes, "edges": graph.edges}}


def osm_form(source: Path) -> str:
    """How an extract is packed, by its first bytes."""
    with source.open("rb") as file:
        head = file.read(64)
    if head.startswith(b"\x1f\x8b"):
        return "osm.gz"
    if head.startswith(b"BZh"):
        return "osm.bz2"
    return "osm" if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"<?xml", b"<osm")) else "osm.pbf"


def timetable(job: dict[str, Any]) -> dict[str, Any]:
    """A GTFS feed: findings, and the arrays of every day that is asked for."""
    say(step="read")
    feed = transit.read_feed(Path(job["source"]))
    if refused := never_runs(feed):
        raise refused
    if job.get("replaces"):
        in_time(feed, date.fromisoformat(job["first"]) + timedelta(days=2))
    trips = laid_out(job, feed)
    fares = json.dumps({"tables": feed.fares, "agencies": feed.agencies})
    put(Path(job["target"]) / "fares.json", fares.encode())
    return {"findings": [asdict(one) for one in feed.findings], "figures": figures(feed, trips)}


def joined(job: dict[str, Any]) -> dict[str, Any]:
    """Several feeds that were read before as one timetable; those of another time zone than the first are left out."""
    say(step="read")
    read = {key: transit.read_feed(Path(source)) for key, source in job["parts"]}
    zone = next(iter(read.values())).timezone
    feed, parts = join({key: one for key, one in read.items() if one.timezone == zone})
    trips = laid_out(job, feed)
    told = [
        {"tables": part.fares, "agencies": part.agencies, "first": part.first_route, "last": part.last_route} for part in parts
    ]
    put(Path(job["target"]) / "fares.json", json.dumps({"parts": told}).encode())
    ends = [end for part in parts if (end := until(part.feed, part.feed.calendar.span(part.feed.trips_of_service())))]
    left = [key for key in read if key not in {part.key for part in parts}]
    bare = {one for part in parts for one in part.feed.trips.id}
    more = {"until": min(ends, default=""), "left_out": left, "clashing": sum(one not in bare for one in feed.trips.id)}
    return {"findings": [], "figures": figures(feed, trips) | more}


def laid_out(job: dict[str, Any], feed: Any) -> int:
    """Every day that is asked for and not there yet; days gone by are removed. Returns the trips of the fullest day."""
    target = Path(job["target"])
    say(step="paths")
    paths, free = footpaths(streets_of(job, target), feed)
    first, many = date.fromisoformat(job["first"]), int(job["days"])
    days = [first + timedelta(days=number) for number in range(many)]
    alike: dict[bytes, Path] = {}
    trips = 0
    for number, day in enumerate(days):
        place = target / f"day-{day:%Y%m%d}"
        if place.is_dir():
            continue
        say(step=f"day {number + 1}/{many}")
        kind = pattern_of(feed, day)
        if kind in alike:
            link(alike[kind], place, day)
            continue
        made = transit.day(feed, day, footpaths=paths, step_free=free)
        made.save(place)
        if not alike:
            transit.warm(made)  # compiled code lies in the cache before the first question comes
        alike[kind] = place
        trips = max(trips, len(made))
    np.save(target / "served.npy", served(target))
    for old in target.glob("day-*"):
        if old.name[4:] < f"{first:%Y%m%d}":
            shutil.rmtree(old, ignore_errors=True)
    return trips


def in_time(feed: Any, tomorrow: date) -> None:
    """A timetable that is over or has not begun does not take the place of one that counts. Raises FeedRefused."""
    span = feed.calendar.span(feed.trips_of_service())
    if span and span[0] > tomorrow:
        raise transit.FeedRefused(Finding("not_begun", "", 0, {"first": str(span[0])}))
    if span is None or span[1] < tomorrow - timedelta(days=1):
        raise transit.FeedRefused(Finding("over", "", 0, {"last": str(span[1])} if span else {}))


def served(target: Path) -> Any:
    """The stops at which anything stops on any of the days laid out: they can be found by name."""
    days = [np.load(place / "net.pattern_stop.npy", mmap_mode="r") for place in sorted(target.glob("day-*"))]
    return np.unique(np.concatenate([np.zeros(0, np.int32), *days]))


def figures(feed: Any, trips: int) -> dict[str, Any]:
    span = feed.calendar.span(feed.trips_of_service())
    return {
        "stops": len(feed.stops),
        "routes": len(feed.routes) - 1,
        "trips": len(feed.trips),
        "busiest": trips,
        "first": str(span[0]) if span else "",
        "last": str(span[1]) if span else "",
        "until": until(feed, span),
        "publisher": feed.info.get("feed_publisher_name", "")[:200],
    }


def until(feed: Any, span: tuple[date, date] | None) -> str:
    """The last day it is valid: the last on which anything runs, or what feed_info.txt says where that is earlier."""
    if span is None:
        return ""
    said = day_number(feed.info.get("feed_end_date", ""))
    return str(min(span[1], date.fromordinal(said)) if said and said >= span[0].toordinal() else span[1])


def pattern_of(feed: Any, day: date) -> bytes:
    """Days on which the same runs, before and after as well, are laid out once. Days when clocks change stand alone."""
    around = b"".join(feed.calendar.active(day + timedelta(days=shift)).tobytes() for shift in range(-3, 2))
    shifts = {day_shift(day, shift, feed.timezone) - 86_400 * shift for shift in (-3, -2, -1, 1)}
    return around if shifts == {0} else around + day.isoformat().encode()


def link(made: Path, place: Path, day: date) -> None:
    """The same arrays under another day: names of the same files, so they lie in memory once."""
    fresh = place.with_name(place.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    for file in made.glob("*.npy"):
        os.link(file, fresh / file.name)
    about = json.loads((made / "about.json").read_text(encoding="utf-8"))
    (fresh / "about.json").write_text(json.dumps(about | {"date": day.isoformat()}), encoding="utf-8")
    fresh.rename(place)


def streets_of(job: dict[str, Any], target: Path) -> Any:
    """The streets that were read from OpenStreetMap, else the city's own lines; None where there are neither."""
    if job.get("ways"):
        return ways.Ways.load(Path(job["ways"]))
    if (target / "ways").is_dir():
        return ways.Ways.load(target / "ways")
    file = Path(job.get("lines") or "")
    if not file.is_file():
        return None
    graph = ways.from_lines(json.loads(file.read_text(encoding="utf-8"))["features"])
    graph.save(target / "ways")
    return graph


def footpaths(graph: Any, feed: Any) -> tuple[Any, Any]:
    """Ways on foot and without steps from stop to stop; None where there are no streets: then the beeline counts."""
    if graph is None or not graph.nodes:
        return None, None
    served = np.zeros(len(feed.stops), bool)
    served[feed.times.stop] = True
    lat = np.where(served, feed.stops.lat, np.nan)
    found = []
    for profile in ("walk", "wheelchair"):
        places = graph.snap_all(lat, feed.stops.long, profile)
        found.append(beside(feed, ways.footpaths(graph, places, WALK, profile), places.edge < 0))
    return found[0], found[1]


if __name__ == "__main__":
    main()
