"""Streets and numbers as statutes write them."""

import pytest

from stadtkern.lib.streets import covers, mistakes, number_of, street_key, zone_of


@pytest.mark.parametrize(
    "ranges, inside, outside",
    [
        ("all", ["1", "148 b"], ["", "a"]),
        ("1-19", ["1", "19a"], ["20", "0"]),
        ("odd 1-19, even 2-40", ["7", "2", "40 c"], ["21", "42"]),
        ("even", ["2", "1000"], ["3"]),
        ("even 10-", ["10", "98"], ["8", "11"]),
        ("7", ["7", "7 a"], ["8", "70"]),
        ("", [], ["1"]),
        ("ungerade", [], ["1"]),
    ],
)
def test_house_numbers(ranges, inside, outside):
    assert [number for number in inside if not covers(ranges, number)] == []
    assert [number for number in outside if covers(ranges, number)] == []
    assert mistakes(ranges) == (ranges in ("", "ungerade"))


def test_streets_are_one_however_they_are_written():
    assert {street_key(one) for one in ("Lindenstraße", "lindenstr.", "LINDEN-STRASSE", "Linden Strasse")} == {"lindenstrasse"}
    assert number_of("12 a") == 12 and number_of("123456") is None and number_of("\x00") is None


def test_the_first_zone_wins():
    zones = {"A": {"Lindenstraße": "odd"}, "B": {"Lindenstraße": "all"}}
    assert [zone_of(zones, "Lindenstr.", number) for number in ("1", "2")] == ["A", "B"]
    assert zone_of(zones, "Rosenweg", "1") == "" and zone_of({}, "", "") == ""
