"""Problems say at which path something is missing, and what to type instead."""

import time
from datetime import date, timedelta
from typing import Any

import pytest

from stadtkern.lib.forms.check import matches, problems, value_problem
from stadtkern.lib.forms.model import Field, Kind, Step
from stadtkern.lib.forms.regex import compiled

from .forms import COLOURS, DOGS, FORM, KINDS, WHERE


def paths(part: Any, answers: dict[str, Any]) -> list[str]:
    return [problem.path for problem in problems(part, answers)]


@pytest.mark.parametrize(
    ("field", "value", "fine"),
    [
        (Field("x", "X", Kind.TEXT), "Łódź", True),
        (Field("x", "X", Kind.TEXT), 5, False),
        (Field("x", "X", Kind.TEXT), "a\ufffdb", False),
        (Field("x", "X", Kind.TEXT, max_length=3), "vier", False),
        (Field("x", "X", Kind.TEXT), "x" * 1001, False),
        (Field("x", "X", Kind.TEXT, min_length=3), "ab", False),
        (Field("x", "X", Kind.TEXT, pattern="[0-9]{5}"), "12345", True),
        (Field("x", "X", Kind.TEXT, pattern="[0-9]{5}"), "123456", False),
        (Field("x", "X", Kind.TEXT, pattern="^[0-9]{5}$"), "a12345", False),
        (Field("x", "X", Kind.TEXT, pattern="(unlesbar"), "alles", True),
        (Field("family_name", "Name", Kind.TEXT), "Đặng-O’Neill y Łuczak", True),
        (Field("family_name", "Name", Kind.TEXT), "Γιώργος", False),
        (Field("family_name", "Name", Kind.TEXT), "R2D2", False),
        (Field("x", "X", Kind.NUMBER, min_value=1, max_value=9), 0, False),
        (Field("x", "X", Kind.NUMBER, min_value=1, max_value=9), 9, True),
        (Field("x", "X", Kind.NUMBER), True, False),
        (Field("x", "X", Kind.NUMBER), 10**400, False),
        (Field("x", "X", Kind.DECIMAL, min_value=0.1), "0.05", False),
        (Field("x", "X", Kind.DECIMAL), "1,5", False),
        (Field("x", "X", Kind.MONEY, max_value=100_00), 100_01, False),
        (Field("x", "X", Kind.MONEY), "12.50", False),
        (Field("x", "X", Kind.DATE), "2026-02-30", False),
        (Field("x", "X", Kind.DATE), "2026-02", False),
        (Field("x", "X", Kind.DATE, partial=True), "2026-02", True),
        (Field("x", "X", Kind.DATE, max_value="today"), (date.today() + timedelta(1)).isoformat(), False),
        (Field("x", "X", Kind.DATE, min_value="today"), date.today().isoformat(), True),
        (Field("x", "X", Kind.DATE, min_value="2000-05-01", partial=True), "2000-04", False),
        (Field("x", "X", Kind.DATE, min_value="2000-05-01", partial=True), "2000", True),
        (Field("x", "X", Kind.TIME), "24:00", False),
        (Field("x", "X", Kind.DATETIME), "2026-11-24T09:30", True),
        (Field("x", "X", Kind.DATETIME), "2026-11-24T9:30", False),
        (Field("x", "X", Kind.YES_NO), "ja", False),
        (Field("x", "X", Kind.YES_NO), False, True),
        (Field("x", "X", Kind.CHOICE, options=COLOURS), "grün", False),
        (Field("x", "X", Kind.CHOICE, options=COLOURS), ["braun"], False),
        (Field("x", "X", Kind.EMAIL), "name@example.org", True),
        (Field("x", "X", Kind.EMAIL), "jörg@bücher.example", True),
        (Field("x", "X", Kind.EMAIL), "name@example", False),
        (Field("x", "X", Kind.EMAIL), "a@b@example.org", False),
        (Field("x", "X", Kind.EMAIL), "a" * 250 + "@example.org", False),
        (Field("x", "X", Kind.PHONE), "+49 (0)123 / 45-67", True),
        (Field("x", "X", Kind.PHONE), "ruf mich an", False),
        (Field("x", "X", Kind.IBAN), "DE89370400440532013000", True),
        (Field("x", "X", Kind.IBAN), "DE89370400440532013001", False),
        (Field("x", "X", Kind.IBAN), "٣" * 22, False),
        (Field("x", "X", Kind.FILE), "0b51f3f4-8bfa-4d6d-bd3f-2a3a8d1d1111", True),
        (Field("x", "X", Kind.FILE), 7, False),
    ],
)
def test_values(field: Field, value: object, fine: bool) -> None:
    assert (value_problem(field, value) == "") is fine


def test_missing_answers_are_found_where_they_are_missing() -> None:
    assert paths(DOGS, {}) == ["dogs[0]/name", "dogs[0]/dangerous"]
    assert paths(WHERE, {}) == [
        "where", "person/given_names", "person/family_name", "person/birth_date",
        *(f"visits[{i}]/{name}" for i in range(2) for name in ("street", "house_number", "postcode", "town")),
    ]  # fmt: skip
    assert paths(KINDS, {}) == []


def test_conditions_open_and_close_questions_also_one_behind_the_other() -> None:
    answers = {"dogs[0]/name": "Rex", "dogs[0]/dangerous": True, "dogs[0]/permit": True}
    assert paths(DOGS, answers) == ["dogs[0]/reason", "dogs[0]/permit_number"]
    answers["dogs[0]/dangerous"] = False  # the permit is not asked any more, so its number is not either
    assert paths(DOGS, answers) == []
    other_dog = answers | {"dogs[1]/name": "Bello", "dogs[1]/dangerous": True}
    assert paths(DOGS, other_dog) == ["dogs[1]/reason", "dogs[1]/permit"]


def test_too_many_and_too_few_entries() -> None:
    dogs = {f"dogs[{i}]/{key}": value for i in range(5) for key, value in (("name", "Rex"), ("dangerous", False))}
    assert paths(DOGS, dogs) == ["dogs"]
    vets = {f"dogs[0]/vets[{i}]": f"Praxis {i}" for i in range(4)}
    assert paths(DOGS, {"dogs[0]/name": "Rex", "dogs[0]/dangerous": False} | vets) == ["dogs[0]/vets"]
    assert paths(KINDS, {"yes": True, "pairs[0]": "braun"}) == ["pairs"]
    assert paths(KINDS, {"yes": True, "pairs[0]": "braun", "pairs[1]": "weiss"}) == []


def test_a_choice_asks_for_the_chosen_part_only() -> None:
    assert "where" not in paths(WHERE, {"where": "box"})
    assert paths(WHERE, {"where": "box"})[0] == "where/box/number"
    assert not [path for path in paths(WHERE, {"where/street/name": "Am Markt"}) if path.startswith("where")]


def test_an_optional_group_is_asked_once_it_is_there() -> None:
    complete = {"dogs[0]/name": "Rex", "dogs[0]/dangerous": False}
    assert paths(DOGS, complete) == []
    assert paths(DOGS, complete | {"owner": True}) == ["owner/name"]


def test_messages_are_german_sentences_and_can_be_translated() -> None:
    for problem in problems(FORM, {}):
        assert problem.message.startswith("Bitte ") and problem.label and "!" not in problem.message
    field = Step("s", "S", (Field("x", "Name", Kind.TEXT),))
    assert problems(field, {}, lambda text: text.replace("Bitte füllen Sie", "Please fill in"))[0].message.startswith("Please")


@pytest.mark.parametrize("pattern", ["(a+)+", "(a|aa)+", "(aa?){40}", r"(\w{1,10}){1,10}", r"(a)\1*", ".*.*.*.*="])
def test_patterns_that_could_run_for_ever_are_not_run(pattern: str) -> None:
    assert compiled(pattern) is None


@pytest.mark.parametrize(
    "pattern", ["([0-9] ?){15}", r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{1,63}$", "[^,]+,[^,]+,[^,]+"]
)
def test_patterns_that_are_run_are_quick_on_any_text(pattern: str) -> None:
    assert compiled(pattern) is not None
    start = time.process_time()
    for text in ("1 " * 250, "a" * 500, "@." * 250, "," * 500):
        matches(pattern, text)
    assert time.process_time() - start < 0.5
