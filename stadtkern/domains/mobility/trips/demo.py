"""The demo town's own sources: addresses that begin with "demo:" are answered by this installation, never asked over the net.

demo:fahrplan          cities/<city>/mobility/gtfs.zip
demo:echtzeit          delays, cancellations and alerts, worked out from the clock: the same minute says the same
demo:leihen/<system>   cities/<city>/mobility/gbfs/<system>/, with numbers worked out from the clock
"""

import hashlib
import json
import math
import shutil
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from .fetching import Fetched, NotFetched

FILES = {"demo:fahrplan": "gtfs.zip"}
REALTIME, SHARING = "demo:echtzeit", "demo:leihen/"
GONE = 1  # of a hundred trips
AHEAD, BEHIND = 5400, 1860  # seconds: trips that start so soon, or were over so shortly, are told of
# How much of a slow section's loss shows in each hour of the day, per cent.
BUSY = (5, 5, 5, 5, 10, 25, 60, 100, 95, 60, 50, 50, 55, 55, 60, 80, 100, 100, 75, 45, 30, 20, 10, 5)


def is_demo(url: str) -> bool:
    return url.startswith("demo:")


def place() -> Path:
    return Path(settings.CITY_FOLDER) / "mobility"


def fetch(url: str, target: Path) -> Fetched:
    """A file of the city's folder. Raises NotFetched where this city has none."""
    file = place() / FILES.get(url, "")
    if url not in FILES or not file.is_file():
        raise NotFetched(_("Diese Stadt hat keine Demo-Daten unter „%s“.") % url[:40])
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)
    data = file.read_bytes()
    return Fetched(True, "", "", hashlib.sha256(data).hexdigest(), len(data))


def dice(*told: object) -> int:
    """0 to 99, always the same for the same words."""
    return hashlib.sha256("|".join(map(str, told)).encode()).digest()[0] * 100 // 256


def realtime(now: datetime, table: Any = None) -> bytes:
    """A GTFS-Realtime message for this minute: every trip on the way (or just over), with what it lost so far."""
    from google.transit import gtfs_realtime_pb2 as rt

    from . import world

    day = timezone.localtime(now).date()
    table = table or world.timetable(day)
    at = table.seconds(now)
    message = rt.FeedMessage()
    message.header.gtfs_realtime_version, message.header.timestamp = "2.0", int(now.timestamp())
    net, slow = table.net, _slow(table)
    long = np.diff(net.pattern_start)
    for pattern, many in enumerate(net.pattern_trips.tolist()):
        size = int(long[pattern])
        for number in range(many):
            row, event = int(net.pattern_trip[pattern]) + number, int(net.pattern_event[pattern]) + number * size
            if not (int(net.depart[event]) - AHEAD <= at <= int(net.arrive[event + size - 1]) + BEHIND):
                continue
            begins = day + timedelta(days=int(table.trip_day[row]))
            trip = str(table.trips.id[int(table.trip_source[row])])
            update = message.entity.add(id=f"t{row}").trip_update
            update.trip.trip_id, update.trip.start_date = trip, f"{begins:%Y%m%d}"
            if dice(begins, trip) < GONE:
                update.trip.schedule_relationship = rt.TripDescriptor.CANCELED
                continue
            base = int(net.pattern_start[pattern])
            stops = net.pattern_stop[base : base + size].tolist()
            times = net.depart[event : event + size].tolist()
            for place, (came, went) in enumerate(late(f"{begins}|{trip}", stops, times, slow)):
                stop = update.stop_time_update.add(stop_sequence=int(table.sequence[event + place]))
                stop.arrival.delay, stop.departure.delay = came, went
    _alerts(message, now, rt)
    return bytes(message.SerializeToString())


def late(key: str, stops: list[int], times: list[int], slow: dict[tuple[int, int], int]) -> list[tuple[int, int]]:
    """Delays of a trip (arrival, departure) in seconds, always the same for the same key: where a section is slow it loses time
    when many drive, elsewhere it makes up for some."""
    luck = hashlib.sha256(key.encode()).digest()
    first = luck[0] % 40 if luck[1] < 170 else luck[0] % 120 + 30 if luck[1] < 238 else luck[0] * 2 + 90
    behind, found = first, [(first, first)]
    for place, (start, goal) in enumerate(pairwise(stops), 1):
        share = BUSY[times[place] // 3600 % 24] * (60 + luck[(place + 2) % 32] % 80) / 10_000
        came = behind + round(slow.get((start, goal), 0) * share) + luck[place % 32] % 17 - 8
        behind = max(0, came - (8 if came > 45 else 0))
        found.append((max(-50, came), behind))
    return found


def _slow(table: Any) -> dict[tuple[int, int], int]:
    """Sections on which the demo's vehicles lose time, seconds in the rush hour: realtime.json names stations."""
    file = place() / "realtime.json"
    told = json.loads(file.read_text(encoding="utf-8"))["slow"] if file.is_file() else []
    names: dict[str, list[int]] = {}
    for stop, name in enumerate(table.stops.name):
        names.setdefault(name, []).append(stop)
    pairs = [
        (one, other, seconds) for start, goal, seconds in told for one in names.get(start, []) for other in names.get(goal, [])
    ]
    return {(one, other): seconds for one, other, seconds in pairs}


def _alerts(message: Any, now: datetime, rt: Any) -> None:
    day = timezone.localtime(now).date()
    told = [
        (
            "aufzug",
            "Aufzug am Hauptbahnhof außer Betrieb",
            "Bitte nehmen Sie die Rampe an der Ostseite. Der Aufzug wird repariert.",
            rt.Alert.MAINTENANCE,
            rt.Alert.ACCESSIBILITY_ISSUE,
            [("stop_id", "S1")],
        ),
    ]
    if day.toordinal() % 2 == 0:
        told.append(
            (
                f"bau-{day:%Y%m%d}",
                "Linie 2: Bauarbeiten in der Brückenstraße",
                "Zwischen Kirchplatz und Osttor kann es bis zu fünf Minuten länger dauern.",
                rt.Alert.CONSTRUCTION,
                rt.Alert.SIGNIFICANT_DELAYS,
                [("route_id", "L2")],
            )
        )
    for key, title, text, cause, effect, informed in told:
        alert = message.entity.add(id=key).alert
        alert.cause, alert.effect = cause, effect
        alert.header_text.translation.add(text=title, language="de")
        alert.description_text.translation.add(text=text, language="de")
        for name, value in informed:
            setattr(alert.informed_entity.add(), name, value)


def sharing(url: str, now: datetime) -> dict[str, Any]:
    """Documents of GBFS by name, with numbers for this minute. Raises NotFetched."""
    system = url.removeprefix(SHARING)
    folder = place() / "gbfs" / system
    if not url.startswith(SHARING) or not system.isalnum() or not folder.is_dir():
        raise NotFetched(_("Diese Stadt hat keine Demo-Daten unter „%s“.") % url[:40])
    told = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))}
    version = told["system_information"]["version"]
    moment = now.isoformat(timespec="seconds") if version.startswith("3") else int(now.timestamp())
    local = timezone.localtime(now)
    if "station_information" in told:
        told["station_status"] = {
            "last_updated": moment,
            "ttl": 60,
            "version": version,
            "data": {"stations": _status(told, moment, local)},
        }
    if "free_bike_status" in told:
        bikes = told["free_bike_status"]["data"]["bikes"]
        told["free_bike_status"]["data"]["bikes"] = [
            one for one in bikes if dice(local.date(), local.hour, one["bike_id"]) < 80
        ]
        told["free_bike_status"]["last_updated"] = moment
    told["gbfs"] = {"last_updated": moment, "ttl": 86400, "version": version, "data": {"feeds": []}}
    return told


def _full(station: str, local: datetime) -> int:
    """Per cent of a station's places with a vehicle: in and out over the day, each station at its own time, and some luck."""
    turn = 2 * math.pi * ((local.hour * 60 + local.minute) / 1440 + dice(station) / 100)
    luck = dice(local.date(), local.hour, local.minute // 20, station) % 17 - 8
    return min(100, max(0, 42 + round(38 * math.sin(turn)) + luck))


def _status(told: dict[str, Any], moment: Any, local: datetime) -> list[dict[str, Any]]:
    kind = told["vehicle_types"]["data"]["vehicle_types"][0]["vehicle_type_id"]
    rows = []
    for one in told["station_information"]["data"]["stations"]:
        there = one["capacity"] * _full(one["station_id"], local) // 100
        rows.append(
            {
                "station_id": one["station_id"],
                "is_installed": True,
                "is_renting": True,
                "is_returning": True,
                "last_reported": moment,
                "num_vehicles_available": there,
                "num_docks_available": one["capacity"] - there,
                "vehicle_types_available": [{"vehicle_type_id": kind, "count": there}],
            }
        )
    return rows
