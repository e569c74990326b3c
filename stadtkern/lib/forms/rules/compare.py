"""Comparing answers: numbers, ISO dates (partial ones by their known part) and text; what is of another kind never matches."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any

_NUMBER = re.compile(r"-?\d{1,18}(?:\.\d{1,9})?")
_ISO = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2}(?:T\d{2}:\d{2})?)?)?")
_LARGEST = 10**18
Relation = Callable[[Any, Any], bool]


def is_number(value: object) -> bool:
    """Whether it is a number that can be reckoned with; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and _is_small(value)


def _is_small(value: int | float) -> bool:
    return isfinite(value) and abs(value) < _LARGEST if isinstance(value, float) else abs(value) < _LARGEST


def number(value: Any) -> Decimal | int | None:
    """The value as a number, also out of a text with a decimal point; None when it is none."""
    if isinstance(value, str) and _NUMBER.fullmatch(value) and value.isascii():
        return Decimal(value)
    if not is_number(value):
        return None
    return Decimal(repr(value)) if isinstance(value, float) else int(value)


def later(today: date, days: int) -> str | None:
    """ISO text of the day so many days after; None outside the calendar."""
    try:
        return (today + timedelta(days=days)).isoformat()
    except OverflowError:
        return None


def plus(value: Any, more: Any, *, dated: bool) -> Any:
    """A number and a number, or a whole date and days; None where that makes no sense."""
    if not dated:
        left, right = number(value), number(more)
        return None if left is None or right is None else left + right
    try:
        return later(date.fromisoformat(str(value)[:10]), int(more))
    except (ValueError, OverflowError):
        return None


def relation(word: str, sort: str) -> Relation:
    """equal, less or at_most between values of one sort: "date", "number" or "text"."""
    if word == "equal":
        return _EQUAL[sort]
    ordered = _dates if sort == "date" else _numbers_or_text
    if word == "less":
        return lambda left, right: (order := ordered(left, right)) is not None and order < 0
    return lambda left, right: (order := ordered(left, right)) is not None and order <= 0


def same(left: Any, right: Any) -> bool:
    """Whether two answers are the same; a whole number equals its digits, true equals only true."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    return _same_number(left, right)


def _same_number(left: Any, right: Any) -> bool:
    a, b = number(left), number(right)
    return a is not None and b is not None and a == b


def _same_date(left: Any, right: Any) -> bool:
    return left == right or _dates(left, right) == 0


def _dates(left: Any, right: Any) -> int | None:
    if not (isinstance(left, str) and isinstance(right, str) and _ISO.fullmatch(left) and _ISO.fullmatch(right)):
        return None
    known = min(len(left), len(right))
    return _order(left[:known], right[:known])


def _numbers_or_text(left: Any, right: Any) -> int | None:
    a, b = number(left), number(right)
    if a is not None and b is not None:
        return _order(a, b)
    if isinstance(left, str) and isinstance(right, str):
        return _dates(left, right) if _whole_date(left) and _whole_date(right) else _order(left, right)
    return None


def _whole_date(text: str) -> bool:
    return len(text) >= 10 and _ISO.fullmatch(text) is not None


def _order(left: Any, right: Any) -> int:
    return 1 if left > right else -1 if left < right else 0


_EQUAL: dict[str, Relation] = {"date": _same_date, "number": _same_number, "text": same}
