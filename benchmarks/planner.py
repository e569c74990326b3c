"""The journey planner on a whole city: load, one departure, a window with docks of shared bicycles, real time; beside others.

`.venv/bin/python benchmarks/planner.py [--feed FEED.zip] [--queries 500] [--others PYTHON]`: CPU milliseconds of one thread, so that
a busy machine does not count. PYTHON (or the variable PLANNER_OTHERS) is another environment's interpreter with ferrobus and
pyvalhalla (3.9 or later, so Python 3.12), which are asked the same questions on the same streets; they are no part of the product.
The feed of Riga is the usual one; no extract of its streets is at hand, so the streets are footways between its stops.
"""

import argparse
import csv
import heapq
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from random import Random

import beside_valhalla
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from stadtkern.lib.transit import (
    Options,
    StopUpdate,
    Timetable,
    TripUpdate,
    at_stop,
    board,
    day,
    earliest,
    live,
    profile,
    read_feed,
    warm,
)

ROOT = Path(__file__).resolve().parents[1]
RIGA = Path(os.environ.get("STADTKERN_SHARED", ROOT.parent / "shared")) / "data" / "mobility" / "riga" / "riga_gtfs.zip"
WALK, BIKE, DOCKS = 1.2, 4.0, 150  # metres a second over 1.3 times the beeline; docks near stops
PACE, MOST_FOOT = 1.4, 900  # of the comparison: metres a second, seconds of a way at an end or between vehicles
CUT = 250.0  # metres between stops that the streets made for the comparison join


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--feed", type=Path, default=RIGA)
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--others", type=Path, default=os.environ.get("PLANNER_OTHERS"))
    given = parser.parse_args()
    begin = time.process_time()
    feed = read_feed(given.feed)
    read = time.process_time() - begin
    begin = time.process_time()
    timetable = day(feed, feed.busiest_day())
    print(f"read the feed {read:.2f} s, lay out {timetable.date} {time.process_time() - begin:.2f} s CPU")
    with tempfile.TemporaryDirectory() as folder:
        timetable.save(Path(folder) / "day")
        begin = time.perf_counter()
        timetable = Timetable.load(Path(folder) / "day")
        print(f"map the saved day {1000 * (time.perf_counter() - begin):.1f} ms, {size(Path(folder)) / 1e6:.1f} MB on disk")
        begin = time.perf_counter()
        warm(timetable)
        print(f"load the compiled search {time.perf_counter() - begin:.2f} s")
        print(f"{len(timetable)} trips, {len(timetable.net.pattern_trips)} patterns, {len(timetable.stops)} stops")
        queries(timetable, given.queries)
        realtime(timetable, given.queries)
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
        if given.others:
            beside(feed, timetable, given.feed, given.others, given.queries, Path(folder))


def size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def report(name: str, took: list[float], goal: str = "") -> tuple[float, float]:
    p50, p95 = (float(np.percentile(took, share) * 1000) for share in (50, 95))
    print(f"{name:58} p50 {p50:7.3f} ms  p95 {p95:7.3f} ms  {goal}")
    return p50, p95


def pairs(timetable: Timetable, many: int) -> list[tuple[int, int, int]]:
    """Served stops at both ends, departures from 6 to 21 h."""
    dice = Random(1)
    served = np.unique(timetable.net.pattern_stop[np.isfinite(timetable.stops.lat[timetable.net.pattern_stop])]).tolist()
    return [(dice.choice(served), dice.choice(served), dice.randrange(6 * 3600, 21 * 3600)) for _ in range(many)]


def metres(timetable: Timetable, lat: float, long: float) -> np.ndarray:
    east = (timetable.stops.long - long) * np.cos(np.radians(lat))
    return np.hypot(timetable.stops.lat - lat, east) * 111_195


def door(timetable: Timetable, stop: int, docks: np.ndarray, served: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ways from the place of a stop: on foot up to 1.2 km, or on foot to a dock, by bicycle up to 4 km to a dock, on foot on."""
    far = metres(timetable, timetable.stops.lat[stop], timetable.stops.long[stop])
    best = np.where(far <= 1200, far * 1.3 / WALK, np.inf)
    start = docks[np.argsort(far[docks])[:3]]
    for dock in start[far[start] <= 600].tolist():
        there = metres(timetable, timetable.stops.lat[dock], timetable.stops.long[dock])
        ends = docks[there[docks] <= 4000]
        by_bike = far[dock] * 1.3 / WALK + 60 + there[ends] * 1.3 / BIKE
        best[ends] = np.minimum(best[ends], by_bike)
    stops = np.flatnonzero(np.isfinite(best) & served)
    return stops.astype(np.int32), best[stops].astype(np.int32)


def queries(timetable: Timetable, many: int) -> None:
    served = np.zeros(len(timetable.stops), bool)
    served[timetable.net.pattern_stop] = True
    docks = np.array(Random(2).sample(np.flatnonzero(served).tolist(), min(DOCKS, int(served.sum()))))
    times: dict[str, list[float]] = {}
    sizes, answers = [], []
    for a, b, depart in pairs(timetable, many):
        access, egress = at_stop(timetable, a), at_stop(timetable, b, leaving=False)
        from_door, to_door = door(timetable, a, docks, served), door(timetable, b, docks, served)
        clock(times, "stop", lambda access=access, egress=egress, depart=depart: earliest(timetable, access, egress, depart))
        clock(times, "door", lambda ways=(from_door, to_door), depart=depart: earliest(timetable, *ways, depart))
        ways = (from_door, to_door)
        found = clock(times, "window", lambda ways=ways, depart=depart: profile(timetable, *ways, depart, depart + 3600))
        clock(times, "board", lambda a=a, depart=depart: board(timetable, [a], depart))
        sizes.append(len(from_door[0]))
        answers.append(len(found))
    report("one departure from a stop (6 vehicles)", times["stop"], "goal p95 < 1")
    report(f"one departure from a door ({int(np.median(sizes))} stops near it, docks)", times["door"])
    report(
        f"60 minutes from a door with docks ({int(np.median(answers))} journeys)", times["window"], "goal p50 < 25, p95 < 60"
    )
    report("departure board", times["board"])


def clock(times: dict[str, list[float]], name: str, call: object) -> object:
    begin = time.thread_time()
    found = call()  # type: ignore[operator]
    times.setdefault(name, []).append(time.thread_time() - begin)
    return found


def realtime(timetable: Timetable, many: int) -> None:
    dice = Random(3)
    today = np.flatnonzero(timetable.trip_day == 0).tolist()
    updates = []
    for at, row in enumerate(dice.sample(today, min(500, len(today)))):
        trip = timetable.trips.id[int(timetable.trip_source[row])]
        kind = "cancelled" if at % 25 == 0 else "scheduled"
        said = StopUpdate(sequence=dice.randint(1, 10), arrive_delay=dice.randint(-60, 1200), skipped=at % 25 == 1)
        updates.append(TripUpdate(trip, (said,), kind))
    live(timetable, updates[:1])
    took: dict[str, list[float]] = {}
    for _ in range(9):
        now = clock(took, "live", lambda: live(timetable, updates))
    report(f"{len(updates)} real-time updates", took["live"], "goal < 50")
    print(now.about["live"], f"{len(timetable.net.pattern_trips)} -> {len(now.net.pattern_trips)} patterns")
    slower(timetable, now, many)


def slower(plan: Timetable, now: Timetable, many: int) -> None:
    """The same questions to both in turns, each asked twice and the second time counted, so that both find their arrays in the
    cache; the least of four, so that neighbours on the machine do not count."""
    least: dict[str, list[float]] = {"plan": [], "live": []}
    tables = {"plan": plan, "live": now}
    for at, (a, b, depart) in enumerate(pairs(plan, many)):
        turns: dict[str, list[float]] = {}
        ways = at_stop(plan, a), at_stop(plan, b, leaving=False)
        for turn in range(4):
            for name in sorted(tables, reverse=bool((at + turn) % 2)):
                earliest(tables[name], *ways, depart)
                clock(turns, name, lambda ways=ways, name=name, depart=depart: earliest(tables[name], *ways, depart))
        for name, one in turns.items():
            least[name].append(min(one))
    report("one departure, as planned (least of four)", least["plan"], "goal p95 < 1")
    report("one departure, with real time (least of four)", least["live"])
    before, after = np.array(least["plan"]), np.array(least["live"])
    print(
        f"with real time over as planned: median of pairs {np.median(after / before):.3f}, sum {after.sum() / before.sum():.3f}"
    )


OTHER = """
import datetime, json, sys, time
job = json.load(open(sys.argv[1]))
out = {}


def reason(legs):
    if any(leg["leg_type"] == "transit" and leg["arrival_time"] < leg["departure_time"] for leg in legs):
        return "rides that arrive before they leave"
    kinds = [leg["leg_type"] for leg in legs if leg["leg_type"] != "waiting"]
    walks = [leg["duration"] if leg["leg_type"] != "transit" else None for leg in legs if leg["leg_type"] != "waiting"]
    spans, now = [], 0
    for walk in [*walks, None]:
        if walk is None:
            spans.append(now)
        now = 0 if walk is None else now + walk
    if max(spans[0], spans[-1], 0) > job["walk"]:
        return "walks further than allowed at an end"
    if any(one == two == "transfer" for one, two in zip(kinds, kinds[1:])) or max(spans[1:-1], default=0) > job["walk"]:
        return "several ways on foot in a row"
    rides = [leg for leg in legs if leg["leg_type"] != "waiting"]
    for walk, ride in zip(rides, rides[1:]):
        if walk["leg_type"] != "transit" and ride["leg_type"] == "transit" and ride["departure_time"] - walk["arrival_time"] <= 2:
            return "catches a vehicle within two seconds of a walk (rounding)"
    return ""


try:
    import ferrobus
    begin = time.perf_counter()
    model = ferrobus.create_transit_model(job["osm"], [job["gtfs"]], datetime.date.fromisoformat(job["date"]), job["walk"])
    out["build_s"] = time.perf_counter() - begin
    rows = []
    for a, b, depart in job["queries"]:
        try:
            start, end = (ferrobus.create_transit_point(*p, model, job["walk"], 10) for p in (a, b))
        except ValueError:  # it finds no street there
            rows.append(None)
            continue
        begin = time.thread_time()
        try:
            found = ferrobus.find_route(model, start, end, depart, 5)
            took = time.thread_time() - begin
            legs = json.loads(ferrobus.detailed_journey(model, start, end, depart, 5)) or {"features": []}
        except RuntimeError as problem:
            rows.append([str(problem).split(":")[1].strip()])
            continue
        legs = [leg["properties"] for leg in legs["features"]]
        rows.append([took, found and found["travel_time_seconds"], found and found.get("used_transit"), reason(legs)])
    out["ferrobus"] = rows
except Exception as problem:
    out["ferrobus_problem"] = repr(problem)[:300]
print(json.dumps(out))
"""


def beside(feed, timetable: Timetable, path: Path, python: Path, many: int, folder: Path) -> None:
    """The same questions to the others, at whole minutes: the same stops, straight ways between near stops as streets, one pace on foot."""
    asked = [(a, b, depart // 60 * 60) for a, b, depart in pairs(timetable, many)]
    osm, gtfs = folder / "streets.osm.pbf", folder / "gtfs"
    links = streets(timetable, osm)
    cleaned(path, gtfs)
    place = [(float(y), float(x)) for y, x in zip(timetable.stops.lat, timetable.stops.long, strict=True)]
    job = folder / "job.json"
    told = {
        "osm": str(osm), "gtfs": str(gtfs), "date": timetable.date.isoformat(), "walk": MOST_FOOT, "pace": PACE,
        "folder": str(folder), "queries": [(place[a], place[b], depart) for a, b, depart in asked],
    }  # fmt: skip
    job.write_text(json.dumps(told))
    feet = Feet(links, len(timetable.stops))
    ours = answers(feed, timetable, feet, asked)
    out = other(python, ["-c", OTHER, job])
    if "ferrobus" in out:
        compare(timetable, asked, ours, out)
    else:
        print("ferrobus:", out.get("ferrobus_problem"))
    out = other(python, [Path(__file__).with_name("asking_valhalla.py"), job])
    if "rows" in out:
        beside_valhalla.compare(timetable, asked, ours, out, feet.ways, report)


def other(python: Path, call: list) -> dict:
    """What a program of the other environment prints at its end; nothing when it failed, which is said."""
    done = subprocess.run([python, *call], capture_output=True, text=True, timeout=3600)
    if done.returncode:
        print("the other environment failed:", done.stderr[-500:])
        return {}
    return json.loads(done.stdout.splitlines()[-1])


class Feet:
    """Ways on foot over the made streets, at the others' pace."""

    def __init__(self, links: list, stops: int) -> None:
        self.near: dict[int, list[tuple[int, float]]] = {}
        self.stops, self.known = stops, {}
        for a, b, far in links:
            self.near.setdefault(a, []).append((b, far))
            self.near.setdefault(b, []).append((a, far))

    def ways(self, stop: int) -> dict[int, int]:
        """Seconds to every stop in reach, the stop itself included."""
        if stop not in self.known:
            best, queue = {stop: 0.0}, [(0.0, stop)]
            while queue:
                so_far, place = heapq.heappop(queue)
                if so_far > best[place]:
                    continue
                for next_one, far in self.near.get(place, []):
                    if so_far + far < min(best.get(next_one, 1e9), MOST_FOOT * PACE):
                        best[next_one] = so_far + far
                        heapq.heappush(queue, (so_far + far, next_one))
            self.known[stop] = {one: round(far / PACE) for one, far in best.items()}
        return self.known[stop]

    def seeds(self, stop: int) -> tuple[np.ndarray, np.ndarray]:
        ways = self.ways(stop)
        return np.array(list(ways), np.int32), np.array(list(ways.values()), np.int32)

    def paths(self) -> tuple[np.ndarray, ...]:
        start, to, seconds = [0], [], []
        for stop in range(self.stops):
            ways = {b: way for b, way in self.ways(stop).items() if b != stop}
            to += list(ways)
            seconds += list(ways.values())
            start.append(len(to))
        return tuple(np.array(part, np.int32) for part in (start, to, seconds))


def answers(feed, timetable: Timetable, feet: Feet, asked: list) -> list[int | None]:
    """Seconds under way of ours, on foot where that is faster; None without an answer."""
    paths = feet.paths()
    table, took, found = day(feed, timetable.date, paths, paths), {}, []
    for a, b, depart in asked:
        seeds = feet.seeds(a), feet.seeds(b)
        journeys = clock(
            took, "ours", lambda seeds=seeds, depart=depart: earliest(table, *seeds, depart, Options(max_vehicles=6))
        )
        on_foot = feet.ways(a).get(b)
        ours = [one.arrives - depart for one in journeys] + ([on_foot] if on_foot is not None else [])
        found.append(min(ours, default=None))
    report("ours on the same streets", took["ours"])
    return found


def streets(timetable: Timetable, path: Path) -> list[tuple[int, int, float]]:
    """An OSM extract of straight footways between stops near each other, and the same links as (a, b, metres)."""
    import osmium

    served = np.unique(timetable.net.pattern_stop)
    served = served[np.isfinite(timetable.stops.lat[served])]
    links: dict[tuple[int, int], float] = {}
    for stop in served.tolist():
        far = metres(timetable, timetable.stops.lat[stop], timetable.stops.long[stop])[served]
        near = set(np.flatnonzero(far <= CUT).tolist()) | set(np.argsort(far)[1:6].tolist())
        links |= {(min(stop, int(served[at])), max(stop, int(served[at]))): float(far[at]) for at in near if served[at] != stop}
    joined(served, links, timetable)
    writer = osmium.SimpleWriter(str(path))
    for stop in served.tolist():
        where = (float(timetable.stops.long[stop]), float(timetable.stops.lat[stop]))
        writer.add_node(osmium.osm.mutable.Node(id=stop + 1, location=where))
    for way, (a, b) in enumerate(links, 1):
        writer.add_way(osmium.osm.mutable.Way(id=way, nodes=[a + 1, b + 1], tags={"highway": "footway"}))
    writer.close()
    return [(a, b, far) for (a, b), far in links.items()]


def joined(served: np.ndarray, links: dict, timetable: Timetable) -> None:
    """One network out of many: a link from each smaller part to the nearest stop outside it (others keep only the largest part)."""
    while True:
        part = {stop: stop for stop in served.tolist()}

        def root(stop: int, part: dict = part) -> int:
            while part[stop] != stop:
                part[stop] = part[part[stop]]
                stop = part[stop]
            return stop

        for a, b in links:
            part[root(a)] = root(b)
        roots = np.array([root(stop) for stop in served.tolist()])
        if len(set(roots.tolist())) == 1:
            return
        smallest = min(set(roots.tolist()), key=lambda one: int((roots == one).sum()))
        inside, outside = served[roots == smallest], served[roots != smallest]
        stop = int(inside[0])
        far = metres(timetable, timetable.stops.lat[stop], timetable.stops.long[stop])[outside]
        other = int(outside[int(np.argmin(far))])
        links[min(stop, other), max(stop, other)] = float(far.min())


def cleaned(path: Path, folder: Path) -> None:
    """The feed as plain files without BOM, for readers that want it so (times padded; the feed of Riga has no blank ones)."""
    folder.mkdir()
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not name.endswith(".txt"):
                continue
            rows = list(csv.reader(archive.read(name).decode("utf-8-sig").splitlines()))
            if name.endswith("stop_times.txt"):
                places = [rows[0].index(column) for column in ("arrival_time", "departure_time")]
                for row in rows[1:]:
                    for at in places:
                        row[at] = row[at].strip().rjust(8, "0")
            with (folder / Path(name).name).open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows(rows)


def compare(timetable: Timetable, asked: list, ours: list, out: dict) -> None:
    """Arrivals of ferrobus beside ours."""
    failed = [row[0] for row in out["ferrobus"] if row and len(row) == 1]
    answered = [(*one, row) for *one, row in zip(asked, ours, out["ferrobus"], strict=True) if row and len(row) > 1]
    print(
        f"left out for both: {len(asked) - len(answered) - len(failed)} questions without a street for ferrobus, "
        f"{len(failed)} that it fails at {set(failed) or ''}"
    )
    if not answered:
        return
    gaps_of = np.array([row[1] - mine for _question, mine, row in answered if mine is not None and row[1] is not None])
    only_us = sum(mine is not None and row[1] is None for _question, mine, row in answered)
    only_them = sum(mine is None and row[1] is not None for _question, mine, row in answered)
    later = [one for one in answered if one[1] is not None and one[2][1] is not None and one[2][1] < one[1] - 60]
    walked = sum(bool(row[1] and not row[2]) for *_one, row in answered)
    report(
        "ferrobus find_route (points made before)", [row[0] for *_one, row in answered], f"built in {out['build_s']:.1f} s wall"
    )
    print(
        f"arrivals, ferrobus minus ours: median {np.median(gaps_of):.0f} s, {np.mean(np.abs(gaps_of) <= 60):.0%} within a minute, "
        f"ours earlier by more than a minute in {np.mean(gaps_of > 60):.0%}, later by more in {np.mean(gaps_of < -60):.0%}; "
        f"only ours {only_us}, only theirs {only_them}, on foot {walked}"
    )
    reasons: dict[str, int] = {}
    for *_one, row in later:
        reasons[row[3] or "no reason found"] = reasons.get(row[3] or "no reason found", 0) + 1
    print("  theirs earlier by more than a minute:", reasons or "never")
    for (a, b, depart), mine, row in [one for one in later if not one[2][3]][:5]:
        print("  unexplained:", timetable.stops.id[a], timetable.stops.id[b], depart, "ours", mine, "theirs", row)


if __name__ == "__main__":
    main()
