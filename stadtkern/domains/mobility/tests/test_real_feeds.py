"""A real feed of an operator through the whole real path: uploaded at the desk, read by the worker's job in its own process,
exchanged, then asked as passengers ask. Other feeds: STADTKERN_FEED=FILE@YYYY-MM-DD (the day that is today for it)."""

import os
import random
from datetime import datetime
from pathlib import Path
from time import perf_counter

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from stadtkern.domains.mobility.actions import feeds
from stadtkern.domains.mobility.models import Feed
from stadtkern.domains.mobility.trips import brake, world

SHARED = Path(os.environ.get("STADTKERN_SHARED", settings.ROOT.parent / "shared")) / "data" / "mobility"
FILE, _at, DAY = os.environ.get("STADTKERN_FEED", f"{SHARED / 'gtfs_berlin_sample' / 'ber_gtfs.zip'}@2020-11-23").rpartition(
    "@"
)
SOURCE = {"key": "echt", "kind": "GTFS", "title": "Fahrplan", "every_minutes": "0", "active": "1"}

pytestmark = pytest.mark.skipif(not Path(FILE).is_file(), reason="the feed is not here")


@pytest.fixture
def today(monkeypatch, tmp_path):
    """The clock stands in the feed's days; the data folder is new."""
    moment = timezone.make_aware(datetime.fromisoformat(f"{DAY}T07:30"))
    monkeypatch.setattr(timezone, "now", lambda: moment)
    monkeypatch.setattr(settings, "HOME", tmp_path)
    monkeypatch.setattr(feeds.days, "DAYS", int(os.environ.get("STADTKERN_DAYS", "2")))
    monkeypatch.setattr(brake, "MOST", dict.fromkeys(brake.MOST, 10_000))
    world.forget()
    yield moment
    world.forget()


def typo(dice, name):
    """Two letters exchanged, as fingers do it."""
    at = dice.randrange(1, len(name) - 2)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def rides(table, dice, many):
    """Some trips of the morning, as one rides them: from where, to where, when. Whoever asks for it must arrive no later."""
    net, found = table.net, []
    while len(found) < many:
        pattern = dice.randrange(len(net.pattern_trips))
        long = int(net.pattern_start[pattern + 1] - net.pattern_start[pattern])
        one, other = sorted(dice.sample(range(long), 2))
        event = int(net.pattern_event[pattern]) + dice.randrange(int(net.pattern_trips[pattern])) * long
        start, goal = (int(net.pattern_stop[net.pattern_start[pattern] + at]) for at in (one, other))
        departs, doors = int(net.depart[event + one]), net.pattern_start[pattern]
        if (
            6 * 3600 < departs < 12 * 3600
            and start != goal
            and net.pattern_board[doors + one]
            and net.pattern_alight[doors + other]
        ):
            places = [f"{table.stops.lat[stop]:.9f}, {table.stops.long[stop]:.9f}" for stop in (start, goal)]
            found.append((*places, departs // 60 * 60, int(net.arrive[event + other])))
    return found


def test_a_real_feed_answers_passengers(client, login, planner_of_office, today, run_jobs):
    desk = login(planner_of_office.account)
    assert desk.post(reverse("mobility:source_new"), SOURCE).status_code == 302
    file = SimpleUploadedFile("gtfs.zip", Path(FILE).read_bytes())
    begin = perf_counter()
    assert desk.post(reverse("mobility:source_upload", args=["echt"]), {"file": file}).status_code == 302
    run_jobs()
    feed = Feed.objects.select_related("current").get()
    assert feed.state == "IDLE" and feed.current is not None, feed.problem
    print("\nread", round(perf_counter() - begin, 1), feed.current.figures)
    assert desk.get(reverse("mobility:source", args=["echt"])).status_code == 200

    table, stations, dice = world.timetable(timezone.localdate()), world.stations(), random.Random(1)
    took = []
    for start, goal, departs, arrives in rides(table, dice, 12):
        query = {"von": start, "nach": goal, "zeit": f"{timezone.localtime(table.moment(departs)):%H:%M}", "tag": DAY}
        begin = perf_counter()
        page = client.get(reverse("mobility:planner"), query)
        took.append(perf_counter() - begin)
        found = [row for row in page.context["rows"] if row.vehicles]
        assert page.status_code == 200 and found and min(row.arrives for row in found) <= table.moment(arrives), query
    print("median ms a page", round(sorted(took)[6] * 1000), "stations", len(stations.all))
    served = set(table.net.pattern_stop.tolist())
    busy = [one for one in stations.all if served & set(one.stops)]
    boards = [client.get(reverse("mobility:stop", args=[one.ref])) for one in dice.sample(busy, 10)]
    assert all(board.status_code == 200 for board in boards) and sum(bool(board.context["rows"]) for board in boards) >= 8
    hits = wanted = 0
    for one in dice.sample(busy, min(60, len(busy))):
        if len(one.name) >= 6:
            wanted += 1
            hits += one.name in [other.name for other in stations.find(typo(dice, one.name))[:3]]
    print("typos", hits, wanted)
    start = max(busy, key=lambda one: sum(table.net.stop_start[stop + 1] - table.net.stop_start[stop] for stop in one.stops))
    query = {"von": f"{start.lat}, {start.long}"}
    begin = perf_counter()
    reach = client.get(reverse("mobility:reach"), query)
    shapes = client.get(reverse("mobility:reach_areas"), query).json()["features"]
    print("reach", [len(rows) for _minutes, rows in reach.context["groups"]], round(perf_counter() - begin, 2), start.name)
    assert reach.status_code == 200 and sum(len(rows) for _minutes, rows in reach.context["groups"]) > 5 and len(shapes) == 3
    assert hits >= 0.9 * wanted
