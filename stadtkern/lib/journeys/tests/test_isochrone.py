"""How far one gets: as the planner itself arrives, and as areas that hold what is reached."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stadtkern.lib.earth import inside
from stadtkern.lib.journeys import areas, reachable
from stadtkern.lib.journeys.isochrone import outlines
from stadtkern.lib.transit import Options, earliest

from .test_brute import network
from .test_town import TOWN_HALL
from .test_town import world as world


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31))
def test_stops_are_reached_when_the_planner_arrives(seed):
    _, city = network(seed)
    start = (50.001, 7.002)
    reach = reachable(city, start, 28_800, 7200)
    feet = reachable(city, start, 28_800, 7200, transit=False)
    access = np.flatnonzero(feet.seconds <= 7200).astype(np.int32)
    for stop in range(7):
        ride = earliest(city.timetable, (access, feet.seconds[access]), ([stop], [0]), 28_800, Options(12))
        best = min([int(feet.seconds[stop])] + [journey.arrives - 28_800 for journey in ride])
        assert int(reach.seconds[stop]) == best or (best > 7200 and reach.seconds[stop] > 7200)


def test_the_areas_hold_the_places_and_grow(world):
    reach = reachable(world, TOWN_HALL, 36_000, 1800)
    features = areas(reach, [600, 1800])
    assert [one["properties"]["seconds"] for one in features] == [1800, 600]
    nodes = slice(reach.stops, None)
    for feature in features:
        limit = feature["properties"]["seconds"]
        polygons = feature["geometry"]["coordinates"]
        for lat, long, took in zip(reach.lat[nodes], reach.long[nodes], reach.seconds[nodes], strict=True):
            if took <= limit:
                assert any(inside((lat, long), rings) for rings in polygons)
    on_foot = reachable(world, TOWN_HALL, 36_000, 1800, transit=False)
    assert (on_foot.seconds >= reach.seconds).all() and (on_foot.seconds <= 1800).sum() < (reach.seconds <= 1800).sum()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=5, max_size=5))
def test_outlines_enclose_exactly_the_cells(cells):
    table = np.array(cells)
    rings = outlines(table)
    for row in range(5):
        for column in range(6):
            assert inside((row + 0.5, column + 0.5), [[(c, r) for r, c in ring] for ring in rings]) == table[row, column]
    assert all(ring[0] == ring[-1] for ring in rings)
