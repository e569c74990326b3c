"""What agencies really send: the same timetable must come of it, or the report must say what was left out."""

import zipfile

import pytest

from stadtkern.lib.transit import FeedRefused, Timetable, at_stop, board, day, earliest, read_feed
from stadtkern.lib.transit.check import check

from .test_planner_feeds import STOP_TIMES, codes, refused, zipped
from .test_planner_small import MONDAY, VILLAGE, feed_of

FREQUENCIES = "trip_id,start_time,end_time,headway_secs\n"


def times_of(feed):
    return feed.times.stop.tolist(), feed.times.arrive.tolist(), feed.times.depart.tolist()


def dressed():
    plain = {name: text.encode() for name, text in VILLAGE.items()}
    stops = VILLAGE["stops.txt"]
    inner = {"netz.zip": plain}
    return {
        "blank lines first": ({name: b"\n\r\n" + text for name, text in plain.items()}, set()),
        "rows of blanks": ({name: text.replace(b"\n", b"\n , ,\n") for name, text in plain.items()}, set()),
        "trailing commas": ({n: t.split(b"\n", 1)[0] + b"\n" + t.split(b"\n", 1)[1].replace(b"\n", b",,\n")
                             for n, t in plain.items()}, set()),
        "UTF-16 without a mark": ({n: t.decode().encode("utf-16-le") for n, t in plain.items()}, {"encoding"}),
        "UTF-32": ({n: t.decode().encode("utf-32") for n, t in plain.items()}, {"encoding"}),
        "a quote too many": (plain | {"stops.txt": stops.replace("Bahnhof", '"Bahnhof').encode()}, {"broken_quotes"}),
        "one at the end of a row": (
            plain | {"trips.txt": VILLAGE["trips.txt"].replace("Chor", '"Chor', 2).encode()}, {"broken_quotes"}
        ),
        "a text over two lines": (plain | {"stops.txt": stops.replace("Bahnhof", '"Bahn\nhof"').encode()}, set()),
        "a zip in the zip": (inner, {"zip_in_zip"}),
    }  # fmt: skip


DRESSED = dressed()


@pytest.mark.parametrize("how", DRESSED)
def test_dressed_up_once_more(tmp_path, how):
    files, said = DRESSED[how]
    for name, content in list(files.items()):
        if isinstance(content, dict):
            files = files | {name: zipped(tmp_path / name, content).read_bytes()}
    feed, plain = read_feed(zipped(tmp_path / "feed.zip", files)), read_feed(zipped(tmp_path / "plain.zip", VILLAGE))
    assert times_of(feed) == times_of(plain)
    assert codes(feed) == codes(plain) | said


def test_letters_of_another_alphabet_stay_letters_and_ids_stay_different(tmp_path):
    """Köln and Kéln in Windows-1252 must not become the same stop."""
    files = {
        n: t.replace(",a,", ",Hö,").replace("\na,", "\nHö,").replace(",b,", ",Hé,").replace("\nb,", "\nHé,")
        for n, t in VILLAGE.items()
    }
    feed = read_feed(zipped(tmp_path / "west.zip", {name: text.encode("cp1252") for name, text in files.items()}))
    assert [*feed.stops.id] == ["Hö", "Hé", "c", "d"] and "encoding" in codes(feed)
    assert times_of(feed) == times_of(read_feed(zipped(tmp_path / "plain.zip", VILLAGE)))
    lost = read_feed(
        zipped(tmp_path / "lost.zip", VILLAGE | {"stops.txt": VILLAGE["stops.txt"].replace("Anger", "\ufffdnger")})
    )
    assert codes(lost) == {"blank_times", "lost_letters"}


def test_archives_that_hold_several_timetables(tmp_path):
    whole = zipped(tmp_path / "one.zip", VILLAGE).read_bytes()
    assert refused(zipped(tmp_path / "two.zip", {"bus.zip": whole, "bahn.zip": whole})) == "several_zips"
    both = {f"alt/{name}": text for name, text in VILLAGE.items()} | {f"neu/{name}": text for name, text in VILLAGE.items()}
    found = {one.code: one.values for one in read_feed(zipped(tmp_path / "both.zip", both)).findings}
    assert found["several_feeds"] == {"taken": "alt", "left": "neu"}
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for at in range(11_000):
            archive.writestr(f"karten/{at}.png", "")
        for name, text in VILLAGE.items():
            archive.writestr(name, text)
    assert codes(read_feed(tmp_path / "many.zip")) == {"blank_times"}


ROWS = {
    "no times at all": ("t1,,,a,1\nt1,,,b,2\n", None),
    "a row without its number": ("t1,8:00:00,8:00:00,a,1\nt1,8:10:00,8:10:00,b,\nt1,8:20:00,8:20:00,c,3\n", "no_sequence"),
    "numbers below zero": ("t1,8:20:00,8:20:00,c,0\nt1,8:10:00,8:10:00,b,-1\nt1,8:00:00,8:00:00,a,-2\n", ""),
}


@pytest.mark.parametrize("how", ROWS)
def test_stop_times_with_gaps(tmp_path, how):
    rows, said = ROWS[how]
    path = feed_of(tmp_path, VILLAGE | {"stop_times.txt": STOP_TIMES + rows})
    if said is None:
        assert refused(path) == "nothing_runs"
        return
    feed = read_feed(path)
    assert feed.times.stop.tolist() == [0, 1, 2] and feed.times.arrive.tolist() == [28_800, 29_400, 30_000]
    assert not said or said in codes(feed)


def test_a_span_of_time_is_no_stop_of_a_timetable(tmp_path):
    """GTFS-Flex: a row with a window between two timed ones is not filled in as if the bus came by."""
    head = STOP_TIMES.strip() + ",start_pickup_drop_off_window\n"
    rows = "t1,8:00:00,8:00:00,a,1,\nt1,,,b,2,08:00:00\nt1,8:40:00,8:40:00,c,3,\n"
    feed = read_feed(feed_of(tmp_path, VILLAGE | {"stop_times.txt": head + rows}))
    assert feed.times.stop.tolist() == [0, 2] and codes(feed) == {"flexible"}


def test_a_trip_with_frequencies_runs_by_them_or_never(tmp_path):
    """Its own times are a pattern: an unreadable headway must not leave a bus at the pattern's time."""
    unusable = FREQUENCIES + "t1,6:00:00,8:00:00,0\nt2,x,8:00:00,600\n"
    table = day(read_feed(feed_of(tmp_path, VILLAGE | {"frequencies.txt": unusable})), MONDAY)
    assert {table.trips.id[trip] for trip in table.trip_source.tolist()} == {"late"}
    wrapped = VILLAGE | {"frequencies.txt": FREQUENCIES + "t1,22:00:00,02:00:00,3600\n"}
    feed = read_feed(feed_of(tmp_path, wrapped))
    assert feed.frequencies.tolist() == [[0, 79_200, 93_600, 3600, 0]] and "midnight_wrapped" in codes(feed)
    assert check(tmp_path, 40).equal == 40


def test_weekdays_as_people_write_them(tmp_path):
    week = VILLAGE["calendar.txt"].replace("1,1,1,1,1", "1.0,01,yes,1,1")
    feed = read_feed(feed_of(tmp_path, VILLAGE | {"calendar.txt": week}))
    assert feed.calendar.weekdays.tolist() == [[1, 1, 0, 1, 1, 0, 0]]
    assert [(one.values["value"], one.count) for one in feed.findings if one.code == "bad_number"] == [("yes", 1)]


@pytest.mark.parametrize(
    ("dates", "why"),
    [("01.01.2026,31.12.2026", {"problem": "bad_date"}), ("20261231,20260101", {})],
    ids=["german", "reversed"],
)
def test_a_timetable_of_which_nothing_ever_runs_is_refused_with_the_reason(tmp_path, dates, why):
    path = feed_of(tmp_path, VILLAGE | {"calendar.txt": VILLAGE["calendar.txt"].replace("20260101,20261231", dates)})
    with pytest.raises(FeedRefused) as caught:
        check(path, 5)
    assert (caught.value.finding.code, caught.value.finding.values) == ("never_runs", why)


def test_no_time_for_a_change_far_away_is_no_time_given(tmp_path):
    """`0` beside type 0 or 1 means nothing given, not a leap of eleven kilometres."""
    rows = "from_stop_id,to_stop_id,transfer_type,min_transfer_time\na,b,0,0\nc,d,1,0\na,a,0,0\nb,c,2,0\n"
    feed = read_feed(feed_of(tmp_path, VILLAGE | {"transfers.txt": rows}))
    assert feed.transfers.tolist() == [[0, 1, 0, -1], [2, 3, 1, -1], [0, 0, 0, 0], [1, 2, 2, 0]]


STATION = (
    "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\nS,Hbf,50,7,1,\na,Gleis 1,50,7,0,S\n"
    "b,Gleis 2,50.0002,7,0,S\nc,Gleis 3,50.0004,7,0,S\n"
    "A1,Abschnitt A,,,4,a\nN,,,,3,S\nE,Eingang,50,7.0001,2,S\nd,Damm,50.2,7,0,\n"
)


def test_ways_in_a_station_by_boarding_areas_lifts_and_stairs(tmp_path):
    """Platform 1 has its ways by boarding area A, as the reference wants; 2 is reached by lift, 3 by stairs only."""
    ways = (
        "pathway_id,from_stop_id,to_stop_id,pathway_mode,is_bidirectional,traversal_time\n"
        "1,E,N,1,1,20\n2,N,A1,1,1,30\n3,N,b,5,1,60\n4,N,c,2,1,40\n"
    )
    table = day(read_feed(feed_of(tmp_path, VILLAGE | {"stops.txt": STATION, "pathways.txt": ways})), MONDAY)
    name = [*table.stops.id]

    def told(start, to, seconds):
        ends = [(name[at], name[other]) for at in range(len(name)) for other in to[start[at] : start[at + 1]]]
        return {pair: int(many) for pair, many in zip(ends, seconds, strict=True) if pair[0] == "a"}

    assert told(table.net.foot_start, table.net.foot_to, table.net.foot_seconds) == {("a", "b"): 90, ("a", "c"): 70}
    assert told(table.free_start, table.free_to, table.free_seconds) == {("a", "b"): 90}


def test_a_bus_that_comes_only_when_called_is_known_as_one(tmp_path):
    """pickup_type 2 at a, drop_off_type 3 at c: from a or to c one has to call, from b to d not."""
    head = STOP_TIMES.strip() + ",pickup_type,drop_off_type\n"
    rows = "t1,8:00:00,8:00:00,a,1,2,0\nt1,8:10:00,8:10:00,b,2,0,0\nt1,8:20:00,8:20:00,c,3,0,3\nt1,8:30:00,8:30:00,d,4,1,0\n"
    files = {"stop_times.txt": head + rows, "stops.txt": VILLAGE["stops.txt"].replace("50.2005", "50.3")}
    feed = read_feed(feed_of(tmp_path, VILLAGE | files))
    assert {one.code: one.count for one in feed.findings} == {"by_arrangement": 2}
    day(feed, MONDAY).save(tmp_path / "saved")
    for table in (day(feed, MONDAY), Timetable.load(tmp_path / "saved")):
        called = {}
        for pair in ("ab", "ac", "bc", "bd"):
            origin, target = (table.stops.by_id[one] for one in pair)
            found = earliest(table, at_stop(table, origin), at_stop(table, target, leaving=False), 27_000)
            called[pair] = table.on_call(found[0].rides[0])
        assert [(table.stops.id[one.stop], table.called(one.row, one.position, 0)) for one in board(table, [0, 1], 0, 2)] == [
            ("a", True), ("b", False),
        ]  # fmt: skip
        assert called == {"ab": True, "ac": True, "bc": True, "bd": False}
    (tmp_path / "saved" / "arranged.npy").unlink()  # of a version before
    assert not Timetable.load(tmp_path / "saved").on_call(found[0].rides[0])


def test_getting_on_between_stops_is_said_to_be_left_out(tmp_path):
    head = STOP_TIMES.strip() + ",continuous_pickup,continuous_drop_off\n"
    rows = "t1,8:00:00,8:00:00,a,1,0,1\nt1,8:10:00,8:10:00,b,2, 3 ,\nt1,8:20:00,8:20:00,c,3,,1\n"
    feed = read_feed(feed_of(tmp_path, VILLAGE | {"stop_times.txt": head + rows}))
    assert {one.code: one.count for one in feed.findings} == {"continuous": 2}
