"""A wrong automatic assignment is worse than any question to a clerk: measured on thousands of noisy transfers."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stadtkern.lib.matching import Candidate, Index, Transfer, judge
from stadtkern.lib.matching.names import likeness
from stadtkern.lib.matching.references import sightings
from stadtkern.lib.money import kassenzeichen

from .noise import day, town


def measure(seed, claims=3000, transfers=1500):
    rng = random.Random(seed)
    known = town(rng, claims)
    index, tally, wrong = Index(known), Counter(), []
    for truth in day(rng, known, transfers):
        verdict = judge(truth.transfer, index)
        booked = {proposal.candidate.key for proposal in verdict.booked}
        assert not booked or sum(proposal.cents for proposal in verdict.booked) == truth.transfer.cents
        tally["payable"] += bool(truth.pays)
        if booked == set(truth.pays) and booked:
            tally["right"] += 1
        elif booked:
            wrong.append((truth, verdict))
        elif truth.pays:
            shown = {proposal.candidate.key for proposal in verdict.proposals}
            tally["proposed"] += set(truth.pays) <= shown
            tally[f"asked {truth.kind}"] += 1
    return tally, wrong


@pytest.mark.parametrize("seed", [1, 2])
def test_never_a_wrong_one_and_most_by_themselves(seed):
    """docs/bank.md has the figures of more and larger runs."""
    tally, wrong = measure(seed, claims=1500, transfers=700)
    assert wrong == []
    assert tally["right"] >= 0.75 * tally["payable"], tally
    assert tally["right"] + tally["proposed"] >= 0.97 * tally["payable"], tally


ANNA = Candidate("anna", kassenzeichen(10_000_123).replace("-", ""), 1200, ("Anna Groß",))
OTTO = Candidate("otto", kassenzeichen(10_000_124).replace("-", ""), 1200, ("Otto Weiß",))
PAID = Candidate("paid", kassenzeichen(10_000_130).replace("-", ""), 0, ("Anna Groß",), live=False)
SMALL = Index([ANNA, OTTO, PAID])


def booked(text, cents=1200, name="ANNA GROSS"):
    return [proposal.candidate.key for proposal in judge(Transfer(cents, text, (name,)), SMALL).booked]


@pytest.mark.parametrize("text", [
    "1000-0123-{c}", "10000123{c}", "1000 0123 {c}", "Kassenzeichen: 1OOO-OI23-{c}", "KZ10000123{c} Gebuehr", "10.000.123/{c}",
    "Rg 2026-11 v. 12.11.2026 KZ 1000-0123-{c} EUR 12,00", "SVWZ+1000-01\n23-{c}", "IOOO-0123-{c}",
])  # fmt: skip
def test_ways_to_write_it(text):
    assert booked(text.format(c=ANNA.digits[-2:])) == ["anna"]


@pytest.mark.parametrize(("text", "cents", "name", "reason"), [
    ("1000-0123-{c}", 500, "Erika Fremd", "amount"),  # a stranger pays a part: asked
    ("1000-0122-{c}", 1200, "Erika Fremd", "misspelled"),
    ("1000-0122-{c}", 1300, "Anna Groß", "misspelled"),
    ("danke", 1200, "Anna Groß", "none"),
    ("", 1200, "", "none"),
    (PAID.digits, 1200, "Anna Groß", "closed"),
    ("1000-0123-{c} und " + OTTO.digits, 2300, "Anna Groß", "several"),
    ("990010000123{c}01", 1200, "Erika Fremd", "misspelled"),  # inside a longer number
])  # fmt: skip
def test_a_clerk_is_asked(text, cents, name, reason):
    verdict = judge(Transfer(cents, text.format(c=ANNA.digits[-2:]), (name,)), SMALL)
    assert (verdict.booked, verdict.why_not) == ((), reason)


def test_two_slips_that_hit_a_strangers_valid_number_are_noticed():
    mine = Candidate("mine", "1000012380", 1200, ("Zoë Çelik",))
    theirs = Candidate("theirs", "1000042380", 1200, ("Otto Weiß",))  # one slip away, as if valid by accident
    verdict = judge(Transfer(1200, "1000-0423-80", ("Zoe Celik",)), Index([mine, theirs]))
    assert verdict.why_not == "rival" and {one.candidate.key for one in verdict.proposals} == {"mine", "theirs"}


def test_several_references_and_exactly_their_sum():
    verdict = judge(Transfer(2400, f"{ANNA.digits}, {OTTO.digits}", ("Anna Groß",)), SMALL)
    assert {(one.candidate.key, one.cents) for one in verdict.booked} == {("anna", 1200), ("otto", 1200)}


@pytest.mark.parametrize(("payer", "debtor", "wanted"), [
    ("LUCJA ZOE CELIK MUELLER", "Zoë Łucja Çelik-Müller", 2), ("Müller, Hans", "Hans Müller", 2),
    ("Hans u. Eva Mueller", "Hans Müller", 2),
    ("Eva Müller", "Hans Müller", 1), ("Otto Weiß", "Hans Müller", 0), ("Anne Groß", "Anna Groß", 1), ("", "Hans", None),
    ("BAECKEREI GROSS GMBH", "Bäckerei Groß GmbH", 2), ("Nguyen Thi", "Nguyễn Thị", 2),
])  # fmt: skip
def test_names_as_banks_write_them(payer, debtor, wanted):
    assert likeness([payer], [debtor]) == wanted


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80), st.integers(1, 10**9), st.text(max_size=30))
def test_noise_pays_nothing(text, cents, name):
    """Whatever stands there: nothing is booked that is not named by a number and confirmed by amount or name."""
    for proposal in judge(Transfer(cents, text, (name,)), SMALL).booked:
        assert proposal.candidate.live and ({"amount", "name", "half_name"} & set(proposal.reasons))
    assert all(len(one.digits) == 10 for one in sightings(text, frozenset({10})))
