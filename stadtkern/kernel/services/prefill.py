"""Which answers can come from a register: by building block for every federal form, by hand where a city says otherwise."""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from stadtkern.kernel.registers.evidence import types
from stadtkern.lib.forms.check import value_problem
from stadtkern.lib.forms.fim import block
from stadtkern.lib.forms.model import Element, Field, Form, Group, Kind, Value, fields

OFF = "none"
ACCOUNT = "account.email"
PARTS = {"year": slice(0, 4), "month": slice(5, 7), "day": slice(8, 10)}
# Every fact a service may ask for: "vehicles.plate", "residents.birth_date#year".
SOURCES = frozenset(
    f"{key}.{name}{part}"
    for key, evidence in types().items()
    for name, field in evidence.fields.items()
    for part in ["", *(f"#{part}" for part in PARTS if field.kind == "date")]
) | {ACCOUNT}


@cache
def _blocks() -> dict[str, Any]:
    file = Path(__file__).with_name("fim_blocks.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def by_blocks(form: Form) -> dict[str, str]:
    """Path -> fact for the harmonised building blocks of the applicant; never inside a repetition."""
    known: Mapping[str, str] = _blocks()["fields"]
    found = {}
    for step in form.steps:
        for path, field in _of_applicant(step.children, "", False):
            if (block := _block(field)) in known and not field.locked and not field.hidden:
                found[path] = known[block]
    return found


def combined(form: Form, written: Mapping[str, str], overlay: Mapping[str, str]) -> dict[str, str]:
    """What counts: service.toml over the overlay of the form over the building blocks; "none" takes a field out.

    Paths that the form has no more are without effect.
    """
    found = {**by_blocks(form), **overlay, **written}
    there = {path for path, _ in fields(form)}
    return {path: fact for path, fact in found.items() if fact != OFF and path in there}


def _of_applicant(elements: tuple[Element, ...], prefix: str, own: bool) -> Iterator[tuple[str, Field]]:
    for element in elements:
        path = f"{prefix}{element.key}"
        if element.maximum != 1:
            continue
        if isinstance(element, Field):
            if own:
                yield path, element
            continue
        said = _says(element.label)
        if said is not False:
            yield from _of_applicant(element.children, f"{path}/", own or bool(said))


@cache
def _says(label: str) -> bool | None:
    """True: about the applicant; False: about somebody or something else; None: says nothing."""
    words, text = _blocks()["applicant"], f" {label.casefold()} "
    places = {key: min((at for word in words[key] if (at := text.find(word)) >= 0), default=-1) for key in ("own", "others")}
    own, others = places["own"], places["others"]
    if own < 0 and others < 0:
        return None
    if others < 0 or 0 <= own < others:
        return True if others < 0 else None  # "Antragsteller oder gesetzlicher Vertreter": what is inside decides
    return False


def _block(field: Field) -> str:
    return block(field.fim or field.key)


def register_field(origin: str) -> tuple[str, str] | None:
    """Register and field behind a fact: ("vehicles", "plate"); None for facts that no register is asked for."""
    evidence, _, field = origin.partition("#")[0].partition(".")
    return (evidence, field) if evidence in types() else None


def own_questions(prefill: Mapping[str, str], visible: Collection[str]) -> list[str]:
    """Paths of visible questions that the account itself can answer."""
    return [path for path, origin in prefill.items() if origin == ACCOUNT and path in visible]


def presumed(form: Form, prefill: Mapping[str, str]) -> dict[str, Value]:
    """Answers that are known before anybody is asked ("lives in Germany"): questions behind them are asked for as well."""
    found: dict[str, Value] = {}
    labelled = dict(fields(form))
    for path in prefill:
        field = labelled.get(path)
        constant = _values(field).get("*") if field else None
        if field and constant is not None:
            found[path] = _fitting(field, constant)
    return {path: value for path, value in found.items() if value is not None}


def _values(field: Field) -> Mapping[str, str]:
    values: Mapping[str, Mapping[str, str]] = _blocks()["values"]
    return values.get(_block(field), {})


def value_for(field: Field, origin: str, known: object) -> Value:
    """What the register says, as this field keeps it; None where the field cannot hold it (then it is asked)."""
    if known in (None, ""):
        return None
    if isinstance(known, bool):
        return known if field.kind is Kind.YES_NO else _fitting(field, "ja" if known else "nein")
    text = known.isoformat() if hasattr(known, "isoformat") else str(known)
    part = origin.partition("#")[2]
    if part:
        text = text[PARTS[part]]
    said = _values(field)
    return _fitting(field, said.get(text, said.get("*", text)))


def _fitting(field: Field, text: str) -> Value:
    value: Value = text
    if field.kind is Kind.CHOICE:
        folded = text.casefold()
        value = next((one.code for one in field.options if folded in (one.code.casefold(), one.label.casefold())), None)
    elif field.kind is Kind.NUMBER:
        value = int(text) if text.isdecimal() else None
    elif field.kind not in (Kind.TEXT, Kind.LONG_TEXT, Kind.DATE, Kind.EMAIL):
        return None
    return None if value is None or value_problem(field, value) else value


def question(form: Form, path: str) -> Field | None:
    """The field at a path without indexes."""
    children: tuple[Element, ...] = tuple(child for step in form.steps for child in step.children)
    element: Element | None = None
    for key in path.split("/"):
        same = [child for child in children if child.key == key]
        element = same[0] if same else None
        children = tuple(below for group in same if isinstance(group, Group) for below in group.children)
    return element if isinstance(element, Field) else None
