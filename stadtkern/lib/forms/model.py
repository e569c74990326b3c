"""What a form is made of: fields, groups, steps; frozen values without behaviour.

A field is identified by its *path*, never by an id: segments joined by "/", repeatable elements carry a zero-based
"[i]" (`person/address/street`, `dogs[1]/name`). The key of a step is not part of the path.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from stadtkern.lib.forms.rules.model import Rule

Value = str | int | bool | None
Answers = dict[str, Any]
"""Flat and ready for JSON: {path: Value}.

Dates are ISO text ("2026-11-22", partial "2026-11", "2026"), times "HH:MM", moments "2026-11-22T09:30", money is integer
cents, decimals are text with a point, files are the key of the upload, yes_no is a bool, a choice is its code.
What could not be read stays as the text that was typed; `check` says what to type instead.
None at a path means "shown but empty"; True at the path of a group means "this group was added";
the path of a choice group holds the key of the chosen child.
"""

MOST_REPEATS = 200  # accepted per repeatable element, whatever the form or the client says
MOST_SHOWN = 50  # of these are rendered on a page


class Kind(StrEnum):
    """What a field asks for; the words of `service.toml`."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    DECIMAL = "decimal"
    MONEY = "money"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    YES_NO = "yes_no"
    CHOICE = "choice"
    EMAIL = "email"
    PHONE = "phone"
    IBAN = "iban"
    FILE = "file"
    LABEL = "label"


@dataclass(frozen=True, slots=True)
class Option:
    """One line of a code list: the code is stored, the label is shown."""

    code: str
    label: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `maximum` None means any number; `minimum` 0 means optional.

    `when` = {path of another field: value}: shown only while all match; the path is looked up in the own group first,
    then outwards. `min_value`/`max_value` are numbers, for money cents, for dates ISO text or "today".
    A `label` field shows its `help` and asks nothing; `locked` carries its `default`; `hidden` does so unseen.
    """

    key: str
    label: str
    kind: Kind
    minimum: int = 1
    maximum: int | None = 1
    help: str = ""
    pattern: str | None = None
    pattern_hint: str = ""
    min_length: int | None = None
    max_length: int | None = None
    min_value: int | float | str | None = None
    max_value: int | float | str | None = None
    options: tuple[Option, ...] = ()
    default: Value = None
    locked: bool = False
    when: Mapping[str, Value] | None = None
    autocomplete: str = ""
    media_types: tuple[str, ...] = ()
    max_bytes: int | None = None
    fim: str = ""
    code_list: str = ""
    partial: bool = False  # dates only: day, or day and month, may be unknown
    hidden: bool = False
    grade: str = ""  # FIM schemaelementart: HAR harmonised building block, RNG bound to a law, ABS abstract
    prefill: str = ""  # FIM vorbefuellung: "optional" or "required" where a register or account may fill it in
    sources: tuple[str, ...] = ()  # laws the question rests on (FIM bezug)


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that belong together; may repeat; with `choice` exactly one of the children is filled in."""

    key: str
    label: str
    children: tuple["Element", ...]
    minimum: int = 1
    maximum: int | None = 1
    help: str = ""
    when: Mapping[str, Value] | None = None
    choice: bool = False
    fim: str = ""  # as with a field: id and version of the building block, "G60000000083V1.2.0"
    grade: str = ""
    sources: tuple[str, ...] = ()


Element = Field | Group


@dataclass(frozen=True, slots=True)
class Step:
    """One page of a form."""

    key: str
    title: str
    children: tuple[Element, ...]
    help: str = ""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Form:
    """All pages of a form; `rules` reach over all of them; `notes` are what a reader could not use, kept for staff."""

    title: str
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()

    def step(self, key: str) -> Step | None:
        """The step with this key, or None."""
        return next((step for step in self.steps if step.key == key), None)


def children_of(part: "Form | Step | Group") -> tuple[Element, ...]:
    """The elements directly below; those of a form are the elements of all its steps."""
    if isinstance(part, Form):
        return tuple(child for step in part.steps for child in step.children)
    return part.children


def fields(part: "Form | Step | Group", prefix: str = "") -> Iterator[tuple[str, Field]]:
    """Every field below with its path without indexes, in the order of the form."""
    for child in children_of(part):
        path = f"{prefix}{child.key}"
        if isinstance(child, Group):
            yield from fields(child, f"{path}/")
        else:
            yield path, child
