"""Pictures as SVG of fixed size: a day as lines of counted and expected vehicles by hour, days as bars."""

from collections.abc import Sequence
from dataclasses import dataclass

from .words import number

WIDE, HIGH, LEFT, BOTTOM = 720, 240, 48, 28


@dataclass(frozen=True)
class Chart:
    """Points "x,y x,y …" of both lines and round the span, marks of the axis, and where the words stand."""

    counted: str
    expected: str
    marks: list[tuple[str, int]]
    hours: list[tuple[str, int]]
    span: str = ""
    width: int = WIDE
    height: int = HIGH


Row = Sequence[int | None]
NONE: Row = (None,) * 24


def chart(counted: Row, expected: Row, low: Row = NONE, high: Row = NONE) -> Chart | None:
    """None where there is nothing to draw."""
    if all(value is None for value in (*counted, *expected)):
        return None
    values = [value for value in (*counted, *expected, *high) if value is not None]
    top = _round_up(max(values))
    step = (WIDE - LEFT - 8) / 23

    def points(row: Row) -> list[str]:
        return [f"{LEFT + at * step:.1f},{_y(value, top):.1f}" for at, value in enumerate(row) if value is not None]

    def line(row: Row) -> str:
        return " ".join(points(row))

    marks = [(f"{_y(top * share / 4, top):.1f}", top * share // 4) for share in range(5)]
    return Chart(
        line(counted),
        line(expected),
        marks,
        [(f"{LEFT + hour * step:.1f}", hour) for hour in range(0, 24, 3)],
        " ".join([*points(high), *reversed(points(low))]),
    )


def _y(value: float, top: int) -> float:
    return HIGH - BOTTOM - (HIGH - BOTTOM - 12) * value / top


def _round_up(value: int) -> int:
    step = 4
    while step * 10 < value:
        step *= 10
    return max(4, -(-value // step) * step)


@dataclass(frozen=True)
class Bars:
    """Shares in per cent by day: (x, y, width, height, word, value) of each bar; words stand under every third."""

    bars: list[tuple[str, str, str, str, str, str]]
    words: list[tuple[str, str]]
    marks: list[tuple[str, int]]
    width: int = WIDE
    height: int = HIGH


def bars(rows: Sequence[tuple[str, float | None]]) -> Bars | None:
    """None where there is nothing to draw."""
    if not any(value is not None for _word, value in rows):
        return None
    step = (WIDE - LEFT - 8) / len(rows)
    every = max(1, -(-len(rows) // 7))
    found, words = [], []
    for at, (word, value) in enumerate(rows):
        x = LEFT + at * step
        if value is not None:
            y = _y(value, 100)
            size = (f"{x + step * 0.12:.1f}", f"{y:.1f}", f"{step * 0.76:.1f}", f"{HIGH - BOTTOM - y:.1f}")
            found.append((*size, word, number(value)))
        if at % every == 0:
            words.append((f"{x + step / 2:.1f}", word))
    return Bars(found, words, [(f"{_y(share, 100):.1f}", share) for share in (0, 25, 50, 75, 100)])
