"""Conditions of a rule with the elements of a form put in: nodes of the condition language."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as part
from typing import Any

from stadtkern.lib.forms.model import Field, Group, Kind
from stadtkern.lib.forms.rules.german.prose import (
    Always,
    Amount,
    And,
    AnyInside,
    Condition,
    Filled,
    Literal,
    Member,
    Not,
    One,
    Or,
    Prose,
    RealDate,
    Ref,
    Rest,
    Test,
)
from stadtkern.lib.forms.rules.german.words import NotUnderstood
from stadtkern.lib.forms.rules.model import Node
from stadtkern.lib.forms.rules.nodes import (
    ALWAYS,
    ORDERS,
    bounds,
    codes_node,
    compare,
    exactly_one,
    joined,
    negated,
    truth_node,
    unless_empty,
)
from stadtkern.lib.forms.rules.references import Index, Place
from stadtkern.lib.forms.rules.values import Codes, codes, family, number, truth

_PARTS = ("tag", "monat", "jahr")


@dataclass(slots=True)
class Binder:
    """Binds the conditions of one rule as it is placed in one form."""

    index: Index
    bearer: str
    prose: Prose
    guarded: bool = False  # inside a check: comparisons hold while something is empty
    _named: dict[str, list[str]] = part(default_factory=dict)

    def place(self, ref: Ref) -> Place:
        """The element of a reference."""
        return self.index.find(ref, self.bearer)

    def node(self, condition: Condition) -> Node:
        """The condition as a node; NotUnderstood when it does not fit the form."""
        match condition:
            case Always():
                return ALWAYS
            case Test():
                return self._strict(condition) if self.guarded else self._test(condition)
            case Filled(ref=ref):
                return negated({"is_empty": {"path": self.place(ref).path}})
            case Not(part=inner):
                return negated(self.node(inner))
            case And(parts=parts):
                return self._range(parts) or joined("and", [self.node(each) for each in parts])
            case Or(parts=parts):
                return joined("or", [self.node(each) for each in parts])
            case One(parts=parts):
                return exactly_one([self.node(each) for each in parts])
            case Member(ref=ref):
                return self._member(ref)
            case Rest(ref=ref):
                return self._rest(ref)
            case RealDate(refs=refs):
                return {"real_date": self._date_parts([self.place(ref) for ref in refs])}
            case Amount():
                return self._amount(condition)
            case AnyInside(value=value):
                return self._inside(value)
        raise NotUnderstood("Die Bedingung ist nicht bekannt.")

    def _field(self, ref: Ref) -> tuple[Field, dict[str, Any]]:
        place = self.place(ref)
        if not isinstance(place.element, Field) or place.element.kind is Kind.LABEL:
            raise NotUnderstood(f"„{place.element.label}“ hat keinen Wert, der sich vergleichen lässt.")
        return place.element, {"path": place.path}

    def _test(self, test: Test) -> Node:
        if test.value.kind == "years":
            return self._age(test)
        found, operand = self._field(test.ref)
        if test.value.kind in ("ref", "today", "date"):
            return self._compared(test, found, operand)
        if test.value.high:
            if test.sign != "=" or family(found) not in ("code", "number"):
                raise NotUnderstood(f"„{found.label}“ lässt sich nicht mit einem Bereich vergleichen.")
            return self._within(found, operand, test.value.text, test.value.high)
        match family(found):
            case "number":
                return compare(test.sign, operand, {"value": number(found, test.value.text)})
            case "yes":
                return _yes(test, found, operand)
            case "code":
                if test.sign != "=":
                    low, high = bounds(test.sign, test.value.text)
                    return self._within(found, operand, low, high)
                return codes_node(codes(found, test.value), operand)
            case "text" if test.sign == "=":
                return codes_node(codes(found, test.value), operand)
        raise NotUnderstood(f"„{found.label}“ lässt sich nicht mit „{test.value.text}“ vergleichen.")

    def _strict(self, test: Test) -> Node:
        """In a check: "must have the value" is not met by an empty field; order and ranges are only checked once answered."""
        held = self._test(test)
        if test.sign != "=" or test.value.kind != "code" or test.value.high:
            return held
        return {"and": [{"not": {"is_empty": {"path": self.place(test.ref).path}}}, held]}

    def _compared(self, test: Test, found: Field, operand: dict[str, Any]) -> Node:
        """With another field, with today, with a day."""
        if test.value.kind == "ref" and test.value.ref is not None:
            other, against = self._field(test.value.ref)
            if family(other) != family(found) or (test.sign != "=" and family(found) not in ("number", "date")):
                raise NotUnderstood(f"„{found.label}“ und „{other.label}“ lassen sich nicht vergleichen.")
            held = compare(test.sign, operand, against)
            return unless_empty(held, operand, against) if self.guarded else held
        if family(found) != "date":
            raise NotUnderstood(f"„{found.label}“ ist kein Datum.")
        against = {"today": int(test.value.text)} if test.value.kind == "today" else {"value": test.value.text}
        held = compare(test.sign, operand, against)
        return unless_empty(held, operand) if self.guarded else held

    def _age(self, test: Test) -> Node:
        place = self.place(test.ref)
        years = {"value": int(test.value.text)}
        if isinstance(place.element, Group):
            return compare(test.sign, {"age": self._date_parts(_below(place, self.index))}, years)
        if family(place.element) == "date":
            return compare(test.sign, {"age": {"path": place.path}}, years)
        if family(place.element) == "number":
            return compare(test.sign, {"path": place.path}, years)
        raise NotUnderstood(f"„{place.element.label}“ ist kein Datum.")

    def _date_parts(self, places: Sequence[Place]) -> Any:
        """Day, month, year among the elements; one date is enough for an age."""
        days = [place for place in places if isinstance(place.element, Field) and place.element.kind is Kind.DATE]
        if len(places) == 1 and days:
            return {"path": days[0].path}
        found = []
        for word in _PARTS:
            fits = [p for p in places if isinstance(p.element, Field) and p.element.label.casefold().startswith(word)]
            if len(fits) != 1:
                raise NotUnderstood("Tag, Monat und Jahr des Datums sind nicht eindeutig.")
            found.append({"path": fits[0].path})
        return found

    def _within(self, found: Field, operand: dict[str, Any], low: str, high: str) -> Node:
        if family(found) == "number":
            return {
                "and": [
                    {"at_most": [{"value": number(found, low)}, operand]},
                    {"at_most": [operand, {"value": number(found, high)}]},
                ]
            }
        if not (low.isdecimal() and high.isdecimal() and len(low) == len(high)) or low > high:
            raise NotUnderstood(f"„{low} bis {high}“ ist kein Bereich von Codes.")
        return {"within": [operand, [[low, high]]]}

    def _range(self, parts: Sequence[Condition]) -> Node | None:
        """Two bounds of one coded field make one range."""
        if len(parts) != 2 or not all(isinstance(each, Test) and each.sign in ORDERS for each in parts):
            return None
        first, second = (each for each in parts if isinstance(each, Test))
        if first.ref != second.ref or first.value.kind not in ("code", "number"):
            return None
        found, operand = self._field(first.ref)
        if family(found) != "code":
            return None
        pair = [bounds(each.sign, each.value.text) for each in (first, second)]
        return self._within(found, operand, max(low for low, _ in pair), min(high for _, high in pair))

    def _member(self, ref: Ref) -> Node:
        found, operand = self._field(ref)
        if not self.prose.members:
            raise NotUnderstood("Welche Staaten dazugehören, sagt die Regel nicht.")
        texts = [text for literal in self.prose.members for text in codes(found, literal).texts]
        return {"one_of": [operand, list(dict.fromkeys(texts))]}

    def _rest(self, ref: Ref) -> Node:
        found, operand = self._field(ref)
        own = self.place(ref).path
        texts: list[str] = []
        for statement in self.prose.statements:
            for test in _tests(statement.condition):
                if self.place(test.ref).path == own and test.sign == "=" and not test.value.high:
                    texts += codes(found, test.value).texts
        if not texts:
            raise NotUnderstood("Die Regel nennt keine Werte, zu denen es andere geben könnte.")
        return {"and": [negated({"is_empty": operand}), negated(codes_node(Codes(tuple(texts)), operand))]}

    def _amount(self, amount: Amount) -> Node:
        place = self.place(amount.ref)
        if place.element.maximum == 1:
            raise NotUnderstood(f"„{place.element.label}“ wiederholt sich nicht.")
        count = {"count": place.path}
        if amount.value.ref is not None:
            found, operand = self._field(amount.value.ref)
            if family(found) != "number":
                raise NotUnderstood(f"„{found.label}“ ist keine Zahl.")
            return unless_empty(compare(amount.sign, count, operand), operand)
        return compare(amount.sign, count, {"value": int(amount.value.text)})

    def _inside(self, value: Literal | None) -> Node:
        places = [place for place in _below(self.place(Ref(())), self.index) if isinstance(place.element, Field)]
        asked = [p for p in places if isinstance(p.element, Field) and p.element.kind is not Kind.LABEL]
        if value is None:
            each = [negated({"is_empty": {"path": place.path}}) for place in asked]
        elif truth(value) is not None:
            asked = [p for p in asked if isinstance(p.element, Field) and p.element.kind is Kind.YES_NO]
            each = [truth_node(bool(truth(value)), {"path": place.path}) for place in asked]
        else:
            each = []
        if not each:
            raise NotUnderstood("In der Gruppe gibt es kein solches Feld.")
        return joined("or", each)


def _below(place: Place, index: Index) -> list[Place]:
    children = place.element.children if isinstance(place.element, Group) else ()
    return [index.by_path[f"{place.path}/{child.key}"] for child in children]


def _tests(condition: Condition) -> list[Test]:
    match condition:
        case Test():
            return [condition]
        case Not(part=inner):
            return _tests(inner)
        case And(parts=parts) | Or(parts=parts) | One(parts=parts):
            return [test for each in parts for test in _tests(each)]
    return []


def _yes(test: Test, found: Field, operand: dict[str, Any]) -> Node:
    value = truth(test.value)
    if value is None or test.sign != "=":
        raise NotUnderstood(f"„{found.label}“ fragt nach Ja oder Nein, nicht nach „{test.value.text}“.")
    return truth_node(value, operand)
