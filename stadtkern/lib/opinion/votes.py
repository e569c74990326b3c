"""Votes as they came, and what counts of them: of each person the last one on each statement."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

AGREE, PASS, DISAGREE = 1, 0, -1
MISSING = 2  # in the matrix: not asked, or not answered
VALUES = frozenset({AGREE, PASS, DISAGREE})

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Vote:
    """One answer of one person to one statement; `at` is any number that grows with time."""

    person: int
    statement: int
    value: int
    at: int = 0


@dataclass(frozen=True)
class Refusals:
    """Rows that do not count, and why."""

    revotes: int = 0  # replaced by a later vote of the same person on the same statement
    unknown_statements: int = 0
    bad_values: int = 0


@dataclass(frozen=True)
class Table:
    """The votes that count: one row per person, one column per statement that is not moderated out."""

    people: list[int]
    statements: list[int]
    cells: npt.NDArray[np.int8]
    set_aside: Mapping[int, Mapping[int, int]] = field(default_factory=dict)  # statement -> person -> vote: moderated out
    refusals: Refusals = field(default_factory=Refusals)

    @cached_property
    def answered(self) -> Flags:
        """Where there is an answer, a pass included."""
        seen: Flags = self.cells != MISSING
        return seen

    @cached_property
    def answers(self) -> npt.NDArray[np.int64]:
        """How many statements each person answered, those moderated out later included: it was the same effort."""
        counts: npt.NDArray[np.int64] = self.answered.sum(axis=1).astype(np.int64)
        place = {person: row for row, person in enumerate(self.people)}
        for column in self.set_aside.values():
            for person in column:
                counts[place[person]] += 1
        return counts


def counted(votes: Iterable[Vote], statements: Iterable[int] | None = None, moderated_out: Iterable[int] = ()) -> Table:
    """The table of the last votes. What is later by `at` wins; at the same moment, what comes later in the list.

    `statements`: all that exist; None takes whatever was voted on. Votes on others, and values that are none, are refused.
    """
    known = None if statements is None else set(statements)
    last: dict[tuple[int, int], Vote] = {}
    rows = unknown = bad = 0
    for vote in votes:
        if vote.value not in VALUES:
            bad += 1
        elif known is not None and vote.statement not in known:
            unknown += 1
        else:
            rows += 1
            key = (vote.person, vote.statement)
            if key not in last or last[key].at <= vote.at:
                last[key] = vote
    out = set(moderated_out)
    columns = sorted((known if known is not None else {statement for _, statement in last}) - out)
    return _table(last, columns, out, Refusals(rows - len(last), unknown, bad))


def _table(last: Mapping[tuple[int, int], Vote], columns: list[int], out: set[int], refusals: Refusals) -> Table:
    people = sorted({person for person, _ in last})
    place = {person: row for row, person in enumerate(people)}
    column_of = {statement: column for column, statement in enumerate(columns)}
    cells = np.full((len(people), len(columns)), MISSING, dtype=np.int8)
    aside: dict[int, dict[int, int]] = {statement: {} for statement in sorted(out)}
    for (person, statement), vote in last.items():
        if statement in column_of:
            cells[place[person], column_of[statement]] = vote.value
        elif statement in aside:
            aside[statement][person] = vote.value
    return Table(people, columns, cells, aside, refusals)
