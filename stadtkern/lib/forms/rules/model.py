"""What a rule says once it is compiled: effects on elements under conditions; frozen values, ready for JSON.

The language is a superset of FITKO's translated rules (FIM portal, `/api/v1/translated-rules`): effects require, forbid,
show, set, valid; conditions equal, not, and, or, xor, is_empty; beside these comparisons, code ranges and counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Node = Mapping[str, Any]
"""One condition, exactly one key:

{"equal": [operand, operand]} · {"less": [a, b]} · {"at_most": [a, b]}   numbers, dates (ISO) and text of the same kind
{"within": [operand, [[low, high], …]]}                                  code ranges, both ends included
{"one_of": [operand, [literal, …]]}                                      a code out of a list
{"not": node} · {"and": [node, …]} · {"or": [node, …]} · {"xor": [node, …]}
{"is_empty": operand}                                                    field or group without any answer
{"real_date": [day, month, year]}                                        operands; where all three are filled: such a day exists
{"true": operand}                                                        a yes_no field answered with yes
{"always": true}                                                         no condition

Operands: {"path": "G1/F2"} a path without indexes from the top of the form; {"count": "G1"} how many instances of a
repeatable element have an answer; {"today": 0} today plus so many days; {"length": "G1/F2"}; {"plus": [operand, number]};
{"age": operand} full years from a date until today, {"age": [day, month, year]} the same from parts (where the day or the
month is not known: the last possible day, so nobody is taken for older than they are);
{"value": literal} text (also codes), number, true or false, ISO date.
A comparison (equal, less, at_most, within, one_of) with an empty operand is false; `xor` = exactly one of its nodes.
A path inside a repetition means the instance the target stands in; where there is none, any instance.
"""


class State(StrEnum):
    """Where the meaning of a rule comes from."""

    COMPILED = "compiled"  # read by the compiler without doubt
    CONFIRMED = "confirmed"  # written or confirmed by a person of the city
    OPEN = "open"  # not understood: shown to staff, never guessed
    NOTE = "note"  # says something for people only (where a value goes, who checks): nothing to enforce


class Effect(StrEnum):
    """What happens to the targets while the condition holds."""

    REQUIRE = "require"  # must be answered (and is shown)
    FORBID = "forbid"  # hidden, and its answers cleared before submission
    SHOW = "show"  # shown only while the condition holds, otherwise hidden and cleared; as optional as the schema says
    SET = "set"  # takes `value` (literal or operand) while the condition holds; not editable meanwhile
    VALID = "valid"  # the condition must hold for the answers; `message` says what to do where it does not


@dataclass(frozen=True, slots=True)
class Clause:
    """One effect: while `condition` holds, `effect` applies to `targets` (paths without indexes, fields or groups).

    For VALID the condition is what must be true; `targets` are where the message is shown. `otherwise` = forbid
    the targets while the condition does not hold ("SONST …"): only with REQUIRE and SET. `hidden` with SET: the value is
    submitted but not shown. Several clauses with SHOW or `otherwise` on one target: it is shown while any of them holds.
    """

    effect: Effect
    targets: tuple[str, ...]
    condition: Node
    message: str = ""
    value: Any = None
    otherwise: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as placed: `key` R…, `bearer` = path of the element that carries it ("" the schema), its sentence beside it."""

    key: str
    version: str
    bearer: str
    text: str
    state: State = State.OPEN
    clauses: tuple[Clause, ...] = ()
    why: str = ""  # why it did not compile, in German, for staff


@dataclass(frozen=True, slots=True)
class RawRule:
    """One rule as a reader of schemas finds it: `bearer` = path of the element that carries it ("" the schema itself).

    `text` is the German sentence as written (XDF3 `freitextRegel`, XDF2 `definition`), line breaks kept.
    """

    key: str
    version: str
    bearer: str
    text: str
    name: str = ""  # what its authors call it
