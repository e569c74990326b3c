"""When times open, and the arithmetic of the queue: no database."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from stadtkern.kernel.appointments.admission import estimate
from stadtkern.kernel.appointments.admission.estimate import Snapshot
from stadtkern.kernel.appointments.release import BERLIN, BadRule, Release, opening_of, read

DAILY = Release("day", time(8), 28)
WEEKLY = Release("week", time(7, 30), 2, weekday=3)
MONTHLY = Release("month", time(8), 1)


@pytest.mark.parametrize(
    ("rule", "day", "opens"),
    [
        (DAILY, date(2027, 3, 29), datetime(2027, 3, 1, 8, tzinfo=BERLIN)),
        (DAILY, date(2027, 4, 20), datetime(2027, 3, 23, 8, tzinfo=BERLIN)),  # summer time begins in between
        (WEEKLY, date(2027, 3, 21), datetime(2027, 3, 4, 7, 30, tzinfo=BERLIN)),  # a Sunday opens with its week
        (MONTHLY, date(2027, 1, 31), datetime(2026, 12, 1, 8, tzinfo=BERLIN)),
    ],
)
def test_a_day_opens_when_its_rule_says(rule: Release, day: date, opens: datetime) -> None:
    assert rule.opens_at(day) == opens
    first, last = rule.opened_on(opens.date()) or (None, None)
    assert first and last and first <= day <= last


@pytest.mark.parametrize("rule", [DAILY, WEEKLY, MONTHLY])
def test_the_next_opening_opens_days_that_say_the_same(rule: Release) -> None:
    for now in (
        datetime(2027, 3, 1, 6, 59, tzinfo=UTC),
        datetime(2027, 3, 1, 7, 0, tzinfo=UTC),
        datetime(2027, 3, 28, 2, tzinfo=UTC),
    ):
        opening = rule.next(now)
        assert opening.at > now
        assert rule.opens_at(opening.first) == rule.opens_at(opening.last) == opening.at


@pytest.mark.parametrize(
    "raw",
    [
        {"every": "year"}, {"every": "day", "ahead": -1}, {"every": "day", "ahead": True}, {"every": "day", "at": "8 Uhr"},
        {"every": "week", "weekday": 7}, {"every": "day", "matters": "pass"}, {"every": "day", "when": "08:00"},
        {"every": "day", "matters": ["pass"]}, {"every": "day", "contested": True},
    ],
)  # fmt: skip
def test_a_bad_rule_is_named(raw: dict[str, Any]) -> None:
    with pytest.raises(BadRule, match="release"):
        read({"release": [raw]})


def test_of_several_rules_the_latest_counts() -> None:
    rules = read({"matters": {"pass": {}}, "places": {"nord": {}}, "release": [
        {"every": "day", "ahead": 28}, {"every": "day", "ahead": 7, "matters": ["pass"], "places": ["nord"]}]})  # fmt: skip
    day = date(2027, 3, 29)
    assert opening_of(rules, "mitte", {"pass"}, day) == datetime(2027, 3, 1, 8, tzinfo=BERLIN)
    assert opening_of(rules, "nord", {"pass", "kfz"}, day) == datetime(2027, 3, 22, 8, tzinfo=BERLIN)
    assert opening_of((), "nord", {"pass"}, day) is None


def drawn(**more: Any) -> Snapshot:
    given = {"wave": 1, "opens_at": 1000.0, "queue_from": 0.0, "read_at": 1010.0, "waiting": 9, "drawn": 6, "drawn_at": 1000.0,
             "calls_at": 1010.0, "called": 4, "turns": ((4, 1012.0),), "slots": 4, "free": 4,
             "lots": [10, 20, 30, 40, 50, 60]}  # fmt: skip
    return Snapshot(**{**given, **more})


def test_places_follow_the_lot_and_latecomers_stand_behind() -> None:
    wave = drawn()
    assert [estimate.place_of(wave, lot, 0) for lot in (10, 60, 35)] == [1, 6, 0]
    assert estimate.place_of(wave, 5, 8) == 8, "a late ticket carries its place, however small its lot"


def test_turns_begin_second_by_second_and_end() -> None:
    wave = drawn(turns=((4, 1012.0), (5, 1500.0)), called=5)
    begins = [(estimate.turn_of(wave, place) or (0, 0))[0] for place in (1, 2, 3, 4, 5)]
    assert begins == [1010.0, 1010.0, 1011.0, 1011.0, 1500.0]
    assert estimate.turn_of(wave, 6) is None and estimate.turn_of(wave, 0) is None
    assert estimate.turn_of(wave, 1) == (1010.0, 1610.0)


@pytest.mark.parametrize("people", [10, 600, 10_000, 200_000])
def test_nobody_looks_too_often_or_too_late(people: int) -> None:
    before = drawn(drawn_at=0.0, waiting=people)
    for dice in (0.0, 0.5, 1.0):
        look = estimate.look_again(before, 0, 950.0, dice)
        assert 50 < look <= 50.5 + 60, "everybody comes back after the opening, spread"
        assert estimate.look_again(before, 0, 100.0, dice) < 61
        assert 7 <= estimate.look_again(drawn(waiting=people), 6, 1020.0, dice) <= 33
        assert 13.4 <= estimate.look_again(drawn(waiting=people), 6, 1000.0, dice) <= 13.6 + 30, (
            "not while the called ones click"
        )
    assert people / max(8.0, min(30.0, people / 600)) <= 610 or people > 20_000
