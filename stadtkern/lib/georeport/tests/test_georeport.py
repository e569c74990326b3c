"""Reading what servers send, with their deviations; writing what any reader can read; nothing hostile gets through."""

import json
import time
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from stadtkern.lib.georeport import moments, read, shapes, write

from .samples import FOLDER, sample

ODD = "a & b <c> \x00\x0b\ud800 ü\r\n"
ROW = {"id": "001", "text": ODD, "none": None, "yes": True, "notes": [{"a": 1}, {"a": 2}], "empty": []}


def test_both_forms_say_the_same():
    told = json.loads(write.document("json", [ROW], "rows", "row"))
    tree = ElementTree.fromstring(write.document("xml", [ROW], "rows", "row"))
    assert told[0]["id"] == tree.find("row/id").text == "001"
    assert tree.find("row/text").text == "a & b <c>  ü\r\n" and tree.find("row/none").text is None
    assert tree.find("row/yes").text == "true" and [one.text for one in tree.iter("a")] == ["1", "2"]
    back = read.rows(write.document("xml", [{"service_request_id": "1", "notes": [{"a": "1"}]}], "service_requests", "request"))
    assert back == [{"service_request_id": "1", "notes": [{"a": "1"}]}]


@pytest.mark.parametrize(("data", "found"), [
    (b'[{"service_code":001,"service_request_id":638344,"description":"Haus 007, ja"}]', ("001", "638344", "Haus 007, ja")),
    (b'\xef\xbb\xbf {"service_requests":[{"service_code":"1","service_request_id":"2"}]}', ("1", "2", "")),
    (b'{"service_requests":{"request":{"service_code":"1","service_request_id":"2","lat":NaN}}}', ("1", "2", "")),
    (b"<service_requests type='array'><request><service_code>1</service_code><service_request_id>2</service_request_id>"
     b"<updated_datetime/></request></service_requests>", ("1", "2", "")),
    (b"<r:service_requests xmlns:r='urn:x'><r:request><r:service_code>1</r:service_code><r:service_request_id>2"
     b"</r:service_request_id></r:request></r:service_requests>", ("1", "2", "")),
    ("<?xml version='1.0' encoding='ISO-8859-1'?><service_requests><request><service_code>1</service_code>"
     "<service_request_id>2</service_request_id><description>\xfc</description></request></service_requests>".encode("latin-1"),
     ("1", "2", "ü")),
])  # fmt: skip
def test_deviations(data, found):
    (row,) = read.rows(data)
    told = shapes.request_of(row)
    assert (told.service_code, told.id, told.description) == found and told.updated_at is None and told.lat is None


def test_nothing_a_server_says_is_lost():
    data = b"<service_requests><request a='1'><x><y>1</y><y>2</y></x><media_url>u</media_url><media_url>v</media_url>"
    data += b"<extended_attributes><dienststelle>66</dienststelle></extended_attributes></request></service_requests>"
    (row,) = read.rows(data)
    assert row == {"@a": "1", "x": {"y": ["1", "2"]}, "media_url": ["u", "v"], "extended_attributes": {"dienststelle": "66"}}
    assert shapes.request_of(row).media_url == "u"


def test_errors_are_told_apart_from_rows():
    for data in (b'[{"code":403,"description":"no"},{"code":"x","description":"nor"}]',
                 b"<errors><error><code>403</code><description>no</description></error>"
                 b"<error><code/><description>nor</description></error></errors>"):  # fmt: skip
        with pytest.raises(read.Refusal) as refused:
            read.rows(data)
        assert [one.description for one in refused.value.faults] == ["no", "nor"] and refused.value.faults[0].code == 403
    assert read.rows(b"[]") == read.rows(b"<service_requests/>") == read.rows(b'<services is_array="true"></services>') == []


BOMB = b'<!DOCTYPE l [<!ENTITY a "ha">' + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
HOSTILE = [
    BOMB + b"]><l>&j;</l>",
    b'<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><service_requests><request><a>&x;</a></request></service_requests>',
    b'<!DOCTYPE l SYSTEM "http://169.254.169.254/x.dtd"><l/>', b"<a>" * 300 + b"</a>" * 300,
    b"<a>" * 5000, b"<", b"<a>\x00</a>",
    b"", b"   ", b"nein", b"[" * 100_000, b"\xff\xfe<\x00", b'"text"', b"1",
    b'{"a":' * 2000, b"<?xml version='1.0' encoding='gibts'?><a/>",
    b'[{"a":' + b"9" * 10_000 + b"}]",
]  # fmt: skip


@pytest.mark.parametrize("data", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_answers_are_refused(data):
    with pytest.raises(read.NotGeoReport):
        read.rows(data)


def test_moments():
    at = datetime(2026, 3, 1, 11, 0, 0, 900, UTC)
    assert moments.written(at) == "2026-03-01T11:00:00Z" and moments.written(None) is None
    with pytest.raises(ValueError, match="zone"):
        moments.written(datetime(2026, 1, 1))
    assert moments.read("2026-03-01T12:00:00 01:00") == moments.read("2026-03-01T12:00:00+01:00") == at.replace(microsecond=0)
    assert moments.read("2026-03-01") == datetime(2026, 3, 1, tzinfo=UTC)
    for text in (
        None,
        "",
        "gestern",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59-23:00",
        "2026-02-30T00:00:00Z",
        5,
        "٢٠٢٦-٠١-٠١",
    ):
        assert moments.read(text) is None


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared data are not here")
def test_services_of_real_servers():
    xml = [shapes.service_of(row) for row in read.rows(sample("giessen_services.xml"))]
    assert len(xml) == 8 and (xml[0].code, xml[0].name, xml[0].metadata) == ("015", "Abwasser und Wasser", False)
    told = [shapes.service_of(row) for row in read.rows(sample("chicago_like_service_list.json"))]
    assert [one.code for one in told] == ["001", "002", "003"] and told[0].metadata and told[0].group == "sanitation"


def test_what_is_broken_is_refused_at_once_and_no_number_is_infinite():
    started = time.process_time()
    for data in (b'["' + b'\\"' * 100_000, b'"' * 100_001, b"[" + b"0" * 100_000, b"[001," + b" " * 1_000_000):
        with pytest.raises(read.NotGeoReport):
            read.rows(data)
    assert time.process_time() - started < 2
    assert read.rows(b'[{"a": 1e999, "b": -1e999, "c": [1.5]}]') == [{"a": None, "b": None, "c": [1.5]}]
    assert read.rows(b'[{"a": 001, "b": "\\" 002,"}]') == [{"a": "001", "b": '" 002,'}]
