"""References are read aloud and typed by hand: every slip is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stadtkern.lib import ids

BODY = st.text(ids.ALPHABET, min_size=7, max_size=7)


def written(body: str) -> str:
    plain = body + ids.check_character("MS", body)
    return f"MS-{plain[:4]}-{plain[4:]}"


def test_a_new_reference_reads_back():
    made = {ids.reference("MS") for _ in range(1000)}
    assert len(made) == 1000
    assert all(ids.read_reference(reference, "MS") == reference for reference in made)


@given(BODY)
def test_people_type_it_their_way(body):
    reference = written(body)
    for typed in (
        reference.lower(),
        reference.replace("-", ""),
        reference.replace("-", " "),
        reference.replace("0", "O"),
        f" {reference} ",
    ):
        assert ids.read_reference(typed, "MS") == reference


@given(BODY, st.integers(0, 7), st.sampled_from(ids.ALPHABET))
def test_every_wrong_character_is_found(body, place, letter):
    plain = body + ids.check_character("MS", body)
    wrong = plain[:place] + letter + plain[place + 1 :]
    found = ids.read_reference(f"MS{wrong}", "MS")
    assert (found is not None) == (wrong == plain)


@given(BODY, st.integers(0, 7), st.integers(0, 7))
def test_every_swap_is_found(body, one, other):
    plain = list(body + ids.check_character("MS", body))
    swapped = plain.copy()
    swapped[one], swapped[other] = plain[other], plain[one]
    assert (ids.read_reference("MS" + "".join(swapped), "MS") is not None) == (swapped == plain)


@given(BODY)
def test_another_citys_number_is_not_ours(body):
    theirs = ids.check_character("AB", body)
    assert ids.read_reference(f"MS{body}{theirs}", "MS") is None or theirs == ids.check_character("MS", body)
    assert ids.read_reference(written(body), "AB") is None


@pytest.mark.parametrize("text", ["", "MS", "MS-", "x" * 1000, "MS-7F3K-9QXI", "MS-7F3K-9QX", "MS\x00-7F3K-9QXM1", "🐕"])
def test_anything_else_is_none(text):
    assert ids.read_reference(text, "MS") is None


def test_the_alphabet_has_no_traps():
    assert len(set(ids.ALPHABET)) == len(ids.ALPHABET) == 29  # prime
    assert not set(ids.ALPHABET) & set("AEIOUL1")


def test_secrets_are_long_and_digests_hide_them():
    assert len({ids.secret() for _ in range(100)}) == 100 and len(ids.secret()) >= 43
    assert ids.digest("x") != "x" and len(ids.digest("x")) == 64
