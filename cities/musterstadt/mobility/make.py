"""Lays the demo town's trams and buses along its streets and writes `gtfs.zip`; the same bytes at every run.

    .venv/bin/python cities/musterstadt/mobility/make.py

Lines, stops and times are invented. The calendar says which days of the week, for as long as there are calendars.
"""
# ruff: noqa: E501 - tables

import csv
import io
import json
import math
import zipfile
from datetime import date
from itertools import pairwise
from pathlib import Path

from stadtkern.lib.calendar import holidays as free_days
from stadtkern.lib.earth import METRES, metres

HERE = Path(__file__).parent
STREETS = {
    one["properties"]["name"]: [(y, x) for x, y in one["geometry"]["coordinates"]]
    for one in json.loads((HERE.parent / "geo" / "streets.geojson").read_text(encoding="utf-8"))["features"]
}
RAIL = next(
    [(y, x) for x, y in one["geometry"]["coordinates"]]
    for one in json.loads((HERE.parent / "geo" / "ground.geojson").read_text(encoding="utf-8"))["features"]
    if one["properties"]["kind"] == "rail"
)
# Name of a stop -> (street, share of its length, fare zone, wheelchair: 1 step-free, 2 not)
STOPS = {
    "Hauptbahnhof": ("Bahnhofstraße", 0.93, "A", 1),
    "Nordring": ("Bahnhofstraße", 0.42, "A", 1),
    "Stadttor": ("Lindenstraße", 0.97, "A", 1),
    "Schlossgasse": ("Lindenstraße", 0.70, "A", 1),
    "Rathausplatz": ("Lindenstraße", 0.50, "A", 1),
    "Färbergasse": ("Lindenstraße", 0.20, "A", 1),
    "Königsallee": ("Königsallee", 0.06, "A", 1),
    "Südring": ("Königsallee", 0.28, "A", 1),
    "Ölmühlenweg": ("Königsallee", 0.55, "A", 2),
    "Sonnenhang": ("Königsallee", 0.76, "A", 1),
    "Königsallee Süd": ("Königsallee", 0.99, "A", 1),
    "Dorfstraße Nord": ("Dorfstraße", 0.98, "B", 1),
    "Hohenbrück Schule": ("Dorfstraße", 0.62, "B", 1),
    "Hohenbrück Mitte": ("Äußere Brücker Straße", 0.97, "B", 1),
    "Brücker Feld": ("Äußere Brücker Straße", 0.50, "B", 2),
    "Westtor": ("Marktstraße", 0.02, "A", 1),
    "Marktstraße": ("Marktstraße", 0.25, "A", 1),
    "Kirchplatz": ("Marktstraße", 0.72, "A", 1),
    "Brückenstraße": ("Brückenstraße", 0.55, "A", 1),
    "Osttor": ("Fährstraße", 0.03, "A", 1),
    "Erlenkamp": ("Fährstraße", 0.43, "B", 1),
    "Kiebitzwiese": ("Fährstraße", 0.68, "B", 1),
    "Fähranleger": ("Fährstraße", 0.98, "B", 1),
    "Werkstätten": ("Industriestraße", 0.38, "A", 1),
    "Industriestraße": ("Industriestraße", 0.72, "A", 1),
    "Am Bauhof": ("Am Bauhof", 0.80, "A", 2),
    "Gleisweg West": ("Gleisweg", 0.05, "A", 1),
    "Droste-Straße": ("Nordring", 0.30, "A", 1),
    "Friedhof": ("Annette-von-Droste-Straße", 0.10, "A", 1),
    "Auenweg": ("Auenweg", 0.25, "B", 1),
    "Bootshaus": ("Auenweg", 0.72, "B", 1),
    "Am Deich": ("Am Deich", 0.55, "B", 1),
    "Deichkrone": ("Am Deich", 0.95, "B", 2),
    "Weinbergstraße": ("Weinbergstraße", 0.05, "A", 2),
    "Rebenweg": ("Weinbergstraße", 0.55, "A", 2),
    "Rosenweg": ("Rosenweg", 0.50, "A", 1),
    "Stadtpark": ("Südring", 0.85, "A", 1),
    "Anne-Frank-Straße": ("Anne-Frank-Straße", 0.60, "A", 1),
    "Mühlbach": ("Anne-Frank-Straße", 0.97, "A", 1),
    "Alte Schulstraße": ("Alte Schulstraße", 0.25, "B", 1),
    "Heideweg": ("Heideweg", 0.55, "B", 2),
    "Zur Höhe": ("Zur Höhe", 0.60, "B", 2),
    "Birkenhof": ("Birkenhof", 0.60, "B", 1),
}
# short name, long name, GTFS kind (0 tram, 2 rail, 3 bus), colour, metres a second, streets in their order (< backwards), minutes apart
LINES = [
    ("1", "Hauptbahnhof – Königsallee", 0, "C1121F", 6.5, ["<Bahnhofstraße", "<Lindenstraße", "Königsallee"], (10, 15, 20)),
    ("2", "Hohenbrück – Markt – Fähranleger", 0, "00539F", 6.5,
     ["<Dorfstraße", "<Äußere Brücker Straße", "Marktstraße", "Brückenstraße", "Fährstraße"], (10, 15, 20)),
    ("10", "Heideweg – Hohenbrück – Rathausplatz", 3, "3A7D44", 5.5,
     ["<Heideweg", "<Dorfstraße", "<Äußere Brücker Straße", "Marktstraße"], (20, 30, 60)),
    ("11", "Gleisweg – Nordring – Am Deich", 3, "7B4B94", 5.5,
     ["Gleisweg", "<Bahnhofstraße", "<Nordring", "<Annette-von-Droste-Straße", "Auenweg", "Am Deich"], (20, 30, 60)),
    ("12", "Weinberg – Südring – Mühlbach", 3, "B5651D", 5.5,
     ["Weinbergstraße", "<Königsallee", "Südring", "Anne-Frank-Straße"], (20, 30, 60)),
    ("13", "Birkenhof – Rosenweg – Stadtpark – Erlenkamp", 3, "00798C", 5.5,
     ["Birkenhof", "<Rosenweg", "Südring", "Erlenkamp", "Fährstraße"], (30, 30, 60)),
    ("14", "Bauhof – Werkstätten – Hauptbahnhof – Altstadt", 3, "5C6B73", 5.5,
     ["<Am Bauhof", "<Industriestraße", "<Bahnhofstraße", "<Lindenstraße", "Färbergasse"], (30, 60, 60)),
    ("15", "Zur Höhe – Alte Schulstraße", 3, "A23B72", 5.5, ["<Zur Höhe", "Dorfstraße", "<Alte Schulstraße"], (60, 60, 0)),
]  # fmt: skip
DWELL, NEAR = 20, 45.0  # seconds at a stop; metres from a line to one of its stops
DAYS = {"mofr": "1111100", "sa": "0000010", "so": "0000001"}
FIRST, LAST = date(2024, 1, 1), date(2049, 12, 31)


def at(line, share):
    """The point at this share of a line, and the direction there."""
    lengths = [metres(a, b) for a, b in pairwise(line)]
    rest = share * sum(lengths)
    for (a, b), length in zip(pairwise(line), lengths, strict=True):
        if rest <= length or (a, b) == (line[-2], line[-1]):
            part = min(1.0, rest / length)
            return (a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part), (b[0] - a[0], b[1] - a[1])
        rest -= length
    raise ValueError(share)


def joined(names):
    """One line through these streets: each is left where the next one is closest."""
    parts = [STREETS[name.lstrip("<")][:: -1 if name.startswith("<") else 1] for name in names]
    parts = [[at(part, step / 200)[0] for step in range(201)] for part in parts]
    path, begin = [], 0
    for index, part in enumerate(parts):
        end = len(part) - 1
        after = 0
        if index + 1 < len(parts):
            end, after = min(
                ((i, j) for i in range(begin, len(part)) for j in range(len(parts[index + 1]))),
                key=lambda pair: (
                    round(metres(part[pair[0]], parts[index + 1][pair[1]]) / 25),
                    -pair[0] if pair[1] < 100 else pair[0],
                    pair[1],
                ),
            )
        path += part[begin : end + 1]
        begin = after
    return path


def along(path, places):
    """Which stops lie on this path, in their order: [(name, metres from its start)]."""
    far = [0.0]
    for a, b in pairwise(path):
        far.append(far[-1] + metres(a, b))
    found = []
    for name, place in places.items():
        index = min(range(len(path)), key=lambda i: metres(path[i], place))
        if metres(path[index], place) <= NEAR:
            found.append((far[index], name))
    kept = []
    for distance, name in sorted(found):
        if not kept or distance - kept[-1][1] >= 120:
            kept.append((name, distance))
    return kept, far


def departures(apart):
    """Minutes of the day at which a line starts: closer in the day, thin early and late, the last ones after midnight."""
    minute = 5 * 60 - 30 if apart <= 20 else 5 * 60 + 30
    while minute < (24 * 60 + 40 if apart <= 20 else 22 * 60 + 40):
        yield minute
        minute += apart if 6 * 60 <= minute < 20 * 60 else max(apart, min(60, apart * 2))


def clock(seconds):
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def text(head, rows):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head.split())
    writer.writerows(rows)
    return out.getvalue()


def holidays():
    for year in range(2026, 2037):
        yield from sorted(day for day in free_days(year, "NW") if day.weekday() < 6)


def platforms():
    """Every stop is a station with one platform for each direction, four metres beside the line."""
    places, rows = {}, []
    for number, (name, (street, share, zone, wheelchair)) in enumerate(STOPS.items(), 1):
        point, (north, east) = at(STREETS[street], share)
        places[name] = point
        rows.append((f"S{number}", name, f"{point[0]:.6f}", f"{point[1]:.6f}", 1, "", zone, wheelchair, ""))
        wide = math.cos(math.radians(point[0]))
        length = math.hypot(north, east * wide) or 1
        for letter, turn in (("a", 1), ("b", -1)):
            up, right = turn * -east * wide / length * 4 / METRES, turn * north / length * 4 / METRES / wide
            lat, long = f"{point[0] + up:.6f}", f"{point[1] + right:.6f}"
            rows.append((f"S{number}{letter}", name, lat, long, 0, f"S{number}", zone, wheelchair, letter.upper()))
    return places, rows


def main():
    places, stops = platforms()
    number = {name: f"S{index}" for index, name in enumerate(STOPS, 1)}
    routes, trips, times, shapes, patterns = [], [], [], [], {}
    for short, long, kind, colour, speed, streets, apart in LINES:
        routes.append((f"L{short}", "MVB", short, long, kind, colour, "FFFFFF"))
        path = joined(streets)
        kept, far = along(path, places)
        patterns[short] = [name for name, _ in kept]
        for direction, letter in ((0, "a"), (1, "b")):
            line = kept if direction == 0 else [(name, far[-1] - distance) for name, distance in reversed(kept)]
            points = path[::4] if direction == 0 else path[::-4]
            shapes += [(f"{short}{letter}", f"{lat:.5f}", f"{lon:.5f}", i) for i, (lat, lon) in enumerate(points)]
            for (service, _), every in zip(DAYS.items(), apart, strict=True):
                if not every:
                    continue
                for start in departures(every):
                    trip = f"{short}{letter}-{service}-{start // 60:02d}{start % 60:02d}"
                    trips.append(
                        (f"L{short}", service, trip, line[-1][0], direction, f"{short}{letter}", 1, 1 if kind == 0 else 2)
                    )
                    clocked = (start + direction * 4) * 60
                    for order, (name, distance) in enumerate(line):
                        come = clocked + round((distance - line[0][1]) / speed) + max(0, order * DWELL - DWELL)
                        leave = come + (DWELL if 0 < order < len(line) - 1 else 0)
                        times.append((trip, clock(come), clock(leave), number[name] + letter, order + 1))
    special = []
    for day in holidays():
        special += [("mofr" if day.weekday() < 5 else "sa", f"{day:%Y%m%d}", 2), ("so", f"{day:%Y%m%d}", 1)]
    files = {
        "agency.txt": text("agency_id agency_name agency_url agency_timezone agency_lang agency_phone",
                           [("MVB", "Musterstädter Verkehrsbetriebe", "https://verkehr.musterstadt.example", "Europe/Berlin", "de", "02345 678-0")]),
        "feed_info.txt": text("feed_publisher_name feed_publisher_url feed_lang feed_start_date feed_end_date feed_version",
                              [("Musterstädter Verkehrsbetriebe", "https://verkehr.musterstadt.example", "de", f"{FIRST:%Y%m%d}", f"{LAST:%Y%m%d}", "1")]),
        "stops.txt": text("stop_id stop_name stop_lat stop_lon location_type parent_station zone_id wheelchair_boarding platform_code", stops),
        "routes.txt": text("route_id agency_id route_short_name route_long_name route_type route_color route_text_color", routes),
        "trips.txt": text("route_id service_id trip_id trip_headsign direction_id shape_id wheelchair_accessible bikes_allowed", trips),
        "stop_times.txt": text("trip_id arrival_time departure_time stop_id stop_sequence", times),
        "shapes.txt": text("shape_id shape_pt_lat shape_pt_lon shape_pt_sequence", shapes),
        "calendar.txt": text("service_id monday tuesday wednesday thursday friday saturday sunday start_date end_date",
                             [(key, *days, f"{FIRST:%Y%m%d}", f"{LAST:%Y%m%d}") for key, days in DAYS.items()]),
        "calendar_dates.txt": text("service_id date exception_type", special),
        "transfers.txt": text("from_stop_id to_stop_id transfer_type min_transfer_time",
                              [(number["Rathausplatz"], number["Marktstraße"], 2, 240), (number["Hauptbahnhof"], number["Hauptbahnhof"], 2, 120)]),
        "fare_attributes.txt": text("fare_id price currency_type payment_method transfers agency_id transfer_duration",
                                    [("einzel_1", "2.20", "EUR", 1, "", "MVB", 5400), ("einzel_2", "3.10", "EUR", 1, "", "MVB", 5400)]),
        "fare_rules.txt": text("fare_id route_id origin_id destination_id contains_id",
                               [("einzel_1", "", "A", "A", ""), ("einzel_1", "", "B", "B", ""), ("einzel_2", "", "A", "B", ""), ("einzel_2", "", "B", "A", "")]),
        "areas.txt": text("area_id area_name", [("A", "Zone A"), ("B", "Zone B")]),
        "stop_areas.txt": text("area_id stop_id", [(row[6], row[0]) for row in stops if row[4] == 0]),
        "rider_categories.txt": text("rider_category_id rider_category_name is_default_fare_category min_age max_age",
                                     [("adult", "Erwachsene", 1, "", ""), ("child", "Kinder von 6 bis 14 Jahren", 0, 6, 14)]),
        "fare_products.txt": text("fare_product_id fare_product_name rider_category_id amount currency",
                                  [("einzel_1", "EinzelTicket, eine Zone", "adult", "2.20", "EUR"), ("einzel_1", "EinzelTicket, eine Zone", "child", "1.10", "EUR"),
                                   ("einzel_2", "EinzelTicket, zwei Zonen", "adult", "3.10", "EUR"), ("einzel_2", "EinzelTicket, zwei Zonen", "child", "1.60", "EUR")]),
        "fare_leg_rules.txt": text("leg_group_id from_area_id to_area_id fare_product_id",
                                   [("g1", "A", "A", "einzel_1"), ("g1", "B", "B", "einzel_1"), ("g2", "A", "B", "einzel_2"), ("g2", "B", "A", "einzel_2")]),
        "fare_transfer_rules.txt": text("from_leg_group_id to_leg_group_id duration_limit duration_limit_type fare_transfer_type transfer_count",
                                        [(a, b, 5400, 1, 0, -1) for a in ("g1", "g2") for b in ("g1", "g2")]),
    }  # fmt: skip
    with zipfile.ZipFile(HERE / "gtfs.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, files[name], compresslevel=9)
    for short, names in patterns.items():
        print(short, " – ".join(names))
    unused = set(STOPS) - {name for names in patterns.values() for name in names}
    print(
        len(trips), "trips", len(times), "times", (HERE / "gtfs.zip").stat().st_size, "bytes; without a line:", sorted(unused)
    )


if __name__ == "__main__":
    main()
