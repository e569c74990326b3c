"""On paper: lines, boxes, headings without gaps, and in words what a page would hide."""

from itertools import pairwise

from stadtkern.lib.forms.export.blank import paper
from stadtkern.lib.forms.model import Field, Form, Group, Kind, Option, Step
from stadtkern.lib.forms.rules.model import Clause, Effect, Rule, State
from stadtkern.lib.forms.tests.forms import COLOURS, FORM

YES = {"equal": [{"path": "a"}, {"value": "ja"}]}


def items(form: Form) -> dict[str, dict]:
    return {item["label"]: item for step in paper(form) for item in step["items"]}


def form(*children, rules=()) -> Form:
    return Form("Probe", (Step("s", "S", children),), rules=tuple(rules))


def rule(*clauses: Clause, state: State = State.COMPILED, text: str = "Satz") -> Rule:
    return Rule("R1", "1", "b", text, state, clauses)


def test_shapes() -> None:
    found = items(FORM)
    assert found["Datum"]["shape"] == "date" and found["Bemerkung"]["shape"] == "area" and found["Miete"]["shape"] == "money"
    assert found["Ja oder nein"]["options"] == ["Ja", "Nein"] and found["Farbe"]["options"] == ["Braun", "Weiß", "Schwarz"]
    assert "Fassung" not in found, "a hidden field is not printed"
    assert found["Gemeindeschlüssel"] == {"is": "text", "label": "Gemeindeschlüssel", "notes": ["03459024"]}
    assert found["Text"]["optional"] and not found["Rufname"]["optional"]
    assert any("mehrere Antworten" in note for note in found["Farben"]["notes"])
    assert found["Warum?"]["notes"][0].startswith("Nur ausfüllen bei „Gilt der Hund als gefährlich?“")
    assert {"Frühere Anschrift 1", "Frühere Anschrift 2"} <= set(found) and any(
        "Höchstens 5" in n for n in found["Frühere Anschrift 1"]["notes"]
    )
    assert any(
        "nur einen der folgenden Teile" in note for step in paper(FORM) for item in step["items"] for note in item["notes"]
    )


def test_headings_have_no_gaps() -> None:
    deep: Field | Group = Field("x", "Frage", Kind.TEXT)
    for level in range(9):
        deep = Group(f"g{level}", f"Ebene {level}", (deep,))
    levels = [2, *(item["level"] for step in paper(form(deep)) for item in step["items"] if item["is"] == "heading")]
    assert max(levels) == 6 and all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_rules_are_hints() -> None:
    a, b = Field("a", "A", Kind.CHOICE, options=(Option("ja", "Ja, gern"),)), Field("b", "B", Kind.TEXT, minimum=0)
    show, require = Clause(Effect.SHOW, ("b",), YES), Clause(Effect.REQUIRE, ("b",), YES)
    both = items(form(a, b, rules=[rule(show, require)]))["B"]
    assert both["notes"] == ["Nur ausfüllen, wenn „A“ „Ja, gern“ ist."] and not both["optional"]
    assert items(form(a, b, rules=[rule(require)]))["B"]["notes"] == ["Bitte ausfüllen, wenn „A“ „Ja, gern“ ist."]
    forbidden = Clause(Effect.FORBID, ("b",), {"always": True})
    assert items(form(a, b, rules=[rule(forbidden)]))["B"]["notes"] == ["Bitte frei lassen."]
    valid = Clause(Effect.VALID, ("b", "a"), YES, message="„A“ muss vor „B“ liegen. Bitte prüfen Sie beide Angaben.")
    assert items(form(a, b, rules=[rule(valid)]))["B"]["notes"] == ["„A“ muss vor „B“ liegen."]
    unread = rule(state=State.OPEN, text='WENN F60000000243 "A" DANN ' + "x " * 400)
    note = items(form(a, b, rules=[unread]))["B"]["notes"][0]
    assert note.startswith('Regel: WENN "A" DANN') and len(note) < 420


def test_long_lists_are_written_out() -> None:
    many = Field("land", "Land", Kind.CHOICE, options=tuple(Option(str(n), f"Land {n}") for n in range(197)))
    assert items(form(many))["Land"]["is"] == "line" and "197" in items(form(many))["Land"]["notes"][0]
    assert items(form(Field("c", "Farbe", Kind.CHOICE, options=COLOURS)))["Farbe"]["is"] == "ticks"
    assert items(form(Field("plz", "PLZ", Kind.TEXT, min_length=5, max_length=5)))["PLZ"]["boxes"] == 5
