"""Points of each project, and the rule most cities use: most points first, what no longer fits is left out."""

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from itertools import chain, repeat

from .model import ORDINAL, WITH_POINTS, Election, Outcome, Step, outcome_of
from .numbers import number


def scores(election: Election) -> tuple[Fraction, ...]:
    """Approvals, sums of points, or places: the first of a ranking gets `max_length` points, the next one less."""
    total = [Fraction(0)] * len(election.projects)
    for (place, value), times in _marks(election).items():
        total[place] += value * times
    if election.vote_type in WITH_POINTS and (usual := _usual(election)):
        named = Counter(chain.from_iterable(election.ballots))
        total = [points + usual * (len(election.ballots) - named[place]) for place, points in enumerate(total)]
    return tuple(total)


def _marks(election: Election) -> Counter[tuple[int, Fraction | int]]:
    """How often each project got which mark."""
    if election.vote_type in WITH_POINTS:
        return Counter(zip(chain.from_iterable(election.ballots), chain.from_iterable(election.points), strict=True))
    if election.vote_type == ORDINAL:
        first = election.longest()
        return Counter((place, max(first - rank, 0)) for ballot in election.ballots for rank, place in enumerate(ballot))
    approvals = Counter(chain.from_iterable(election.ballots))
    return Counter(dict(zip(zip(approvals, repeat(1)), approvals.values(), strict=True)))


def _usual(election: Election) -> Fraction:
    """What a project gets that a ballot does not name."""
    try:
        return number(election.meta.get("default_score", ""))
    except ValueError:
        return Fraction(0)


def by_score(election: Election, points: tuple[Fraction, ...], places: Iterable[int]) -> list[int]:
    """The order of the municipal rule: points falling, cost rising, key rising."""
    projects = election.projects
    return sorted(places, key=lambda place: (-points[place], projects[place].cost, projects[place].key))


def greedy(election: Election) -> Outcome:
    """Down the list of points; a project that costs more than what is left is skipped."""
    points = scores(election)
    left, winners, steps = election.budget, [], []
    for place in by_score(election, points, range(len(election.projects))):
        fits = election.projects[place].cost <= left
        steps.append(Step(place, fits, left))
        if fits:
            winners.append(place)
            left -= election.projects[place].cost
    return outcome_of(election, "greedy", "none", winners, scores=points, steps=tuple(steps))
