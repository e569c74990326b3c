"""Whatever is posted or sent: nothing raises, what is kept is fit for the database, cleaning twice changes nothing."""

import json
import time
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stadtkern.lib.forms import shape
from stadtkern.lib.forms.check import problems
from stadtkern.lib.forms.model import Answers, Field, Kind, Step, fields
from stadtkern.lib.forms.read import from_post, merged, parse, revealed
from stadtkern.lib.forms.show import input_text

from .forms import COLOURS, DOGS, FORM

NAMES = [path for path, _field in fields(FORM)]
INDEX = st.sampled_from(["", "[0]", "[1]", "[7]", "[199]", "[200]", "[99999999]", "[-1]", "[x]", "[", "]"])
TEXT = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=()), max_size=40),
    st.sampled_from(
        [
            "",
            "true",
            "false",
            "31.02.2026",
            "24.11.2026",
            "1.234,56",
            "9" * 400,
            "braun",
            "DE89370400440532013000",
            "a\x00",
            "\ud800",
        ]
    ),
)


@st.composite
def names(draw: st.DrawFn) -> str:
    path = draw(st.one_of(st.sampled_from(NAMES), st.text(alphabet=st.characters(exclude_categories=()), max_size=12)))
    return "/".join(segment + draw(INDEX) for segment in path.split("/")) + draw(
        st.sampled_from(["", ".day", ".month", ".year", ".time", "."])
    )


POSTS = st.dictionaries(names(), st.lists(TEXT, max_size=3), max_size=12)
JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | TEXT, lambda inner: st.lists(inner, max_size=3))
SENT = st.dictionaries(names(), JSON | st.just(10**5000), max_size=12)


def fit(answers: Answers) -> bool:
    """PostgreSQL takes it as JSON: no NUL, no half surrogates, no NaN."""
    text = json.dumps(answers, allow_nan=False, ensure_ascii=False)
    return "\\u0000" not in text and "\x00" not in text and bool(text.encode("utf-8"))


def walk_through(answers: Answers) -> None:
    for step in FORM.steps:
        found = problems(step, answers)
        assert all(problem.path and problem.message for problem in found)
        shape.placed(step, answers, found, dict.fromkeys(answers, "aus dem Register"), {"k": "v"})
    shape.summary(FORM, answers)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(posts=st.lists(POSTS, min_size=1, max_size=3), path=names())
def test_any_post(posts: list[dict[str, list[str]]], path: str) -> None:
    answers: Answers = {}
    for data in posts:
        for step in FORM.steps:
            answers = merged(step, data, answers)
            revealed(step, data, answers)
        assert fit(answers)
    walk_through(answers)
    kept = shape.clean(FORM, answers)
    assert fit(kept) and shape.clean(FORM, kept) == kept
    shape.add(FORM, answers, path)
    shape.remove(FORM, answers, path)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sent=SENT)
def test_any_json(sent: dict[str, Any]) -> None:
    walk_through(sent)
    kept = shape.clean(FORM, sent)
    assert fit(kept) and shape.clean(FORM, kept) == kept
    problems(FORM, kept)


@settings(max_examples=400, deadline=None)
@given(kind=st.sampled_from([kind for kind in Kind if kind not in (Kind.LABEL, Kind.FILE, Kind.YES_NO)]), typed=TEXT)
def test_what_stands_in_the_input_is_read_as_the_same_again(kind: Kind, typed: str) -> None:
    field = Field("x", "X", kind, options=COLOURS)
    value = parse(field, typed)
    if not problems(Step("s", "S", (field,)), {"x": value}):
        assert parse(field, input_text(field, value)) == value


def test_a_long_list_of_names_takes_no_time() -> None:
    data = {f"dogs[{i}]/vets[{i}]": ["x"] for i in range(100_000)}
    start = time.process_time()
    answers = from_post(DOGS, data, {})
    problems(DOGS, answers)
    shape.clean(DOGS, answers)
    assert len(answers) < 200 * 10 and time.process_time() - start < 5


def test_a_page_of_thirty_fields_is_read_and_checked_in_two_milliseconds() -> None:
    kinds = [Kind.TEXT] * 14 + [
        Kind.NUMBER,
        Kind.DATE,
        Kind.YES_NO,
        Kind.MONEY,
        Kind.EMAIL,
        Kind.CHOICE,
        Kind.LONG_TEXT,
        Kind.DECIMAL,
    ] * 2
    step = Step("s", "S", tuple(Field(f"f{i}", "Frage", kind, options=COLOURS) for i, kind in enumerate(kinds)))
    data = {f"f{i}": ["12"] for i in range(30)}
    best = 9.0
    for _round in range(20):
        start = time.process_time()
        problems(step, from_post(step, data, {}))
        best = min(best, time.process_time() - start)
    assert best < 0.002, f"{best * 1000:.2f} ms"
