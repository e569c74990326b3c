"""Groups of opinion in the saved conversations, beside the expected figures."""

import json
import os
from pathlib import Path

import pytest

from stadtkern.domains.participation.management.commands.opinion_groups import measured
from stadtkern.lib.opinion import polis

SHARED = Path(os.environ.get("STADTKERN_SHARED") or Path(__file__).resolve().parents[5] / "shared")
SAVED = SHARED / "data" / "participation" / "polis"
# Adjusted Rand with the groups Polis published: 0.954 and 0.876 measured, less a small margin for other numeric libraries.
AGREEMENT = {"austria-climate": 0.93, "brexit-consensus": 0.84}


@pytest.mark.parametrize("name", AGREEMENT)
def test_a_saved_conversation_has_the_expected_figures(name):
    if not (SAVED / "expected.json").is_file():
        pytest.skip("the saved conversations are not here")
    expected = json.loads((SAVED / "expected.json").read_text())[name]
    found = measured(polis.read(SAVED / name))
    for key in ("rows_in_votes", "distinct_voter_comment", "revotes", "voters", "moderated_out", "vote_counts_last"):
        assert found[key] == expected[key], key
    assert found["share_agrees_equal_last_vote"] == expected["share_agrees_equal_comments_csv_lastvote"]
    assert found["share_disagrees_equal_last_vote"] == expected["share_disagrees_equal"]
    assert len(found["groups"]) == expected["polis_groups"]
    assert found["adjusted_rand_with_published"] >= AGREEMENT[name]
    assert found["shown"] and found["stability"] >= 0.75
