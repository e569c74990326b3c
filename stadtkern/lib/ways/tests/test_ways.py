"""The street graph: who may use what, nearest edges, shortest ways as scipy finds them."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from stadtkern.lib.ways import PROFILES, Places, Ways, WaysRefused, footpaths, from_lines, read_osm
from stadtkern.lib.ways.barred import Barred, without
from stadtkern.lib.ways.graph import BIT
from stadtkern.lib.ways.rules import shut, speeds
from stadtkern.lib.ways.search import FAR, flood, spread

ROOT = Path(__file__).parents[4]
STEP = 0.001  # degrees; about 111 metres north


def osm(folder: Path, ways: list[tuple[list[int], dict[str, str]]], tags: dict[int, dict[str, str]] | None = None) -> Path:
    """A small extract; node 10*r+c lies in row r and column c."""
    nodes = sorted({node for points, _ in ways for node in points})
    lines = ['<?xml version="1.0"?><osm version="0.6">']
    for node in nodes:
        inner = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in (tags or {}).get(node, {}).items())
        lines.append(f'<node id="{node}" version="1" lat="{50 + node // 10 * STEP}" lon="{node % 10 * STEP}">{inner}</node>')
    for number, (points, said) in enumerate(ways):
        refs = "".join(f'<nd ref="{point}"/>' for point in points)
        lines.append(
            f'<way id="{number + 1}" version="1">{refs}'
            + "".join(f'<tag k="{k}" v="{v}"/>' for k, v in said.items())
            + "</way>"
        )
    path = folder / "small.osm"
    path.write_text("".join(lines) + "</osm>", encoding="utf-8")
    return path


def seconds(ways: Ways, start: int, goal: int, profile: str) -> float | None:
    """Between two nodes of the small extract."""
    one, other = (ways.snap(50 + node // 10 * STEP, node % 10 * STEP, profile) for node in (start, goal))
    if not one or not other:
        return None
    found = spread(ways, Places.of(one), Places.of(other), profile, 7200)
    return float(found.ms[0]) / 1000 if found.reached[0] else None


def test_tags_decide_who_may_pass(tmp_path):
    # given a square of streets: 11-12 stairs, 11-21-22-12 around it, one way for cars, free for bikes
    ring = {"highway": "residential", "oneway": "yes", "oneway:bicycle": "no"}
    ways = read_osm(osm(tmp_path, [([11, 12], {"highway": "steps", "incline": "up"}), ([11, 21, 22, 12], ring)]))

    assert seconds(ways, 11, 12, "walk") == pytest.approx(71.5 / 0.5, rel=0.02)
    assert seconds(ways, 12, 11, "walk") == pytest.approx(71.5 / 0.65, rel=0.02)
    assert seconds(ways, 11, 12, "wheelchair") == pytest.approx((2 * 111.2 + 71.5) / 1.0, rel=0.02)
    assert seconds(ways, 11, 12, "car") is not None
    assert seconds(ways, 12, 11, "car") is None
    assert seconds(ways, 12, 11, "bike") == pytest.approx(seconds(ways, 11, 12, "bike"))


def test_a_high_kerb_stops_a_wheelchair_and_nobody_else(tmp_path):
    street = [([11, 12, 13], {"highway": "footway"}), ([11, 21, 23, 13], {"highway": "footway"})]
    ways = read_osm(osm(tmp_path, street, {12: {"kerb": "raised"}}))

    assert seconds(ways, 11, 13, "walk") == pytest.approx(2 * 71.5 / (4.8 / 3.6), rel=0.02)
    assert seconds(ways, 11, 13, "wheelchair") > 300


@pytest.mark.parametrize(
    ("tags", "walk", "wheelchair", "bike", "car"),
    [
        ({"highway": "motorway"}, 0, 0, 0, 1), ({"highway": "footway"}, 1, 1, 1, 0), ({"highway": "residential"}, 1, 1, 1, 1),
        ({"highway": "residential", "access": "private"}, 0, 0, 0, 0), ({"highway": "path", "surface": "sand"}, 1, 0, 1, 0),
        ({"highway": "footway", "incline": "9%"}, 1, 0, 1, 0), ({"highway": "pedestrian", "motor_vehicle": "no"}, 1, 1, 1, 0),
        ({"highway": "service", "access": "no", "foot": "yes"}, 1, 1, 1, 0),
        ({"highway": "steps", "ramp:wheelchair": "yes"}, 1, 1, 0, 0),
        ({"highway": "footway", "incline": "steil", "width": "eng"}, 1, 1, 1, 0), ({"highway": "elevator"}, 1, 1, 0, 0),
    ],
)  # fmt: skip
def test_usual_rights(tags, walk, wheelchair, bike, car):
    pace, _ = speeds(tags)
    assert [bool(pace[0][0]), bool(pace[1][0]), bool(pace[2][0]), bool(pace[4][0])] == [walk, wheelchair, bike, car]
    assert pace[2][0] <= pace[3][0] or not pace[3][0]


def test_barriers():
    assert shut({"barrier": "bollard"}) == ("car",)
    assert shut({"barrier": "bollard", "motor_vehicle": "yes"}) == ()
    assert "wheelchair" in shut({"barrier": "stile"}) and "walk" not in shut({"barrier": "stile"})
    assert shut({"barrier": "gate"}) == ()
    assert set(shut({"barrier": "gate", "access": "private", "foot": "yes"})) == {"wheelchair", "bike", "scooter", "car"}


@pytest.mark.parametrize("name", ["munich_osm/munchen.osm.pbf", "porto/porto.osm.pbf"])
def test_ways_are_as_short_as_scipy_says(mobility_data, name):
    ways = read_osm(mobility_data / name)
    draw = np.random.default_rng(7)
    for number, profile in enumerate(PROFILES):
        cost, leave = ways.cost[number], np.stack([ways.tail, ways.head], 1).ravel()
        enter = np.stack([ways.head, ways.tail], 1).ravel()
        shut_here = ways.shut & BIT[profile] != 0
        open_ = (cost >= 0) & ~shut_here[enter] & ~shut_here[leave]
        order = np.argsort(-cost[open_], kind="stable")  # of parallel edges the last written, the cheapest, stays
        cheapest = dict(zip(zip(leave[open_][order], enter[open_][order], strict=True), cost[open_][order] + 0.0, strict=True))
        pairs = np.array(list(cheapest), np.int64)
        net = csr_matrix(
            (np.maximum(np.array(list(cheapest.values())), 1e-9), (pairs[:, 0], pairs[:, 1])), shape=(ways.nodes,) * 2
        )
        for edge in draw.choice(np.flatnonzero(ways.firm[number]), 6):
            place = Places(
                *(np.array([value]) for value in (0.0, 0.0)), np.array([edge], np.int32), *np.zeros((2, 1), np.float32)
            )
            node = int(ways.tail[edge])
            if ways.shut[node] & BIT[profile] or ways.cost[number, 2 * edge + 1] < 0 or ways.cost[number, 2 * edge] < 0:
                continue
            for back in (False, True):
                theirs = dijkstra(net.T if back else net, indices=node)
                ours = flood(ways, place, profile, 1e5, back=back)
                mine = np.full(ways.nodes, np.inf)
                mine[ours.nodes] = ours.ms
                assert np.array_equal(np.isfinite(mine), np.isfinite(theirs))
                assert np.abs(mine[ours.nodes] - np.round(theirs[ours.nodes])).max() == 0


@pytest.fixture(scope="module")
def town() -> Ways:
    streets = json.loads((ROOT / "cities/musterstadt/geo/streets.geojson").read_text(encoding="utf-8"))
    return from_lines(streets["features"])


def test_the_streets_of_the_demo_town_hang_together(town):
    place = town.snap(51.9616, 8.0337)
    for profile in ("walk", "wheelchair", "bike", "scooter"):
        assert len(town.reach(place, profile, 7200)[0]) == town.nodes
    assert "Marktstraße" in town.names


def test_a_line_takes_as_long_as_its_label_and_starts_and_ends_where_it_should(town):
    draw = np.random.default_rng(3)
    south, west, north, east = town.bounds
    places = [town.snap(draw.uniform(south, north), draw.uniform(west, east), "walk", 2000) for _ in range(40)]
    for start, goal in zip(places[::2], places[1::2], strict=True):
        found = spread(town, Places.of(start), Places.of(goal), "walk", 36_000)
        line = np.array(town.line(start, goal, "walk"))
        steps = np.diff(line, axis=0) * 111_195 * [1, np.cos(np.radians(51.96))]
        assert tuple(line[0]) == pytest.approx((start.lat, start.long)) and tuple(line[-1]) == pytest.approx(
            (goal.lat, goal.long)
        )
        assert np.hypot(*steps.T).sum() == pytest.approx(float(found.metres[0]), rel=0.01, abs=2)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_there_and_back_search_agree_and_time_is_no_teleport(seed):
    town = _random_streets(seed)
    draw = np.random.default_rng(seed)
    edge = draw.integers(0, town.edges, 6).astype(np.int32)
    places = Places(np.zeros(6), np.zeros(6), edge, draw.random(6).astype(np.float32), np.zeros(6, np.float32))
    for profile in ("walk", "car"):
        forth = np.array([spread(town, places[[i]], places, profile, 36_000).ms for i in range(6)])
        back = np.array([spread(town, places[[i]], places, profile, 36_000, back=True).ms for i in range(6)])
        assert np.abs(np.minimum(forth, FAR) - back.T).max() <= 4  # rounding of shares
        assert (np.diag(forth) == 0).all()
        through = (forth[:, :, None].astype(np.int64) + forth[None, :, :]).min(axis=1)
        assert (forth <= through + 4).all()


def _random_streets(seed: int) -> Ways:
    """A few crossing lines, some of them one way."""
    draw = np.random.default_rng(seed)
    features = []
    for _ in range(6):
        points = (draw.random((3, 2)) * 0.01 + [8, 50]).tolist()
        tags = {"highway": "residential", "oneway": str(draw.choice(["yes", "no", "-1"]))}
        features.append({"type": "Feature", "properties": tags, "geometry": {"type": "LineString", "coordinates": points}})
    return from_lines(features)


def test_saved_streets_are_the_same_and_shared(town, tmp_path):
    town.save(tmp_path)
    again = Ways.load(tmp_path)
    start, goal = town.snap(51.9616, 8.0337), town.snap(51.965, 8.04)
    assert isinstance(again.cost, np.memmap)
    assert again.line(start, goal, "bike") == town.line(start, goal, "bike")


def test_footpaths_between_stops(town):
    stops = town.snap_all(np.array([51.9616, 51.9622, 51.0]), np.array([8.0337, 8.035, 8.0]))
    first, to, took = footpaths(town, stops, 900)
    assert first.tolist() == [0, 1, 2, 2] and to.tolist() == [1, 0]
    assert took[0] == took[1] > 0


def test_files_that_are_no_streets_are_refused(tmp_path):
    for number, content in enumerate((b"", b"not osm", b"<osm", b"\x00\x00\x00\x0d\x0a\x09OSMHeader\xff\xff")):
        path = tmp_path / f"{number}.osm{'.pbf' if number == 3 else ''}"
        path.write_bytes(content)
        with pytest.raises(WaysRefused):
            read_osm(path)
    assert from_lines([]).edges == 0
    assert not from_lines([]).snap(50, 8)


def test_points_that_are_nowhere_are_not_snapped(town):
    strange = np.array([np.nan, np.inf, -90.0, 1e9, 51.0, 0.0])
    assert (town.snap_all(strange, strange).edge == -1).all()


def test_a_closed_street_is_driven_round_pushed_through_and_walked_past(tmp_path):
    # given a short street 11-12 and a long way round it over 21 and 22
    short, round_it = {"highway": "residential", "name": "Kurze Straße"}, {"highway": "residential", "name": "Ring"}
    ways = read_osm(
        osm(tmp_path, [([10, 11], round_it), ([11, 12], short), ([12, 13], round_it), ([11, 21, 22, 12], round_it)])
    )
    closed = without(ways, [Barred("kurze straße")])

    assert seconds(closed, 10, 13, "walk") == seconds(ways, 10, 13, "walk")
    assert seconds(closed, 10, 13, "car") > seconds(ways, 10, 13, "car") + 10
    assert seconds(ways, 10, 13, "bike") < seconds(closed, 10, 13, "bike") < seconds(closed, 10, 13, "walk")
    assert without(closed, [Barred("Kurze Straße"), Barred("Ring")]).cost[PROFILES.index("car")].max() == -1
    assert without(ways, [Barred("Nirgends"), Barred("")]) is ways and (ways.cost >= 0).sum() > (closed.cost >= 0).sum()
    # and who lives in it drives to the nearest open street
    inside = (50 + STEP, 1.5 * STEP)
    assert closed.snap(*inside, "car").off_m > 20 > ways.snap(*inside, "car").off_m and closed.snap(*inside, "walk").off_m < 1
    # and with a point only what is near is closed
    far = without(read_osm(osm(tmp_path, [([11, 51], round_it), ([51, 91], round_it)])), [Barred("Ring", (50 + STEP, STEP))])
    assert (far.cost[PROFILES.index("car")] >= 0).any() and (far.cost[PROFILES.index("car")] < 0).any()
