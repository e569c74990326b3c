"""Writing a rule without knowing its language: effect, questions, conditions line by line."""

from collections.abc import Mapping
from typing import Any

from stadtkern.lib.forms.check import Problem, value_problem
from stadtkern.lib.forms.model import Answers, Element, Field, Form, Group, Kind, Option, Step
from stadtkern.lib.forms.read import parse
from stadtkern.lib.forms.rules.model import Clause, Effect, Node
from stadtkern.lib.forms.rules.say import Names

EFFECTS = {
    Effect.SHOW: "wird nur dann gezeigt",
    Effect.REQUIRE: "muss dann ausgefüllt werden",
    Effect.FORBID: "wird dann nicht gezeigt und nicht übernommen",
    Effect.SET: "bekommt dann einen festen Wert",
    Effect.VALID: "Die Angaben sind nur dann in Ordnung",
}
OPERATORS = {
    "equal": "ist", "differs": "ist nicht", "one_of": "ist eines von (mit Semikolon getrennt)", "filled": "ist ausgefüllt",
    "is_empty": "ist leer", "yes": "ist mit „ja“ beantwortet", "no": "ist mit „nein“ beantwortet",
    "less": "ist kleiner oder früher als",
    "at_most": "ist höchstens", "more": "ist größer oder später als", "at_least": "ist mindestens",
    "count_least": "hat mindestens so viele Einträge", "count_most": "hat höchstens so viele Einträge",
}  # fmt: skip
WITHOUT_VALUE = ("filled", "is_empty", "yes", "no")


def page(form: Form, near: str) -> Step:
    """The form for one effect; `near` = path of the element that carries the rule, whose questions come first."""
    options = pick(form, near)
    rows = Group(
        "when",
        "Bedingung",
        (
            Field("what", "Frage oder Gruppe", Kind.CHOICE, options=options),
            Field("operator", "Vergleich", Kind.CHOICE, options=tuple(Option(*pair) for pair in OPERATORS.items())),
            Field("value", "Wert", Kind.TEXT, 0, max_length=500, help="bei einer Auswahl der Text oder der Code"),
        ),
        0,
        20,
    )
    effects = tuple(Option(effect.value, words) for effect, words in EFFECTS.items())
    return Step(
        "regel",
        "Wirkung",
        (
            Field("effect", "Was geschieht", Kind.CHOICE, options=effects),
            Group("target", "Welche Frage", (Field("what", "Frage oder Gruppe", Kind.CHOICE, options=options),), 1, 20),
            Field("value", "Fester Wert", Kind.TEXT, max_length=500, when={"effect": "set"}),
            Field("message", "Satz für die Person, die ausfüllt", Kind.TEXT, max_length=500, when={"effect": "valid"}),
            Field("mode", "Wann", Kind.CHOICE, options=(Option("all", "wenn alle Bedingungen stimmen"),
                  Option("any", "wenn mindestens eine stimmt"), Option("always", "immer"))),
            rows,
            Field("otherwise", "Sonst nicht zeigen", Kind.YES_NO, 0, default=False, when={"effect": "require"}),
        ),
    )  # fmt: skip


def pick(form: Form, near: str) -> tuple[Option, ...]:
    """Every element of the form by its way ("Wohnsitz › Ort"), those around the rule first."""
    names = Names(form)
    found = [(path, " › ".join((*names.way[path], element.label))) for path, element in names.elements.items()]
    found.sort(key=lambda one: not (one[0] == near or one[0].startswith(f"{near}/")) if near else False)
    return tuple(Option(path, label) for path, label in found)


def clause_of(form: Form, answers: Mapping[str, Any]) -> tuple[Clause | None, list[Problem]]:
    """The effect that was typed, or what is wrong with it."""
    names, wrong = Names(form), []
    effect = Effect(str(answers["effect"]))
    targets = tuple(
        dict.fromkeys(
            str(value) for path, value in answers.items() if path.startswith("target[") and path.endswith("/what") and value
        )
    )
    nodes: list[Node] = []
    rows = sorted(
        {path.partition("]")[0] + "]" for path in answers if path.startswith("when[")}, key=lambda row: (len(row), row)
    )
    for row in rows if answers.get("mode") != "always" else ():
        node, problem = _node(names, answers, row)
        if problem:
            wrong.append(problem)
        elif node:
            nodes.append(node)
    if answers.get("mode") != "always" and not nodes and not wrong:
        wrong.append(Problem("when", "Bitte nennen Sie mindestens eine Bedingung, oder wählen Sie „immer“.", "Bedingung"))
    value = None
    if effect is Effect.SET:
        value, problem = _literal(names, targets[0] if targets else "", str(answers.get("value") or ""), "value")
        wrong += [problem] if problem else []
    if wrong:
        return None, wrong
    condition: Node = {"always": True} if not nodes else nodes[0] if len(nodes) == 1 else {_word(answers): nodes}
    message = str(answers.get("message") or "") if effect is Effect.VALID else ""
    otherwise = effect is Effect.REQUIRE and answers.get("otherwise") is True
    return Clause(effect, targets, condition, message, {"value": value} if effect is Effect.SET else None, otherwise), []


def _word(answers: Mapping[str, Any]) -> str:
    return "or" if answers.get("mode") == "any" else "and"


def _node(names: Names, answers: Mapping[str, Any], row: str) -> tuple[Node | None, Problem | None]:
    what, word = str(answers.get(f"{row}/what") or ""), str(answers.get(f"{row}/operator") or "")
    typed = str(answers.get(f"{row}/value") or "")
    path = {"path": what}
    if word in WITHOUT_VALUE:
        yes: Node = {"true": path}
        plain: dict[str, Node] = {
            "filled": {"not": {"is_empty": path}},
            "is_empty": {"is_empty": path},
            "yes": yes,
            "no": {"equal": [path, {"value": False}]},
        }
        return plain[word], None
    if word.startswith("count"):
        if not typed.isdecimal() or len(typed) > 4:
            return None, Problem(f"{row}/value", "Bitte geben Sie eine ganze Zahl ein, zum Beispiel 2.", "Wert")
        number, count = {"value": int(typed)}, {"count": what}
        return {"at_most": [number, count] if word == "count_least" else [count, number]}, None
    texts = [part.strip() for part in typed.split(";")] if word == "one_of" else [typed]
    values = []
    for text in texts:
        value, problem = _literal(names, what, text, f"{row}/value")
        if problem:
            return None, problem
        values.append(value)
    literal = {"value": values[0]}
    nodes: dict[str, Node] = {
        "equal": {"equal": [path, literal]},
        "differs": {"not": {"equal": [path, literal]}},
        "one_of": {"one_of": [path, values]},
        "less": {"less": [path, literal]},
        "at_most": {"at_most": [path, literal]},
        "more": {"less": [literal, path]},
        "at_least": {"at_most": [literal, path]},
    }
    return nodes[word], None


def _literal(names: Names, path: str, text: str, at: str) -> tuple[Any, Problem | None]:
    """What was typed as the field keeps it: a code, a number, an ISO date."""
    element: Element | None = names.elements.get(path)
    if not isinstance(element, Field):
        return None, Problem(at, "Eine Gruppe hat keinen Wert. Bitte wählen Sie eine Frage.", "Wert")
    if not text.strip():
        return None, Problem(at, "Bitte geben Sie einen Wert ein.", "Wert")
    folded = text.strip().casefold()
    if element.options:
        code = next((one.code for one in element.options if folded in (one.code.casefold(), one.label.casefold())), None)
        known = ", ".join(f"{one.label} ({one.code})" for one in element.options[:10])
        return code, None if code is not None else Problem(
            at, f"Das gibt es in der Auswahl nicht. Möglich sind: {known}.", "Wert"
        )
    value = parse(element, text)
    wrong = value_problem(element, value) if element.kind is not Kind.TEXT else ""
    return value, Problem(at, wrong, "Wert") if wrong else None


def empty() -> Answers:
    """Nothing chosen yet: one line of conditions."""
    return {"when[0]": True, "mode": "all"}
