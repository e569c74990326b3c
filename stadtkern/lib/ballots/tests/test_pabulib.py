"""Files as they come: real ones equal their expected result, odd ones are put right, broken ones refused by line."""

import gzip
import json
import os
from fractions import Fraction
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stadtkern.lib.ballots import BallotError, Election, Project, greedy, read, read_bytes, read_file, scores, write
from stadtkern.lib.ballots.shares import equal_shares

ROOT = Path(__file__).resolve().parents[4]
DATA = Path(os.environ.get("STADTKERN_SHARED", ROOT.parent / "shared")) / "data" / "participation" / "pabulib"
EXPECTED = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))["results"] if DATA.exists() else {}

SMALL = """META
key;value
budget;100
vote_type;{kind}
{meta}PROJECTS
project_id;cost;name
1;60;Bank
10;40;Baum
9;40;"Brunnen; mit ""Fisch"" darin"
VOTES
{votes}
"""


def small(votes, kind="approval", meta=""):
    return read(SMALL.format(votes=votes, kind=kind, meta=meta))


def keys(election, outcome):
    return [election.projects[place].key for place in outcome.winners]


@pytest.mark.skipif(not EXPECTED, reason="needs the shared Pabulib files")
def test_real_elections_have_the_expected_winners():
    assert len(EXPECTED) >= 7
    for name, expected in EXPECTED.items():
        file = DATA / name if (DATA / name).exists() else DATA / f"{name}.gz"
        election = read_file(file)
        start = process_time()
        outcome = greedy(election)
        assert process_time() - start < 1, name
        assert keys(election, outcome) == expected["city_greedy_by_score"]["winners"], name
        assert outcome.cost == Fraction(expected["city_greedy_by_score"]["cost"]), name
        if isinstance(expected["score"], dict):
            assert {p.key: s for p, s in zip(election.projects, outcome.scores, strict=True)} == expected["score"], name
        for completion, column in (("none", "mes_cost_utility"), ("add1", "mes_cost_utility_add1")):
            if column in expected:
                outcome = equal_shares(election, completion)
                assert keys(election, outcome) == sorted(expected[column]["winners"]), (name, completion)
                assert outcome.cost == Fraction(expected[column]["cost"]), (name, completion)


@pytest.mark.skipif(not EXPECTED, reason="needs the shared Pabulib files")
def test_ninety_thousand_ballots_are_counted_in_a_moment():
    election = read_file(DATA / "poland_lodz_2022_.pb.gz")
    assert len(election.ballots) == 90_494
    seconds = []
    for _ in range(3):
        start = process_time()
        equal_shares(election)
        seconds.append(process_time() - start)
    assert min(seconds) < 0.2


def test_the_kinds_of_ballots():
    assert scores(small("vote\n1,10\n10\n\n")) == (1, 2, 0)
    assert scores(small("vote\n10,1,9", "ordinal", "max_length;3\n")) == (2, 3, 1)
    assert scores(small("vote\n10,1", "ordinal")) == (1, 2, 0)  # without a length the longest ballot says it
    assert scores(small("vote;points\n10,1;4,1.5", "cumulative")) == (Fraction(3, 2), 4, 0)
    assert scores(small("vote;points\n10;4\n1;1", "scoring", "default_score;2\n")) == (3, 6, 4)
    assert scores(small("vote\n10", "choose-1")) == (0, 1, 0)


@pytest.mark.parametrize("evil", ["1/0", "1e999999999", "NaN", "1/3", "9" * 5000])
def test_hostile_marks_in_the_head_count_as_if_they_were_not_there(evil):
    assert scores(small("vote;points\n10;4", "scoring", f"default_score;{evil}\n")) == (0, 4, 0)
    election = small("vote\n10,1", "ordinal", f"max_length;{evil}\n")
    assert scores(election) == (1, 2, 0) and equal_shares(election).scores == (1, 2, 0)
    assert "max_length" in election.notes[0]
    assert small("vote\n10", "ordinal", "max_length;1000000\n").longest() == 1


def test_quirks_are_put_right_and_noted():
    election = small("voter_id;vote\n1;1,77\n2;10,10\n3\n4;None", meta="num_votes;9\n")
    assert election.ballots == [(0,), (1,), (), ()]
    assert [note[:9] for note in election.notes] == ["Zeile 13:", "Zeile 14:", "num_votes"]
    assert small("vote;points\n1,10;3", "cumulative").points == [(3, 0)]
    assert small("vote\n1,10", "choose-1").ballots == [()]


def test_spellings_marks_and_ends_of_lines():
    text = SMALL.format(votes="VOTE\n1", kind="Choose1", meta="").replace("budget;100", "Budget;100,50").replace("META", "meta")
    windows, mac = text.replace("\n", "\r\n").encode(), text.replace("\n", "\r").encode()
    for data in (b"\xef\xbb\xbf" + windows, text.encode("utf-16"), mac):
        election = read_bytes(data)
        assert (election.budget, election.ballots, election.vote_type) == (Fraction("100.5"), [(0,)], "choose-1")
    assert election.projects[2].name == 'Brunnen; mit "Fisch" darin'
    assert small('name;vote\n"ein\nZweizeiler";1\n18" Rad;9').ballots == [(0,), (2,)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("vote_type;approval", "vote_type;liquid"), "vote_type „liquid“"),
        (("budget;100", "budget;viel"), "budget fehlt oder ist keine Zahl"),
        (("budget;100", "budget;1e99"), "budget fehlt oder ist keine Zahl"),
        (("10;40", "10;NaN"), "Zeile 8: Die Kosten"),
        (("10;40", "10;-1"), "Zeile 8: Die Kosten von „10“ sind negativ"),
        (("10;40", "1;40"), "Zeile 8: Das Projekt „1“ kommt zweimal"),
        (("cost;name", "preis;name"), "Zeile 6: In PROJECTS fehlt die Spalte cost"),
        (("VOTES\nvote", "VOTES\nstimme"), "Zeile 11: In VOTES fehlt die Spalte vote"),
        (("VOTES", "PROJECTS"), "Zeile 10: Der Abschnitt PROJECTS kommt zweimal"),
        (("VOTES\nvote\n1", ""), "Der Abschnitt VOTES fehlt"),
        (("Baum", "Ba\x00um"), "Zeile 8: Die Zeile enthält ein NUL"),
        (("META", "HALLO\nMETA"), "Zeile 1: Vor dem ersten Abschnitt"),
    ],
)
def test_what_cannot_be_counted_is_refused_with_its_line(change, said):
    text = SMALL.format(votes="vote\n1", kind="approval", meta="")
    with pytest.raises(BallotError, match=said):
        read(text.replace(*change))


def test_hostile_files_are_bounded(tmp_path):
    bomb = tmp_path / "bomb.pb.gz"
    bomb.write_bytes(gzip.compress(b"META\n" + b"a" * 3_000_000))
    with pytest.raises(BallotError, match="größer als 1 MB"):
        read_file(bomb, most=2**20)
    with pytest.raises(BallotError, match="länger als"):
        read_file(bomb)
    broken = tmp_path / "broken.pb.gz"
    broken.write_bytes(b"\x1f\x8bnothing")
    for file in (broken, tmp_path / "absent.pb", tmp_path):
        with pytest.raises(BallotError, match="lässt sich nicht lesen"):
            read_file(file)
    with pytest.raises(BallotError, match="Zeile 2: Die Datei ist nicht in UTF-8"):
        read_bytes(b"META\nb\xfcdget;1")
    with pytest.raises(BallotError, match="Die Punkte"):
        small("vote;points\n1;inf", "scoring")


def small_file(votes):
    return SMALL.format(votes=votes, kind="approval", meta="").encode("utf-8", "replace")


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(small_file))
def test_no_file_breaks_the_reader(data):
    try:
        read_bytes(data)
    except BallotError as problem:
        assert str(problem)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=8), min_size=1, max_size=4),
    st.lists(st.dictionaries(st.integers(0, 3), st.integers(0, 36).map(lambda n: Fraction(n, 4)), max_size=3)),
)
def test_what_is_written_is_read_again(names, votes):
    projects = [Project(str(at), Fraction(at + 1, 4), name) for at, name in enumerate(names)]
    votes = [[(place, value) for place, value in vote.items() if place < len(names)] for vote in votes]
    ballots, points = [tuple(p for p, _ in vote) for vote in votes], [tuple(v for _, v in vote) for vote in votes]
    election = Election(Fraction("10.25"), "cumulative", projects, ballots, points)
    again = read(write(election))
    assert (again.budget, again.projects, again.ballots, again.points) == (election.budget, projects, ballots, points)
    assert write(again) == write(read(write(again)))
