"""Door to door in the demo town: its own timetable, its own streets."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from stadtkern.lib.journeys import Mode, Reason, Request, World, plan
from stadtkern.lib.transit import day, read_feed
from stadtkern.lib.ways import from_lines

CITY = Path(__file__).parents[4] / "cities/musterstadt"
TOWN_HALL = (51.9616, 8.0337)


@pytest.fixture(scope="module")
def world() -> World:
    timetable = day(read_feed(CITY / "mobility/gtfs.zip"), date(2026, 11, 30))
    streets = json.loads((CITY / "geo/streets.geojson").read_text(encoding="utf-8"))
    return World(timetable, from_lines(streets["features"]))


def far_stop(world: World) -> tuple[float, float]:
    stops = world.timetable.stops
    gap = (stops.lat - TOWN_HALL[0]) ** 2 + (stops.long - TOWN_HALL[1]) ** 2
    return float(stops.lat[gap.argmax()]), float(stops.long[gap.argmax()])


def test_across_the_town_by_tram_on_foot_and_by_bike(world):
    request = Request(TOWN_HALL, far_stop(world), 10 * 3600, modes=frozenset({Mode.TRANSIT, Mode.BIKE}), many=8)
    trips = plan(request, world)

    assert {Mode.TRANSIT, Mode.BIKE} <= {mode for trip in trips for mode in trip.modes}
    assert trips[0].arrives == min(trip.arrives for trip in trips)
    for trip in trips:
        assert trip.departs >= request.at and trip.reasons
        for before, after in zip(trip.legs, trip.legs[1:], strict=False):
            assert before.arrives <= after.departs
        assert trip.co2_g == 0 or Mode.TRANSIT in trip.modes


def test_in_time_for_an_appointment(world):
    at = 10 * 3600
    trips = plan(Request(TOWN_HALL, far_stop(world), at, arrive_by=True), world)
    assert trips and all(trip.arrives <= at for trip in trips)
    assert Reason.LATEST_DEPARTURE in trips[0].reasons


@pytest.mark.parametrize("change", [{"start": (float("nan"), 8.0)}, {"at": 10**9}, {"walk_kmh": 0.0}, {"max_vehicles": 10**6}])
def test_impossible_questions_are_refused(world, change):
    asked = {"start": TOWN_HALL, "goal": (51.97, 8.05), "at": 36_000} | change
    with pytest.raises(ValueError):
        plan(Request(**asked), world)


def test_nothing_known_is_an_empty_answer_and_never_an_error(world):
    assert plan(Request((-40.0, 170.0), (51.96, 8.03), 36_000), world) == []
    near = plan(Request(TOWN_HALL, (51.9618, 8.034), 36_000), World())
    assert [trip.modes for trip in near] == [(Mode.WALK,)]


FRESH = """
import json, sys
from datetime import date
from pathlib import Path
from stadtkern.lib.journeys import Mode, Request, World, areas, plan, reachable, warm
from stadtkern.lib.transit import StopUpdate, Timetable, TripUpdate, board, day, live, read_feed
from stadtkern.lib.ways import Ways, from_lines

city, folder = map(Path, sys.argv[1:])
day(read_feed(city / "mobility/gtfs.zip"), date(2026, 11, 30)).save(folder / "day")
from_lines(json.loads((city / "geo/streets.geojson").read_text(encoding="utf-8"))["features"]).save(folder / "ways")
world = World(Timetable.load(folder / "day"), Ways.load(folder / "ways"))
assert warm(world)

from stadtkern.lib.compiled import KERNELS
known = {kernel.py_func.__qualname__: len(kernel.signatures) for kernel in KERNELS}
table = world.timetable
late = [TripUpdate(table.trips.id[int(at)], (StopUpdate(sequence=2, arrive_delay=900),)) for at in table.trip_source[:40]]
for now in (world, World(live(table, late), world.ways)):
    ends = [(float(table.stops.lat[at]), float(table.stops.long[at])) for at in (1, 17)]
    for more in ({}, {"wheelchair": True}, {"arrive_by": True}, {"modes": frozenset(Mode)}):
        assert plan(Request(*ends, 10 * 3600, **more), now)
    plan(Request((52.05, 8.1), ends[1], 10 * 3600), now)  # off the streets
    areas(reachable(now, ends[0], 10 * 3600, 1800), [600, 1800])
    board(now.timetable, [1], 10 * 3600)
print(sorted(name for name, many in known.items() if many),
      sorted(name for kernel in KERNELS if len(kernel.signatures) != known.get(name := kernel.py_func.__qualname__)))
"""


def test_after_warming_no_question_compiles_anything(tmp_path):
    """In a process of its own, as in this one other tests have compiled before."""
    done = subprocess.run([sys.executable, "-c", FRESH, CITY, tmp_path], capture_output=True, text=True, cwd=CITY.parents[1])
    assert done.returncode == 0, done.stderr
    loaded, late = done.stdout.strip().rsplit("[", 1)
    assert "search" in loaded and late == "]", done.stdout
