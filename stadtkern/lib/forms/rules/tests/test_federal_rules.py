"""The rules of the federal forms at hand: how many are understood, how many references are found."""

from collections import Counter

import pytest

from stadtkern.lib.forms import fim
from stadtkern.lib.forms.rules.coverage import coverage
from stadtkern.lib.forms.rules.model import State
from stadtkern.lib.forms.rules.program import program_of
from stadtkern.lib.forms.tests.schemas import FILES


@pytest.mark.skipif(not FILES, reason="the federal schemas are not at hand")
def test_95_percent_are_compiled_and_every_clause_can_be_evaluated() -> None:
    states: dict[tuple[str, str], set[State]] = {}
    references: Counter[str] = Counter()
    for file in FILES:
        form = fim.load(file, land="").form
        counted = coverage(form)
        references += Counter(named=counted.references, found=counted.resolved)
        for rule in form.rules:
            states.setdefault((rule.key, rule.version), set()).add(rule.state)
        program = program_of(form)
        assert program is None or not program.faults, (file.name, program.faults)
    done = sum(found == {State.COMPILED} for found in states.values())
    assert done >= 0.95 * len(states), (done, len(states))
    assert references["found"] >= 0.998 * references["named"], references
