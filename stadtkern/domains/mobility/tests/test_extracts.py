"""Extracts of OpenStreetMap as they are packed, and files that are none: the reading program itself, without a database."""

import bz2
import gzip

import pytest

from stadtkern.domains.mobility.trips import building, sentences
from stadtkern.lib.ways import WaysRefused

TOWN = (
    b'<?xml version="1.0"?><osm version="0.6"><node id="1" lat="50" lon="7"/><node id="2" lat="50.001" lon="7"/>'
    b'<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way></osm>'
)


def read(tmp_path, data):
    (tmp_path / "source").write_bytes(data)
    return building.streets({"source": str(tmp_path / "source"), "target": str(tmp_path)})["figures"]


@pytest.mark.parametrize(
    "data", [TOWN, b"\n" + TOWN[21:], gzip.compress(TOWN), bz2.compress(TOWN)], ids=["", "bare", "gz", "bz2"]
)
def test_packed_in_any_of_the_usual_ways(tmp_path, data):
    assert read(tmp_path, data) == {"nodes": 2, "edges": 1}


BROKEN = {
    "empty": b"",
    "a page": b"<html>404</html>",
    "cut": TOWN[:-20],
    "an id too large": TOWN.replace(b'"1"', b'"9223372036854775807"'),
    "a place off the earth": TOWN.replace(b'"50"', b'"500"'),
    "no nodes": TOWN.replace(b'ref="2"', b'ref="77"'),
    "cut gzip": gzip.compress(TOWN)[:60],
}


@pytest.mark.parametrize("how", BROKEN)
def test_what_is_no_extract_is_refused_and_never_falls(tmp_path, how):
    with pytest.raises(WaysRefused):
        read(tmp_path, BROKEN[how])
    assert "OpenStreetMap" in sentences.sentence({"code": "bad_streets"})
