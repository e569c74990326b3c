"""Every federal schema at hand with its rules compiled: they can be applied, answers exist, each step stands on its page."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from stadtkern.lib.forms import fim, genericode, shape
from stadtkern.lib.forms.check import problems
from stadtkern.lib.forms.model import Field, Form, Kind
from stadtkern.lib.forms.read import merged, revealed
from stadtkern.lib.forms.rules.evaluate import evaluate
from stadtkern.lib.forms.rules.faults import faults
from stadtkern.lib.forms.sample import posted, valid_answers
from stadtkern.lib.forms.walk import Walk, find

from .schemas import FILES, FIM

pytestmark = pytest.mark.skipif(not FILES, reason="the federal schemas are not here")
names = pytest.mark.parametrize("path", FILES, ids=[path.name.split(".")[0] for path in FILES])


@lru_cache(maxsize=1)
def code_lists() -> Any:
    return genericode.folder(FIM / "codelists")


@lru_cache(maxsize=200)
def form_of(path: Path) -> Form:
    return fim.load(path, code_lists(), land="NW").form


@names
def test_valid_answers_under_rules_go_through_every_page(path: Path) -> None:
    form = form_of(path)
    for seed in (0, 1):
        answers = valid_answers(form, seed)
        effects = evaluate(form, answers)
        assert problems(form, answers) == [] and shape.clean(form, answers) == answers
        visible = {visit.path for visit in Walk(form, answers, effects).visits()}
        assert set(answers) <= visible
        back = {at: value for at, value in answers.items() if _not_typed(form, at)}
        for step in form.steps:
            shape.placed(step, answers, effects=effects)
            back = merged(step, posted(step, answers, effects), back)
        for step in form.steps:
            assert revealed(step, posted(step, answers, effects), back, evaluate(form, back)) == []
        assert shape.clean(form, back) == answers


def _not_typed(form: Form, at: str) -> bool:
    element = find(form, at)
    return isinstance(element, Field) and element.kind is Kind.FILE


@names
def test_nothing_hidden_survives_and_nothing_required_is_hidden(path: Path) -> None:
    """All answers of one branch posted into another: what the rules hide there is gone."""
    form = form_of(path)
    mixed = {**valid_answers(form, 2), **valid_answers(form, 3)}
    effects, kept = evaluate(form, mixed), shape.clean(form, mixed)
    assert shape.clean(form, kept) == kept
    if effects is None:
        return
    assert not effects.required & effects.hidden
    after = evaluate(form, kept)
    assert after is not None
    for hidden in after.hidden:
        assert not any(at == hidden or at.startswith((f"{hidden}/", f"{hidden}[")) for at in kept)


def test_compiled_rules_name_only_what_is_there() -> None:
    found = [(path.name[:12], fault) for path in FILES for fault in faults(form_of(path)) if fault.kind == "unknown"]
    assert found == []


def test_seeds_take_different_branches() -> None:
    ruled = [path for path in FILES if len(form_of(path).rules) > 10]
    several = sum(len({frozenset(valid_answers(form_of(path), seed)) for seed in range(4)}) > 1 for path in ruled)
    assert several >= 0.9 * len(ruled)
