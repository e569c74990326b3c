"""What a group stands for: the statements on which it differs most surely from everybody else."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from .groups import Groups
from .tally import Tally, tallies, wilson
from .votes import Table


@dataclass(frozen=True)
class Mark:
    """One statement as a mark of a group."""

    statement: int
    agreed: bool
    inside: float  # share of the group
    outside: float  # share of all others
    surely: float  # by how much they differ at least


def group_tallies(table: Table, groups: Groups) -> list[list[Tally]]:
    """The tallies within every group."""
    label = groups.labels()
    return [
        tallies(table, np.array([label.get(person) == number for person in table.people]))
        for number in range(len(groups.members))
    ]


def marks(groups: list[list[Tally]], most: int = 5, votes: int = 7) -> list[list[Mark]]:
    """Per group the statements that most of it agrees with (or rejects) and the others do not, the surest first."""
    found = []
    for number, own in enumerate(groups):
        rows = []
        for column, tally in enumerate(own):
            others = [group[column] for place, group in enumerate(groups) if place != number]
            rest = Tally(
                tally.statement,
                sum(other.agrees for other in others),
                sum(other.disagrees for other in others),
                sum(other.passes for other in others),
            )
            rows += [mark for agreed in (True, False) if (mark := _mark(tally, rest, agreed, votes))]
        rows.sort(key=lambda mark: (-mark.surely, mark.statement))
        found.append(rows[:most])
    return found


def _mark(own: Tally, rest: Tally, agreed: bool, votes: int) -> Mark | None:
    """Newcombe's interval of the difference of two shares; a mark only if the difference is surely above zero."""
    if own.votes < votes or rest.votes < votes:
        return None
    hits, other = (own.agrees, rest.agrees) if agreed else (own.disagrees, rest.disagrees)
    inside, outside = hits / own.votes, other / rest.votes
    low = wilson(hits, own.votes)[0]
    high = wilson(other, rest.votes)[1]
    surely = inside - outside - sqrt((inside - low) ** 2 + (high - outside) ** 2)
    return Mark(own.statement, agreed, inside, outside, surely) if inside >= 0.5 and surely > 0 else None
