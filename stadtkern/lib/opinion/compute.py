"""Everything at once: from votes to what a page shows."""

from collections.abc import Iterable
from dataclasses import dataclass

from .describe import Mark, group_tallies, marks
from .groups import Groups, Rules, find
from .tally import Common, Tally, common_ground, divided, tallies
from .votes import Table, Vote, counted


@dataclass(frozen=True)
class Opinion:
    """The picture of one conversation."""

    table: Table
    whole: list[Tally]
    groups: Groups
    by_group: list[list[Tally]]
    marks: list[list[Mark]]
    common: list[Common]
    divided: list[Tally]


def opinion(
    votes: Iterable[Vote], statements: Iterable[int] | None, moderated_out: Iterable[int] = (), rules: Rules | None = None
) -> Opinion:
    """Tallies, common ground and groups. Common ground asks every group only where the groups may be shown."""
    table = counted(votes, statements, moderated_out)
    whole = tallies(table)
    groups = find(table, rules)
    by_group = group_tallies(table, groups)
    common = common_ground(whole, by_group if groups.shown else [])
    return Opinion(table, whole, groups, by_group, marks(by_group), common, divided(whole))
