"""Rules of a form at work: hidden, required, set and checked, in repetitions, in circles, for any answers."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from stadtkern.lib.forms import shape
from stadtkern.lib.forms.check import problems
from stadtkern.lib.forms.model import Answers, Field, Form, Group, Kind, Option, Step
from stadtkern.lib.forms.read import revealed
from stadtkern.lib.forms.rules.evaluate import Effects, evaluate
from stadtkern.lib.forms.rules.model import Clause, Effect, Node, Rule, State
from stadtkern.lib.forms.sample import NoSample, valid_answers
from stadtkern.lib.forms.walk import Walk

TODAY = date(2026, 11, 22)
CODES = (Option("001", "eins"), Option("002", "zwei"), Option("003", "drei"))


def text(key: str, minimum: int = 0, **more: Any) -> Field:
    return Field(key, f"Frage {key}", Kind.TEXT, minimum, **more)


FORM = Form(
    "Probe",
    (
        Step("eins", "Eins", (
            Field("art", "Art", Kind.CHOICE, options=CODES), text("a"), text("b"), text("c"),
            Field("ja", "Ja?", Kind.YES_NO, 0), Field("zahl", "Zahl", Kind.NUMBER, 0), Field("tag", "Tag", Kind.DATE, 0),
            Field("fest", "Fest", Kind.TEXT, locked=True, default="x"),
        )),
        Step("zwei", "Zwei", (
            Group("g", "Gruppe", (text("x", 1), text("y"), Group("tief", "Tief", (text("z"),), 0)), 0),
            Group("liste", "Eintrag", (
                Field("art", "Art", Kind.CHOICE, options=CODES), text("wert"), Field("von", "Von", Kind.DATE, 0),
                Field("bis", "Bis", Kind.DATE, 0), Group("innen", "Innen", (text("t"), text("u")), 0, None),
            ), 0, None),
        )),
        Step("drei", "Drei", (text("ende"), text("mail"), Group("hand", "Kontakt", (text("telefon"), text("fax")), 1))),
    ),
)  # fmt: skip


def eq(path: str, value: Any) -> Node:
    return {"equal": [{"path": path}, {"value": value}]}


def form_with(*clauses: Clause, bearer: str = "", state: State = State.COMPILED) -> Form:
    return replace(FORM, rules=tuple(Rule(f"R{n}", "1", bearer, f"Satz {n}", state, (c,)) for n, c in enumerate(clauses)))


def clause(effect: Effect, target: str, condition: Node, **more: Any) -> Clause:
    return Clause(effect, tuple(target.split()), condition, **more)


def forbid(target: str, condition: Node) -> Clause:
    return clause(Effect.FORBID, target, condition)


def seen(form: Form, answers: Answers) -> set[str]:
    return {visit.path for visit in Walk(form, answers).visits()}


def effects_of(form: Form, answers: Answers) -> Effects:
    found = evaluate(form, answers, TODAY)
    assert found is not None
    return found


def test_forbidden_is_hidden_cleared_and_not_asked() -> None:
    form = form_with(forbid("a g", eq("art", "001")))
    answers: Answers = {"art": "001", "a": "alt", "g": True, "g/y": "alt", "b": "neu"}
    assert seen(form, answers) & {"a", "g", "g/x"} == set()
    assert shape.clean(form, answers) == {"art": "001", "b": "neu", "fest": "x"}
    assert problems(form, answers) == []
    assert {"a", "g", "g/x"} <= seen(form, answers | {"art": "002"})
    assert [p.path for p in problems(form, answers | {"art": "002"})] == ["g/x"]


def test_what_is_forbidden_counts_as_unanswered_for_all_other_rules() -> None:
    form = form_with(forbid("c", eq("b", "1")), forbid("b", eq("a", "1")), forbid("a", eq("art", "003")))
    assert shape.clean(form, {"art": "001", "a": "1", "b": "1", "c": "x"}) == {"art": "001", "a": "1", "c": "x", "fest": "x"}
    assert shape.clean(form, {"art": "003", "a": "1", "b": "1", "c": "x"}) == {"art": "003", "b": "1", "fest": "x"}


def test_required_over_steps_opens_an_optional_group() -> None:
    form = form_with(clause(Effect.REQUIRE, "g/tief/z ende", eq("art", "002")))
    answers: Answers = {"art": "002"}
    assert {"g", "g/x", "g/tief", "g/tief/z"} <= seen(form, answers)
    assert [p.path for p in problems(form, answers)] == ["g/x", "g/tief/z", "ende"]
    step = form.steps[2]
    assert [p.path for p in problems(step, answers, effects=effects_of(form, answers))] == ["ende"]
    placed = shape.placed(form.steps[1], answers, effects=effects_of(form, answers))
    assert placed[0].children and not placed[0].can_remove
    assert revealed(form.steps[1], {}, answers, effects_of(form, answers)) == ["g/x", "g/y", "g/tief/z"]
    assert not evaluate(form, {"art": "001"}, TODAY).opened  # type: ignore[union-attr]


def test_a_rule_of_an_optional_group_does_not_open_it() -> None:
    form = form_with(clause(Effect.REQUIRE, "g/y", {"is_empty": {"path": "g/tief/z"}}), bearer="g")
    assert "g" not in seen(form, {})
    assert [p.path for p in problems(form, {"art": "001", "g/x": "da"})] == ["g/y"]


def test_a_required_group_without_duties_needs_one_answer() -> None:
    form = form_with(clause(Effect.REQUIRE, "hand", eq("art", "001")))
    assert [(p.path, p.message) for p in problems(form, {"art": "001"})] == [
        ("hand", "Bitte machen Sie bei „Kontakt“ mindestens eine Angabe.")
    ]
    assert problems(form, {"art": "001", "hand/fax": "1"}) == []
    listed = form_with(clause(Effect.REQUIRE, "liste", eq("art", "001")))
    assert [p.path for p in problems(listed, {"art": "001"})] == ["liste[0]/art"]


def test_show_only_while_and_otherwise_hidden() -> None:
    form = form_with(clause(Effect.SHOW, "a", eq("art", "001")), clause(Effect.SHOW, "a", {"true": {"path": "ja"}}))
    assert "a" not in seen(form, {"art": "002", "a": "x"}) and "a" in seen(form, {"art": "002", "ja": True})
    duty = form_with(clause(Effect.REQUIRE, "b", eq("art", "001"), otherwise=True))
    assert [p.path for p in problems(duty, {"art": "001"})] == ["b"]
    assert "b" not in seen(duty, {"art": "002"}) and shape.clean(duty, {"art": "002", "b": "x"}) == {"art": "002", "fest": "x"}


def test_set_values_are_locked_and_come_from_nobody() -> None:
    form = form_with(
        clause(Effect.SET, "a", eq("art", "001"), value="gesetzt"),
        clause(Effect.SET, "tag", eq("art", "001"), value={"plus": [{"today": 0}, 7]}),
        forbid("b", eq("a", "gesetzt")),
    )
    answers: Answers = {"art": "001", "a": "gelogen", "b": "weg", "tag": "1999-01-01"}
    assert shape.clean(form, answers, TODAY) == {"art": "001", "a": "gesetzt", "tag": "2026-11-29", "fest": "x"}
    placed = {p.path: p for p in shape.placed(form.steps[0], answers, effects=effects_of(form, answers))}
    assert isinstance(placed["a"].element, Field) and placed["a"].element.locked and placed["a"].value == "gesetzt"
    assert placed["art"].controls and not placed["c"].controls
    assert "b" in seen(form, {"art": "002", "a": "frei"})
    rows = {row.path: row.text for row in shape.summary(form, answers)[0].rows}
    assert rows["a"] == "gesetzt" and "b" not in rows


def test_set_and_hidden_by_one_rule_counts_unseen() -> None:
    both = (Clause(Effect.SET, ("art",), {"always": True}, value="002"), Clause(Effect.FORBID, ("art",), {"always": True}))
    form = replace(FORM, rules=(Rule("R1", "1", "", "Vorbefüllen und ausblenden.", State.CONFIRMED, both),))
    assert shape.clean(form, {"art": "001"}) == {"art": "002", "fest": "x"} and problems(form, {}) == []
    assert "art" not in {p.path for p in shape.placed(form.steps[0], {}, effects=effects_of(form, {}))}


def test_instances_answer_for_themselves() -> None:
    form = form_with(
        forbid("liste/wert", eq("liste/art", "001")),
        clause(Effect.REQUIRE, "liste/innen/u", eq("liste/innen/t", "1")),
        forbid("ende", {"less": [{"value": 1}, {"count": "liste"}]}),
    )
    answers: Answers = {
        "art": "001", "liste[0]/art": "001", "liste[0]/wert": "weg", "liste[3]/art": "002", "liste[3]/wert": "da",
        "liste[3]/innen[0]/t": "1", "liste[3]/innen[5]/t": "2", "ende": "x",
    }  # fmt: skip
    assert [p.path for p in problems(form, answers)] == ["liste[3]/innen[0]/u"]
    kept = shape.clean(form, answers)
    assert "liste[0]/wert" not in kept and kept["liste[1]/wert"] == "da" and "ende" not in kept
    assert "ende" in shape.clean(form, {"art": "001", "liste[0]/art": "002", "ende": "x"})


def test_any_instance_where_the_target_stands_outside() -> None:
    form = form_with(forbid("a", eq("liste/art", "002")), forbid("b", {"is_empty": {"path": "liste"}}))
    assert seen(form, {"liste[0]/art": "001", "liste[1]/art": "002"}) >= {"b"}
    assert "a" not in seen(form, {"liste[0]/art": "001", "liste[1]/art": "002"})
    assert "b" not in seen(form, {}) and "a" in seen(form, {})


def test_the_first_of_two_that_exclude_each_other_stays() -> None:
    form = form_with(
        forbid("b", {"not": {"is_empty": {"path": "a"}}}),
        forbid("a", {"not": {"is_empty": {"path": "b"}}}),
    )
    assert shape.clean(form, {"a": "1", "b": "2"}) == {"a": "1", "fest": "x"}
    assert "a" not in seen(form, {"b": "2"}) and {"a", "b"} <= seen(form, {})


def test_a_contradiction_in_a_circle_hides_and_ends() -> None:
    form = form_with(
        forbid("b", {"is_empty": {"path": "a"}}),
        forbid("a", {"not": {"is_empty": {"path": "b"}}}),
        clause(Effect.SET, "c", {"is_empty": {"path": "c"}}, value="1"),
    )
    kept = shape.clean(form, {"a": "1", "b": "2"})
    assert kept == shape.clean(form, kept) == {"a": "1", "fest": "x"}


def test_forbid_wins_over_require() -> None:
    form = form_with(clause(Effect.REQUIRE, "a", eq("art", "001")), forbid("a", {"one_of": [{"path": "art"}, ["001", "002"]]}))
    assert problems(form, {"art": "001"}) == [] and "a" not in seen(form, {"art": "001"})


def test_valid_is_said_at_the_target_in_the_instance() -> None:
    order: Node = {"at_most": [{"path": "liste/von"}, {"path": "liste/bis"}]}
    form = form_with(
        clause(Effect.VALID, "liste/bis", order, message="Das Ende muss nach dem Anfang liegen."),
        clause(Effect.VALID, "tag", {"at_most": [{"path": "tag"}, {"today": 0}]}),
    )
    answers: Answers = {
        "art": "001", "liste[0]/art": "001", "liste[0]/von": "2026-01-01", "liste[0]/bis": "2026-02-01", "tag": "2999-01-01",
        "liste[1]/art": "001", "liste[1]/von": "2026-01-01", "liste[1]/bis": "2025-02-01",
    }  # fmt: skip
    found = problems(form, answers)
    assert [(p.path, p.message, p.help) for p in found] == [
        ("liste[1]/bis", "Das Ende muss nach dem Anfang liegen.", ""),
        ("tag", "Bitte prüfen Sie Ihre Angabe bei „Tag“. Sie passt nicht zu den Regeln dieses Formulars.", "Satz 1"),
    ]
    assert problems(form, {"art": "001", "liste[0]/art": "001", "liste[0]/bis": "2026-01-01"}) == []


def test_at_least_one_waits_for_the_last_step_and_skips_groups_that_are_not_there() -> None:
    one: Node = {"or": [{"not": {"is_empty": {"path": p}}} for p in ("a", "mail")]}
    form = form_with(clause(Effect.VALID, "a mail", one, message="Bitte eines von beiden."))
    effects = effects_of(form, {"art": "001"})
    assert problems(form.steps[0], {"art": "001"}, effects=effects) == []
    assert [p.path for p in problems(form.steps[2], {"art": "001"}, effects=effects)] == ["mail"]
    assert [p.path for p in problems(form, {"art": "001"})] == ["a"]
    inside: Node = {"not": {"is_empty": {"path": "g/y"}}}
    own = form_with(clause(Effect.VALID, "g/y", inside), bearer="g")
    assert problems(own, {"art": "001"}) == [] and [p.path for p in problems(own, {"art": "001", "g/x": "1"})] == ["g/y"]


def test_open_rules_and_notes_do_nothing() -> None:
    for state in (State.OPEN, State.NOTE):
        form = form_with(forbid("a", {"always": True}), state=state)
        assert "a" in seen(form, {})


def test_a_field_with_when_and_rules_sees_the_same_answers() -> None:
    step = replace(FORM.steps[0], children=(*FORM.steps[0].children, text("wenn", when={"a": "1"})))
    form = replace(form_with(forbid("a", eq("art", "001")), forbid("b", eq("wenn", "1"))), steps=(step, *FORM.steps[1:]))
    assert seen(form, {"art": "002", "a": "1", "wenn": "1"}) >= {"a", "wenn"}
    assert not seen(form, {"art": "001", "a": "1", "wenn": "1"}) & {"a", "wenn"}
    assert "b" in shape.clean(form, {"art": "001", "a": "1", "wenn": "1", "b": "x"})


@pytest.mark.parametrize(
    ("condition", "answers", "holds"),
    [
        (eq("zahl", "5"), {"zahl": 5}, True),
        (eq("ja", "wahr"), {"ja": True}, True),
        (eq("ja", "wahr"), {}, False),
        ({"not": eq("ja", "wahr")}, {}, True),
        (eq("art", "1"), {"art": "001"}, False),
        ({"within": [{"path": "a"}, [["200000", "299999"], ["5", "6"]]]}, {"a": "250000"}, True),
        ({"within": [{"path": "a"}, [["200000", "299999"]]]}, {"a": "300000"}, False),
        ({"less": [{"path": "zahl"}, {"value": 10}]}, {"zahl": 9}, True),
        ({"less": [{"path": "zahl"}, {"value": 10}]}, {}, False),
        ({"less": [{"path": "zahl"}, {"value": 10}]}, {"zahl": "viele"}, False),
        ({"less": [{"path": "tag"}, {"today": 0}]}, {"tag": "2026-11-21"}, True),
        ({"less": [{"path": "tag"}, {"plus": [{"today": 0}, -365]}]}, {"tag": "2025-12-21"}, False),
        ({"at_most": [{"length": {"path": "a"}}, {"value": 3}]}, {"a": "abc"}, True),
        ({"xor": [eq("a", "1"), eq("b", "1")]}, {"a": "1", "b": "1"}, False),
        ({"xor": [eq("a", "1"), eq("b", "1")]}, {"a": "1"}, True),
        ({"is_empty": {"path": "g"}}, {"g": True}, True),
        ({"is_empty": {"path": "g"}}, {"g/tief/z": "1"}, False),
        (eq("fest", "x"), {}, True),
        ({"equal": [{"path": "a"}, {"path": "b"}]}, {"a": "1", "b": "1"}, True),
        ({"equal": [{"path": "a"}, {"path": "b"}]}, {}, False),
        ({"always": True}, {}, True),
    ],
)  # fmt: skip
def test_words_of_the_language(condition: Node, answers: Answers, holds: bool) -> None:
    assert ("ende" not in seen_at(form_with(forbid("ende", condition)), answers)) is holds


def seen_at(form: Form, answers: Answers) -> set[str]:
    return {visit.path for visit in Walk(form, answers, evaluate(form, answers, TODAY)).visits()}


def test_valid_answers_are_found_under_rules_and_take_every_branch() -> None:
    form = form_with(
        forbid("g", eq("art", "001")),
        clause(Effect.REQUIRE, "g/tief/z", eq("art", "002")),
        clause(Effect.REQUIRE, "liste/innen/u", {"not": {"is_empty": {"path": "liste/innen/t"}}}),
        clause(Effect.VALID, "liste/bis", {"less": [{"path": "liste/von"}, {"path": "liste/bis"}]}),
        clause(Effect.VALID, "a", {"xor": [{"is_empty": {"path": "a"}}, {"is_empty": {"path": "b"}}]}),
        clause(Effect.VALID, "mail", {"equal": [{"path": "mail"}, {"path": "ende"}]}),
        clause(Effect.VALID, "zahl", {"within": [{"path": "zahl"}, [[1000, 1010]]]}),
        forbid("c", {"true": {"path": "ja"}}),
    )
    branches = set()
    for seed in range(12):
        answers = valid_answers(form, seed)
        assert problems(form, answers) == [] and shape.clean(form, answers) == answers == valid_answers(form, seed)
        branches.add((answers["art"], "g/x" in answers, "c" in answers))
    assert {art for art, _g, _c in branches} == {"001", "002", "003"} and len(branches) >= 4


def test_rules_that_cannot_be_met_name_the_field() -> None:
    form = form_with(clause(Effect.REQUIRE, "a", {"always": True}), clause(Effect.VALID, "a", {"is_empty": {"path": "a"}}))
    with pytest.raises(NoSample, match=r"^a: "):
        valid_answers(form)
