"""Ballots as arrays: equal ballots once with their number, and for each project who supports it and how much."""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from math import lcm
from typing import Any

import numpy as np

from .model import ORDINAL, WITH_POINTS, BallotError, Election

MOST = 2**30  # of a point after all points were made whole numbers: sums over eight million people stay exact in a float


@dataclass(slots=True)
class Side:
    """Those who want one project: kinds of ballots, how many people cast each, how many points they gave."""

    kinds: Any  # array of places of kinds
    people: Any  # array of numbers of people
    points: Any  # array of whole numbers, or None when everybody gave one
    weight: int  # people times points, exact

    def weigh(self, which: Any) -> int:
        """The points of some of them, times people."""
        if self.points is None:
            return int(self.people[which].sum())
        return int(np.dot(self.people[which], self.points[which].astype(np.float64)))

    def point(self, at: int) -> int:
        return 1 if self.points is None else int(self.points[at])


@dataclass(slots=True)
class Electorate:
    """All kinds of ballots and the sides of all projects. Ballots without a supported project count as people."""

    people: int
    kinds: int
    sides: list[Side | None]


def electorate(election: Election) -> Electorate:
    """Brings an election into arrays. Points that are not whole are scaled; that changes no decision of the rule."""
    plain = election.vote_type not in WITH_POINTS and election.vote_type != ORDINAL
    tally: Counter[Any] = Counter(election.ballots) if plain else Counter(_with_points(election))
    ballots = list(tally) if plain else [tuple(place for place, _ in ballot) for ballot in tally]
    lengths = np.fromiter(map(len, ballots), dtype=np.int64, count=len(ballots))
    places = np.fromiter(chain.from_iterable(ballots), dtype=np.int32, count=int(lengths.sum()))
    kinds = np.repeat(np.arange(len(ballots), dtype=np.int32), lengths)
    people = np.fromiter(tally.values(), dtype=np.int64, count=len(tally))
    points = None if plain else np.fromiter((p for ballot in tally for _, p in ballot), dtype=np.int64, count=len(places))
    order = np.argsort(places, kind="stable")
    ends = np.searchsorted(places[order], np.arange(len(election.projects) + 1))
    sides: list[Side | None] = []
    for start, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        mine = order[start:end]
        sides.append(_side(kinds[mine], people, None if points is None else points[mine]) if len(mine) else None)
    return Electorate(len(election.ballots), len(ballots), sides)


def _side(kinds: Any, people: Any, points: Any) -> Side:
    number = people[kinds]
    weight = int((number if points is None else number * points).sum())
    return Side(kinds, number.astype(np.float64), points, weight)


def _with_points(election: Election) -> list[tuple[tuple[int, int], ...]]:
    """Each ballot as (project, whole points) without those that got none."""
    if election.vote_type == ORDINAL:
        first = election.longest()
        return [tuple((place, first - rank) for rank, place in enumerate(b) if rank < first) for b in election.ballots]
    every = {Fraction(point) for points in election.points for point in points}
    if any(point < 0 for point in every):
        raise BallotError("Equal Shares kann negative Punkte nicht zählen: Punkte sind hier der Nutzen eines Projekts.")
    scale = lcm(*(point.denominator for point in every)) if every else 1
    if every and max(every) * scale > MOST:
        raise BallotError("Die Punkte der Stimmzettel sind zu groß oder zu fein für eine genaue Zählung.")
    whole = {point: int(point * scale) for point in every}
    return [
        tuple((place, whole[Fraction(point)]) for place, point in zip(ballot, points, strict=True) if point)
        for ballot, points in zip(election.ballots, election.points, strict=True)
    ]
