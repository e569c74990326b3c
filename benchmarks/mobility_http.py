"""The planner over HTTP: requests per second and p95 on two workers of gunicorn, beside the page that does nothing.

    python benchmarks/mobility_http.py [FEED] [--seconds 10] [--clients 8]

Without FEED the demo town's timetable; with FEED (zip or folder of GTFS) that one, its busiest day laid on today and tomorrow.
Questions go from one random stop to another, tomorrow between 6 and 22 o'clock; boards show what leaves now. Needs nothing, leaves
nothing behind.
"""

import argparse
import http.client
import json
import os
import random
import shutil
import statistics
import threading
import time
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

from throwaway import ROOT, Gunicorn, platform

DICE = random.Random(11)
EMPTY = "/betrieb/lebt"


class Server(Gunicorn):
    port = 8763


def lay_out(home: Path, feed: Path | None) -> tuple[dict, list[tuple[float, float]], list[str]]:
    """Reads the feed as the job does, makes it count; returns what reading cost, where its stations are, and their ids."""
    from django.utils import timezone

    from stadtkern.domains.mobility.trips import bounded, building, folder, world
    from stadtkern.lib.transit import read_feed

    place = home / "timetable"
    place.mkdir()
    (place / "source").symlink_to((feed or ROOT / "cities" / "musterstadt" / "mobility" / "gtfs.zip").resolve())
    tomorrow = timezone.localdate() + timedelta(days=1)
    first = read_feed(place / "source").busiest_day() if feed else tomorrow
    lines = "" if feed else str(ROOT / "cities" / "musterstadt" / "geo" / "streets.geojson")
    job = {
        "kind": "GTFS",
        "source": str(place / "source"),
        "target": str(place),
        "first": str(first),
        "days": 1,
        "ways": "",
        "lines": lines,
    }
    told = bounded.build(job, lambda step: None)
    made = place / f"day-{first:%Y%m%d}"
    for day in (tomorrow - timedelta(days=1), tomorrow):
        if day != first:
            building.link(made, place / f"day-{day:%Y%m%d}", day)
    if feed and not timezone.localdate() <= first <= tomorrow:
        shutil.rmtree(made)  # a day long gone is none that may be asked for
    folder.point_to("bench", {"kind": "GTFS", "number": 1, "folder": str(place), "feed": 0})
    stations = world.stations().all
    return told, [(one.lat, one.long) for one in stations if abs(one.lat) > 0.001], [one.ref for one in stations]


def questions(points, day: date, many: int, modes: str) -> list[str]:
    found = []
    for _ in range(many):
        (a, b), (c, d) = DICE.sample(points, 2)
        clock = f"{DICE.randrange(6, 22):02d}:{DICE.randrange(60):02d}"
        told = {
            "start": f"{a:.5f}, {b:.5f}",
            "goal": f"{c:.5f}, {d:.5f}",
            "day": day.isoformat(),
            "time": clock,
            "modes": modes,
        }
        found.append("/api/v1/mobility/plan?" + urlencode(told))
    return found


def measure(paths: list[str], seconds: float, clients: int) -> dict[str, float]:
    """Everybody asks as fast as answers come."""
    took, trips, wrong = [], [], []
    until = time.monotonic() + seconds

    def ask(number: int) -> None:
        dice, line = random.Random(number), http.client.HTTPConnection("127.0.0.1", Server.port, timeout=60)
        while time.monotonic() < until:
            address = f"100.{dice.randrange(64, 127)}.{dice.randrange(256)}.{dice.randrange(256)}"  # many households
            started = time.perf_counter()
            line.request("GET", dice.choice(paths), headers={"X-Forwarded-For": address, "Host": "localhost"})
            answer = line.getresponse()
            body = answer.read()
            took.append(1000 * (time.perf_counter() - started))
            if answer.status != 200:
                wrong.append((answer.status, body[:200]))
            elif body[:1] == b"{":
                trips.append(len(json.loads(body).get("trips", ())))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise SystemExit(f"{len(wrong)} answers were no answers: {wrong[:3]}")
    cuts = statistics.quantiles(took, n=20)
    return {
        "per_second": round(len(took) / seconds, 1), "p50_ms": round(cuts[9], 1), "p95_ms": round(cuts[18], 1),
        "trips": round(statistics.mean(trips), 1) if trips else 0,
    }  # fmt: skip


def first(paths: list[str]) -> list[float]:
    """Milliseconds of each, one after the other, on connections of their own (so both workers have their turn)."""
    took = []
    for path in paths:
        line = http.client.HTTPConnection("127.0.0.1", Server.port, timeout=60)
        started = time.perf_counter()
        line.request("GET", path, headers={"Host": "localhost"})
        answer = line.getresponse()
        answer.read()
        took.append(round(1000 * (time.perf_counter() - started), 1))
        line.close()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
    return took


def another(home: Path) -> None:
    """The same timetable as a new version, under another name."""
    from stadtkern.domains.mobility.trips import folder

    shutil.copytree(home / "timetable", home / "timetable2", symlinks=True)
    folder.point_to("bench", {"kind": "GTFS", "number": 2, "folder": str(home / "timetable2"), "feed": 0})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("feed", nargs="?", type=Path)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--clients", type=int, default=8)
    given = parser.parse_args()
    os.environ["STADTKERN_PROXIES"] = "1"  # the address of a household is taken from the header
    with platform("planner") as home:
        from django.utils import timezone

        told, points, refs = lay_out(home, given.feed)
        day = timezone.localdate() + timedelta(days=1)
        print(
            f"read in {told['seconds']} s with {told['peak_mb']} MB; {told['figures']['busiest']} trips a day, {len(points)} stops"
        )
        with Server():
            time.sleep(5)  # as long as the thread that warms up may take
            print("first questions after the start, ms", first(questions(points, day, 6, "bahn")))
            another(home)
            time.sleep(5)
            print("first questions after another version came to count, ms", first(questions(points, day, 6, "bahn")))
            measure(questions(points, day, 200, "bahn"), 3, 4)  # both workers have their timetable and their kernels
            for name, paths in (
                ("empty page", [EMPTY]),
                ("plan, on foot and by bus", questions(points, day, 1000, "bahn")),
                ("plan, with one's own bike too", questions(points, day, 1000, "bahn,rad")),
                ("departure board of a station, now", [f"/api/v1/mobility/stops/{quote(ref)}/departures" for ref in refs]),
            ):
                print(name, json.dumps(measure(paths, given.seconds, given.clients)))


if __name__ == "__main__":
    main()
