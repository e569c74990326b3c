"""Conditions as closures: compiled once, asked often; three-valued, because an empty field is neither equal nor unequal.

For an effect (require, forbid, show, set) a comparison with an empty field is false, and its negation true. For a rule
about valid answers it is unknown: nobody is told off for what has not been answered.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stadtkern.lib.forms.model import MOST_REPEATS, Field, Kind
from stadtkern.lib.forms.rules import calendar, compare
from stadtkern.lib.forms.rules.facts import Facts
from stadtkern.lib.forms.rules.model import Node
from stadtkern.lib.forms.rules.places import Place

Context = tuple[str, ...]
"""Concrete path of each level down to the target: ("dogs[1]", "dogs[1]/owner", "dogs[1]/owner/name")."""
Test = Callable[[Facts, Context], bool | None]
Read = Callable[[Facts, Context], Any]
NUMBERS = frozenset({Kind.NUMBER, Kind.DECIMAL, Kind.MONEY})
DATES = frozenset({Kind.DATE, Kind.DATETIME})
_YES = {"true": True, "wahr": True, "ja": True, "1": True, "false": False, "falsch": False, "nein": False, "0": False}


class BadCondition(ValueError):
    """A condition that cannot be asked of this form; the message is German, for staff."""


@dataclass(frozen=True, slots=True)
class Operand:
    """How to read one side of a comparison; `many` = several instances, any of which may match."""

    read: Read
    many: bool = False
    field: Field | None = None
    dated: bool = False
    numeric: bool = False
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles conditions as seen from `home`, the element they act on; `unknown` is the answer about an empty field."""

    places: Mapping[str, Place]
    home: Place | None
    unknown: bool | None
    inside: bool = False  # the context names the instance of the home itself

    def test(self, node: Node, depth: int = 0) -> Test:
        """The condition as a function; BadCondition where it is none or speaks of what the form does not ask."""
        if not isinstance(node, Mapping) or len(node) != 1 or depth > 20:
            raise BadCondition("Die Bedingung ist nicht lesbar.")
        ((word, inner),) = node.items()
        if word in _JOINED:
            if not isinstance(inner, list | tuple) or not inner:
                raise BadCondition(f"„{word}“ braucht eine Liste von Bedingungen.")
            return _JOINED[word]([self.test(each, depth + 1) for each in inner])
        if word == "not":
            return _negated(self.test(inner, depth + 1))
        if word == "always":
            said = bool(inner)
            return lambda facts, context: said
        return self._atom(word, inner)

    def _atom(self, word: str, inner: Any) -> Test:
        if word == "is_empty":
            return self._empty(inner)
        if word == "true":
            return _each(self.operand(inner), lambda value: value is True, False)  # "yes" is what nobody has said yet
        if word == "real_date":
            parts = self._parts(inner)
            return lambda facts, context: calendar.exists([part(facts, context) for part in parts])
        if not isinstance(inner, list | tuple) or len(inner) != 2:
            raise BadCondition(f"„{word}“ vergleicht genau zwei Angaben.")
        left = self.operand(inner[0])
        if word in ("within", "one_of"):
            return self._listed(word, left, inner[1])
        right = self.operand(inner[1])
        left, right = _alike(left, right), _alike(right, left)
        if word not in ("equal", "less", "at_most"):
            raise BadCondition(f"„{str(word)[:40]}“ ist kein Wort dieser Sprache.")
        return _compared(left, right, compare.relation(word, _sort(left, right)), self.unknown)

    def _listed(self, word: str, left: Operand, given: Any) -> Test:
        if not isinstance(given, list | tuple) or not given:
            raise BadCondition(f"„{word}“ braucht eine Liste.")
        if word == "one_of":
            wanted = [_fitting(left.field, each) for each in given]
            relation = compare.relation("equal", _sort(left, None))
            return _each(left, lambda value: any(relation(value, each) for each in wanted), self.unknown)
        if any(not isinstance(pair, list | tuple) or len(pair) != 2 for pair in given):
            raise BadCondition("Ein Bereich hat genau zwei Grenzen.")
        at_most = compare.relation("at_most", _sort(left, None))
        pairs = [(low, high) for low, high in given]
        return _each(left, lambda value: any(at_most(low, value) and at_most(value, high) for low, high in pairs), self.unknown)

    def _empty(self, inner: Any) -> Test:
        place = self._place(inner.get("path") if isinstance(inner, Mapping) else inner)
        common = self.common(place)
        below = "/".join(place.segments[common:])
        if not place.repeats_after(common):
            if common == 0:
                return lambda facts, context: not facts.has_content(below)
            ending = f"/{below}" if below else ""
            return lambda facts, context: not facts.has_content(context[common - 1] + ending)
        path = place.path

        def empty(facts: Facts, context: Context) -> bool:
            start = f"{context[common - 1]}/" if common else ""
            return not any(at.startswith(start) and at in facts.values for at in facts.under.get(path, ()))

        return empty

    def operand(self, node: Any) -> Operand:
        """One side of a comparison."""
        if not isinstance(node, Mapping) or len(node) != 1:
            raise BadCondition("Eine Angabe im Vergleich ist nicht lesbar.")
        ((word, inner),) = node.items()
        if word == "path":
            return self._value(inner)
        if word == "value":
            return Operand(lambda facts, context: inner, literal=True, numeric=compare.is_number(inner))
        if word == "today" and isinstance(inner, int):
            days = inner
            return Operand(lambda facts, context: compare.later(facts.today, days), dated=True)
        if word == "count":
            return self._count(inner)
        if word == "length":
            of = self._value(inner.get("path") if isinstance(inner, Mapping) else inner)
            return Operand(_mapped(of, lambda value: len(value) if isinstance(value, str) else None), of.many, numeric=True)
        if word == "plus" and isinstance(inner, list | tuple) and len(inner) == 2:
            base = self.operand(inner[0])
            more = inner[1].get("value") if isinstance(inner[1], Mapping) else inner[1]
            if not compare.is_number(more):
                raise BadCondition("„plus“ zählt eine Zahl dazu.")
            added = _mapped(base, lambda value: compare.plus(value, more, dated=base.dated))
            return Operand(added, base.many, None, base.dated, not base.dated)
        if word == "age":
            return self._age(inner)
        raise BadCondition(f"„{str(word)[:40]}“ ist keine Angabe dieser Sprache.")

    def _age(self, inner: Any) -> Operand:
        if isinstance(inner, list | tuple):
            parts = self._parts(inner)
            return Operand(
                lambda facts, context: calendar.years_since([part(facts, context) for part in parts], facts.today), numeric=True
            )
        born = self.operand(inner)
        if born.many:
            raise BadCondition("Das Alter wäre nicht eindeutig: Das Datum steht in einer anderen Wiederholung.")
        read = born.read
        return Operand(
            lambda facts, context: calendar.years_since(calendar.parts_of(read(facts, context)), facts.today), numeric=True
        )

    def _parts(self, inner: Any) -> list[Read]:
        """Day, month and year of one date."""
        if not isinstance(inner, list | tuple) or len(inner) != 3:
            raise BadCondition("Ein Datum besteht aus Tag, Monat und Jahr.")
        parts = [self.operand(each) for each in inner]
        if any(part.many for part in parts):
            raise BadCondition("Tag, Monat und Jahr stehen in einer anderen Wiederholung.")
        return [part.read for part in parts]

    def _value(self, path: Any) -> Operand:
        place = self._place(path)
        field = place.element
        if not isinstance(field, Field):
            raise BadCondition(f"{place.path} ist eine Gruppe und hat keinen Wert.")
        common = self.common(place)
        facts = {"field": field, "dated": field.kind in DATES, "numeric": field.kind in NUMBERS}
        below = "/".join(place.segments[common:])
        if place.repeats_after(common):
            return Operand(_several(place.path, common), True, **facts)  # type: ignore[arg-type]
        if common == 0:
            return Operand(lambda facts, context: facts.values.get(below), **facts)  # type: ignore[arg-type]
        ending = f"/{below}" if below else ""
        return Operand(lambda facts, context: facts.values.get(context[common - 1] + ending), **facts)  # type: ignore[arg-type]

    def _count(self, path: Any) -> Operand:
        place = self._place(path.get("path") if isinstance(path, Mapping) else path)
        common = min(self.common(place), len(place.segments) - 1)
        last = len(place.segments) - 1
        if place.repeats_after(common, last):
            raise BadCondition(f"{place.path} steht in einer anderen Wiederholung und lässt sich nicht zählen.")
        below = "/".join(place.segments[common:])

        def count(facts: Facts, context: Context) -> int:
            return facts.count(f"{context[common - 1]}/{below}" if common else below)

        return Operand(count, numeric=True)

    def common(self, place: Place) -> int:
        """How many levels the place shares with the home, whose instances are known there."""
        if self.home is None:
            return 0
        known = self.home.segments if self.inside else self.home.segments[:-1]
        shared = 0
        for mine, other in zip(known, place.segments, strict=False):
            if mine != other:
                break
            shared += 1
        return shared if any(place.repeats[:shared]) else 0

    def _place(self, path: Any) -> Place:
        place = self.places.get(path) if isinstance(path, str) else None
        if place is None:
            raise BadCondition(f"Das Formular hat kein Element „{str(path)[:200]}“.")
        return place


def paths_in(node: Any) -> list[str]:
    """Every path a condition or operand names, in its order."""
    found: list[str] = []
    if isinstance(node, Mapping):
        for word, inner in node.items():
            if word in ("path", "count", "length", "is_empty", "true") and isinstance(inner, str):
                found.append(inner)
            elif word != "value":
                found.extend(paths_in(inner))
    elif isinstance(node, list | tuple):
        for each in node:
            found.extend(paths_in(each))
    return found


def _several(path: str, common: int) -> Read:
    def read(facts: Facts, context: Context) -> list[Any]:
        start = f"{context[common - 1]}/" if common else ""
        there = (at for at in facts.loose.get(path, ()) if at.startswith(start))
        return [facts.values[at] for at in there if at in facts.values][:MOST_REPEATS]

    return read


def _mapped(operand: Operand, change: Callable[[Any], Any]) -> Read:
    read = operand.read
    if not operand.many:
        return lambda facts, context: None if (value := read(facts, context)) is None else change(value)
    return lambda facts, context: [new for value in read(facts, context) if (new := change(value)) is not None]


def _alike(operand: Operand, other: Operand) -> Operand:
    """A literal beside a yes_no field: "wahr" is true."""
    if not operand.literal or other.field is None:
        return operand
    value = _fitting(other.field, operand.read(None, ()))  # type: ignore[arg-type]
    return Operand(lambda facts, context: value, literal=True, numeric=compare.is_number(value))


def _fitting(field: Field | None, value: Any) -> Any:
    if field is not None and field.kind is Kind.YES_NO and not isinstance(value, bool):
        return _YES.get(str(value).lower(), value)
    return value


def _sort(left: Operand, right: Operand | None) -> str:
    if left.dated or (right and right.dated):
        return "date"
    return "number" if left.numeric or (right and right.numeric) else "text"


def _each(operand: Operand, holds: Callable[[Any], bool], unknown: bool | None) -> Test:
    read = operand.read
    if operand.many:

        def any_of(facts: Facts, context: Context) -> bool | None:
            values = read(facts, context)
            return any(map(holds, values)) if values else unknown

        return any_of

    def one(facts: Facts, context: Context) -> bool | None:
        value = read(facts, context)
        return unknown if value is None else holds(value)

    return one


def _compared(left: Operand, right: Operand, relation: Callable[[Any, Any], bool], unknown: bool | None) -> Test:
    if right.literal and not right.many:
        fixed = right.read(None, ())  # type: ignore[arg-type]
        return _each(left, lambda value: relation(value, fixed), unknown)
    if left.literal and not left.many:
        first = left.read(None, ())  # type: ignore[arg-type]
        return _each(right, lambda value: relation(first, value), unknown)

    def both(facts: Facts, context: Context) -> bool | None:
        mine, others = _listed(left, facts, context), _listed(right, facts, context)
        if not mine or not others:
            return unknown
        return any(relation(a, b) for a in mine for b in others)

    return both


def _listed(operand: Operand, facts: Facts, context: Context) -> Sequence[Any]:
    value = operand.read(facts, context)
    if operand.many:
        return list(value)
    return () if value is None else (value,)


def _negated(test: Test) -> Test:
    def negated(facts: Facts, context: Context) -> bool | None:
        said = test(facts, context)
        return None if said is None else not said

    return negated


def _all(tests: Sequence[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]

    def every(facts: Facts, context: Context) -> bool | None:
        result: bool | None = True
        for test in tests:
            said = test(facts, context)
            if said is False:
                return False
            if said is None:
                result = None
        return result

    return every


def _any(tests: Sequence[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]

    def some(facts: Facts, context: Context) -> bool | None:
        result: bool | None = False
        for test in tests:
            said = test(facts, context)
            if said:
                return True
            if said is None:
                result = None
        return result

    return some


def _odd(tests: Sequence[Test]) -> Test:
    def exactly_one(facts: Facts, context: Context) -> bool | None:
        said = [test(facts, context) for test in tests]
        return None if None in said else sum(map(bool, said)) == 1

    return exactly_one


_JOINED: dict[str, Callable[[Sequence[Test]], Test]] = {"and": _all, "or": _any, "xor": _odd}
