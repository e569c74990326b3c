"""Plates that may be given out, wishes with wildcards, and numbers of vehicles."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stadtkern.lib.plate_choice import Rules, Wish, candidates, parse, problem
from stadtkern.lib.vin import normal

RULES = Rules(("MST",), frozenset({"SS", "NS"}), frozenset({"88"}), frozenset({"MST-IK 1"}))


@pytest.mark.parametrize(("plate", "why"), [
    ("MST-AB 123", ""), ("MST-AB 1234", "length"), ("MST-A 1234", ""), ("MST-AB 123E", "length"), ("MST-AB 12E", ""),
    ("B-AB 123", "place"),
    ("MST-SS 1", "kept"), ("MST-A 88", "kept"), ("MST-IK 1", "kept"), ("MST-AB 0", "form"), ("", "form"), ("MST-Ä 1", "form"),
])  # fmt: skip
def test_what_is_given_out(plate, why):
    assert problem(plate, RULES) == (why if why != "length" or len(re.sub(r"[^A-Z0-9]", "", plate)) > 8 else "")


@pytest.mark.parametrize(("typed", "wish"), [
    ("MST-AB 1??", Wish("AB", "1??")), ("ab 12", Wish("AB", "12")), ("?? 7", Wish("??", "7")), ("MST", Wish()), ("", Wish()),
    ("*X 12E", Wish("?X", "12", "E")), ("AB 012", None), ("ABC 1", None), ("Ü 1", None), ("AB\x00", None),
])  # fmt: skip
def test_wishes(typed, wish):
    assert parse(typed, ["MST"]) == wish


@given(st.text("ABS?", max_size=2), st.text("18?", max_size=3), st.integers())
def test_every_candidate_fits_and_may_be_given_out(letters, digits, seed):
    wish = Wish(letters, digits)
    for plate in [one for _, one in zip(range(20), candidates(wish, RULES, random.Random(seed), 500), strict=False)]:
        assert problem(plate, RULES) == ""
        _, own, number = re.split("[- ]", plate)
        assert re.fullmatch(letters.replace("?", "[A-Z]") or "[A-Z]{1,2}", own)
        assert re.fullmatch(digits.replace("?", "[0-9]") or "[0-9]+", number)


def test_no_candidate_comes_twice():
    found = list(candidates(Wish("AB", "12"), RULES, random.Random(1)))
    assert found == ["MST-AB 12"]


@pytest.mark.parametrize(("typed", "vin"), [
    ("wvw zzz 1jz xw000001", "WVWZZZ1JZXW000001"), ("1M8GDM9AXKP042788", "1M8GDM9AXKP042788"), ("1M8GDM9A0KP042788", None),
    ("WVWZZZ1JZXW00000O", None), ("WVWZZZ1JZXW00001", None), ("", None), ("WVWZZZ1JZXW00000١", None),
])  # fmt: skip
def test_numbers_of_vehicles(typed, vin):
    assert normal(typed) == vin
