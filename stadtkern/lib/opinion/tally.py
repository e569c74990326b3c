"""How often a statement was agreed with, and how sure one may be of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from .votes import AGREE, DISAGREE, PASS, Flags, Table

Z95 = 1.96


@dataclass(frozen=True)
class Tally:
    """The votes on one statement."""

    statement: int
    agrees: int
    disagrees: int
    passes: int

    @property
    def votes(self) -> int:
        return self.agrees + self.disagrees + self.passes

    @property
    def agreement(self) -> float:
        """Share of all who saw it and agreed; a pass is no agreement."""
        return self.agrees / self.votes if self.votes else 0.0

    @property
    def disagreement(self) -> float:
        return self.disagrees / self.votes if self.votes else 0.0

    @property
    def division(self) -> float:
        """0 when all who took a side are on the same one, 1 when half are on each; passes make it smaller."""
        return 2 * min(self.agrees, self.disagrees) / self.votes if self.votes else 0.0


def wilson(hits: int, of: int, z: float = Z95) -> tuple[float, float]:
    """The interval of Wilson around a share: what may well be true of everybody, seen from these few."""
    if of <= 0:
        return 0.0, 1.0
    share = hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def tallies(table: Table, rows: Flags | None = None) -> list[Tally]:
    """One tally per statement of the table, in its order; `rows`: only these people."""
    cells = table.cells if rows is None else table.cells[rows]
    agrees, disagrees, passes = ((cells == value).sum(axis=0) for value in (AGREE, DISAGREE, PASS))
    return [
        Tally(statement, int(agrees[column]), int(disagrees[column]), int(passes[column]))
        for column, statement in enumerate(table.statements)
    ]


def tallies_aside(table: Table) -> list[Tally]:
    """The same for what was moderated out: it stays in the export, not on the page."""
    rows = []
    for statement, votes in table.set_aside.items():
        values = list(votes.values())
        rows.append(Tally(statement, values.count(AGREE), values.count(DISAGREE), values.count(PASS)))
    return rows


@dataclass(frozen=True)
class Common:
    """A statement on which people are of one mind: agreed or rejected; `at_least` is the lower bound, in the worst group."""

    tally: Tally
    agreed: bool
    at_least: float
    in_all_groups: bool


def common_ground(whole: Iterable[Tally], groups: list[list[Tally]], least: float = 0.6, votes: int = 7) -> list[Common]:
    """Statements of one mind, the surest first.

    Sure is what Wilson's lower bound says: over everybody, and where groups are known in every single group (each group needs a
    share above one half at least; a group that hardly saw the statement cannot confirm it).
    """
    found = []
    by_group = [{tally.statement: tally for tally in group} for group in groups]
    for tally in whole:
        if tally.votes < votes:
            continue
        agreed = tally.agrees >= tally.disagrees
        everybody = _lower(tally, agreed)
        each = [_lower(group[tally.statement], agreed) for group in by_group]
        at_least = min([everybody, *each]) if each else everybody
        if everybody >= least and (not each or at_least >= 0.5):
            found.append(Common(tally, agreed, at_least, bool(each)))
    return sorted(found, key=lambda common: (-common.at_least, common.tally.statement))


def _lower(tally: Tally, agreed: bool) -> float:
    return wilson(tally.agrees if agreed else tally.disagrees, tally.votes)[0]


def divided(whole: Iterable[Tally], votes: int = 7) -> list[Tally]:
    """Statements that part people, the most divided first; only where enough people saw them."""
    rows = [tally for tally in whole if tally.votes >= votes and tally.division > 0]
    return sorted(rows, key=lambda tally: (-tally.division, -tally.votes, tally.statement))
