"""The course of a figure as lines of a small picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

WIDE, HIGH, EDGE = 240, 48, 5


@dataclass(frozen=True)
class Course:
    """Lines "x,y x,y …" between days that follow each other, points that stand alone, the height of the target.

    All lengths are text for attributes of SVG, in a picture of WIDE × HIGH, larger values higher.
    """

    lines: list[str]
    points: list[tuple[str, str]]
    last: tuple[str, str]
    target: str
    first_row: tuple[date, float]
    last_row: tuple[date, float]
    least: float
    most: float
    width: int = WIDE
    height: int = HIGH


def course(rows: Sequence[tuple[date, float | None]], target: float | None) -> Course | None:
    """Rows by day, the oldest first; a day without a value or without a row is a gap. None: less than two values."""
    told = [(day, value) for day, value in rows if value is not None]
    if len(told) < 2:
        return None
    values = [value for _day, value in told]
    shown = values if target is None else [*values, target]
    low, high = min(shown), max(shown)
    begin, days = told[0][0], (told[-1][0] - told[0][0]).days

    def place(day: date, value: float) -> tuple[str, str]:
        x = EDGE + (WIDE - 2 * EDGE) * (day - begin).days / days
        return f"{x:.1f}", _height(value, low, high)

    runs: list[list[tuple[date, float]]] = [[told[0]]]
    for before, row in pairwise(told):
        if (row[0] - before[0]).days > 1:
            runs.append([])
        runs[-1].append(row)
    lines = [" ".join(",".join(place(*row)) for row in run) for run in runs if len(run) > 1]
    points = [place(*run[0]) for run in runs if len(run) == 1]
    wanted = "" if target is None else _height(target, low, high)
    return Course(lines, points, place(*told[-1]), wanted, told[0], told[-1], min(values), max(values))


def _height(value: float, low: float, high: float) -> str:
    share = 0.5 if high == low else (value - low) / (high - low)
    return f"{HIGH - EDGE - (HIGH - 2 * EDGE) * share:.1f}"
