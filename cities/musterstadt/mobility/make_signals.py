"""A small signal study of the demo town: its own streets as a SUMO network, demand from its counts, proposals, the gate.

    .venv/bin/python cities/musterstadt/mobility/make_signals.py

Needs SUMO. Writes `signals/`: the network, the demand and what the product's own study (lib.traffic.study) measured. The seed
of the demo only reads these files. Streets, counts and timetable of Musterstadt are invented; the simulation is not.
"""
# ruff: noqa: E402, E501, S311 - Django first; tables; the same town every time

import gzip
import heapq
import json
import os
import random
import sys
import time
import zipfile
from collections import Counter, defaultdict
from csv import DictReader
from datetime import date
from io import StringIO
from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stadtkern.site.settings")

import django

django.setup()

from stadtkern.domains.mobility.traffic import town
from stadtkern.kernel.geo import queries as geo
from stadtkern.kernel.geo.ground import ground
from stadtkern.lib.earth import METRES
from stadtkern.lib.traffic import study, sumo
from stadtkern.lib.traffic.assign import equilibrium
from stadtkern.lib.traffic.calibrate import calibrate
from stadtkern.lib.traffic.closing import gravity, scaled
from stadtkern.lib.traffic.net import read_net
from stadtkern.site.flow import PLACES, WORKDAY

OUT = HERE / "signals"
BEGIN, END, HOUR = 9 * 3600, 10 * 3600, 9
CROSSINGS = {  # two streets that meet -> name of the signal
    ("Lindenstraße", "Marktstraße"): "Rathausplatz", ("Bahnhofstraße", "Nordring"): "Nordring/Bahnhofstraße",
    ("Königsallee", "Südring"): "Königsallee/Südring", ("Dorfstraße", "Äußere Brücker Straße"): "Hohenbrück Mitte",
}  # fmt: skip
HELD_OUT = ("Brückenstraße", "Südring")
PAIRS = 500  # journeys from place to place, the most frequent
DWELL = 20
GATE = 0.05  # weight of an end of a main street, as a share of all houses


def main():
    OUT.mkdir(exist_ok=True)
    ways, streets, _houses = town._town(town._changed())
    graph = Graph(ways, streets)
    base = gravity(ways, streets, graph.places(), town.PER_ADDRESS * len(ground().addresses))
    signals = graph.signals()
    graph.write(OUT, signals)
    sumo.call(
        "netconvert", "-n", str(OUT / "nodes.nod.xml"), "-e", str(OUT / "edges.edg.xml"), "-o", str(OUT / "net.xml"),
        "--no-turnarounds", "true", "--tls.default-type", "static", "--output.street-names", "true", "--plain-output.lanes", "false",
        "--junctions.corner-detail", "0", "--output.original-names", "false",
    )  # fmt: skip
    counts = {street: most * WORKDAY[HOUR] / 100 for street, _number, most in PLACES}
    used = {street: many for street, many in counts.items() if street not in HELD_OUT}
    trips, _n = scaled(streets, base, used)
    routes, prior = graph.routes(trips, equilibrium(streets.links, trips, gap=1e-3).time)
    print([(line, many, len(way)) for line, way, many in graph.lines()])
    fit = calibrate(routes, prior, graph.on_edges(used), graph.on_edges({one: counts[one] for one in HELD_OUT}))
    for key, many in graph.on_edges(counts).items():
        print(key, round(many), round(sum(amount for route, amount in zip(routes, fit.amounts, strict=True) if key in route)))
    (OUT / "rou.xml").write_text(graph.demand(routes, fit.amounts), encoding="utf-8")
    if "--demand" in sys.argv:
        return
    begun = time.time()
    scenario = sumo.Scenario(OUT / "net.xml", OUT / "rou.xml", BEGIN, END, sumo.bus_types(OUT / "rou.xml"))
    told = list(study.examine(scenario, read_net(scenario.net)))
    about = {
        "computed": date.today().isoformat(), "with": sumo.version(), "seconds": round(time.time() - begun), "stored": True,
        "vehicles": round(float(fit.amounts.sum())), "counted": len(used), "fitted": round(fit.fitted),
        "held_out": round(fit.held_out), "held_out_streets": list(HELD_OUT), "signals": list(signals.values()),
    }  # fmt: skip
    plans = [
        {"source": one.candidate.source, "passed": one.verdict.passed, "reasons": list(one.verdict.reasons), "plan": one.plan,
         "rows": one.rows} for one in told
    ]  # fmt: skip
    data = {
        "title": "Achse Hauptbahnhof – Königsallee, 9 bis 10 Uhr",
        "begin": BEGIN,
        "end": END,
        "about": about,
        "plans": plans,
    }
    (OUT / "study.json").write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (HERE / "signals.geojson").write_text(
        json.dumps(graph.points(signals), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    for name in ("net", "rou"):
        packed = gzip.compress((OUT / f"{name}.xml").read_bytes(), 9, mtime=0)
        (OUT / f"{name}.xml.gz").write_bytes(packed)
    for leftover in ("nodes.nod.xml", "edges.edg.xml", "net.xml", "rou.xml"):
        (OUT / leftover).unlink()
    print(json.dumps(about, ensure_ascii=False))
    for one in told:
        row = one.verdict.rows[0] if one.verdict.rows else None
        print(one.candidate.source, one.verdict.reasons, row and (round(row.before, 1), round(row.after, 1), row.buses,
              round(row.bus_before, 1), round(row.bus_after, 1), row.outside_before, row.outside_after))  # fmt: skip


class Graph:
    """The streets for cars as edges of a network; `<edge>+` and `<edge>-` are its directions."""

    def __init__(self, ways, streets):
        self.ways, self.streets = ways, streets
        self.wide = METRES * np.cos(np.radians(float(np.mean(ways.lat))))
        self.link = {}  # key of the edge -> link
        self.out = defaultdict(list)
        for link, (edge, tail, head) in enumerate(
            zip(streets.edge.tolist(), streets.links.tail.tolist(), streets.links.head.tolist(), strict=True)
        ):
            key = f"{edge}{'+' if tail == int(ways.tail[edge]) else '-'}"
            self.link[key] = link
            self.out[tail].append((key, head, link))

    def xy(self, node):
        return float(self.ways.long[node]) * self.wide, float(self.ways.lat[node]) * METRES

    def places(self):
        """Houses by cells, and the ends of main streets: who comes from outside or drives through."""
        cells = defaultdict(list)
        for house in ground().addresses:
            cells[int(house.point[0] / town.CELLS), int(house.point[1] / town.CELLS)].append(house.point)
        found = [(*np.mean(many, axis=0), float(len(many))) for many in cells.values()]
        heavy = GATE * len(ground().addresses)
        found += [
            (float(self.ways.lat[node]), float(self.ways.long[node]), heavy) for node, ways in self.out.items()
            if len(ways) == 1 and self.streets.links.free[ways[0][2]] * 8 < self.streets.metres[ways[0][2]]
        ]  # fmt: skip
        return sorted(found, key=lambda one: -one[2])

    def signals(self):
        """Node -> name, where the two streets of a crossing meet."""
        meets = defaultdict(set)
        for link in self.link.values():
            meets[int(self.streets.links.tail[link])].add(self.streets.name[link])
        return {
            node: name for pair, name in CROSSINGS.items()
            for node in [next(node for node, names in meets.items() if names >= set(pair))]
        }  # fmt: skip

    def write(self, place, signals):
        left = min(self.xy(node)[0] for node in self.out)
        low = min(self.xy(node)[1] for node in self.out)
        nodes = sorted({int(one) for one in (*self.streets.links.tail, *self.streets.links.head)})
        rows = [
            f'<node id="{node}" x="{self.xy(node)[0] - left:.1f}" y="{self.xy(node)[1] - low:.1f}"'
            f"{' type=' + quoteattr('traffic_light') + ' tl=' + quoteattr(signals[node]) if node in signals else ''}/>"
            for node in nodes
        ]
        (place / "nodes.nod.xml").write_text("<nodes>\n" + "\n".join(rows) + "\n</nodes>\n", encoding="utf-8")
        rows = []
        for key, link in self.link.items():
            length, free = self.streets.metres[link], self.streets.links.free[link]
            speed = 13.89 if length / free > 8 else 8.33
            lanes = 2 if int(self.streets.links.head[link]) in signals and speed > 9 else 1  # room to turn off at a signal
            label = f" name={quoteattr(self.streets.name[link])}" if self.streets.name[link] else ""
            rows.append(
                f'<edge id="{key}" from="{self.streets.links.tail[link]}" to="{self.streets.links.head[link]}" numLanes="{lanes}"'
                f' speed="{speed:.2f}" priority="{3 if speed > 9 else 1}"{label}/>'
            )
        (place / "edges.edg.xml").write_text("<edges>\n" + "\n".join(rows) + "\n</edges>\n", encoding="utf-8")

    def path(self, start, goal, cost):
        """Keys of the edges of the quickest way; no turning round."""
        heap, seen = [(0.0, start, "")], {}
        back = {}
        while heap:
            spent, node, came = heapq.heappop(heap)
            if node in seen:
                continue
            seen[node] = came
            if node == goal:
                keys = []
                while came:
                    keys.append(came)
                    came = back[came]
                return keys[::-1]
            for key, head, link in self.out[node]:
                if head not in seen and key[:-1] != came[:-1]:
                    back[key] = came
                    heapq.heappush(heap, (spent + float(cost[link]), head, key))
        return []

    def routes(self, trips, cost):
        order = np.argsort(-trips.amount)[:PAIRS]
        share = trips.amount.sum() / trips.amount[order].sum()
        found = [(self.path(int(trips.origin[at]), int(trips.goal[at]), cost), float(trips.amount[at] * share)) for at in order]
        found = [(route, amount) for route, amount in found if len(route) > 1]
        return [route for route, _amount in found], np.array([amount for _route, amount in found])

    def on_edges(self, counts):
        """Half of what a street counts on each direction of the edge at the detector."""
        told = {}
        for street, number, _most in PLACES:
            if street not in counts:
                continue
            lat, long = geo.find_address(f"{street} {number}", 1)[0].point
            keys = [key for key, link in self.link.items() if self.streets.name[link] == street]

            def away(key, lat=lat, long=long):
                link = self.link[key]
                a, b = (self.xy(int(end[link])) for end in (self.streets.links.tail, self.streets.links.head))
                return abs((a[0] + b[0]) / 2 - long * self.wide) + abs((a[1] + b[1]) / 2 - lat * METRES)

            edge = min(keys, key=away)[:-1]
            told |= {key: counts[street] / 2 for key in keys if key[:-1] == edge}
        return told

    def demand(self, routes, amounts):
        rows = ['<vType id="pkw" vClass="passenger" length="4.6" minGap="2" sigma="0.5" speedDev="0.1"/>']
        rows.append('<vType id="bus" vClass="bus" length="14" minGap="2.5" accel="1.1" speedDev="0.05"/>')
        flows = []
        for at, (route, amount) in enumerate(zip(routes, amounts, strict=True)):
            if amount >= 0.5:
                rows.append(f'<route id="r{at}" edges="{" ".join(route)}"/>')
                flows.append((f"f{at}", f"r{at}", f'type="pkw" begin="{BEGIN}" end="{END}" probability="{amount / 3600:.6f}"'))
        rng, start = random.Random(5), lambda flow: int(flow[2].split('begin="')[1].split('"')[0])
        for line, stops, many in self.lines():
            keys = []
            for a, b in pairwise(stops):
                for key in self.path(a, b, self.streets.links.free):
                    if keys and keys[-1][:-1] == key[:-1]:
                        keys.pop()  # there and back again is no way of a line
                    else:
                        keys.append(key)
            if len(keys) < 3:
                continue
            halts = [
                f'<stop lane="{key}_0" endPos="{self.streets.metres[self.link[key]] * 0.55:.0f}" duration="{DWELL}" parking="true"/>'
                for key in keys[1:-1] if self.streets.metres[self.link[key]] > 130
            ]  # fmt: skip
            rows.append(f'<route id="l{line}" edges="{" ".join(keys)}">{"".join(halts)}</route>')
            period = 3600 // many
            begin = BEGIN + rng.randrange(period)
            flows.append((f"b{line}", f"l{line}", f'type="bus" begin="{begin}" end="{END}" period="{period}"'))
        rows += [
            f'<flow id="{name}" route="{route}" departLane="best" departSpeed="max" {rest}/>'
            for name, route, rest in sorted(flows, key=start)
        ]
        return "<routes>\n" + "\n".join(rows) + "\n</routes>\n"

    def lines(self):
        """Every direction of a line: name, nodes nearest to its stops, departures in the hour (on weekdays)."""
        with zipfile.ZipFile(HERE / "gtfs.zip") as packed:
            tables = {
                name: list(DictReader(StringIO(packed.read(f"{name}.txt").decode("utf-8"))))
                for name in ("shapes", "trips", "stop_times")
            }
        calls = defaultdict(list)
        for row in tables["stop_times"]:
            calls[row["trip_id"]].append((int(row["stop_sequence"]), row["stop_id"], row["departure_time"]))
        lines, many = set(), Counter()
        for row in tables["trips"]:
            listed = sorted(calls[row["trip_id"]])
            if row["service_id"] == "mofr" and listed[0][2].startswith(f"{HOUR:02d}:"):
                lines.add(row["shape_id"])
                many[row["shape_id"]] += 1
        for line in sorted(lines):
            points = sorted((int(row["shape_pt_sequence"]), float(row["shape_pt_lat"]), float(row["shape_pt_lon"]))
                            for row in tables["shapes"] if row["shape_id"] == line)  # fmt: skip
            near = []
            for _order, lat, long in points:
                x, y = long * self.wide, lat * METRES
                far, node = min(((self.xy(one)[0] - x) ** 2 + (self.xy(one)[1] - y) ** 2, one) for one in self.out)
                if far < 20**2 and near[-1:] != [node]:
                    near.append(node)
            yield line, near, many[line]

    def points(self, signals):
        features = [
            {
                "type": "Feature",
                "geometry": {
                    "type": "Point",
                    "coordinates": [round(float(self.ways.long[node]), 6), round(float(self.ways.lat[node]), 6)],
                },
                "properties": {"key": name, "title": name, "cycle": 90, "green": 42, "priority": False},
            }
            for node, name in signals.items()
        ]
        return {"type": "FeatureCollection", "features": features}


if __name__ == "__main__":
    main()
