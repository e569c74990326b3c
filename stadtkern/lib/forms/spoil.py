"""Wrong answers to any form, one mistake at a time: what must be refused, and where."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stadtkern.lib.forms.model import Answers, Field, Form, Group, Kind, Step
from stadtkern.lib.forms.walk import Visit, Walk, is_ticks

_TEXTS = (Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE)
_BROKEN: dict[Kind, tuple[Any, ...]] = {
    Kind.NUMBER: ("zwölf", "1,5", True), Kind.DECIMAL: ("1,5", "viel"), Kind.MONEY: ("12.50", True),
    Kind.DATE: ("2026-02-30", "24.11.2026", "2026-13-01"), Kind.TIME: ("24:00", "9:5"),
    Kind.DATETIME: ("2026-11-24", "2026-11-24T25:00"),
    Kind.YES_NO: ("ja", 1), Kind.EMAIL: ("name@", "a b@example.org"), Kind.PHONE: ("ruf mich an",),
    Kind.IBAN: ("DE89370400440532013001",), Kind.FILE: (7,),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spoiled:
    """Answers with one mistake. `kind` = the demand that is hurt, `path` = where it must be refused."""

    kind: str
    path: str
    answers: Answers


def spoiled(form: Form | Step, answers: Mapping[str, Any]) -> Iterator[Spoiled]:
    """One mistake for every demand of every visible element; `answers` are complete and clean."""
    base: Answers = dict(answers)
    visits = list(Walk(form, answers).visits())
    for visit in visits:
        if isinstance(visit.element, Group) and not visit.element.choice:
            base[visit.path] = True  # the group stays, also when its only answer goes
    for visit in visits:
        yield from _lists(visit, base)
        if isinstance(visit.element, Group):
            if visit.element.choice:
                yield Spoiled("choice", visit.path, {**_without(base, visit.path), visit.path: None})
        elif not (visit.element.locked or visit.element.hidden or visit.element.kind is Kind.LABEL):
            yield from _field(visit.element, visit, base)


def _field(field: Field, visit: Visit, base: Answers) -> Iterator[Spoiled]:
    shown = visit.path.rpartition("[")[0] if is_ticks(field) else visit.path
    if field.minimum > (visit.index or 0):
        yield Spoiled("required", shown, {**base, visit.path: None})
    if base.get(visit.path) is not None:
        for kind, value in wrong_values(field):
            yield Spoiled(kind, shown, {**base, visit.path: value})


def wrong_values(field: Field) -> Iterator[tuple[str, Any]]:
    """Values the field must refuse, with the demand they hurt."""
    for value in _BROKEN.get(field.kind, ()):
        yield "type", value
    if field.kind is Kind.CHOICE:
        yield "code", "gibt es nicht"
    if field.kind in _TEXTS:
        yield from _texts(field)
    if isinstance(field.min_value, int | float):
        yield "too small", _beyond(field, field.min_value, -1)
    if isinstance(field.max_value, int | float):
        yield "too large", _beyond(field, field.max_value, 1)
    if field.kind is Kind.DATE:
        yield from _dates(field)


def _texts(field: Field) -> Iterator[tuple[str, Any]]:
    yield "type", 12
    yield "character", "a\x00b"
    if field.max_length:
        yield "too long", "x" * (field.max_length + 1)
    if (field.min_length or 0) > 1:
        yield "too short", "x" * ((field.min_length or 0) - 1)
    if field.pattern:
        filler = "~" * min(max(field.min_length or 1, 1), field.max_length or 500)
        if not re.search(r"~|\.[*+]|\[\^", field.pattern):
            yield "pattern", filler


def _dates(field: Field) -> Iterator[tuple[str, Any]]:
    if not field.partial:
        yield "part of a date", "2026-11"
    if field.min_value is not None:
        yield "too early", "0001-01-01"
    if field.max_value is not None:
        yield "too late", "9999-12-31"


def _beyond(field: Field, limit: float, step: int) -> Any:
    if field.kind is Kind.DECIMAL:
        return f"{limit + step:.2f}"
    return int(limit) + step


def _lists(visit: Visit, base: Answers) -> Iterator[Spoiled]:
    """One entry too many, at the first entry of each list."""
    element = visit.element
    if visit.index != 0 or element.maximum is None or (isinstance(element, Field) and is_ticks(element)):
        return
    place = visit.path.rpartition("[")[0]
    start = len(place) + 3
    first = {path[start:]: value for path, value in base.items() if path.startswith(f"{place}[0]")}
    if any(value not in (None, "", True) for value in first.values()):
        more = {f"{place}[{index}]{rest}": value for index in range(element.maximum + 1) for rest, value in first.items()}
        yield Spoiled("too many", place, {**base, **more})


def _without(base: Answers, path: str) -> Answers:
    return {place: value for place, value in base.items() if place != path and not place.startswith(f"{path}/")}
