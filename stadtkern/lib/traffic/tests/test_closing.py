"""What if a street is closed, on an extract of OpenStreetMap: beside all ways of a small town, tried one by one."""

from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from stadtkern.lib.traffic import closing
from stadtkern.lib.traffic.assign import Trips
from stadtkern.lib.ways import read_osm

STEP = 0.002  # degrees between two points of the grid; point 10 r + c lies in row r and column c
SPEED = {"secondary": 31, "tertiary": 28, "residential": 21}  # km/h of a car in a town, as lib.ways.rules has it
ROOM = {"secondary": 600, "tertiary": 600, "residential": 350}  # vehicles an hour and direction
STREETS = [  # points, name, kind, one way
    ([11, 12, 13, 14], "Südstraße", "tertiary", False),
    ([31, 32, 33, 34], "Mittelstraße", "residential", False),
    ([51, 52, 53, 54], "Nordstraße", "secondary", False),
    ([11, 21, 31, 41, 51], "Westgasse", "residential", True),
    ([12, 22, 32, 42, 52], "Brunnenweg", "residential", False),
    ([13, 23, 33, 43, 53], "Lindenallee", "residential", False),
    ([14, 24, 34, 44, 54], "Ostring", "secondary", False),
    ([14, 15, 16], "Sackgasse", "residential", False),
    ([11, 22, 33], "Radweg", "cycleway", False),
]
BOLLARD = 43  # on the Lindenallee, between two crossings
ENDS_IN = ("Südstraße", "Nordstraße", "Sackgasse")  # somebody has no other way home: one way, bollard, dead end
DEMAND = {(11, 54): 260.0, (51, 14): 240.0, (12, 53): 200.0, (54, 11): 220.0, (33, 52): 130.0, (11, 16): 60.0, (13, 53): 60.0}


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """As the product reads it: the graph and its streets."""
    nodes = sorted({point for points, *_ in STREETS for point in points})
    lines = ['<?xml version="1.0"?><osm version="0.6">']
    for node in nodes:
        stop = '<tag k="barrier" v="bollard"/>' if node == BOLLARD else ""
        lines.append(f'<node id="{node}" version="1" lat="{50 + node // 10 * STEP}" lon="{node % 10 * STEP}">{stop}</node>')
    for number, (points, name, kind, one_way) in enumerate(STREETS):
        tags = {"highway": kind, "name": name, "oneway": "yes" if one_way else "no"}
        refs = "".join(f'<nd ref="{point}"/>' for point in points)
        lines.append(f'<way id="{number + 1}" version="1">{refs}' + "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items()))
        lines.append("</way>")
    path: Path = tmp_path_factory.mktemp("osm") / "town.osm"
    path.write_text("".join(lines) + "</osm>", encoding="utf-8")
    ways = read_osm(path)
    return ways, closing.streets(ways)


def node_of(ways, point):
    found = np.argmin(np.hypot(ways.lat - (50 + point // 10 * STEP), ways.long - point % 10 * STEP))
    return int(found)


class ByHand:
    """The same town without the product: pieces from point to point, every simple way between two of them."""

    def __init__(self):
        self.pieces, self.out = [], defaultdict(list)  # (tail, head, street, free seconds, room)
        for points, name, kind, one_way in STREETS:
            for pair in pairwise(points) if kind in SPEED else ():
                for tail, head in (pair,) if one_way else (pair, pair[::-1]):
                    y, x = (tail // 10 - head // 10) * STEP, (tail % 10 - head % 10) * STEP * np.cos(np.radians(50.006))
                    seconds = np.hypot(y, x) * 111_195 / (SPEED[kind] / 3.6)
                    self.out[tail].append(len(self.pieces))
                    self.pieces.append((tail, head, name, seconds, ROOM[kind]))
        self.free = np.array([piece[3] for piece in self.pieces])
        self.room = np.array([piece[4] for piece in self.pieces], float)
        self.street = [piece[2] for piece in self.pieces]

    def time(self, flow):
        return self.free * (1 + 0.6 * (flow / self.room) ** 4)

    def ways(self, start, goal, closed):
        """Every way that passes no point twice and no bollard; through the closed street only where it must."""
        found, stack = [], [(start, ())]
        while stack:
            point, way = stack.pop()
            if point == goal:
                found.append(list(way))
                continue
            seen = {start, *(self.pieces[piece][1] for piece in way)}
            if point != BOLLARD:
                stack += [(self.pieces[one][1], (*way, one)) for one in self.out[point] if self.pieces[one][1] not in seen]
        through = [sum(self.street[piece] == closed for piece in way) for way in found]
        return [way for way, many in zip(found, through, strict=True) if many == min(through)]

    def settle(self, closed):
        """The flows at which nobody has a quicker way: trips move from slow ways to the quickest."""
        ways = {pair: self.ways(*pair, closed) for pair in DEMAND}
        split = {pair: np.array([many] + [0.0] * (len(ways[pair]) - 1)) for pair, many in DEMAND.items()}
        flow = np.zeros(len(self.pieces))
        for pair, amounts in split.items():
            flow[ways[pair][0]] += amounts[0]
        for _round in range(20_000):
            widest = 0.0
            for pair, amounts in split.items():
                spent = self.time(flow)
                costs = np.array([spent[way].sum() for way in ways[pair]])
                best, used = int(costs.argmin()), np.flatnonzero(amounts > 1e-9)
                worst = int(used[costs[used].argmax()])
                widest = max(widest, costs[worst] - costs[best])
                apart = list(set(ways[pair][worst]) ^ set(ways[pair][best]))
                slope = (self.free * 0.6 * 4 / self.room * (flow / self.room) ** 3)[apart].sum()
                move = min(amounts[worst], (costs[worst] - costs[best]) / max(slope, 1e-6) * 0.7)
                if worst != best:
                    amounts[worst] -= move
                    amounts[best] += move
                    flow[ways[pair][worst]] -= move
                    flow[ways[pair][best]] += move
            if widest < 1e-4:
                break
        assert widest < 1e-4
        quickest = {pair: min(self.time(flow)[way].sum() for way in ways[pair]) for pair in DEMAND}
        return flow, quickest


@pytest.fixture(scope="module")
def by_hand():
    return ByHand()


def close(town, street):
    ways, streets = town
    pairs = [(node_of(ways, start), node_of(ways, goal), many) for (start, goal), many in DEMAND.items()]
    trips = Trips(*(np.array(column) for column in zip(*pairs, strict=True)))
    return closing.close(streets, trips, [street], gap=1e-6)


@pytest.mark.parametrize(
    "street", ["Südstraße", "Nordstraße", "Mittelstraße", "Brunnenweg", "Westgasse", "Ostring", "Sackgasse"]
)
def test_what_happens_is_what_every_way_tried_by_hand_gives(town, by_hand, street):
    told = close(town, street)
    (before, was), (after, now) = by_hand.settle(""), by_hand.settle(street)
    hours = [float((by_hand.time(flow) * flow).sum()) / 3600 for flow in (before, after)]
    assert told.gap <= 1e-6 and told.hours == pytest.approx(hours, rel=2e-3)
    both = defaultdict(lambda: np.zeros(2))  # both directions of a piece together
    for (tail, head, name, *_), one, other in zip(by_hand.pieces, before, after, strict=True):
        both[name, min(tail, head), max(tail, head)] += (one, other)
    for row in told.rows:
        parts = [flows for (name, *_), flows in both.items() if name == row.street]
        assert max(row.before, row.after) == pytest.approx(max(part.max() for part in parts), abs=3)
        assert min(np.abs(part - (row.before, row.after)).max() for part in parts) < 3
    shut = [flow for flow, name in zip(after, by_hand.street, strict=True) if name == street]
    assert told.bound == pytest.approx(max(shut), abs=1) and (told.bound > 1) == (street in ENDS_IN)
    lost = {one.node: one.seconds * one.trips for one in told.lost}
    for start in {start for start, _goal in DEMAND}:
        mine = sum(many * (now[pair] - was[pair]) for pair, many in DEMAND.items() if pair[0] == start)
        assert lost[node_of(town[0], start)] == pytest.approx(mine, rel=0.02, abs=200)


def test_nobody_drives_through_a_bollard_or_on_a_cycle_way(town, by_hand):
    ways, streets = town
    assert "Radweg" not in streets.name and "Lindenallee" in streets.name
    assert all(BOLLARD not in {by_hand.pieces[one][1] for one in way} for way in by_hand.ways(13, 53, ""))
    only = Trips(np.array([node_of(ways, 13)]), np.array([node_of(ways, 53)]), np.array([1.0]))
    told = closing.close(streets, only, ["Südstraße"])
    quickest = min(by_hand.free[way].sum() for way in by_hand.ways(13, 53, ""))
    assert told.hours[0] * 3600 == pytest.approx(quickest, rel=1e-3)
    assert {row.street: row.before for row in told.rows}["Nordstraße"] == pytest.approx(1)  # from the side


def test_a_street_no_car_uses_cannot_be_closed(town):
    with pytest.raises(closing.NothingToClose):
        close(town, "Radweg")


def test_demand_is_laid_on_streets_of_the_graph_alone(town):
    """A place beside the bollard begins at the next crossing."""
    ways, streets = town
    beside, far = (50 + 4 * STEP, 3 * STEP, 5.0), (50 + 1 * STEP, 1 * STEP, 5.0)
    trips = closing.gravity(ways, streets, [beside, far], 100)
    assert trips.total == pytest.approx(100) and max(trips.origin.max(), trips.goal.max()) < ways.nodes
