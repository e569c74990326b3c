"""What changed between two versions of a form, in sentences for the people who work with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from stadtkern.lib.forms.model import Element, Field, Form, Group, Kind
from stadtkern.lib.forms.rules.model import Rule
from stadtkern.lib.forms.show import text_of

KINDS = {
    "added": "Neu",
    "removed": "Weggefallen",
    "moved": "Verschoben",
    "renamed": "Umbenannt",
    "amount": "Anzahl und Pflicht",
    "limits": "Grenzen und Art der Angabe",
    "options": "Auswahl",
    "help": "Hilfetext",
    "rules": "Regeln",
}
_WORDS = {
    Kind.TEXT: "Text", Kind.LONG_TEXT: "längerer Text", Kind.NUMBER: "ganze Zahl", Kind.DECIMAL: "Zahl", Kind.MONEY: "Betrag",
    Kind.DATE: "Datum", Kind.TIME: "Uhrzeit", Kind.DATETIME: "Zeitpunkt", Kind.YES_NO: "Ja oder Nein", Kind.CHOICE: "Auswahl",
    Kind.EMAIL: "E-Mail-Adresse", Kind.PHONE: "Telefonnummer", Kind.IBAN: "IBAN", Kind.FILE: "Datei", Kind.LABEL: "Hinweis",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """One change: `kind` is a key of KINDS, `path` the place in the new form (in the old one where it is gone)."""

    kind: str
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class _Placed:
    element: Element
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        return " › ".join(self.names)


def differences(old: Form, new: Form) -> list[Difference]:
    """Every change from the old to the new version, grouped in the order of KINDS; empty for equal forms."""
    before, after = _places(old), _places(new)
    gone = {path: one for path, one in before.items() if path not in after}
    fresh = {path: one for path, one in after.items() if path not in before}
    found = list(_moved(gone, fresh))
    for path, one in fresh.items():
        if path.rpartition("/")[0] not in fresh:
            found.append(Difference("added", path, f"{_sort(one.element)} „{one.name}“{_inside(one.element)}."))
    for path, one in gone.items():
        if path.rpartition("/")[0] not in gone:
            found.append(Difference("removed", path, f"{_sort(one.element)} „{one.name}“{_inside(one.element)}."))
    for path, one in after.items():
        if path in before:
            found.extend(_changed(path, before[path], one))
    found += _order(old, new, before, after)
    found += _rules(old.rules, new.rules)
    rank = list(KINDS)
    return sorted(found, key=lambda one: rank.index(one.kind))


def _places(form: Form) -> dict[str, _Placed]:
    found: dict[str, _Placed] = {}

    def walk(elements: tuple[Element, ...], prefix: str, names: tuple[str, ...]) -> None:
        for element in elements:
            path, named = f"{prefix}{element.key}", (*names, element.label)
            found.setdefault(path, _Placed(element, named))
            if isinstance(element, Group):
                walk(element.children, f"{path}/", named)

    for step in form.steps:
        walk(step.children, "", ())
    return found


def _moved(gone: dict[str, _Placed], fresh: dict[str, _Placed]) -> Iterator[Difference]:
    """The same block under the same name in another place; taken out of both lists."""
    for path, one in list(gone.items()):
        if path not in gone:
            continue
        key = (path.rpartition("/")[2], one.element.label)
        targets = [p for p, other in fresh.items() if (p.rpartition("/")[2], other.element.label) == key]
        sources = [p for p, other in gone.items() if (p.rpartition("/")[2], other.element.label) == key]
        if len(targets) != 1 or len(sources) != 1:
            continue
        target = targets[0]
        yield Difference("moved", target, f"„{one.name}“ steht jetzt unter „{fresh[target].name}“.")
        yield from _changed(target, _renamed_place(one, fresh[target]), fresh[target])
        for old_path in [p for p in gone if p == path or p.startswith(f"{path}/")]:
            twin = target + old_path[len(path) :]
            if old_path == path or twin in fresh:
                fresh.pop(twin, None)
                gone.pop(old_path)


def _renamed_place(one: _Placed, other: _Placed) -> _Placed:
    """The old element under the names of its new place: a move is told once."""
    return _Placed(one.element, other.names)


def _sort(element: Element) -> str:
    if isinstance(element, Group):
        return "Gruppe"
    return "Hinweis" if element.kind is Kind.LABEL else "Frage"


def _inside(element: Element) -> str:
    if not isinstance(element, Group):
        return "" if element.kind is Kind.LABEL else f" ({_WORDS[element.kind]}, {_amount(element)})"
    count = sum(1 for _ in _questions(element))
    return f" mit {count} {'Frage' if count == 1 else 'Fragen'}"


def _questions(group: Group) -> Iterator[Field]:
    for child in group.children:
        if isinstance(child, Group):
            yield from _questions(child)
        elif child.kind is not Kind.LABEL:
            yield child


def _changed(path: str, old: _Placed, new: _Placed) -> Iterator[Difference]:
    before, after = old.element, new.element
    if before.label != after.label:
        yield Difference("renamed", path, f"„{old.name}“ heißt jetzt „{after.label}“.")
    if (before.minimum, before.maximum) != (after.minimum, after.maximum):
        yield Difference("amount", path, f"„{new.name}“: {_amount(after)}, bisher {_amount(before)}.")
    if isinstance(before, Group) != isinstance(after, Group):
        yield Difference("limits", path, f"„{new.name}“ ist jetzt eine {_sort(after)}, bisher eine {_sort(before)}.")
    elif isinstance(before, Field) and isinstance(after, Field):
        yield from _field(path, before, after, new.name)
    if before.help != after.help:
        sentence = f"„{new.name}“: {_quoted(after.help)}, bisher {_quoted(before.help)}."
        yield Difference("help", path, sentence)


def _quoted(text: str) -> str:
    return f"„{text}“" if text else "kein Hilfetext"


def _amount(element: Element) -> str:
    low, high = element.minimum, element.maximum
    if high == 1:
        return "Pflicht" if low else "freiwillig"
    most = "beliebig oft" if high is None else f"höchstens {high}-mal"
    return f"mindestens {low}-mal, {most}" if low else f"freiwillig, {most}"


def _field(path: str, old: Field, new: Field, name: str) -> Iterator[Difference]:
    if old.kind is not new.kind:
        yield Difference("limits", path, f"„{name}“ ist jetzt: {_WORDS[new.kind]}, bisher: {_WORDS[old.kind]}.")
    for what, before, after in (
        ("mindestens Zeichen", old.min_length, new.min_length),
        ("höchstens Zeichen", old.max_length, new.max_length),
        ("kleinster Wert", old.min_value, new.min_value),
        ("größter Wert", old.max_value, new.max_value),
        ("Muster", old.pattern, new.pattern),
        ("erlaubte Dateien", ", ".join(old.media_types) or None, ", ".join(new.media_types) or None),
        ("größte Datei in Bytes", old.max_bytes, new.max_bytes),
        ("fester oder vorbelegter Wert", _value(old), _value(new)),
        ("nicht änderbar", _yes(old.locked), _yes(new.locked)),
    ):
        if before != after:
            yield Difference("limits", path, f"„{name}“, {what}: {_said(after)}, bisher {_said(before)}.")
    yield from _options(path, old, new, name)


def _value(field: Field) -> str | None:
    return text_of(field, field.default) if field.default not in (None, "") else None


def _yes(value: bool) -> str:
    return "ja" if value else "nein"


def _said(value: object) -> str:
    return "ohne" if value is None else str(value)


def _options(path: str, old: Field, new: Field, name: str) -> Iterator[Difference]:
    before = {option.code: option.label for option in old.options}
    after = {option.code: option.label for option in new.options}
    if before == after or old.kind is not new.kind:
        return
    parts = [
        _listed("neu", [label for code, label in after.items() if code not in before]),
        _listed("weggefallen", [label for code, label in before.items() if code not in after]),
        _listed("anders benannt", [f"{before[c]} → {after[c]}" for c in after if c in before and before[c] != after[c]]),
    ]
    yield Difference("options", path, f"„{name}“: {'; '.join(part for part in parts if part)}.")


def _listed(word: str, names: list[str], most: int = 12) -> str:
    if not names:
        return ""
    more = f" und {len(names) - most} weitere" if len(names) > most else ""
    return f"{word}: {', '.join(names[:most])}{more}"


def _order(old: Form, new: Form, before: Mapping[str, _Placed], after: Mapping[str, _Placed]) -> Iterator[Difference]:
    """One sentence for each group whose common elements stand in another order."""
    children: dict[str, tuple[list[str], list[str]]] = {}
    for side, places in enumerate((before, after)):
        for path in places:
            if path in before and path in after:
                children.setdefault(path.rpartition("/")[0], ([], []))[side].append(path)
    for parent, (first, second) in children.items():
        if first != second:
            name = f"in „{after[parent].name}“" if parent in after else "der Seiten"
            yield Difference("moved", parent, f"Die Reihenfolge {name} ist anders.")


def _rules(old: tuple[Rule, ...], new: tuple[Rule, ...]) -> Iterator[Difference]:
    before = {(rule.key, rule.bearer): rule for rule in old}
    after = {(rule.key, rule.bearer): rule for rule in new}
    for key, rule in after.items():
        known = before.get(key)
        if known is None:
            yield Difference("rules", rule.bearer, f"Neue Regel {rule.key}: {rule.text}")
        elif " ".join(known.text.split()) != " ".join(rule.text.split()):
            yield Difference("rules", rule.bearer, f"Regel {rule.key} lautet jetzt: {rule.text} Bisher: {known.text}")
    for key, rule in before.items():
        if key not in after:
            yield Difference("rules", rule.bearer, f"Regel {rule.key} ist weggefallen: {rule.text}")
