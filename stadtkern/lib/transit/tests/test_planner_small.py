"""A village of four stops: what the reader, the day and the search make of it."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from stadtkern.lib.transit import Options, Timetable, at_stop, day, earliest, profile, read_feed

VILLAGE = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\nA,Dorfbus,http://x,Europe/Berlin\n",
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\na,Anger,50,7\nb,Bahnhof,50.1,7\nc,Chor,50.2,7\nd,Damm,50.2005,7\n",
    "routes.txt": "route_id,route_short_name,route_type\n1,1,3\n2,2,3\n",
    "calendar.txt": (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "w,1,1,1,1,1,0,0,20260101,20261231\n"
    ),
    "trips.txt": "route_id,service_id,trip_id,trip_headsign\n1,w,t1,Chor\n2,w,t2,Chor\n1,w,late,Chor\n",
    "stop_times.txt": (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "t1,8:00:00,8:00:00,a,1\nt1,,,b,2\nt1,08:20:00,08:20:00,c,3\n"
        "t2,08:12:00,08:12:00,b,1\nt2,08:15:00,08:15:00,d,2\n"
        "late,24:30:00,24:30:00,a,1\nlate,24:40:00,24:40:00,c,2\n"
    ),
}
MONDAY = date(2026, 11, 30)


def feed_of(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_journey_with_and_without_a_change(tmp_path):
    feed = read_feed(feed_of(tmp_path, VILLAGE))
    assert {finding.code for finding in feed.findings} == {"blank_times"}
    timetable = day(feed, MONDAY)
    start, end = at_stop(timetable, 0), at_stop(timetable, 2, leaving=False)
    found = earliest(timetable, start, end, 7 * 3600 + 1800)
    assert [(j.arrives - 8 * 3600, j.vehicles, [r.trip for r in j.rides]) for j in found] == [
        (15 * 60 + found[0].legs[-1].seconds, 2, ["t1", "t2"]), (1200, 1, ["t1"]),
    ]  # fmt: skip
    assert found[0].spare == 120 and found[0].departs == 8 * 3600
    assert [j.vehicles for j in earliest(timetable, start, end, 27_000, Options(slack_s=121))] == [1]
    assert earliest(timetable, start, end, 8 * 3600 + 1)[0].rides[0].trip == "late"


def test_yesterday_past_midnight_and_a_window(tmp_path):
    feed = read_feed(feed_of(tmp_path, VILLAGE))
    tuesday = day(feed, date(2026, 12, 1))
    tuesday.save(tmp_path / "saved")
    loaded = Timetable.load(tmp_path / "saved")
    for timetable in (tuesday, loaded):
        start, end = at_stop(timetable, 0), at_stop(timetable, 2, leaving=False)
        assert [(j.departs, j.arrives) for j in profile(timetable, start, end, 0, 3600)] == [(1800, 2400)]
        assert len(profile(timetable, start, end, 0, 86_399)) == 3
    assert earliest(day(feed, date(2026, 12, 5)), start, end, 3600) == []  # Saturday, after Friday's last bus


def test_moments_on_the_days_when_clocks_change(tmp_path):
    """Times count from twelve hours before noon, not from midnight: on these days they are an hour apart until the change."""
    table = day(read_feed(feed_of(tmp_path, VILLAGE)), MONDAY)
    for spring, first in ((date(2026, 3, 29), "2026-03-28T23:00:00+01:00"), (date(2026, 10, 25), "2026-10-25T01:00:00+02:00")):
        one = replace(table, date=spring)
        assert one.moment(0).isoformat() == first
        assert one.moment(43_200).isoformat()[:16] == f"{spring}T12:00"
        assert [one.seconds(one.moment(at)) for at in range(-7200, 100_000, 1800)] == list(range(-7200, 100_000, 1800))
