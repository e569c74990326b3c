"""Patterns of fields: read as XML Schema means them, refused when matching could take for ever, and a text that fits."""

import re
from functools import lru_cache
from math import log10
from random import Random
from typing import Any

_parser: Any = re._parser  # type: ignore[attr-defined]  # the only parser there is; it has no public name
_MOST_REPEATS = 6
_LETTERS = "abcdefghijkmnopqrstuvwxyz"


LONGEST = 500  # characters a text may have to be matched at all
_MOST_WAYS = (
    8.5  # power of ten of the ways a matcher may have to try: three free repeats beside each other, none inside another
)


@lru_cache(maxsize=2048)
def compiled(pattern: str) -> re.Pattern[str] | None:
    """The pattern for `fullmatch`; None when it cannot be read, or when a hostile text could make it run for ever.

    Patterns are those of XML Schema: they mean the whole text, `^` and `$` at the ends are superfluous.
    """
    plain = pattern.strip().removeprefix("^")
    if plain.endswith("$") and not plain.endswith("\\$"):
        plain = plain[:-1]
    for theirs, ours in _XSD.items():
        plain = plain.replace(theirs, ours)
    try:
        return re.compile(plain) if _ways(_parser.parse(plain)) <= _MOST_WAYS else None
    except (re.error, OverflowError, RecursionError):
        return None


_XSD = {
    "\\i": "[A-Za-z_:]",
    "\\c": "[\\w.:-]",
    "\\p{L}": "[^\\W\\d_]",
    "\\p{Lu}": "[A-ZÄÖÜ]",
    "\\p{N}": "\\d",
    "\\p{Nd}": "\\d",
}


def _ways(parts: Any) -> float:
    """The power of ten of the ways in which a text can be shared out over the parts, at worst."""
    return sum(_ways_of(str(name), given) for name, given in parts)


def _ways_of(name: str, given: Any) -> float:
    if name in ("MAX_REPEAT", "MIN_REPEAT"):
        low, high = min(int(given[0]), LONGEST), min(int(given[1]), LONGEST)
        return _ways(given[2]) * high + log10(high - low + 1)
    if name == "BRANCH":
        return max(map(_ways, given[1]), default=0.0) + log10(len(given[1]))
    if name == "SUBPATTERN" or name.startswith(("ASSERT", "POSSESSIVE", "ATOMIC")):
        return _ways(given if name.startswith("ATOMIC") else given[-1])
    return 100.0 if name.startswith("GROUPREF") else 0.0


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
