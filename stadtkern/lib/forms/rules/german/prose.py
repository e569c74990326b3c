"""What a rule says before its names are looked up in a form: statements of conditions and acts, frozen and cached by text."""

from dataclasses import dataclass
from enum import StrEnum

LANDS = frozenset(["BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH"])


@dataclass(frozen=True, slots=True)
class Ref:
    """An element as named: ids from the outside in; without ids its `name`; without both the bearer of the rule.

    `noun` = what the bearer is called ("field", "group"): it has to be that.
    """

    ids: tuple[str, ...]
    name: str = ""
    noun: str = ""


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as written: `text` (often a code), `label` beside it, `high` the other end of a range.

    kind: "code" (code, word or text), "number", "date", "today" (number = days ahead), "years", "ref".
    """

    text: str
    label: str = ""
    kind: str = "code"
    high: str = ""
    ref: Ref | None = None


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison: `sign` is = < <= > >=; negation stands outside."""

    ref: Ref
    sign: str
    value: Literal


@dataclass(frozen=True, slots=True)
class Filled:
    """The element has an answer."""

    ref: Ref


@dataclass(frozen=True, slots=True)
class Member:
    """The code is in the list that another sentence of the rule spells out ("ein Staat, der zur EU gehört")."""

    ref: Ref


@dataclass(frozen=True, slots=True)
class Rest:
    """All values of the field but those that the rule names."""

    ref: Ref


@dataclass(frozen=True, slots=True)
class RealDate:
    """Day, month and year make a date that exists."""

    refs: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class Amount:
    """The repeatable element has `sign` `value` instances with answers."""

    ref: Ref
    sign: str
    value: Literal


@dataclass(frozen=True, slots=True)
class AnyInside:
    """One of the fields directly inside the bearer has the value; without value any answer."""

    value: Literal | None


@dataclass(frozen=True, slots=True)
class Always:
    """No condition."""


@dataclass(frozen=True, slots=True)
class Previous:
    """The condition of the statement before."""


@dataclass(frozen=True, slots=True)
class Not:
    """It does not hold."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class And:
    """All hold."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class One:
    """Exactly one holds."""

    parts: tuple["Condition", ...]


Condition = Test | Filled | Member | Rest | RealDate | Amount | AnyInside | Always | Previous | Not | And | Or | One


class Act(StrEnum):
    """What a statement does to its elements."""

    REQUIRE = "require"
    FORBID = "forbid"
    SHOW = "show"
    SET = "set"  # a value, unseen
    FIX = "fix"  # a value, seen but not to be changed
    PREFILL = "prefill"  # a value to start with
    LIMIT = "limit"  # only these codes
    CHECK = "check"  # `condition` must hold
    RELEASE = "release"  # need not be filled in
    MAY_HIDE = "may hide"  # may be left out: hidden where another statement shows it under the opposite condition


@dataclass(frozen=True, slots=True)
class Do:
    """One act on elements; `lands` None = everywhere, otherwise only there ("*" = in all Länder not named)."""

    act: Act
    refs: tuple[Ref, ...] = ()
    values: tuple[Literal, ...] = ()
    condition: Condition | None = None
    lands: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """While `condition` holds: `acts`; while it does not: `otherwise`."""

    condition: Condition
    acts: tuple[Do, ...]
    otherwise: tuple[Do, ...] = ()
    lands: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Prose:
    """A whole rule: statements in their order, and the code list it spells out, if any."""

    statements: tuple[Statement, ...]
    members: tuple[Literal, ...] = ()
    named: frozenset[str] = frozenset()  # Länder named anywhere
