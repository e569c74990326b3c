"""Conditions and rules in plain German, for paper: a form on paper cannot hide what does not apply."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from stadtkern.lib.forms.export.tree import whole
from stadtkern.lib.forms.model import Element, Field, Form, Group, Kind
from stadtkern.lib.forms.rules.model import Clause, Effect, Node, State
from stadtkern.lib.forms.show import date_text, decimal_text

LONGEST = 400
_ID = re.compile(r"\b[FGRSD]\d{8,12}(?:V\d+(?:\.\d+)*)?\b")
_OPENING = {
    Effect.SHOW: "Nur ausfüllen, wenn", Effect.FORBID: "Nicht ausfüllen, wenn", Effect.REQUIRE: "Bitte ausfüllen, wenn",
    Effect.VALID: "Es muss gelten:",
}  # fmt: skip


class Hints:
    """What the rules of a form say about each element, by path without indexes."""

    def __init__(self, form: Form) -> None:
        self.elements = dict(_elements(whole(form), ""))
        self.found: dict[str, list[str]] = {}
        for rule in form.rules:
            if rule.state in (State.COMPILED, State.CONFIRMED):
                for clause in rule.clauses:
                    self._tell(clause, rule.text)
            elif rule.state is State.OPEN:
                self._add(rule.bearer, f"Regel: {plain_rule(rule.text)}")

    def at(self, path: str, element: Element | None = None) -> list[str]:
        """The hints at a path; with the element also its own condition."""
        own = []
        if element is not None and element.when:
            parts = [self._wanted(key, path, value) for key, value in element.when.items()]
            own = [f"Nur ausfüllen bei {' und '.join(parts)}."]
        return [*own, *self.found.get(path, ())]

    def _tell(self, clause: Clause, sentence: str) -> None:
        opening = _OPENING.get(clause.effect)
        if opening is None:
            return
        if clause.effect is Effect.VALID and clause.message:
            text = clause.message
        elif clause.condition.get("always"):
            text = {Effect.REQUIRE: "Bitte immer ausfüllen.", Effect.FORBID: "Bitte frei lassen."}.get(clause.effect, "")
        else:
            said = self.condition(clause.condition)
            opening = "Nur ausfüllen, wenn" if clause.effect is Effect.REQUIRE and clause.otherwise else opening
            text = f"{opening} {said}." if said else f"Regel: {plain_rule(sentence)}"
        for target in clause.targets:
            self._add(target, text[:LONGEST])

    def _add(self, path: str, text: str) -> None:
        known = self.found.setdefault(path, [])
        if text and text not in known:
            known.append(text)

    def condition(self, node: Node) -> str:
        """One condition in words; empty where there are none for it."""
        name, given = _only(node)
        if name in ("and", "or", "xor"):
            parts = [self.condition(one) for one in given]
            joint = {"and": " und ", "or": " oder ", "xor": " oder nur "}[name]
            return joint.join(parts) if all(parts) else ""
        if name == "not":
            return self._negated(given)
        if name == "is_empty":
            label = self._said(given)
            return f"{label} leer ist" if label else ""
        if name == "true":
            label = self._said(given)
            return f"{label} mit „Ja“ beantwortet ist" if label else ""
        return self._comparison(name, given)

    def _negated(self, node: Node) -> str:
        name, given = _only(node)
        if name == "is_empty" and (label := self._said(given)):
            return f"{label} ausgefüllt ist"
        if name == "equal":
            return self._pair(given, "nicht")
        said = self.condition(node)
        return f"nicht gilt: {said}" if said else ""

    def _comparison(self, name: str, given: Any) -> str:
        if name == "equal":
            return self._pair(given, "")
        if name in ("less", "at_most"):
            left, right = self._said(given[0]), self._said(given[1])
            word = "kleiner oder früher ist als" if name == "less" else "höchstens so groß oder spät ist wie"
            return f"{left} {word} {right}" if left and right else ""
        if name == "one_of":
            label = self._said(given[0])
            values = ", ".join(f"„{self._answer(self._element(given[0]), one)}“" for one in given[1])
            return f"bei {label} eine dieser Antworten steht: {values}" if label else ""
        if name == "within":
            label = self._said(given[0])
            spans = ", ".join(f"{low} bis {high}" for low, high in given[1])
            return f"der Schlüssel bei {label} hierin liegt: {spans}" if label else ""
        return ""

    def _pair(self, given: Any, no: str) -> str:
        left, right = given
        if "value" in left:
            left, right = right, left
        label = self._said(left)
        if not label:
            return ""
        not_ = f"{no} " if no else ""
        if "value" in right:
            return f"bei {label} {not_}„{self._answer(self._element(left), right['value'])}“ steht"
        other = self._said(right)
        return f"bei {label} {not_}dasselbe steht wie bei {other}" if other else ""

    def _said(self, operand: Mapping[str, Any]) -> str:
        name, given = _only(operand)
        if name == "path":
            element = self.elements.get(given)
            return f"„{element.label}“" if element else ""
        if name == "count":
            element = self.elements.get(given)
            return f"die Anzahl der Angaben bei „{element.label}“" if element else ""
        if name == "value":
            return self._answer(None, given)
        if name == "today":
            return "heute" if not given else f"heute {'plus' if given > 0 else 'minus'} {abs(given)} Tage"
        return ""

    def _element(self, operand: Mapping[str, Any]) -> Element | None:
        return self.elements.get(str(operand.get("path", "")))

    def _near(self, key: str, path: str) -> Element | None:
        """What a condition of the city's own forms names: looked up in the own group first, then outwards."""
        plain, above = re.sub(r"\[\d+\]", "", key), path
        while above:
            above = above.rpartition("/")[0]
            found = self.elements.get(f"{above}/{plain}".lstrip("/"))
            if found:
                return found
        return None

    def _wanted(self, key: str, path: str, value: Any) -> str:
        found = self._near(key, path)
        return f"„{found.label if found else key}“: {self._answer(found, value)}"

    def _answer(self, element: Element | None, value: Any) -> str:
        if isinstance(value, bool):
            return "Ja" if value else "Nein"
        if isinstance(element, Field) and element.kind is Kind.CHOICE:
            return next((option.label for option in element.options if option.code == str(value)), str(value))
        return decimal_text(str(value)) if isinstance(value, int | float) else date_text(str(value))


def _only(node: Mapping[str, Any]) -> tuple[str, Any]:
    """The one key of a condition and what stands behind it."""
    return next(iter(node.items()), ("", None))


def plain_rule(text: str) -> str:
    """The sentence of a rule without the numbers of its elements, cut at a length one still reads."""
    said = re.sub(r"\s+", " ", _ID.sub("", text)).strip()
    return said if len(said) <= LONGEST else f"{said[:LONGEST].rsplit(' ', 1)[0]} …"


def _elements(children: tuple[Element, ...], prefix: str) -> Iterator[tuple[str, Element]]:
    for child in children:
        path = f"{prefix}{child.key}"
        yield path, child
        if isinstance(child, Group):
            yield from _elements(child.children, f"{path}/")
