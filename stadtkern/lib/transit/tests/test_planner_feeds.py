"""Feeds as they come: odd ones are read and it is said what was odd; broken and hostile ones are refused or read."""

import random
import zipfile

import numpy as np
import pytest

from stadtkern.lib.transit import FeedRefused, Limits, day, read_feed
from stadtkern.lib.transit.check import check
from stadtkern.lib.transit.times import clock

from .test_planner_small import MONDAY, VILLAGE, feed_of


def zipped(path, files, folder=""):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(folder + name, text if isinstance(text, bytes) else text.encode())
    return path


def codes(feed):
    return {finding.code for finding in feed.findings}


def test_dressed_up_but_the_same(tmp_path):
    """BOM, sub-folder, CRLF, quotes, spaces, semicolons, UTF-16, blank lines: the same timetable."""
    plain = day(read_feed(feed_of(tmp_path, VILLAGE)), MONDAY)
    quoted = {n: "\n".join(",".join(f' "{v}"' for v in row.split(",")) for row in t.splitlines()) for n, t in VILLAGE.items()}
    dresses = {
        "bom": {name: b"\xef\xbb\xbf" + text.encode() for name, text in VILLAGE.items()},
        "crlf": {name: text.replace("\n", "\r\n") for name, text in VILLAGE.items()},
        "cr": {name: text.replace("\n", "\r") for name, text in VILLAGE.items()},
        "quotes": quoted,
        "blank": {name: text.replace("\n", "\n\n") + "\n \n" for name, text in VILLAGE.items()},
        "semicolons": {name: text.replace(",", ";") for name, text in VILLAGE.items()},
        "utf16": {name: text.encode("utf-16") for name, text in VILLAGE.items()},
        "capitals": {
            name.upper(): text.split("\n", 1)[0].upper() + "\n" + text.split("\n", 1)[1] for name, text in VILLAGE.items()
        },
    }
    for dress, files in dresses.items():
        feed = read_feed(zipped(tmp_path / f"{dress}.zip", files, "a/b/"))
        assert "subfolder" in codes(feed), dress
        other = day(feed, MONDAY)
        for name, array in plain.net._asdict().items():
            assert array.tobytes() == getattr(other.net, name).tobytes(), (dress, name)
        assert list(feed.stops.name) == ["Anger", "Bahnhof", "Chor", "Damm"], dress


STOP_TIMES = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
ODD = [
    ("t1,8:00,8:00,a,1\nt1,8:10,8:10,b,2\n", "short_time", [28_800, 29_400]),
    ("t1,8:00:00,8:00:00,a,1\nt1,x,,b,2\nt1,8:20:00,,c,3\n", "bad_time", [28_800, 29_400, 30_000]),
    ("t1,23:50:00,23:50:00,a,1\nt1,0:10:00,0:11:00,b,2\n", "midnight_wrapped", [85_800, 87_000]),
    ("t1,8:00:00,8:00:00,a,1\nt1,7:59:00,7:59:00,b,2\n", "small_time_travel", [28_800, 28_800]),
    (
        "t1,8:00:00,8:00:00,a,1\nt1,7:00:00,7:00:00,b,2\nt2,8:00:00,8:00:00,a,1\nt2,9:00:00,9:00:00,b,2\n",
        "time_travel",
        [28_800, 32_400],
    ),
    ("t1,9:00:00,9:00:00,b,20\nt1,8:00:00,8:00:00,a,3\nt9,8:00:00,8:00:00,a,1\n", "unknown_trip", [28_800, 32_400]),
    ("t1,8:00:00,8:00:00,a,1\nt1,8:05:00,8:05:00,zz,2\nt1,9:00:00,9:00:00,b,3\n", "unknown_stop", [28_800, 32_400]),
    ("t1,8:00:00,8:00:00,a,1\nt1,8:00:00,8:00:00,a,1\nt1,9:00:00,9:00:00,b,2\n", "double_sequence", [28_800, 32_400]),
    ("t1,,,a,1\nt1,8:00:00,8:00:00,b,2\nt1,9:00:00,9:00:00,c,3\nt1,,,d,4\n", "trip_without_times", [28_800, 32_400]),
    ("t1,8:00:00,8:00:00,a,1\nt2,8:00:00,8:00:00,a,1\nt2,9:00:00,9:00:00,b,2,7,8\n", "row_length", [28_800, 32_400]),
]


@pytest.mark.parametrize(("rows", "code", "times"), ODD, ids=[code for _rows, code, _times in ODD])
def test_odd_times(tmp_path, rows, code, times):
    feed = read_feed(feed_of(tmp_path, VILLAGE | {"stop_times.txt": STOP_TIMES + rows}))
    assert code in codes(feed)
    assert feed.times.arrive.tolist() == times


def test_clocks():
    good = {"6:00:00": 21_600, " 06:00:00 ": 21_600, "25:00:01": 90_001, "49:00:00": 176_400, "": -1}
    bad = dict.fromkeys(["-1:00:00", "9" * 400, "1:2:3:4", "8:61:00", "٣:00:00", "240:00:00"], -2)
    assert {text: clock(text) for text in good | bad} == good | bad


CALENDARS = {
    "calendar_dates.txt": (
        "service_id,date,exception_type\nw,20261130,1\nw,20261130,1\nw,2026-12-01,1\nw,99999999,1\nw,20261202,3\n"
    ),
    "calendar.txt": (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "w,1,0,0,0,0,0,0,00010101,99991231\n"
    ),
}


@pytest.mark.parametrize("name", CALENDARS)
def test_odd_calendars(tmp_path, name):
    files = {key: text for key, text in VILLAGE.items() if key != "calendar.txt"} | {name: CALENDARS[name]}
    outcome = check(feed_of(tmp_path, files), 40)
    assert outcome.equal == 40 and outcome.day.weekday() == 0


def test_frequencies_loops_stations_and_three_days(tmp_path):
    files = VILLAGE | {
        "stops.txt": (
            "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\nS,Stern,50,7,1,\na,A,,,0,S\n"
            "b,B,x,y,0,S\nc,C,50,7,,\nd,D,0,0,0,S\n"
        ),
        "stop_times.txt": STOP_TIMES
        + "t1,6:00:00,6:00:00,a,1\nt1,6:05:00,6:05:00,b,2\nt1,6:05:00,6:05:00,a,3\n"
        + "t1,6:20:00,6:20:00,c,4\nt1,6:20:00,6:20:00,a,5\n"
        + "t2,47:50:00,47:50:00,a,1\nt2,49:00:00,49:00:00,c,2\nlate,8:00:00,8:00:00,S,1\nlate,8:30:00,8:30:00,c,2\n",
        "frequencies.txt": (
            "trip_id,start_time,end_time,headway_secs,exact_times\nt1,6:00:00,8:00:00,600,0\n"
            "t1,25:00:00,26:00:00,7,1\nt2,5:00:00,4:00:00,60,\nt2,0:00:00,1:00:00,0,\n"
        ),
        "transfers.txt": (
            "from_stop_id,to_stop_id,transfer_type,min_transfer_time\na,a,2,300\nS,S,1,\na,b,3,\nc,c,3,\nb,d,2,\n"
            "c,zz,0,9\nc,d,9,\n"
        ),
    }
    feed = read_feed(feed_of(tmp_path, files))
    assert {"bad_frequency", "bad_transfer", "bad_coordinate", "station_served"} <= codes(feed)
    timetable = day(feed, MONDAY)
    assert sum(timetable.trip_source == 0) == 12 + 515 + 12  # today, the quick ones after midnight, tomorrow until eight
    outcome = check(tmp_path, 200)
    assert outcome.equal == 200, outcome.different[:3]


def refused(path, limits=None):
    with pytest.raises(FeedRefused) as caught:
        read_feed(path, limits)
    return caught.value.finding.code


def test_refused_with_a_reason(tmp_path):
    (tmp_path / "empty.zip").write_bytes(b"")
    (tmp_path / "text.zip").write_text("<html>404</html>")
    assert refused(tmp_path / "empty.zip") == refused(tmp_path / "text.zip") == "not_a_feed"
    assert refused(tmp_path / "nowhere.zip") == "no_file"
    whole = zipped(tmp_path / "whole.zip", VILLAGE).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    assert refused(tmp_path / "cut.zip") == "truncated"
    assert refused(zipped(tmp_path / "b.zip", {"readme.txt": "x"})) == "not_a_feed"
    without = {name: text for name, text in VILLAGE.items() if name != "stops.txt"}
    assert refused(zipped(tmp_path / "c.zip", without)) == "file_missing"
    without = {name: text for name, text in VILLAGE.items() if name != "calendar.txt"}
    assert refused(zipped(tmp_path / "d.zip", without)) == "no_calendar"
    assert refused(zipped(tmp_path / "e.zip", VILLAGE | {"stop_times.txt": "trip_id,stop_id\n"})) == "nothing_runs"
    assert refused(zipped(tmp_path / "f.zip", VILLAGE | {"trips.txt": "a,b\n1,2\n"})) == "column_missing"


def test_bombs_and_giants(tmp_path):
    bomb = zipped(tmp_path / "bomb.zip", VILLAGE | {"stop_times.txt": b"x" * 30_000_000})
    assert bomb.stat().st_size < 100_000
    assert refused(bomb) == "broken_rows"  # the line is too long long before the end
    rows = zipped(tmp_path / "rows.zip", VILLAGE | {"stop_times.txt": STOP_TIMES + "t1,8:00:00,8:00:00,a,1\n" * 70_000})
    assert refused(rows, Limits(stop_times=50_000)) == "too_many_rows"
    assert refused(rows, Limits(file_bytes=1_000_000)) == "too_large"
    assert refused(rows, Limits(archive_bytes=1_000)) == "too_large"
    quote = zipped(tmp_path / "quote.zip", VILLAGE | {"stop_times.txt": STOP_TIMES + 't1,"' + "8:00:00,\n" * 200_000})
    assert refused(quote) == "nothing_runs"
    blank = zipped(tmp_path / "blank.zip", VILLAGE | {"stop_times.txt": STOP_TIMES + " \n" * 300_000})
    assert refused(blank, Limits(stop_times=50_000)) == "too_many_rows"
    often = VILLAGE | {"frequencies.txt": "trip_id,start_time,end_time,headway_secs\n" + "t1,0:00:00,230:00:00,1\n" * 50}
    feed = read_feed(zipped(tmp_path / "often.zip", often))
    with pytest.raises(FeedRefused):
        day(feed, MONDAY)


HOSTILE = [
    b"\0",
    b'"',
    b",",
    b"\n",
    b"\xff",
    b"\xed\xa0\x80",
    b"-1",
    b"99999999999999999999",
    b"1e400",
    b"nan",
    "\u202e".encode(),
    b"=cmd()",
]


def test_fuzzed_feeds_are_read_or_refused(tmp_path):
    """Cut, flipped, with hostile values in any place; as files and as bytes of the archive."""
    dice = random.Random(7)
    extra = {
        "frequencies.txt": "trip_id,start_time,end_time,headway_secs\nt2,9:00:00,10:00:00,600\n",
        "transfers.txt": "from_stop_id,to_stop_id,transfer_type,min_transfer_time\na,b,2,60\n",
        "shapes.txt": "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\ns,50,7,1\ns,50.1,7,2\n",
        "pathways.txt": "pathway_id,from_stop_id,to_stop_id,pathway_mode,is_bidirectional,traversal_time\np,a,b,2,1,30\n",
        "fare_attributes.txt": "fare_id,price,currency_type,transfers\nf,1.5,EUR,\n",
    }
    files = {name: text.encode() for name, text in (VILLAGE | extra).items()}
    whole = zipped(tmp_path / "whole.zip", files).read_bytes()
    read = 0
    for at in range(250):
        path = tmp_path / "fuzzed.zip"
        if at % 5 == 0:
            data = bytearray(whole[: dice.randrange(len(whole))] if at % 10 else whole)
            for _ in range(dice.randrange(6)):
                if data:
                    data[dice.randrange(len(data))] = dice.randrange(256)
            path.write_bytes(bytes(data))
        else:
            broken = dict(files)
            for _ in range(dice.randint(1, 4)):
                name = dice.choice(list(broken))
                text, place = broken[name], dice.randrange(len(broken[name]) + 1)
                cut = place + dice.choice([0, 0, 1, 3, 10_000])
                broken[name] = text[:place] + dice.choice(HOSTILE) * dice.choice([1, 1, 40]) + text[cut:]
            zipped(path, broken)
        try:
            feed = read_feed(path)
            day(feed, feed.busiest_day())
            read += 1
        except FeedRefused:
            pass
        except ValueError as nothing:
            assert str(nothing) == "nothing ever runs"
    assert read > 60, read


OTHERS = {
    "NeTEx": {
        "NX-PI_01.xml": '<?xml version="1.0"?>\n<PublicationDelivery xmlns="http://www.netex.org.uk/netex" version="1.15">'
    },
    "SIRI": {"et.xml": '<?xml version="1.0" encoding="UTF-8"?>\n<Siri xmlns="http://www.siri.org.uk/siri" version="2.0">'},
    "VDV 452": {
        "rec_frt.asc": "mod; DD.MM.YYYY; HH:MM:SS; free\nsrc; 'X'; '30.11.2026'\nchs; 'ISO8859-1'\nver; '1.4'\ntbl; REC_FRT\n"
    },
}


@pytest.mark.parametrize("format", OTHERS)
def test_files_of_other_standards_are_recognised_zipped_and_bare(tmp_path, format):
    for name, text in OTHERS[format].items():
        (tmp_path / name).write_text(text, encoding="utf-16")
        (tmp_path / "plain").write_text(text)
    for path in (tmp_path / name, tmp_path / "plain", zipped(tmp_path / "x.zip", OTHERS[format], "netz/")):
        with pytest.raises(FeedRefused) as caught:
            read_feed(path)
        assert (caught.value.finding.code, caught.value.finding.values) == ("other_format", {"format": format})


def test_what_a_feed_holds_beyond_what_is_used_is_counted(tmp_path):
    """GTFS-Flex, blocks, special transfers: the report says how many, and the rest of the feed is the same."""
    files = VILLAGE | {
        "trips.txt": "route_id,service_id,trip_id,trip_headsign,block_id\n"
        "1,w,t1,Chor,u1\n2,w,t2,Chor,u1\n1,w,late,Chor,u2\n1,w,flex,,\n",
        "stop_times.txt": "\n".join(
            line + ("," if at else ",location_group_id") for at, line in enumerate(VILLAGE["stop_times.txt"].splitlines())
        )
        + "\nflex,,,,1,g\nflex,,,,2,g\n",
        "booking_rules.txt": "booking_rule_id,booking_type\nb,1\n",
        "transfers.txt": (
            "from_stop_id,to_stop_id,transfer_type,min_transfer_time,from_route_id,to_route_id,from_trip_id,to_trip_id\n"
            "b,b,2,60,,,,\nb,b,2,60,1,2,,\nb,b,1,,,,t1,t2\nb,b,1,,1,,9,t2\nc,c,4,,,,t1,nowhere\n"
            "b,b,2,x,1,2,,\nb,zz,2,1,,,t1,\nb,d,3,,1,9,t1,t2\n"
        ),
    }
    (tmp_path / "plain").mkdir()
    feed, plain = read_feed(feed_of(tmp_path, files)), read_feed(feed_of(tmp_path / "plain", VILLAGE))
    found = {finding.code: finding.count for finding in feed.findings}
    extra = {"block": 2, "flexible": 2, "booking_rules": 1, "route_transfer": 1, "trip_transfer": 2, "in_seat_transfer": 1}
    assert found == {finding.code: finding.count for finding in plain.findings} | extra
    assert feed.rules.tolist() == [
        [1, 1, 2, 60, 0, 1, -1, -1], [1, 1, 1, -1, -1, -1, 0, 1], [1, 3, 3, -1, -1, -1, 0, 1],
    ]  # fmt: skip
    assert feed.transfers.tolist() == [[1, 1, 2, 60]] and feed.times.arrive.tolist() == plain.times.arrive.tolist()


def test_decimal_commas_are_read_and_torn_columns_give_no_false_places(tmp_path):
    comma = "stop_id;stop_name;stop_lat;stop_lon\na;Anger;50,0;7\nb;Bahnhof;50,1;7,5\nc;Chor;50,2;7\nd;Damm;50,2005;7\n"
    feed = read_feed(feed_of(tmp_path, VILLAGE | {"stops.txt": comma}))
    assert feed.stops.lat.tolist() == [50, 50.1, 50.2, 50.2005] and feed.stops.long[1] == 7.5
    assert {f.code: f.count for f in feed.findings}["decimal_comma"] == 4
    torn = "stop_id,stop_name,stop_lat,stop_lon\na,Anger,50,0,7,0\nb,Bahnhof,50,1,-7,5\nc,Chor,50.2,7\nd,Damm,50,2005,7\n"
    feed = read_feed(feed_of(tmp_path, VILLAGE | {"stops.txt": torn}))
    assert feed.stops.lat[:3].tolist() == [50, 50.1, 50.2] and feed.stops.long[:3].tolist() == [7, -7.5, 7]
    assert np.isnan(feed.stops.lat[3]) and {"decimal_comma", "row_length", "bad_coordinate"} <= codes(feed)
