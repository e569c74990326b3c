"""Opening hours to bits, and the file of a city; no database."""

from datetime import date, time

import pytest

from stadtkern.kernel.appointments import data, plan
from stadtkern.kernel.appointments.plan import Special, Weekly
from stadtkern.kernel.city.profile import city

MONDAY = date(2027, 3, 1)
WEEK = [Weekly(None, day, time(8), time(12)) for day in range(5)]


def cells(text: str) -> list[tuple[str, str]]:
    """Runs of ones as clock times."""
    spans, at = [], text.find("1")
    while at >= 0:
        end = text.find("0", at)
        end = len(text) if end < 0 else end
        spans.append((f"{at // 12:02}:{at % 12 * 5:02}", f"{end // 12:02}:{end % 12 * 5:02}"))
        at = text.find("1", end)
    return spans


def test_a_cell_counts_only_when_all_of_it_is_open():
    assert cells(plan.bits([(time(8, 2), time(9, 4)), (time(9, 30), time(23, 59))])) == [("08:05", "09:00"), ("09:30", "24:00")]


@pytest.mark.parametrize(
    ("weekly", "special", "holiday", "expected"),
    [
        ([], [], False, [(time(8), time(12))]),
        ([], [], True, []),
        ([Weekly(1, 0, time(10), time(11))], [], False, [(time(10), time(11))]),
        ([Weekly(1, 3, time(10), time(11))], [], False, []),  # own hours, but not on Mondays
        ([Weekly(1, 0, time(10), time(11), valid_until=date(2027, 2, 28))], [], False, [(time(8), time(12))]),
        ([], [Special(None, MONDAY, MONDAY, ())], False, []),
        ([], [Special(None, MONDAY, MONDAY, ((time(9), time(10)),))], True, [(time(9), time(10))]),  # opens a holiday
        (
            [],
            [Special(1, MONDAY, MONDAY, ((time(7), time(8)),)), Special(None, MONDAY, MONDAY, ())],
            False,
            [(time(7), time(8))],
        ),
        ([], [Special(2, MONDAY, MONDAY, ())], False, [(time(8), time(12))]),  # another counter
    ],
)
def test_the_strongest_rule_says_when_a_counter_is_open(weekly, special, holiday, expected):
    assert plan.spans_of(1, MONDAY, [*WEEK, *weekly], special, holiday) == expected


def test_hours_that_the_clock_skips_or_repeats_are_closed():
    night = [(time(0), time(6))]
    assert cells(plan.bits(night, date(2027, 3, 28))) == [("00:00", "02:00"), ("03:00", "06:00")]
    assert cells(plan.bits(night, date(2027, 10, 31))) == [("00:00", "02:00"), ("03:00", "06:00")]
    assert cells(plan.bits(night, MONDAY)) == [("00:00", "06:00")]


@pytest.mark.parametrize(("minutes", "step"), [(5, 5), (10, 10), (15, 15), (20, 20), (25, 5), (30, 30), (45, 15), (60, 30)])
def test_the_grid_leaves_no_odd_rests(minutes, step):
    assert plan.step_of(minutes) == step


def test_the_file_of_the_demo_is_right():
    matters, places = data.load(city().folder / "appointments.toml")
    assert {"buergeramt_mitte", "standesamt"} <= set(places) and "personalausweis" in matters
    served = {matter for place in places.values() for counter in place.counters.values() for matter in counter.matters}
    assert served <= set(matters)


def test_everything_wrong_in_a_file_is_named_at_once():
    place = {
        "title": "A", "office": "x", "state": "XX", "colour": "red",
        "hours": {"monday": [], "tue": [["9", "x"]], "wed": [["12:00", "08:00"]]},
        "counters": [{"key": "Ä", "name": "", "matters": ["nope"], "channels": ["fax"]}],
        "exceptions": [{"first": MONDAY, "counter": "nobody"}],
    }  # fmt: skip
    with pytest.raises(data.Wrong) as wrong:
        data.read({"matters": {"m": {"minutes": "ten", "persons_max": 0, "step": 7}}, "places": {"p": place}, "rooms": {}})
    told = "\n".join(wrong.value.problems)
    for word in ("[rooms]", "m: title", "m.minutes", "m.persons_max", "m.step", "XX", "colour", "monday", "p.hours.tue",
                 "p.hours.wed", "nope", "channels", "Schlüssel", "count von 1", "nobody"):  # fmt: skip
        assert word in told, word
