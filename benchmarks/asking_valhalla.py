"""Builds Valhalla's tiles from a timetable and an OSM extract and asks it; run by another environment's Python (pyvalhalla 3.9 or later).

    PYTHON benchmarks/asking_valhalla.py JOB.json

JOB: {"osm": extract, "gtfs": folder of plain files, "date": "YYYY-MM-DD", "walk": seconds, "pace": metres a second, "folder": to work in,
"queries": [[[lat, long], [lat, long], second of the day], …]}. Prints {"version", "build_s", "rows"}; a row is null (no path) or
[seconds of CPU, seconds under way, legs]; a leg is ["foot", seconds] or ["ride", line, first stop, last stop, seconds with waiting].

Valhalla wants calendars that hold today: the trips of the date get a calendar of every day of these weeks, and the questions are asked
for tomorrow. Its penalties for changes and for vehicles are switched off, as far as it lets them be, so that it looks for the time.
"""

import csv
import datetime
import json
import re
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import valhalla

PLAIN = ("agency", "routes", "stops", "shapes")
TRANSIT = {"use_bus": 0.5, "use_rail": 0.5, "use_transfers": 1.0, "transfer_cost": 0, "transfer_penalty": 0}
STATION = re.compile(r"_transit_station$")


def rows(folder: Path, name: str) -> list[list[str]]:
    path = folder / f"{name}.txt"
    return list(csv.reader(path.open(encoding="utf-8"))) if path.exists() else []


def write(folder: Path, name: str, table: list[list[str]]) -> None:
    with (folder / f"{name}.txt").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(table)


def running(gtfs: Path, date: datetime.date) -> set[str]:
    """The services of a date."""
    stamp, found = date.strftime("%Y%m%d"), set()
    head, *lines = rows(gtfs, "calendar") or [[]]
    for line in lines:
        row = dict(zip(head, line, strict=False))
        if row[date.strftime("%A").lower()] == "1" and row["start_date"] <= stamp <= row["end_date"]:
            found.add(row["service_id"])
    head, *lines = rows(gtfs, "calendar_dates") or [[]]
    for line in lines:
        row = dict(zip(head, line, strict=False))
        if row["date"] == stamp:
            (found.add if row["exception_type"] == "1" else found.discard)(row["service_id"])
    return found


def prepare(gtfs: Path, date: datetime.date, target: Path) -> None:
    """The feed of one date, as if it were so every day of these weeks."""
    target.mkdir(parents=True)
    for name in PLAIN:
        if table := rows(gtfs, name):
            write(target, name, table)
    services, today = running(gtfs, date), datetime.date.today()
    head, *lines = rows(gtfs, "trips")
    service, trip = head.index("service_id"), head.index("trip_id")
    lines = [line for line in lines if line[service] in services]
    kept = {line[trip] for line in lines}
    for line in lines:
        line[service] = "day"
    write(target, "trips", [head, *lines])
    head, *lines = rows(gtfs, "stop_times")
    trip = head.index("trip_id")
    write(target, "stop_times", [head, *(line for line in lines if line[trip] in kept)])
    span = [(today + datetime.timedelta(days=days)).strftime("%Y%m%d") for days in (-2, 40)]
    days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    write(target, "calendar", [["service_id", *days, "start_date", "end_date"], ["day", *["1"] * 7, *span]])


def build(job: dict, folder: Path) -> Path:
    """Tiles with streets and timetable; the path of their configuration."""
    prepare(Path(job["gtfs"]), datetime.date.fromisoformat(job["date"]), folder / "feeds" / "feed")
    for name in ("tiles", "transit"):
        (folder / name).mkdir()
    config = valhalla.get_config(tile_extract="", tile_dir=str(folder / "tiles"))
    config["mjolnir"] |= {
        "transit_dir": str(folder / "transit"), "transit_feeds_dir": str(folder / "feeds"), "timezone": "", "admin": "",
        "tile_extract": "", "concurrency": 2,
    }  # fmt: skip
    config["logging"] = {"type": "file", "color": False, "file_name": str(folder / "log")}
    path = folder / "valhalla.json"
    path.write_text(json.dumps(config))
    tools = Path(valhalla.__file__).parent / "bin"
    for name, more in (("ingest_transit", ()), ("convert_transit", ()), ("build_tiles", (job["osm"],))):
        done = subprocess.run([tools / f"valhalla_{name}", "-c", path, *more], capture_output=True, text=True, timeout=900)
        if done.returncode:
            raise SystemExit(f"valhalla_{name}: {(done.stderr or done.stdout)[-400:]}")
    return path


def question(job: dict, start: list[float], goal: list[float], depart: int, day: datetime.date) -> dict:
    far = round(job["walk"] * job["pace"])
    return {
        "locations": [{"lat": lat, "lon": long} for lat, long in (start, goal)],
        "costing": "multimodal",
        "date_time": {"type": 1, "value": f"{day}T{depart // 3600:02d}:{depart // 60 % 60:02d}"},
        "costing_options": {
            "transit": TRANSIT,
            "pedestrian": {
                "walking_speed": job["pace"] * 3.6, "transit_start_end_max_distance": far, "transit_transfer_max_distance": far,
            },
        },
    }  # fmt: skip


def legs(answer: dict) -> list[list]:
    found: list[list] = []
    for step in answer["trip"]["legs"][0]["maneuvers"]:
        told = step.get("transit_info")
        if told:
            ends = [STATION.sub("", told["transit_stops"][at]["onestop_id"]).removeprefix("feed_") for at in (0, -1)]
            found.append(["ride", told["short_name"], *ends, step["time"]])
        elif found and found[-1][0] == "foot":
            found[-1][1] += step["time"]
        else:
            found.append(["foot", step["time"]])
    return found


def main() -> None:
    job = json.loads(Path(sys.argv[1]).read_text())
    begin = time.perf_counter()
    actor = valhalla.Actor(str(build(job, Path(job["folder"]))))
    out: dict = {"version": version("pyvalhalla"), "build_s": time.perf_counter() - begin, "rows": []}
    day = datetime.date.today() + datetime.timedelta(days=1)
    for start, goal, depart in job["queries"]:
        asked = question(job, start, goal, depart, day)
        begin = time.thread_time()
        try:
            answer = actor.route(asked)
        except RuntimeError:  # "No path could be found for input"
            out["rows"].append(None)
            continue
        out["rows"].append([time.thread_time() - begin, answer["trip"]["summary"]["time"], legs(answer)])
    print(json.dumps(out))


if __name__ == "__main__":
    main()
