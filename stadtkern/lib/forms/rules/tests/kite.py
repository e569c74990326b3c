"""An invented form about kites, to compile invented rules against."""

from collections.abc import Mapping
from typing import Any

from stadtkern.lib.forms.model import Field, Form, Group, Kind, Option, Step
from stadtkern.lib.forms.rules.compile import compile_rules
from stadtkern.lib.forms.rules.model import Clause, RawRule, Rule, State

WINDS = (Option("001", "schwach"), Option("002", "stark"), Option("003", "Sturm"))
YES_NO = (Option("1", "Ja"), Option("2", "Nein"))


def _field(number: int, label: str, kind: Kind = Kind.TEXT, *, many: bool = False, **more: Any) -> Field:
    return Field(f"F9990000{number:04d}", label, kind, 0, None if many else 1, fim=f"F9990000{number:04d}V1.0.0", **more)


def _group(number: int, label: str, *inside: Field | Group, many: bool = False) -> Group:
    return Group(f"G9990000{number:04d}", label, inside, 0, None if many else 1, fim=f"G9990000{number:04d}V1.0.0")


BIRTH = _group(
    3, "Geburtsdatum", _field(31, "Tag", Kind.NUMBER), _field(32, "Monat", Kind.NUMBER), _field(33, "Jahr", Kind.NUMBER)
)
PERSON = _group(2, "Person", _field(21, "Name"), BIRTH, _field(22, "Telefon"), _field(23, "E-Mail", Kind.EMAIL))
PLACE = _group(4, "Ort", _field(41, "Straße"), _field(42, "Ort"))
OTHER = _group(5, "Anderer Ort", _field(41, "Straße"), _field(43, "Staat", code_list="urn:staat"))
KITE = _group(
    1, "Drachen",
    _field(1, "Wind", Kind.CHOICE, options=WINDS), _field(2, "Mit Licht", Kind.YES_NO),
    _field(3, "Länge der Schnur", Kind.NUMBER), _field(4, "Erster Tag", Kind.DATE), _field(5, "Letzter Tag", Kind.DATE),
    _field(6, "Begründung"), _field(7, "Gebühr", Kind.MONEY), _field(8, "Versichert", Kind.CHOICE, options=YES_NO),
    _field(9, "Rechtsform", code_list="urn:rechtsform"), _field(10, "Hinweis", Kind.LABEL),
    _field(11, "Farben", Kind.CHOICE, many=True, options=WINDS), _field(12, "Foto", Kind.FILE),
    _field(13, "Zahl der Helfer", Kind.NUMBER), _group(6, "Helfer", _field(61, "Name"), many=True),
    _field(14, "Mit Musik", Kind.YES_NO), PERSON, PLACE, OTHER,
)  # fmt: skip
FORM = Form("Drachen steigen lassen", (Step("kite", "Drachen", (KITE,)),))
TOP = KITE.key


def compiled(text: str, land: str = "", bearer: str = TOP) -> Rule:
    """The rule compiled for the form."""
    (rule,) = compile_rules(FORM, [RawRule("R99900000001", "1.0.0", bearer, text)], land)
    return rule


def meaning(text: str, land: str = "") -> list[tuple[str, list[str], Any]]:
    """Clauses as (effect, last segments of targets, condition in short); AssertionError when the rule is open."""
    rule = compiled(text, land)
    assert rule.state is State.COMPILED, rule.why
    return [_clause(clause) for clause in rule.clauses]


def _clause(clause: Clause) -> tuple[str, list[str], Any]:
    marks = "".join(mark for mark, on in (("+", clause.otherwise), ("*", clause.hidden)) if on)
    value = "" if clause.value is None else f" {clause.value}"
    return f"{clause.effect.value}{marks}{value}", [_short(path) for path in clause.targets], short(clause.condition)


def _short(path: str) -> str:
    key = path.rpartition("/")[2]
    return f"{key[0]}{int(key[4:])}"


_SIGNS = {"equal": "=", "less": "<", "at_most": "<="}


def short(node: Any) -> str:
    """A node as one line."""
    if isinstance(node, list):
        return f"[{' '.join(map(short, node))}]"
    if not isinstance(node, Mapping):
        return repr(node)
    ((word, below),) = node.items()
    if word in _SIGNS:
        return f"{short(below[0])}{_SIGNS[word]}{short(below[1])}"
    if word in ("and", "or", "xor"):
        return f"({f' {word} '.join(map(short, below))})"
    if word in ("one_of", "within"):
        return f"{short(below[0])} in {below[1]}"
    match word:
        case "path" | "count":
            return _short(below) if word == "path" else f"count({_short(below)})"
        case "value":
            return repr(below)
        case "not":
            return f"!{short(below)}"
        case "always":
            return "always"
    return f"{word}({short(below)})"
