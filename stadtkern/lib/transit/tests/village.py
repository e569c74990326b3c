"""Generated villages: small feeds with everything that is awkward, written as files and read by the reader."""

import tempfile
from datetime import date
from pathlib import Path

from hypothesis import strategies as st

from stadtkern.lib.transit import read_feed
from stadtkern.lib.transit.days import assemble, runs
from stadtkern.lib.transit.footpaths import walks

DAY = date(2026, 11, 30)
STOPS = 6
minutes = st.integers(0, 12).map(lambda value: value * 60)
vehicle = st.fixed_dictionaries(
    {
        "stops": st.lists(st.integers(0, STOPS - 1), min_size=2, max_size=6),  # loops and the same stop twice
        "start": st.integers(-10, 40).map(lambda value: 86_400 + value * 60),  # around midnight: yesterday's trips, too
        "hops": st.lists(minutes, min_size=5, max_size=5),
        "dwell": st.lists(st.sampled_from([0, 0, 60]), min_size=6, max_size=6),
        "board": st.lists(st.sampled_from([0, 0, 0, 1]), min_size=6, max_size=6),
        "alight": st.lists(st.sampled_from([0, 0, 0, 1]), min_size=6, max_size=6),
        "wheelchair": st.integers(0, 2),
        "headway": st.sampled_from([0, 0, 0, 240]),
        "day": st.sampled_from(["today", "yesterday"]),
        "block": st.sampled_from(["", "", "b1", "b2"]),
        "route": st.sampled_from(["r", "r", "r1", "r2"]),
    }
)
transfer = st.tuples(
    st.integers(0, STOPS - 1), st.integers(0, STOPS - 1), st.integers(0, 3), st.sampled_from(["", 0, 120, 240])
)
stay = st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from([4, 4, 4, 5]))
place = st.sampled_from(["s0", "s0", "s1", "s1", "s2", "s3", "s4", "s5", "H"])
line = st.sampled_from([("r", ""), ("r1", ""), ("r2", "")])
trip = st.integers(0, 7).map(lambda at: ("", f"t{at}"))
anybody = st.just(("", ""))
sides = st.sampled_from([(line, line), (line, anybody), (anybody, line), (trip, trip), (trip, line), (anybody, trip)]).flatmap(
    lambda both: st.tuples(*both)
)
rule = st.tuples(place, place, st.sampled_from([0, 1, 2, 2, 3, 3]), st.sampled_from(["", 0, 60, 180, 300]), sides)
villages = st.fixed_dictionaries(
    {
        "vehicles": st.lists(vehicle, min_size=1, max_size=8),
        "transfers": st.lists(transfer, max_size=5),
        "stays": st.lists(stay, max_size=6),
        "rules": st.just([]) | st.lists(rule, min_size=1, max_size=6),
        "near": st.booleans(),
    }
)


def clock(seconds):
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def files(village):
    trips, times, frequencies = [], [], []
    for at, one in enumerate(village["vehicles"]):
        shift = 0 if one["day"] == "yesterday" else -86_400
        now = max(one["start"] + shift, 0)
        trips.append(f"{one.get('route', 'r')},{one['day']},t{at},{one['wheelchair']},{one.get('block', '')}")
        for place, stop in enumerate(one["stops"]):
            leaves = now + one["dwell"][place]
            times.append(f"t{at},{clock(now)},{clock(leaves)},s{stop},{place * 3},{one['board'][place]},{one['alight'][place]}")
            now = leaves + (one["hops"][place] if place < 5 else 0)
        if one["headway"]:
            begin = max(one["start"] + shift, 0)
            frequencies.append(f"t{at},{clock(begin)},{clock(begin + 700)},{one['headway']}")
    house = any("H" in rule[:2] for rule in village.get("rules", ()))
    gap = 0.002 if village["near"] else 0.1  # 222 m or far
    return {
        "stops.txt": ["stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station"]
        + [f"s{at},S{at},{50 + at * gap:.3f},7,0,{'H' if house and at < 2 else ''}" for at in range(STOPS)]
        + ["H,Haus,50,7,1,"] * house,
        "routes.txt": ["route_id,route_short_name,route_type", "r,1,3", "r1,2,3", "r2,3,3"],
        "calendar_dates.txt": ["service_id,date,exception_type", "today,20261130,1", "yesterday,20261129,1"],
        "trips.txt": ["route_id,service_id,trip_id,wheelchair_accessible,block_id", *trips],
        "stop_times.txt": ["trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type", *times],
        "transfers.txt": [
            "from_stop_id,to_stop_id,transfer_type,min_transfer_time,from_route_id,from_trip_id,to_route_id,to_trip_id"
        ]
        + [f"s{a},s{b},{kind},{seconds},,,," for a, b, kind, seconds in village["transfers"]]
        + [
            f"{a},{b},{kind},{seconds},{','.join((*one, *other))}"
            for a, b, kind, seconds, (one, other) in village.get("rules", ())
        ]
        + [f",,{kind},,,t{a},,t{b}" for a, b, kind in village.get("stays", ())],
        "frequencies.txt": ["trip_id,start_time,end_time,headway_secs", *frequencies],
    }


def laid_out(village):
    """(feed, runs of the day, timetable)"""
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in files(village).items():
            (Path(folder) / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        feed = read_feed(Path(folder))
    found = runs(feed, DAY)
    return feed, found, assemble(feed, DAY, found, *walks(feed, None, None))
