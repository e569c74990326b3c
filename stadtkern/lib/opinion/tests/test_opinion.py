"""Votes, common ground and groups: the rules on small tables."""

import numpy as np
import pytest

from stadtkern.lib.opinion import polis
from stadtkern.lib.opinion.compute import opinion
from stadtkern.lib.opinion.groups import Rules, agreement, find
from stadtkern.lib.opinion.tally import Tally, common_ground, divided, tallies, wilson
from stadtkern.lib.opinion.votes import AGREE, DISAGREE, PASS, Vote, counted


def test_the_last_vote_counts_by_time_then_by_order():
    votes = [Vote(1, 1, DISAGREE, 50), Vote(1, 1, AGREE, 10), Vote(2, 1, AGREE, 5), Vote(2, 1, PASS, 5), Vote(3, 9, AGREE, 1)]
    table = counted([*votes, Vote(4, 1, 7)], statements=[1])
    assert tallies(table) == [Tally(1, 0, 1, 1)]
    assert (table.refusals.revotes, table.refusals.unknown_statements, table.refusals.bad_values) == (2, 1, 1)


def test_what_is_moderated_out_is_no_column_but_stays_for_the_export():
    table = counted([Vote(1, 1, AGREE), Vote(1, 2, DISAGREE)], [1, 2], [2])
    assert table.statements == [1] and table.set_aside == {2: {1: DISAGREE}}
    assert table.answers.tolist() == [2]


def two_camps(people: int, seed: int = 3, noise: float = 0.1, share: float = 0.9) -> list[Vote]:
    """Two camps that disagree on ten statements and agree on two; each person answers a part."""
    random = np.random.default_rng(seed)
    votes = []
    for person in range(people):
        side = AGREE if person % 2 else DISAGREE
        for statement in range(12):
            if random.random() < share:
                meant = AGREE if statement > 9 else side * (1 if statement % 2 else -1)
                votes.append(Vote(person, statement, meant if random.random() > noise else -meant))
    return votes


def test_two_camps_are_found_whoever_comes_first_and_their_common_ground_too():
    votes = two_camps(160)
    picture = opinion(votes, range(12))
    assert picture.groups.shown and len(picture.groups.members) == 2
    sides = [{person % 2 for person in group} for group in picture.groups.members]
    assert sides in ([{0}, {1}], [{1}, {0}])
    assert [common.tally.statement for common in picture.common] in ([10, 11], [11, 10])
    assert all(common.in_all_groups and common.agreed for common in picture.common)
    assert {tally.statement for tally in picture.divided[:10]} == set(range(10))
    assert all(marks and marks[0].inside > marks[0].outside for marks in picture.marks)
    again = opinion(votes[::-1], range(12))
    assert again.groups.members == picture.groups.members and again.groups.stability == picture.groups.stability


def test_groups_are_not_shown_for_few_people_for_noise_and_for_a_handful_of_odd_ones():
    assert find(counted(two_camps(60))).why_not == "few_people"
    random = np.random.default_rng(5)
    noise = [Vote(person, number, int(random.integers(-1, 2))) for person in range(150) for number in range(12)]
    assert find(counted(noise)).why_not in ("unstable", "no_groups")
    one_mind = [Vote(person, number, AGREE) for person in range(150) for number in range(12)]
    odd = [Vote(person, number, DISAGREE) for person in range(150, 154) for number in range(12)]
    assert not find(counted(one_mind + odd)).shown
    assert not find(counted(one_mind)).shown
    assert not find(counted([])).shown and not find(counted([Vote(1, 1, 1)])).shown
    assert min(len(group) for group in find(counted(two_camps(130)), Rules()).members) >= 10


def test_wilson_is_careful_with_few_votes():
    assert wilson(3, 3)[0] < 0.5 < wilson(30, 30)[0]
    assert wilson(0, 0) == (0.0, 1.0) and wilson(5, 10)[0] == pytest.approx(0.2366, abs=1e-3)
    whole = [Tally(1, 95, 2, 3), Tally(2, 6, 0, 0), Tally(3, 50, 45, 5), Tally(4, 1, 97, 2)]
    assert [(one.tally.statement, one.agreed) for one in common_ground(whole, [])] == [(4, False), (1, True)]
    first = [Tally(1, 60, 0, 0), Tally(2, 6, 0, 0), Tally(3, 50, 5, 5), Tally(4, 1, 50, 2)]
    second = [Tally(1, 18, 20, 2), Tally(2, 0, 0, 0), Tally(3, 0, 40, 0), Tally(4, 0, 47, 0)]
    assert [one.tally.statement for one in common_ground(whole, [first, second])] == [4]
    assert [tally.statement for tally in divided(whole)] == [3, 1, 4]


def test_the_adjusted_rand_index_knows_names_do_not_matter():
    one = np.array([0, 0, 1, 1, 2, 2])
    assert agreement(one, np.array([5, 5, 3, 3, 9, 9])) == 1.0
    assert agreement(one, np.zeros(6, dtype=int)) == pytest.approx(0.0)
    assert agreement(one, np.array([0, 0, 0, 1, 1, 1])) == pytest.approx(0.2424, abs=1e-3)


def test_hostile_exports_are_refused_or_read_without_harm(tmp_path):
    with pytest.raises(polis.NotAnExport, match=r"comments\.csv"):
        polis.read(tmp_path)
    (tmp_path / "comments.csv").write_bytes(b'\xef\xbb\xbfcomment-id,comment-body\n0,"Ja\x00 \xff"\n1e400,x\n3,\n')
    (tmp_path / "votes.csv").write_text("comment-id,voter-id,vote\n0,1,1\n0,1,nan\n0,1,-1.0\nx,2,1\n9,2,1\n0,1\n")
    picture = opinion(polis.read(tmp_path).votes, [one.number for one in polis.read(tmp_path).statements])
    assert picture.whole == [Tally(0, 0, 1, 0)] and not picture.groups.shown
    (tmp_path / "votes.csv").write_bytes(b"\x1f\x8bnonsense")
    with pytest.raises(polis.NotAnExport):
        polis.read(tmp_path)
    (tmp_path / "votes.csv").write_text("a,b\n1,2\n")
    with pytest.raises(polis.NotAnExport, match="vote"):
        polis.read(tmp_path)
