"""What was answered, for reading: the page before sending, the letter, the desk."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from stadtkern.lib.forms.model import Field, Form, Group, Kind, Step
from stadtkern.lib.forms.show import text_of
from stadtkern.lib.forms.walk import Effects, Visit, Walk


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a summary; a heading has no kind."""

    path: str
    label: str
    text: str
    depth: int
    kind: Kind | None
    value: Any


@dataclass(frozen=True, slots=True)
class Section:
    """The summary of one step."""

    step_key: str
    title: str
    rows: tuple[Row, ...]


def summary(
    form: Form | Step,
    answers: Mapping[str, Any],
    files: Mapping[str, str] | None = None,
    translate: Callable[[str], str] = str,
    effects: Effects | None = None,
) -> list[Section]:
    """What was answered, step by step: visible questions only, groups as headings, several answers to one in one row.

    `files` = upload keys to file names; `effects` = what the rules say of these answers, needed with a step alone.
    Of a repeated field the row has the path without index and a list as value.
    """
    steps = form.steps if isinstance(form, Form) else (form,)
    walk = Walk(form, answers, effects)
    rows: list[list[Row]] = [[] for _step in steps]
    for step, found in zip(steps, rows, strict=True):
        for visit in walk.on(step).visits():
            for row in _rows(visit, walk.answers, files, translate):
                _append(found, row, visit)
    return [
        Section(step.key, step.title, tuple(_without_empty_headings(found))) for step, found in zip(steps, rows, strict=True)
    ]


def _rows(
    visit: Visit, answers: Mapping[str, Any], files: Mapping[str, str] | None, translate: Callable[[str], str]
) -> Iterator[Row]:
    element, depth = visit.element, visit.path.count("/")
    if isinstance(element, Group):
        label = element.label if visit.index is None else f"{element.label} {visit.index + 1}"
        yield Row(visit.path, label, "", depth, None, None)
    elif element.kind is not Kind.LABEL and not element.hidden:
        value = element.default if element.locked else answers.get(visit.path)
        text = text_of(element, value, files, translate)
        if visit.index is None:
            yield Row(visit.path, element.label, text, depth, element.kind, value)
        elif text:
            yield Row(visit.path.rpartition("[")[0], element.label, text, depth, element.kind, [value])


def _append(rows: list[Row], row: Row, visit: Visit) -> None:
    before = rows[-1] if rows else None
    if before and isinstance(visit.element, Field) and visit.index and before.path == row.path:
        rows[-1] = replace(before, text=f"{before.text}, {row.text}", value=[*before.value, *row.value])
    else:
        rows.append(row)


def _without_empty_headings(rows: list[Row]) -> list[Row]:
    kept: list[Row] = []
    for row in rows:
        while kept and kept[-1].kind is None and kept[-1].depth >= row.depth:
            kept.pop()
        kept.append(row)
    while kept and kept[-1].kind is None:
        kept.pop()
    return kept
