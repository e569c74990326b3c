"""A text that fits a pattern: enough of regular expressions to invent house numbers, keys and postcodes."""

import re
from random import Random
from typing import Any

_parser: Any = re._parser  # type: ignore[attr-defined]  # the only parser there is; it has no public name
_MOST_REPEATS = 6
_LETTERS = "abcdefghijkmnopqrstuvwxyz"


def example(pattern: str, random: Random) -> str:
    """One text the pattern accepts; an unreadable pattern, or one with look-around, may give a text that does not fit."""
    try:
        return _text(_parser.parse(pattern), random)
    except (re.error, OverflowError, RecursionError, KeyError, IndexError, ValueError):
        return ""


def _text(parts: Any, random: Random) -> str:
    return "".join(_part(str(name), given, random) for name, given in parts)


def _part(name: str, given: Any, random: Random) -> str:
    if name == "LITERAL":
        return chr(given)
    if name == "NOT_LITERAL":
        return "x" if chr(given) != "x" else "y"
    if name == "ANY":
        return random.choice(_LETTERS)
    if name == "IN":
        return _one_of(given, random)
    if name == "BRANCH":
        return _text(random.choice(given[1]), random)
    if name == "SUBPATTERN":
        return _text(given[-1], random)
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        low, high, inside = given
        times = random.randint(int(low), max(int(low), min(int(high), int(low) + _MOST_REPEATS)))
        return "".join(_text(inside, random) for _ in range(min(times, 500)))
    return ""


def _one_of(given: Any, random: Random) -> str:
    if str(given[0][0]) == "NEGATE":
        refused = re.compile("[" + "".join(_as_class(str(name), value) for name, value in given[1:]) + "]")
        return next(char for char in "xyz059-A_ " if not refused.match(char))
    name, value = random.choice(given)
    if str(name) == "RANGE":
        return chr(random.randint(*value))
    return random.choice(_category(str(value))) if str(name) == "CATEGORY" else chr(value)


def _as_class(name: str, value: Any) -> str:
    if name == "RANGE":
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    if name == "CATEGORY":
        return {"CATEGORY_DIGIT": r"\d", "CATEGORY_SPACE": r"\s"}.get(str(value), r"\w")
    return re.escape(chr(value))


def _category(name: str) -> str:
    known = {"CATEGORY_DIGIT": "0123456789", "CATEGORY_SPACE": " ", "CATEGORY_NOT_DIGIT": _LETTERS, "CATEGORY_NOT_WORD": "-."}
    return known.get(name, _LETTERS)
