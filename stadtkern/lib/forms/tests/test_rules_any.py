"""Any rules with any answers: evaluation never raises and always ends, cleaning twice changes nothing, forbid wins."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stadtkern.lib.forms import shape
from stadtkern.lib.forms.check import problems
from stadtkern.lib.forms.json import from_dict, to_dict
from stadtkern.lib.forms.model import Answers, Form
from stadtkern.lib.forms.read import merged, revealed
from stadtkern.lib.forms.rules.evaluate import evaluate
from stadtkern.lib.forms.rules.faults import faults
from stadtkern.lib.forms.rules.model import Clause, Effect, Rule, State
from stadtkern.lib.forms.rules.places import places_of

from .test_any_input import POSTS, SENT, fit
from .test_rules import FORM, clause, eq, forbid, form_with

PATHS = list(places_of(FORM))
PLACES = st.sampled_from(PATHS) | st.sampled_from(["gibt/es/nicht", ""])
LITERALS = st.sampled_from(["001", "002", "003", "1", "wahr", "2026-11-22", "", "x"]) | st.integers(-5, 5) | st.booleans()
OPERANDS = st.one_of(
    st.builds(lambda path: {"path": path}, PLACES),
    st.builds(lambda path: {"count": path}, PLACES),
    st.builds(lambda path: {"length": path}, PLACES),
    st.builds(lambda value: {"value": value}, LITERALS),
    st.builds(lambda days: {"today": days}, st.integers(-(10**12), 10**12)),
    st.builds(lambda path, more: {"plus": [{"path": path}, more]}, PLACES, st.integers(-(10**9), 10**9)),
    st.builds(lambda path: {"age": {"path": path}}, PLACES),
)
ATOMS = st.one_of(
    st.builds(lambda word, a, b: {word: [a, b]}, st.sampled_from(["equal", "less", "at_most"]), OPERANDS, OPERANDS),
    st.builds(lambda path: {"is_empty": {"path": path}}, PLACES),
    st.builds(lambda path: {"true": {"path": path}}, PLACES),
    st.builds(lambda a, many: {"one_of": [a, many]}, OPERANDS, st.lists(LITERALS, max_size=3)),
    st.builds(lambda a, low, high: {"within": [a, [[low, high]]]}, OPERANDS, LITERALS, LITERALS),
    st.just({"always": True}),
    st.just({"unknown": 1}),
)
NODES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds(lambda node: {"not": node}, inner),
        st.builds(lambda word, nodes: {word: nodes}, st.sampled_from(["and", "or", "xor"]), st.lists(inner, max_size=3)),
    ),
    max_leaves=4,
)
CLAUSES = st.builds(
    Clause,
    st.sampled_from(Effect),
    st.lists(PLACES, max_size=2).map(tuple),
    NODES,
    st.just(""),
    LITERALS | OPERANDS | st.none(),
    st.booleans(),
    st.booleans(),
)


def rule(bearer: str, clauses: list[Clause]) -> Rule:
    return Rule("R", "1", bearer, "Satz", State.COMPILED, tuple(clauses))


def spots(path: str) -> list[str]:
    second = path.replace("liste", "liste[1]").replace("innen", "innen[0]")
    return [path, path.replace("liste", "liste[0]"), second]


RULES = st.lists(st.builds(rule, PLACES, st.lists(CLAUSES, max_size=2)), max_size=5)
SPOTS = st.sampled_from([spot for path in PATHS for spot in spots(path)])
ANSWERS = st.dictionaries(SPOTS, LITERALS | st.none(), max_size=10)


def through(form: Form, answers: Answers) -> Answers:
    effects = evaluate(form, answers)
    for step in form.steps:
        found = problems(step, answers, effects=effects)
        shape.placed(step, answers, found, effects=effects)
        revealed(step, {}, answers, effects)
    shape.summary(form, answers)
    kept = shape.clean(form, answers)
    assert fit(kept) and shape.clean(form, kept) == kept
    after = evaluate(form, kept)
    assert after is None or not (after.required & after.hidden)
    return kept


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rules=RULES, answers=ANSWERS)
def test_any_rules(rules: list[Rule], answers: Answers) -> None:
    form = replace(FORM, rules=tuple(rules))
    kept = through(form, answers)
    effects = evaluate(form, kept)
    for path in effects.hidden if effects else ():
        assert not any(at == path or at.startswith((f"{path}/", f"{path}[")) for at in kept), "nothing forbidden is left"
    assert all(fault.text for fault in faults(form))
    assert from_dict(json.loads(json.dumps(to_dict(form)))) == form or any(c.value == "" for r in rules for c in r.clauses)


RULED = form_with(
    forbid("b", {"not": {"is_empty": {"path": "a"}}}),
    forbid("a", {"not": {"is_empty": {"path": "b"}}}),
    forbid("liste/wert", eq("liste/art", "001")),
    clause(Effect.REQUIRE, "g/tief/z", eq("art", "002")),
    clause(Effect.SET, "c", {"is_empty": {"path": "liste"}}, value="leer"),
    clause(Effect.VALID, "liste/bis", {"less": [{"path": "liste/von"}, {"path": "liste/bis"}]}),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sent=SENT, posts=POSTS)
def test_any_input_under_rules(sent: dict[str, Any], posts: dict[str, list[str]]) -> None:
    through(RULED, sent)
    through(RULED, merged(RULED.steps[1], posts, sent))


def test_faults_are_named() -> None:
    form = form_with(
        clause(Effect.REQUIRE, "a", eq("art", "001")),
        forbid("a", {"one_of": [{"path": "art"}, ["001", "002"]]}),
        forbid("b", {"not": {"is_empty": {"path": "c"}}}),
        forbid("c", {"not": {"is_empty": {"path": "b"}}}),
        forbid("nirgends", {"always": True}),
        forbid("ende", eq("g/weg", "1")),
        clause(Effect.REQUIRE, "mail", eq("art", "001")),
        forbid("mail", eq("art", "002")),
    )
    found = {(fault.kind, fault.rules) for fault in faults(form)}
    assert {(kind, tuple(sorted(keys))) for kind, keys in found} == {
        ("conflict", ("R0", "R1")), ("circle", ("R2", "R3")), ("unknown", ("R4",)), ("unknown", ("R5",)),
    }  # fmt: skip
    text = next(fault.text for fault in faults(form) if fault.kind == "conflict")
    assert text == "„Frage a“ ist zugleich Pflicht und verboten, wenn Art: 001. Dann gilt das Verbot."
