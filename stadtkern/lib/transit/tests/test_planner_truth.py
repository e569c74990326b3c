"""Timetables made up in Python, written as agencies write them, read and asked; against a search that never saw the files.

The other tests compare two searches on the same reading. Here the reading itself is compared: the brute force works on moments
of UTC, over all days at once, with the days when clocks change among them.
"""

import csv
import io
import random
import zipfile
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from stadtkern.lib.transit import Options, at_stop, day, earliest, read_feed

ZONES = ["Europe/Berlin", "Europe/Berlin", "America/New_York", "Pacific/Auckland"]
DATES = [date(2026, 3, 28), date(2026, 10, 24), date(2026, 11, 1), date(2026, 6, 1), date(2026, 9, 26)]
WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def made_up(dice):
    """A town: services by name with their days, trips as (service, stops, times, doors, frequency)."""
    base, many = dice.choice(DATES), dice.randint(4, 8)
    services = {f"w{at}": {base + timedelta(one) for one in range(-2, 4) if dice.random() < 0.6} for at in range(3)}
    trips = []
    for _ in range(dice.randint(8, 30)):
        stops, now, times = [dice.randrange(many) for _ in range(dice.randint(2, 6))], dice.randrange(27 * 3600), []
        for _stop in stops:
            times.append((now, now + dice.choice([0, 0, 30])))
            now = times[-1][1] + dice.randrange(60, 1500)
        doors = [(dice.random() > 0.1, dice.random() > 0.1) for _stop in stops]
        start = dice.randrange(4 * 3600, 26 * 3600)
        often = (start, start + dice.randrange(600, 7200), dice.choice([300, 777])) if dice.random() < 0.2 else None
        trips.append((dice.choice(sorted(services)), stops, times, doors, often))
    return {"zone": dice.choice(ZONES), "base": base, "many": many, "services": services, "trips": trips}


def zero(town, day):
    return round(datetime.combine(day, time(12), ZoneInfo(town["zone"])).astimezone(UTC).timestamp()) - 43_200


def by_force(town, origin, target, leaves, slack):
    """The earliest arrival as a moment, from all vehicles of all days; None where there is none."""
    vehicles = []
    for service, stops, times, doors, often in town["trips"]:
        shifts = [start - times[0][1] for start in range(*often)] if often else [0]
        for one in town["services"][service]:
            begin = zero(town, one)
            vehicles += [(stops, [(begin + a + more, begin + d + more) for a, d in times], doors) for more in shifts]
    best, before = {origin: leaves - slack}, {}
    while best != before:
        before = dict(best)
        for stops, times, doors in vehicles:
            aboard = False
            for stop, (arrives, departs), (on, off) in zip(stops, times, doors, strict=True):
                if aboard and off:
                    best[stop] = min(best.get(stop, arrives), arrives)
                aboard = aboard or (on and stop in best and best[stop] + slack <= departs)
    return best.get(target)


def tables(town, dice):
    def clock(seconds):
        return dice.choice(["{:02d}:{:02d}:{:02d}", "{}:{:02d}:{:02d}"]).format(
            seconds // 3600, seconds // 60 % 60, seconds % 60
        )

    calendar, added = [["service_id", *WEEK, "start_date", "end_date"]], [["service_id", "date", "exception_type"]]
    for service, days in town["services"].items():
        usual = {one.weekday() for one in days} if dice.random() < 0.5 else set()
        span = [min(days) + timedelta(one) for one in range((max(days) - min(days)).days + 1)] if days else []
        if usual:
            calendar.append([service, *(int(one in usual) for one in range(7)), f"{span[0]:%Y%m%d}", f"{span[-1]:%Y%m%d}"])
        odd = [(one, 1 if one in days else 2) for one in span if (one in days) != (one.weekday() in usual)]
        added += [[service, f"{one:%Y%m%d}", kind] for one, kind in odd]
    rows, often = [], [["trip_id", "start_time", "end_time", "headway_secs"]]
    for trip, (_service, stops, times, doors, span) in enumerate(town["trips"]):
        for at, (stop, (a, d), (on, off)) in enumerate(zip(stops, times, doors, strict=True)):
            rows.append([trip, clock(a), "" if a == d and at % 2 else clock(d), f"ö{stop}", at * 3, 1 - on, 1 - off])
        often += [[trip, clock(span[0]), clock(span[1]), span[2]]] if span else []
    dice.shuffle(rows)
    head = ["trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence", "pickup_type", "drop_off_type"]
    stops = [[f"ö{at}", 'Am "Tor", ' + str(at), 50 + at / 20, 7] for at in range(town["many"])]
    return {
        "agency.txt": [["agency_id", "agency_name", "agency_timezone"], ["A", "Ä", town["zone"]]],
        "stops.txt": [["stop_id", "stop_name", "stop_lat", "stop_lon"], *stops],
        "routes.txt": [["route_id", "route_short_name", "route_type"], ["r", "1", "3"]],
        "trips.txt": [["route_id", "service_id", "trip_id"], *(["r", one[0], at] for at, one in enumerate(town["trips"]))],
        "stop_times.txt": [head, *rows],
        "calendar.txt": calendar,
        "calendar_dates.txt": added,
        "frequencies.txt": often,
    }


def written(town, dice, path):
    """As some agency would write it: any separator, line end, encoding, order of columns, blank lines, folder."""
    sign, end, encoding = (
        dice.choice(",,;\t"),
        dice.choice(["\n", "\r\n", "\r"]),
        dice.choice(["utf-8-sig", "cp1252", "utf-16"]),
    )
    blank, trailing, upper, every = (dice.random() < 0.3 for _ in range(4))
    folder = dice.choice(["", "gtfs/", "a\\b\\"])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, table in tables(town, dice).items():
            order, out = dice.sample(range(len(table[0])), len(table[0])), io.StringIO()
            writer = csv.writer(out, delimiter=sign, lineterminator="\n", quoting=csv.QUOTE_ALL if every else csv.QUOTE_MINIMAL)
            writer.writerows([[row[at] for at in order] for row in table])
            lines = out.getvalue().splitlines()
            lines[0] = lines[0].upper() if upper else lines[0]
            text = ("\n" if blank else "") + "".join(line + sign * trailing + "\n" * (1 + blank) for line in lines)
            archive.writestr(folder + name, text.replace("\n", end).encode(encoding))
    return path


@pytest.mark.parametrize("seed", range(12))
def test_what_is_read_is_what_was_meant(tmp_path, seed):
    dice = random.Random(seed)
    town = made_up(dice)
    feed = read_feed(written(town, dice, tmp_path / "feed.zip"))
    found = 0
    for date_ in (town["base"], town["base"] + timedelta(1)):
        table, begin = day(feed, date_), zero(town, date_)
        stops = dice.choices(range(town["many"]), k=33)
        for origin, target in [pair for pair in pairwise(stops) if pair[0] != pair[1]]:
            leaves, slack = dice.randrange(86_400), dice.choice([0, 60, 180])
            truth = by_force(town, origin, target, begin + leaves, slack)
            if truth is not None and truth - begin > 86_400 + 8 * 3600:
                continue  # beyond what a day holds
            ends = [feed.stops.by_id[f"ö{one}"] for one in (origin, target)]
            ours = earliest(
                table,
                at_stop(table, ends[0]),
                at_stop(table, ends[1], leaving=False),
                leaves,
                Options(max_vehicles=0, slack_s=slack),
            )
            assert (ours[0].arrives + begin if ours else None) == truth, (date_, origin, target, leaves, slack)
            found += truth is not None
    assert found >= 5, found
