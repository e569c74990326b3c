"""Method of Equal Shares: everybody gets the same share of the budget to spend on what they voted for.

The utility of a project is what it costs, times the points a ballot gives it (a ranking: its places as points).
Completions, always fixed before the vote:
* `add1`: the share grows by one unit of money until nothing more fits into the budget, or the next round would cost
  more than there is; then the round before counts. (So the last share whose result can be paid for.)
* `greedy`: what is left is given out by the municipal rule.
* `add1+greedy`: both, in this order.
"""

from dataclasses import replace
from fractions import Fraction

import numpy as np

from .electorate import electorate
from .greedy import by_score, scores
from .model import BallotError, Election, Outcome, Step, outcome_of
from .run import Run
from .steady import room

COMPLETIONS = ("none", "add1", "greedy", "add1+greedy")
MOST_ROUNDS = 10**15
MOST_RUNS = 300_000
MOST_HISTORY = 500
LOOK_AFTER, FRUITFUL, PAUSE = 1000, 20, 100  # rounds: see steady.py
NEAR = 1e-3


def equal_shares(election: Election, completion: str = "none", most_rounds: int = MOST_ROUNDS) -> Outcome:
    """Who wins under Equal Shares, and each purchase of the run that counts."""
    if completion not in COMPLETIONS:
        raise BallotError(f"Unbekannte Ergänzung „{completion}“. Möglich sind: {', '.join(COMPLETIONS)}.")
    points = scores(election)
    if not election.ballots:
        outcome = outcome_of(election, "mes", completion, [], scores=points, steps=())
    else:
        outcome = _Counting(election, points).count(completion, most_rounds)
    return fill(election, outcome) if "greedy" in completion else outcome


def fill(election: Election, outcome: Outcome) -> Outcome:
    """Gives out the rest of the budget: most points first, what does not fit is skipped."""
    left, filled = election.budget - outcome.cost, []
    others = [place for place, points in enumerate(outcome.scores) if points > 0 and place not in outcome.winners]
    for place in by_score(election, outcome.scores, others):
        if election.projects[place].cost <= left:
            filled.append(place)
            left -= election.projects[place].cost
    whole = outcome_of(election, outcome.rule, outcome.completion, [*outcome.winners, *filled], scores=(), steps=())
    return replace(outcome, winners=whole.winners, cost=whole.cost, filled=tuple(filled))


class _Counting:
    """The same ballots, counted with growing shares."""

    def __init__(self, election: Election, points: tuple[Fraction, ...]) -> None:
        self.election, self.points = election, points
        self.people = electorate(election)
        self.costs = [project.cost for project in election.projects]
        self.keys = [project.key for project in election.projects]
        sides = self.people.sides
        self.free = [place for place, side in enumerate(sides) if side and not self.costs[place]]
        self.wanted = [place for place, side in enumerate(sides) if side and side.weight and self.costs[place]]
        self.look_at = LOOK_AFTER
        self.first = election.budget / self.people.people

    def count(self, completion: str, most_rounds: int) -> Outcome:
        share, rounds, runs = self.first, 1, 1
        run = self._run(share)
        history = [self._line(share, run)]
        while completion.startswith("add1") and not self._nothing_fits(run):
            runs += 1
            if rounds >= most_rounds or runs >= MOST_RUNS:
                raise BallotError(f"Nach {rounds} Runden mit wachsendem Anteil steht noch kein Ergebnis fest.")
            skipped = self._skipped(run, rounds)
            following = self._run(share + skipped + 1)
            rounds += skipped + 1
            if (line := self._line(share + skipped + 1, following))[1] != history[-1][1]:
                history.append(line)
            if line[2] > self.election.budget:
                share += skipped  # of the round before
                run = self._run(share) if skipped else run
                break
            share, run = share + skipped + 1, following
        return outcome_of(
            self.election, "mes", completion, [*self.free, *_bought(run)], scores=self.points,
            steps=self._steps(run), share=share, first_share=self.first, rounds=rounds,
            history=tuple(history[-MOST_HISTORY:]),
        )  # fmt: skip

    def _skipped(self, run: Run, rounds: int) -> int:
        """How many rounds need no run because nothing in them can change; looked for once there have been many."""
        if rounds < self.look_at:
            return 0
        space = room(run) * (1 - NEAR)
        found = max(0, int(min(space, 1e15)) - 1)
        self.look_at = rounds + found + (1 if found > FRUITFUL else PAUSE)
        return found

    def _line(self, share: Fraction, run: Run) -> tuple[Fraction, tuple[int, ...], Fraction]:
        won = sorted([*self.free, *_bought(run)], key=self.keys.__getitem__)
        return share, tuple(won), self._cost(run)

    def _run(self, share: Fraction) -> Run:
        units = [cost or Fraction(1) for cost in self.costs]
        run = Run(self.people, self.costs, units, self.keys, share)
        run.go()
        return run

    def _cost(self, run: Run) -> Fraction:
        return sum((self.costs[place] for place in _bought(run)), Fraction(0))

    def _nothing_fits(self, run: Run) -> bool:
        cost, bought = self._cost(run), set(_bought(run))
        others = [self.costs[place] for place in self.wanted if place not in bought]
        return cost <= self.election.budget and all(cost + other > self.election.budget for other in others)

    def _steps(self, run: Run) -> tuple[Step, ...]:
        steps = [Step(place, True, Fraction(0)) for place in self.free]
        steps += [Step(p.project, True, p.funds, p.price, p.payers, p.spent_out) for p in run.ledger.purchases]
        bought = {step.project for step in steps}
        for place in by_score(self.election, self.points, range(len(self.costs))):
            if place not in bought:
                side = self.people.sides[place]
                left = float(np.dot(run.left[side.kinds], side.people)) if side else 0.0
                steps.append(Step(place, False, left))
        return tuple(steps)


def _bought(run: Run) -> list[int]:
    return [purchase.project for purchase in run.ledger.purchases]
