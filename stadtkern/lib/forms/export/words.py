"""What rules and conditions mean for somebody with a pen: a form on paper cannot hide what does not apply."""

import re

from stadtkern.lib.forms.model import Element, Form
from stadtkern.lib.forms.rules.model import Clause, Effect, State
from stadtkern.lib.forms.rules.say import Names, condition

LONGEST = 400
_ID = re.compile(r"\b[FGRSD]\d{8,12}(?:V\d+(?:\.\d+)*)?\b")
_OPENING = {
    Effect.SHOW: "Nur ausfüllen, wenn", Effect.FORBID: "Nicht ausfüllen, wenn", Effect.REQUIRE: "Bitte ausfüllen, wenn",
    Effect.VALID: "Es muss gelten:",
}  # fmt: skip
_ALWAYS = {Effect.REQUIRE: "Bitte immer ausfüllen.", Effect.FORBID: "Bitte frei lassen."}


class Hints:
    """What the rules of a form say about each element, by path without indexes."""

    def __init__(self, form: Form) -> None:
        self.names = Names(form)
        self.found: dict[str, list[str]] = {}
        self.demanded: set[str] = set()  # by a rule, at least sometimes: nothing one may leave out as one likes
        for rule in form.rules:
            if rule.state in (State.COMPILED, State.CONFIRMED):
                for clause in rule.clauses:
                    self._tell(clause)
            elif rule.state is State.OPEN:
                self._add(rule.bearer, f"Regel: {plain_rule(rule.text)}")

    def at(self, path: str, element: Element) -> list[str]:
        """The hints at a path, first those of the element's own condition."""
        wanted = [self._wanted(key, path, value) for key, value in (element.when or {}).items()]
        own = [f"Nur ausfüllen bei {' und '.join(wanted)}."] if wanted else []
        known = self.found.get(path, ())
        twice = {text.partition(", wenn ")[2] for text in known if text.startswith("Nur ausfüllen, wenn")}
        return [*own, *(text for text in known if not (text.startswith("Bitte") and text.partition(", wenn ")[2] in twice))]

    def _tell(self, clause: Clause) -> None:
        opening = _OPENING.get(clause.effect)
        if opening is None:
            return
        if clause.effect is Effect.VALID and clause.message:
            text = _beforehand(clause.message)
        elif "always" in clause.condition:
            text = _ALWAYS.get(clause.effect, "")
        else:
            opening = "Nur ausfüllen, wenn" if clause.effect is Effect.REQUIRE and clause.otherwise else opening
            text = f"{opening} {condition(clause.condition, self.names)}."
        for target in clause.targets[:1] if clause.effect is Effect.VALID else clause.targets:
            self._add(target, _cut(text))
        if clause.effect is Effect.REQUIRE:
            self.demanded.update(clause.targets)

    def _add(self, path: str, text: str) -> None:
        known = self.found.setdefault(path, [])
        if text and text not in known:
            known.append(text)

    def _wanted(self, key: str, path: str, value: object) -> str:
        """A condition of the city's own forms; the field is looked up in the own group first, then outwards."""
        plain, above = re.sub(r"\[\d+\]", "", key), path
        while above:
            above = above.rpartition("/")[0]
            place = f"{above}/{plain}".lstrip("/")
            if place in self.names.elements:
                return f"{self.names.of(place)}: {self.names.value(place, value)}"
        return f"„{key}“"


def _beforehand(message: str) -> str:
    """What a message about a mistake says to somebody who has not made it yet; often nothing."""
    said = message.partition(" Bitte prüfen Sie")[0]
    return "" if said.startswith(("Bitte prüfen Sie", "Diesen Tag gibt es nicht")) else said


def plain_rule(text: str) -> str:
    """The sentence of a rule without the numbers of its elements, cut at a length one still reads."""
    return _cut(re.sub(r"\s+", " ", _ID.sub("", text)).strip())


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rsplit(' ', 1)[0]} …"
