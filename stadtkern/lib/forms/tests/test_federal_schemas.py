"""Every real federal schema at hand: read as it is, filled in, posted, summed up, and strict at every single place."""

import gzip
import json
import re
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from stadtkern.lib.forms import genericode, shape, xdf3
from stadtkern.lib.forms import json as plain
from stadtkern.lib.forms.check import problems
from stadtkern.lib.forms.model import Answers, Field, Form, Group, Kind, fields
from stadtkern.lib.forms.pages import questions
from stadtkern.lib.forms.read import merged, revealed
from stadtkern.lib.forms.sample import posted, valid_answers
from stadtkern.lib.forms.walk import Visit, Walk, is_ticks

from .schemas import FILES, FIM

pytestmark = pytest.mark.skipif(not FILES, reason="the federal schemas are not here")
names = pytest.mark.parametrize("path", FILES, ids=[path.name.split(".")[0] for path in FILES])


@lru_cache(maxsize=1)
def code_lists() -> xdf3.CodeLists:
    return genericode.folder(FIM / "codelists")


@lru_cache(maxsize=200)
def schema_of(path: Path) -> tuple[xdf3.Schema, float]:
    """The schema and the seconds it took to read it."""
    lists, start = code_lists(), time.process_time()
    return xdf3.load(path, lists), time.process_time() - start


def form_of(path: Path) -> Form:
    return schema_of(path)[0].form


@lru_cache(maxsize=200)
def _sample(path: Path) -> Answers:
    return valid_answers(form_of(path), 0)


@names
def test_it_is_read_whole_and_quickly(path: Path) -> None:
    schema, seconds = schema_of(path)
    assert seconds < 2
    assert schema.info.id == path.name.split(".")[0] and re.fullmatch(r"\d+\.\d+\.\d+", schema.info.version)
    places = [place for place, _field in fields(schema.form)]
    assert places and len(places) == len(set(places))
    assert len(places) == _placed_fields(path)
    assert all(field.label for _place, field in fields(schema.form))
    assert (
        len({step.key for step in schema.form.steps})
        == len(schema.form.steps)
        == len({step.title for step in schema.form.steps})
    )
    assert plain.from_dict(json.loads(json.dumps(plain.to_dict(schema.form)))) == schema.form


def _placed_fields(path: Path) -> int:
    """Counted another way: by the text of the file."""
    return gzip.decompress(path.read_bytes()).count(b"<xdf3:datenfeld>")


@names
def test_valid_answers_go_through_every_page(path: Path) -> None:
    form = form_of(path)
    for answers in (_sample(path), valid_answers(form, 1)):
        assert problems(form, answers) == []
        reached = {
            re.sub(r"\[\d+\]", "", visit.path) for visit in Walk(form, answers).visits() if isinstance(visit.element, Field)
        }
        asked = {place for place, _field in fields(form)}
        assert reached == asked or any(group.choice for group in _groups(form)), asked - reached
        back: Answers = {place: value for place, value in answers.items() if _is_file(form, place)}
        for step in form.steps:
            data = posted(step, answers)
            back = merged(step, data, back)
            assert revealed(step, data, back) == []
        assert shape.clean(form, back) == answers
        shown = {row.path for section in shape.summary(form, answers) for row in section.rows}
        assert all(place in shown or place.rpartition("[")[0] in shown for place in answers)


def _groups(form: Form) -> Iterator[Group]:
    found: list[Any] = [child for step in form.steps for child in step.children]
    while found:
        element = found.pop()
        if isinstance(element, Group):
            yield element
            found.extend(element.children)


def _is_file(form: Form, place: str) -> bool:
    element = shape.find(form, place)
    return isinstance(element, Field) and element.kind is Kind.FILE


def spoil(path: Path, change: Callable[[Field, Visit], Any]) -> tuple[Answers, set[str]]:
    """Valid answers with some of them changed, and the paths of those; groups that were there stay."""
    form, answers = form_of(path), dict(_sample(path))
    spoiled: set[str] = set()
    for visit in list(Walk(form, answers).visits()):
        element = visit.element
        if isinstance(element, Group):
            if not element.choice:
                answers[visit.path] = True
        elif not (element.locked or element.hidden or element.kind is Kind.LABEL):
            new = change(element, visit)
            if new is not ...:
                answers[visit.path] = new
                spoiled.add(visit.path.rpartition("[")[0] if is_ticks(element) else visit.path)
    return answers, spoiled


def found(form: Form, answers: Answers) -> set[str]:
    return {problem.path for problem in problems(form, answers)}


@names
def test_what_is_required_is_missed_exactly_where_it_is_missing(path: Path) -> None:
    form = form_of(path)

    def empty(field: Field, visit: Visit) -> Any:
        return None if field.minimum > (visit.index or 0) else ...

    answers, spoiled = spoil(path, empty)
    assert found(form, answers) == spoiled and spoiled


@names
def test_lengths_patterns_limits_codes_and_kinds_are_enforced_exactly_there(path: Path) -> None:
    form = form_of(path)
    changes: dict[str, Callable[[Field, Visit], Any]] = {
        "too long": lambda field, _: (
            "x" * (field.max_length + 1) if field.max_length and field.kind is not Kind.CHOICE else ...
        ),
        "too short": lambda field, _: "x" if (field.min_length or 0) > 1 else ...,
        "wrong pattern": lambda field, _: "~~ ~~" if field.pattern else ...,
        "too small": lambda field, _: _beyond(field, field.min_value, -1),
        "too large": lambda field, _: _beyond(field, field.max_value, 1),
        "unknown code": lambda field, _: "gibt es nicht" if field.kind is Kind.CHOICE else ...,
        "no such kind": lambda field, _: "weder noch" if field.kind not in (Kind.TEXT, Kind.LONG_TEXT, Kind.FILE) else ...,
    }
    for name, change in changes.items():
        answers, spoiled = spoil(path, change)
        assert found(form, answers) == spoiled, name


def _beyond(field: Field, limit: object, step: int) -> Any:
    if not isinstance(limit, int | float):
        return ...
    return f"{limit + step:.2f}" if field.kind is Kind.DECIMAL else int(limit) + step


@names
def test_too_many_and_too_few_entries_are_noticed_at_the_list(path: Path) -> None:
    form, answers = form_of(path), _sample(path)
    for visit in list(Walk(form, answers).visits()):
        element = visit.element
        if visit.index != 0 or (isinstance(element, Field) and is_ticks(element)):
            continue
        place = visit.path.rpartition("[")[0]
        first = {at[len(place) + 3 :]: value for at, value in answers.items() if at.startswith(f"{place}[0]")}
        if element.maximum is not None:
            many = {
                **answers,
                **{f"{place}[{i}]{rest}": value for i in range(element.maximum + 1) for rest, value in first.items()},
            }
            assert found(form, many) == {place}
        if element.minimum > 0:
            few = {at: value for at, value in answers.items() if not at.startswith(f"{place}[")}
            few |= {place.rpartition("/")[0]: True} if "/" in place else {}
            missed = found(form, few)
            assert missed and all(at == place or at.startswith(f"{place}[") for at in missed)


def test_pages_are_short() -> None:
    pages = [sum(map(questions, step.children)) for path in FILES for step in form_of(path).steps]
    assert sum(count <= 8 for count in pages) / len(pages) > 0.8 and max(pages) < 20
