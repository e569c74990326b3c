"""The rules have the properties they are known for, and Equal Shares equals a slow count in fractions alone."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stadtkern.lib.ballots import BallotError, Election, Project, greedy, shares
from stadtkern.lib.ballots.electorate import electorate
from stadtkern.lib.ballots.run import Run
from stadtkern.lib.ballots.shares import equal_shares

CHEAP = settings(max_examples=30, deadline=None)


def election_of(budget, costs, ballots, vote_type="approval", points=()):
    projects = [Project(str(at), Fraction(cost)) for at, cost in enumerate(costs, 1)]
    return Election(Fraction(budget), vote_type, projects, [tuple(ballot) for ballot in ballots], list(points))


@st.composite
def elections(draw, most_people=14):
    """Few amounts, so that prices and shares are often equal."""
    costs = draw(st.lists(st.sampled_from([1, 2, 3, 4, 6, 10, 12, 30]), min_size=1, max_size=6))
    ballot = st.lists(st.integers(0, len(costs) - 1), unique=True, max_size=len(costs))
    return election_of(draw(st.integers(0, 40)), costs, draw(st.lists(ballot, max_size=most_people)))


@st.composite
def point_elections(draw):
    election = draw(elections(most_people=8))
    value = st.sampled_from([0, 1, 2, 3, Fraction(1, 2)])
    election.points = [tuple(draw(value) for _ in ballot) for ballot in election.ballots]
    election.vote_type = "cumulative"
    return election


def slow_shares(election, share):
    """Equal Shares word by word, in fractions: winners in order, and who paid what."""
    people = len(election.ballots)
    points = election.points or [(1,) * len(ballot) for ballot in election.ballots]
    utility = [dict(zip(ballot, given, strict=True)) for ballot, given in zip(election.ballots, points, strict=True)]
    left, bought, paid = [share] * people, [], []
    while True:
        offers = []
        for place, project in enumerate(election.projects):
            fans = [i for i in range(people) if utility[i].get(place, 0) > 0]
            if place in bought or not fans or not project.cost or sum(left[i] for i in fans) < project.cost:
                continue
            fans.sort(key=lambda i, place=place: left[i] / utility[i][place])
            rest, weight = project.cost, sum(Fraction(utility[i][place]) for i in fans)
            for i in fans:
                if rest / weight * utility[i][place] <= left[i]:
                    offers.append((rest / weight / project.cost, project.key, place, rest / weight, fans))
                    break
                rest, weight = rest - left[i], weight - utility[i][place]
        if not offers:
            return bought, paid
        _, _, place, price, fans = min(offers)
        payments = {i: min(left[i], price * utility[i][place]) for i in fans}
        for i, amount in payments.items():
            left[i] -= amount
        bought.append(place)
        paid.append(payments)


@CHEAP
@given(elections())
def test_equal_shares_equal_the_slow_count(election):
    if election.ballots:
        expected, _ = slow_shares(election, election.budget / len(election.ballots))
        outcome = equal_shares(election)
        assert [step.project for step in outcome.steps if step.funded] == expected
        assert outcome.cost <= election.budget


@CHEAP
@given(point_elections())
def test_points_too(election):
    if election.ballots:
        expected, _ = slow_shares(election, election.budget / len(election.ballots))
        assert [step.project for step in equal_shares(election).steps if step.funded] == expected


@CHEAP
@given(elections())
def test_payments_are_the_cost_and_nobody_pays_more_than_the_share(election):
    if not election.ballots:
        return
    people, share = electorate(election), election.budget / len(election.ballots)
    costs = [project.cost for project in election.projects]
    run = Run(people, costs, costs, [project.key for project in election.projects], share)
    run.go()
    spent = [Fraction(0)] * people.kinds
    for number, purchase in enumerate(run.ledger.purchases):
        price, total = run.ledger.price(number), Fraction(0)
        side = people.sides[purchase.project]
        for kind, many in zip(side.kinds.tolist(), side.people.tolist(), strict=True):
            amount = price if purchase.paid[kind] else share - spent[kind]
            spent[kind] += amount
            total += amount * int(many)
        assert total == purchase.cost
        assert float(price) == pytest.approx(purchase.price)
    assert all(0 <= amount <= share for amount in spent)


@CHEAP
@given(elections(), st.randoms(use_true_random=False))
def test_the_order_of_the_ballots_decides_nothing(election, random: Random):
    shuffled = list(election.ballots)
    random.shuffle(shuffled)
    other = election_of(election.budget, [p.cost for p in election.projects], shuffled)
    assert greedy(other).winners == greedy(election).winners
    for completion in ("none", "add1", "add1+greedy"):
        assert equal_shares(other, completion).winners == equal_shares(election, completion).winners


@CHEAP
@given(elections())
def test_one_more_approval_never_costs_a_winner_the_place(election):
    outcome = greedy(election)
    assert outcome.cost <= election.budget
    for place in outcome.winners:
        more = election_of(election.budget, [p.cost for p in election.projects], [*election.ballots, (place,)])
        assert place in greedy(more).winners


@CHEAP
@given(elections())
def test_add1_is_the_last_share_that_can_be_paid_for(election):
    if not election.ballots:
        return
    outcome = equal_shares(election, "add1")
    assert outcome.cost <= election.budget
    assert outcome.share == outcome.first_share + (outcome.share - outcome.first_share).numerator
    bought = [step.project for step in outcome.steps if step.funded]
    assert bought == slow_shares(election, outcome.share)[0]
    wanted = {place for ballot in election.ballots for place in ballot}
    fits = any(outcome.cost + election.projects[place].cost <= election.budget for place in wanted - set(outcome.winners))
    after = slow_shares(election, outcome.share + 1)[0]
    assert not fits or sum(election.projects[place].cost for place in after) > election.budget


@CHEAP
@given(elections(), st.integers(1, 400))
def test_skipped_rounds_change_nothing(election, dearer):
    """With amounts so large that many rounds can be skipped: the same share, the same winners as round by round."""
    many = election_of(election.budget * dearer, [one.cost * dearer for one in election.projects], election.ballots)
    slow = equal_shares(many, "add1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shares, "LOOK_AFTER", 1)
        patch.setattr(shares, "PAUSE", 1)
        fast = equal_shares(many, "add1")
    assert (fast.winners, fast.share, fast.rounds) == (slow.winners, slow.share, slow.rounds)


def test_few_people_with_much_money_are_counted_at_once():
    election = election_of(10**9, [4 * 10**8, 3 * 10**8, 9 * 10**8], [(0,), (0, 1), (2,), (1, 2), (2,)])
    outcome = equal_shares(election, "add1")
    assert outcome.rounds > 10**6 and outcome.cost <= 10**9


def test_greedy_breaks_ties_by_cost_then_by_key_as_text():
    ballots = [(0, 1, 2, 3)]
    election = Election(
        Fraction(3), "approval", [Project(k, Fraction(c)) for k, c in (("9", 1), ("10", 1), ("2", 2), ("1", 3))], ballots
    )
    assert [election.projects[step.project].key for step in greedy(election).steps] == ["10", "9", "2", "1"]


def test_a_larger_share_is_shared_by_all_who_want_it():
    """Two of three want the park: they pay all they have; a float could see less than the cost."""
    election = election_of("1", ["2/3"], [(0,), (0,), ()])
    assert equal_shares(election).winners == (0,)
    assert equal_shares(election_of("1", ["2/3"], [(0,), (), ()])).winners == ()


def test_the_rest_goes_by_points():
    election = election_of(10, [10, 4, 3], [(0,), (0,), (0, 1), (2,)])
    assert equal_shares(election).winners == ()
    assert equal_shares(election, "greedy").winners == (0,)


def test_nothing_to_count_is_a_result():
    empty = election_of(10, [1], [])
    assert equal_shares(empty, "add1").winners == ()
    assert greedy(empty).winners == (0,)  # as cities do it: what fits is funded, even without a vote


def test_unknown_completions_and_negative_points_are_refused():
    with pytest.raises(BallotError, match="Möglich sind"):
        equal_shares(election_of(1, [1], [(0,)]), "add2")
    with pytest.raises(BallotError, match="negative Punkte"):
        equal_shares(election_of(1, [1], [(0,)], "scoring", [(-1,)]))
