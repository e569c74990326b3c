"""Sentences about a result say what the rule did: every figure in them is worked out again here, from the ballots."""

import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from stadtkern.domains.participation import explaining, recount
from stadtkern.domains.participation.ballots import record_of
from stadtkern.lib.ballots import Election, Project, greedy, write
from stadtkern.lib.ballots.shares import equal_shares

MONEY = re.compile(r"(\d[\d.]*,\d\d)\s€")


@st.composite
def elections(draw):
    costs = draw(st.lists(st.integers(1, 40), min_size=2, max_size=6))
    ballots = draw(st.lists(st.lists(st.integers(0, len(costs) - 1), unique=True, min_size=1), min_size=1, max_size=12))
    projects = [Project(f"P{at:03d}", Fraction(cost), f"Projekt {at}") for at, cost in enumerate(costs, 1)]
    return Election(Fraction(draw(st.integers(5, 80))), "approval", projects, [tuple(sorted(one)) for one in ballots])


def cents(sentence):
    return [int(text.replace(".", "").replace(",", "")) for text in MONEY.findall(sentence)]


def explained(election, outcome):
    record = record_of(election, outcome, len(election.ballots))
    costs = {project.key: int(project.cost * 100) for project in election.projects}
    said = explaining.reasons(outcome.rule, record, costs, int(election.budget * 100))
    assert [one.key for one in said] == [election.projects[step.project].key for step in outcome.steps]
    won = {election.projects[place].key for place in outcome.winners}
    assert {one.key for one in said if one.funded} == won
    return said, costs


@settings(max_examples=40, deadline=None)
@given(elections())
def test_most_votes_first_in_words(election):
    said, costs = explained(election, greedy(election))
    votes = {p.key: sum(at in ballot for ballot in election.ballots) for at, p in enumerate(election.projects)}
    assert [one.key for one in said] == sorted(costs, key=lambda key: (-votes[key], costs[key], key))
    left = int(election.budget * 100)
    for one in said:
        assert re.match(rf"Mit {votes[one.key]} Stimmen? an der Reihe", one.sentence)
        before, cost, after = cents(one.sentence)
        assert (before, cost) == (left, costs[one.key])
        if one.funded:
            left -= cost
            assert after == left >= 0 and "danach blieben" in one.sentence
        else:
            assert after == cost - left > 0 and "es fehlten" in one.sentence


@settings(max_examples=40, deadline=None)
@given(elections())
def test_equal_shares_in_words(election):
    """Payments of those in the sentence add up to the cost; who is not funded misses exactly what the sentence says."""
    outcome = equal_shares(election, "add1")
    said, costs = explained(election, outcome)
    left = [float(outcome.share)] * len(election.ballots)
    for one in said:
        at = [p.key for p in election.projects].index(one.key)
        fans = [number for number, ballot in enumerate(election.ballots) if at in ballot]
        if not fans:
            assert one.sentence == "Kein Stimmzettel nennt dieses Projekt."
        elif one.funded:
            full = int(re.match(r"(\d+) Person", one.sentence)[1])
            rest = re.search(r", (\d+) Person(?:en)? den Rest", one.sentence)
            price = next(step.price for step in outcome.steps if step.project == at)
            assert sum(left[number] >= price - 1e-9 for number in fans) == full
            assert (int(rest[1]) if rest else 0) == sum(1e-9 < left[number] < price - 1e-9 for number in fans)
            paid = [min(left[number], price) for number in fans]
            assert abs(sum(paid) * 100 - costs[one.key]) < 0.01 and cents(one.sentence)[-1] == costs[one.key]
            assert abs(cents(one.sentence)[0] - price * 100) <= 0.51 or "weniger als 1 Cent" in one.sentence
            for number, amount in zip(fans, paid, strict=True):
                left[number] = max(0.0, left[number] - amount)
        else:
            have, cost, short = cents(one.sentence)
            assert abs(have - sum(left[number] for number in fans) * 100) <= 1 and cost == costs[one.key]
            assert short == max(cost - have, 1)


@settings(max_examples=25, deadline=None)
@given(elections())
def test_the_stand_alone_program_counts_the_same(election):
    meta, costs, votes = recount.read(write(election))
    name = [project.key for project in election.projects]
    for rule, completion in [("greedy", "none"), ("mes", "none"), ("mes", "add1"), ("mes", "greedy"), ("mes", "add1+greedy")]:
        outcome = greedy(election) if rule == "greedy" else equal_shares(election, completion)
        assert recount.count(meta, costs, votes, rule, completion) == [name[at] for at in outcome.winners], (rule, completion)


def test_the_program_runs_without_the_house(tmp_path):
    projects = [Project("P001", Fraction(60), "Bank; rot"), Project("P002", Fraction(50))]
    election = Election(Fraction(100), "approval", projects, [(0,), (0, 1), (1,)], meta={"rule": "mes", "completion": "none"})
    file = tmp_path / "vote.pb"
    file.write_text(write(election), encoding="utf-8")
    command = [sys.executable, "-I", "-S", str(Path(recount.__file__)), str(file), "--expect", "P001"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, '"winners": ["P001"]' in done.stdout) == (0, True), done.stdout + done.stderr
    assert subprocess.run([*command[:-1], "P002"], capture_output=True).returncode == 1
