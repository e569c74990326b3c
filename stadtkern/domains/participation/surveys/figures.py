"""What came out: counts and shares. Small numbers are kept back, and so many others that nobody can work them out. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from django.utils.translation import gettext as _

from ..models import Question

Q = Question.Kind
BARS = 5  # of a number


@dataclass(frozen=True)
class Cell:
    """One answer: how many gave it, of how many; `count` None: kept back."""

    label: str
    count: int | None
    percent: float | None


@dataclass(frozen=True)
class Table:
    """One question (or one row of a matrix) with its answers."""

    question: Question
    title: str  # of the row of a matrix, else ""
    answered: int | None  # None: too few to say anything
    cells: tuple[Cell, ...] = ()
    middle: float | None = None  # mean of a scale, median of a number
    places: tuple[tuple[str, float], ...] = field(default=())  # of a ranking: label and mean place, the best first

    @property
    def kept_back(self) -> bool:
        return any(cell.count is None for cell in self.cells)


def tables(questions: Sequence[Question], replies: Sequence[Mapping[str, Any]], least: int) -> list[Table]:
    """All questions but free texts, in their order. `least`: a count below it (and above zero) is not shown."""
    made: list[Table] = []
    for one in questions:
        values = [reply[one.key] for reply in replies if one.key in reply]
        if one.kind == Q.TEXT:
            continue
        if one.kind == Q.MATRIX:
            for code, label in one.rules["rows"]:
                made.append(_chosen(one, label, [value[code] for value in values if code in value], least))
        elif one.kind == Q.MULTIPLE:
            made.append(_ticked(one, values, least))
        elif one.kind == Q.NUMBER:
            made.append(_numbers(one, values, least))
        elif one.kind == Q.RANKING:
            made.append(_ranked(one, values, least))
        else:
            made.append(_chosen(one, "", values, least))
    return made


def _chosen(one: Question, title: str, values: Sequence[Any], least: int) -> Table:
    if len(values) < least:
        return Table(one, title, None)
    counts = [sum(1 for value in values if value == code) for code, _label in one.options]
    shown = suppressed(counts, least)
    middle = None
    if one.kind == Q.SCALE and None not in shown:
        middle = round(sum(int(value) for value in values) / len(values), 1)
    return Table(one, title, len(values), _cells([label for _code, label in one.options], shown, len(values)), middle)


def _ticked(one: Question, values: Sequence[Any], least: int) -> Table:
    """Answers that do not exclude each other: each is kept back where few gave it, or few did not."""
    many = len(values)
    if many < least:
        return Table(one, "", None)
    counts = [sum(1 for value in values if code in value) for code, _label in one.options]
    shown = [None if 0 < count < least or 0 < many - count < least else count for count in counts]
    return Table(one, "", many, _cells([label for _code, label in one.options], shown, many))


def _numbers(one: Question, values: Sequence[Any], least: int) -> Table:
    many = len(values)
    if many < least:
        return Table(one, "", None)
    low, high = min(values), max(values)
    if high - low < BARS:
        edges = [(number, number) for number in range(low, high + 1)]
    else:
        wide = -(-(high - low + 1) // BARS)
        edges = [(start, min(start + wide - 1, high)) for start in range(low, high + 1, wide)]
    counts = [sum(1 for value in values if first <= value <= last) for first, last in edges]
    shown = suppressed(counts, least)
    labels = [
        str(first) if first == last else _("%(low)s bis %(high)s") % {"low": first, "high": last} for first, last in edges
    ]
    if edges[0][0] != edges[0][1]:  # the smallest and the largest number belong to somebody
        labels[0], labels[-1] = _("bis %s") % edges[0][1], _("ab %s") % edges[-1][0]
    return Table(one, "", many, _cells(labels, shown, many), float(median(values)) if many >= 2 * least else None)


def _ranked(one: Question, values: Sequence[Any], least: int) -> Table:
    """How often each was put first, and the mean place of each."""
    many = len(values)
    if many < least:
        return Table(one, "", None)
    first = [sum(1 for value in values if value[0] == code) for code, _label in one.options]
    mean = [(label, round(sum(value.index(code) + 1 for value in values) / many, 1)) for code, label in one.options]
    cells = _cells([label for _code, label in one.options], suppressed(first, least), many)
    return Table(one, "", many, cells, places=tuple(sorted(mean, key=lambda pair: pair[1])))


def suppressed(counts: Sequence[int], least: int) -> list[int | None]:
    """Counts that exclude each other and add up to a number everybody knows, without the small ones.

    What is kept back must not follow from what is shown: there are at least two, and together they are not few.
    """
    hidden = {place for place, count in enumerate(counts) if 0 < count < least}
    rest = sorted((place for place, count in enumerate(counts) if count >= least), key=lambda place: counts[place])
    while hidden and rest and (len(hidden) < 2 or sum(counts[place] for place in hidden) < least):
        hidden.add(rest.pop(0))
    if len(hidden) == 1 and len(counts) > 1:  # only zeros beside it: they would give it away
        hidden = set(range(len(counts)))
    return [None if place in hidden else count for place, count in enumerate(counts)]


def _cells(labels: Sequence[str], counts: Sequence[int | None], many: int) -> tuple[Cell, ...]:
    return tuple(
        Cell(label, count, None if count is None else round(100 * count / many, 1))
        for label, count in zip(labels, counts, strict=True)
    )
