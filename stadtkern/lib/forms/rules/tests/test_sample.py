"""100 federal rules read by hand: what the compiler makes of them, run through the evaluation."""

import pytest

from stadtkern.lib.forms.tests.schemas import FILES

from .sample import faults, table


def test_the_table_has_a_hundred_rules() -> None:
    assert len({(rule.key, rule.version) for rule in table()}) == 100


@pytest.mark.skipif(not FILES, reason="the federal schemas are not at hand")
def test_at_least_98_of_100_are_right() -> None:
    wrong = {(rule.key, rule.version): found for rule in table() if (found := list(faults(rule)))}
    assert not wrong, f"{100 - len(wrong)} of 100 right: {wrong}"
