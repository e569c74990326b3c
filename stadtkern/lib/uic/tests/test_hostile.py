"""Whatever is held before an inspector: a verdict with a reason, never an exception, never accepted."""

import random
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ..barcode import _frame, issue
from ..inspecting import Known, inspect
from ..schema import compiled
from .forgeries import CITY, ISSUER, KEYS, NOW, content, on_phone
from .hostile import alien, bent, genuine, other_spelling, signed_anyway, unasked

SOUND = genuine()
REASONS = {"expired", "early", "zone", "forged", "unknown_key", "revoked", "replay", "renew", "specimen", "format"}
seeds = st.integers(0, 2**32).map(random.Random)


def refused(barcode: bytes) -> str:
    known = Known()
    state = inspect(barcode, KEYS, known, NOW, 1).state
    assert state in REASONS and not known.seen and not known.proofs
    return state


def test_what_is_bent_here_is_accepted_straight():
    assert {inspect(barcode, KEYS, Known(), NOW, 1).state for barcode in SOUND} == {"valid"}


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(SOUND), seeds)
def test_a_bent_ticket_is_refused(barcode, dice):
    refused(bent(barcode, dice))


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=2000), seeds.map(alien)))
def test_what_is_no_ticket_is_refused(barcode):
    assert refused(barcode) in ("format", "unknown_key")


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 99_999).filter(lambda number: number != 1), st.text(st.characters(max_codepoint=127), max_size=30))
def test_another_key_or_issuer_is_unknown(number, issuer):
    assert refused(issue(content(), CITY, key_id=number)) == "unknown_key"
    assert issuer == ISSUER or refused(issue(content(issuer=issuer), CITY, key_id=1)) == "unknown_key"


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=900).map(signed_anyway), seeds.map(lambda dice: unasked(CITY, ISSUER, 1, dice))))
def test_even_truly_signed_nonsense_raises_nothing(barcode):
    assert inspect(barcode, KEYS, Known(), NOW, 1).state in REASONS | {"valid"}  # a bent letter of its title is still a ticket


def test_a_proof_spelled_differently_is_the_same_proof():
    """An ECDSA signature (r, s) is as true as (r, n - s): who films a screen must not get a second proof out of it."""
    shown = on_phone(content())
    told = compiled().decode("Frame", shown)
    again = _frame(told["signed"], other_spelling(told["signature"]))
    known = Known()
    assert again != shown and inspect(again, KEYS, Known(), NOW, 1).state == "valid"
    assert [inspect(one, KEYS, known, NOW + timedelta(seconds=1), 1).state for one in (shown, again)] == ["valid", "replay"]
