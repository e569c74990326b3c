"""Door to door on a real timetable: `python benchmarks/doors.py [--data FOLDER] [--queries N] [--json]`.

A 60-minute profile with shared vehicles (Riga, 150 docks and 300 scooters placed by chance, distances as the crow flies; Porto with
the streets of OpenStreetMap), and the street graph alone. CPU time of the thread, so that neighbours on the machine do not count.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from stadtkern.lib.journeys import EVERYDAY, SHARED, Mode, Request, World, plan  # noqa: E402
from stadtkern.lib.journeys.isochrone import reachable  # noqa: E402
from stadtkern.lib.sharing import Station, System, Vehicle, VehicleType  # noqa: E402
from stadtkern.lib.transit import day, read_feed  # noqa: E402
from stadtkern.lib.ways import PROFILES, Places, Ways, read_osm  # noqa: E402
from stadtkern.lib.ways.search import spread  # noqa: E402


def measured(calls: list[Callable[[], Any]]) -> dict[str, float]:
    """Milliseconds of CPU for each call; the first one is not counted."""
    calls[0]()
    times = []
    for call in calls[1:]:
        begin = time.thread_time()
        call()
        times.append((time.thread_time() - begin) * 1000)
    times.sort()
    return {
        "p50_ms": round(statistics.median(times), 2), "p95_ms": round(times[int(len(times) * 0.95)], 2),
        "max_ms": round(times[-1], 2), "queries": len(times),
    }  # fmt: skip


def fleet(draw: np.random.Generator, lat: Any, long: Any, docks: int, scooters: int) -> tuple[System, ...]:
    """Docks and scooters near stops taken by chance."""
    pick = draw.integers(0, len(lat), docks + scooters)
    y, x = lat[pick] + draw.normal(0, 0.0012, len(pick)), long[pick] + draw.normal(0, 0.002, len(pick))
    stations = tuple(
        Station(
            str(i),
            f"Station {i}",
            float(y[i]),
            float(x[i]),
            vehicles=int(draw.integers(0, 12)),
            docks=int(draw.integers(0, 12)),
        )
        for i in range(docks)
    )
    kind = VehicleType("s", "scooter_standing", "electric")
    loose = tuple(Vehicle(str(i), float(y[i]), float(x[i]), "s", range_m=20_000.0) for i in range(docks, docks + scooters))
    return System("rad", "Rad", stations=stations), System("roller", "Roller", vehicles=loose, types={"s": kind})


def requests(draw: np.random.Generator, lat: Any, long: Any, many: int, modes: frozenset[Mode]) -> list[Request]:
    pairs = draw.integers(0, len(lat), (many, 2))
    off = draw.normal(0, 0.002, (many, 4))
    hours = draw.integers(6 * 3600, 20 * 3600, many)
    return [
        Request(
            (float(lat[a]) + o[0], float(long[a]) + o[1]), (float(lat[b]) + o[2], float(long[b]) + o[3]), int(at), modes=modes
        )
        for (a, b), o, at in zip(pairs.tolist(), off.tolist(), hours.tolist(), strict=True)
    ]


def used(timetable: Any) -> tuple[Any, Any]:
    good = np.isfinite(timetable.stops.lat) & (np.diff(timetable.net.stop_start) > 0)
    return np.array(timetable.stops.lat)[good], np.array(timetable.stops.long)[good]


def riga(data: Path, many: int) -> dict[str, Any]:
    draw = np.random.default_rng(11)
    timetable = day(read_feed(data / "riga/riga_gtfs.zip"), date(2019, 10, 9))
    lat, long = used(timetable)
    world = World(timetable, None, fleet(draw, lat, long, 150, 300))
    asked = requests(draw, lat, long, many + 1, EVERYDAY | {Mode.SHARED_BIKE, Mode.SHARED_SCOOTER})
    begin = time.thread_time()
    plan(asked[0], world)
    first = time.thread_time() - begin
    plain = [replace(one, modes=EVERYDAY) for one in asked]
    everything = [replace(one, modes=EVERYDAY | SHARED | {Mode.BIKE, Mode.CAR}) for one in asked]
    gained = [
        min(t.arrives for t in plan(b, world)) - min(t.arrives for t in plan(a, world))
        for a, b in zip(asked, plain, strict=True)
        if plan(b, world)
    ]
    return {
        "stops": len(lat), "trips": len(timetable), "docks": 150, "scooters": 300, "first_with_new_fleet_s": round(first, 2),
        "profile_60min_walk": measured([lambda one=one: plan(one, world) for one in plain]),
        "profile_60min_docks_and_scooters": measured([lambda one=one: plan(one, world) for one in asked]),
        "profile_60min_all_modes": measured([lambda one=one: plan(one, world) for one in everything]),
        "isochrone_30min": measured([lambda one=one: reachable(world, one.start, one.at, 1800) for one in plain[:60]]),
        "sharing_arrives_over_a_minute_earlier": sum(gain > 60 for gain in gained), "sharing_arrives_later": sum(gain < 0 for gain in gained),
    }  # fmt: skip


def porto(data: Path, many: int) -> dict[str, Any]:
    """Streets of the centre; stops outside the extract are reached as the crow flies."""
    draw = np.random.default_rng(12)
    timetable = day(read_feed(data / "porto/metro_do_porto_gtfs.zip"), date(2026, 7, 22))
    begin = time.perf_counter()
    ways = read_osm(data / "porto/porto.osm.pbf")
    built = time.perf_counter() - begin
    south, west, north, east = ways.bounds
    lat, long = draw.uniform(south, north, 300), draw.uniform(west, east, 300)
    near = ways.snap_all(lat, long)
    lat, long = lat[near.off_m[near.edge >= 0].argsort()[:200]], long[near.off_m[near.edge >= 0].argsort()[:200]]
    world = World(timetable, ways, fleet(draw, lat, long, 60, 100))
    asked = requests(draw, lat, long, many + 1, EVERYDAY | {Mode.SHARED_BIKE, Mode.SHARED_SCOOTER})
    begin = time.thread_time()
    plan(asked[0], world)
    first = time.thread_time() - begin
    return {
        "street_build_s": round(built, 2), "nodes": ways.nodes, "edges": ways.edges, "first_with_new_fleet_s": round(first, 2),
        "profile_60min_docks_and_scooters": measured([lambda one=one: plan(one, world) for one in asked]),
        "streets": streets(ways, draw),
    }  # fmt: skip


def streets(ways: Ways, draw: np.random.Generator) -> dict[str, Any]:
    """One place to 500 others within a time."""
    south, west, north, east = ways.bounds
    found = {}
    for profile, seconds in zip(PROFILES, (900, 1200, 960, 960, 600), strict=True):
        some = ways.snap_all(draw.uniform(south, north, 500), draw.uniform(west, east, 500), profile)
        known = np.flatnonzero(some.edge >= 0)[:200]
        found[f"{profile}_{seconds}s"] = measured(
            [lambda i=i, p=profile, s=seconds, some=some: spread(ways, some[np.array([i])], some, p, s) for i in known]
        )
    a, b = (
        Places.of(ways.snap(*point))
        for point in (
            (south * 0.4 + north * 0.6, west * 0.5 + east * 0.5),
            (south * 0.6 + north * 0.4, west * 0.4 + east * 0.6),
        )
    )
    assert len(a) and len(b)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(os.environ.get("STADTKERN_SHARED", ROOT.parent / "shared")) / "data/mobility"
    parser.add_argument("--data", type=Path, default=default)
    parser.add_argument("--queries", type=int, default=200)
    options = parser.parse_args()
    print(json.dumps({"riga": riga(options.data, options.queries), "porto": porto(options.data, options.queries)}, indent=1))


if __name__ == "__main__":
    main()
