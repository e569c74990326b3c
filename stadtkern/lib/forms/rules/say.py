"""A compiled rule in plain German, for the people who confirm it: "Wenn „Wohnsitz“ „im Ausland“ ist, wird … gezeigt."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from stadtkern.lib.forms.model import Element, Field, Form, Group, Kind
from stadtkern.lib.forms.rules.model import Clause, Effect, Node
from stadtkern.lib.forms.show import text_of


class Names:
    """What the elements of a form are called: by their label, with that of the group around where it stands twice."""

    def __init__(self, form: Form) -> None:
        self.elements: dict[str, Element] = {}
        self.way: dict[str, tuple[str, ...]] = {}
        for step in form.steps:
            for path, element, way in _walk(step.children, "", ()):
                self.elements.setdefault(path, element)
                self.way.setdefault(path, way)
        self.twice: set[str] = set()
        seen: set[str] = set()
        for element in self.elements.values():
            (self.twice if element.label in seen else seen).add(element.label)

    def of(self, path: str) -> str:
        """ "„Ort“ (Wohnsitz)"; a path that is not in the form as it is."""
        element = self.elements.get(path)
        if element is None:
            return f"„{path}“ (nicht im Formular)"
        around = next((name for name in reversed(self.way[path]) if name != element.label), "")
        return f"„{element.label}“ ({around})" if element.label in self.twice and around else f"„{element.label}“"

    def value(self, path: str, value: Any) -> str:
        """A literal as the field shows it: a code by its label."""
        element = self.elements.get(path)
        if isinstance(value, int | float) and not isinstance(value, bool) and not getattr(element, "options", ()):
            return str(value)
        if isinstance(element, Field):
            label = next((option.label for option in element.options if option.code == str(value)), "")
            said = label or text_of(element, value)
            return f"„{said or value}“" if element.kind not in (Kind.NUMBER, Kind.DECIMAL, Kind.DATE) else str(said or value)
        return "ja" if value is True else "nein" if value is False else f"„{value}“"


def _walk(children: tuple[Element, ...], prefix: str, way: tuple[str, ...]) -> Iterator[tuple[str, Element, tuple[str, ...]]]:
    for child in children:
        path = f"{prefix}{child.key}"
        yield path, child, way
        if isinstance(child, Group):
            yield from _walk(child.children, f"{path}/", (*way, child.label))


def say(clause: Clause, form: Form | Names) -> str:
    """One effect as a German sentence."""
    names = form if isinstance(form, Names) else Names(form)
    targets = _list([names.of(path) for path in clause.targets])
    plural = len(clause.targets) > 1
    if clause.effect is Effect.VALID:
        return f"Es muss gelten: {condition(clause.condition, names)}." + (
            f" Sonst: „{clause.message}“" if clause.message else ""
        )
    when = "" if "always" in clause.condition else condition(clause.condition, names)
    done = _effect(clause, targets, plural, names)
    sentence = f"Wenn {when}, dann {done}." if when else f"In jedem Fall {done}."
    if clause.effect is Effect.SHOW:
        return sentence.removesuffix(".") + ", sonst nicht." if when else sentence
    return sentence + (f" Sonst {_verb(plural, 'wird', 'werden')} {targets} nicht gezeigt." if clause.otherwise else "")


def _verb(plural: bool, one: str, many: str) -> str:
    return many if plural else one


def _effect(clause: Clause, targets: str, plural: bool, names: Names) -> str:
    if clause.effect is Effect.REQUIRE:
        return f"{_verb(plural, 'ist', 'sind')} {targets} Pflicht"
    if clause.effect is Effect.FORBID:
        return f"{_verb(plural, 'wird', 'werden')} {targets} nicht gezeigt und nicht übernommen"
    if clause.effect is Effect.SET:
        value = operand(clause.value, names, clause.targets[0] if clause.targets else "")
        hidden = " und nicht gezeigt" if getattr(clause, "hidden", False) else ""
        return f"{_verb(plural, 'wird', 'werden')} {targets} auf {value} gesetzt{hidden}"
    return f"{_verb(plural, 'wird', 'werden')} {targets} gezeigt"


def condition(node: Node, form: Form | Names) -> str:
    """A condition in words, without "Wenn"; a node nobody knows is shown as it is."""
    names = form if isinstance(form, Names) else Names(form)
    (kind, inside), *rest = node.items() or [("", None)]
    known = _NODES.get(kind)
    return known(inside, names) if known and not rest else f"[{dict(node)}]"


def _joined(word: str) -> Callable[[Any, Names], str]:
    def said(nodes: Any, names: Names) -> str:
        parts = [condition(node, names) for node in nodes]
        mixed = [
            f"({part})" if _is_compound(node) and len(parts) > 1 else part for part, node in zip(parts, nodes, strict=True)
        ]
        return f" {word} ".join(mixed)

    return said


def _is_compound(node: Node) -> bool:
    inside = next(iter(node.values()), ())
    return next(iter(node), "") in ("and", "or", "xor") and len(inside) > 1


def _xor(nodes: Any, names: Names) -> str:
    return "genau eines gilt: " + "; ".join(condition(node, names) for node in nodes)


_OPPOSITE = {
    "equal": "{0} nicht {1} ist", "is_empty": "{0} ausgefüllt ist", "true": "{0} nicht mit „ja“ beantwortet ist",
    "less": "{0} mindestens {1} ist", "at_most": "{0} größer als {1} ist",
}  # fmt: skip


def _not(node: Any, names: Names) -> str:
    kind, inside = next(iter(node.items()))
    if kind in ("is_empty", "true"):
        return _OPPOSITE[kind].format(operand(inside, names))
    if kind in _OPPOSITE:
        return _OPPOSITE[kind].format(operand(inside[0], names), operand(inside[1], names, _path(inside[0])))
    return f"nicht gilt: {condition(node, names)}"


def _compared(words: str) -> Callable[[Any, Names], str]:
    def said(pair: Any, names: Names) -> str:
        left, right = pair
        if "path" not in left and "path" in right and words == "ist":
            left, right = right, left
        return (
            f"{operand(left, names)} {words} {operand(right, names, _path(left))}"
            if words != "ist"
            else (f"{operand(left, names)} {operand(right, names, _path(left))} ist")
        )

    return said


def _within(inside: Any, names: Names) -> str:
    what, spans = inside
    path = _path(what)
    texts = [f"{names.value(path, low)} bis {names.value(path, high)}" for low, high in spans]
    return f"{operand(what, names)} zwischen {_list(texts, 'oder')} liegt"


def _one_of(inside: Any, names: Names) -> str:
    what, values = inside
    path = _path(what)
    texts = [operand(one, names, path) if isinstance(one, Mapping) else names.value(path, one) for one in values]
    return f"{operand(what, names)} {_list(texts, 'oder')} ist"


_NODES: dict[str, Callable[[Any, Names], str]] = {
    "and": _joined("und"),
    "or": _joined("oder"),
    "xor": _xor,
    "not": _not,
    "equal": _compared("ist"),
    "less": lambda pair, names: (
        f"{operand(pair[0], names)} kleiner (oder früher) als {operand(pair[1], names, _path(pair[0]))} ist"
    ),
    "at_most": lambda pair, names: f"{operand(pair[0], names)} höchstens {operand(pair[1], names, _path(pair[0]))} ist",
    "within": _within,
    "one_of": _one_of,
    "is_empty": lambda inside, names: f"{operand(inside, names)} leer ist",
    "true": lambda inside, names: f"{operand(inside, names)} mit „ja“ beantwortet ist",
    "real_date": lambda parts, names: (
        f"{_list([operand(one, names) for one in parts])} zusammen einen Tag ergeben, den es gibt"
    ),
    "always": lambda inside, names: "immer",
}


def operand(value: Any, names: Names, beside: str = "") -> str:
    """An operand in words; `beside` = path of the field it is compared with, whose option labels are used."""
    if not isinstance(value, Mapping):
        return names.value(beside, value)
    kind: str = next(iter(value), "")
    inside: Any = value.get(kind)
    if kind == "path":
        return names.of(str(inside))
    if kind == "value":
        return names.value(beside, inside)
    if kind == "count":
        return f"die Zahl der Einträge bei {names.of(str(inside))}"
    if kind == "length":
        return f"die Zahl der Zeichen bei {names.of(str(inside))}"
    if kind == "today":
        return "heute" if not inside else f"heute {'plus' if inside > 0 else 'minus'} {abs(inside)} Tage"
    if kind == "plus":
        return f"{operand(inside[0], names)} {'plus' if inside[1] >= 0 else 'minus'} {abs(inside[1])}"
    if kind == "age":
        whose = inside if isinstance(inside, list) else [inside]
        return f"das Alter (aus {_list([operand(one, names) for one in whose])})"
    return f"[{dict(value)}]"


def _path(value: Any) -> str:
    return str(value.get("path", "")) if isinstance(value, Mapping) else ""


def _list(texts: list[str], word: str = "und") -> str:
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} {word} {texts[-1]}" if texts else "nichts"
