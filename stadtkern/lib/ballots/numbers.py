"""Numbers as people write them into .pb files: "1000", "1000.50", "1000,5", "1e6", "1 000 000"."""

import re
from fractions import Fraction

_NUMBER = re.compile(r"[+-]?(?:\d{1,18}(?:[.,]\d{0,9})?|[.,]\d{1,9})(?:[eE][+-]?\d{1,2})?", re.ASCII)
_GROUPS = re.compile(r"[+-]?\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d{0,9})?", re.ASCII)


def number(text: str) -> Fraction:
    """The exact value; ValueError for everything else, including values without bounds."""
    text = text.strip()
    if _GROUPS.fullmatch(text):
        text = re.sub(r"[ \u00a0\u202f]", "", text)
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    text = text.replace(",", ".")
    value = Fraction(int(text)) if text.lstrip("+-").isdigit() else Fraction(text)
    if abs(value) >= 10**18:
        raise ValueError(text)
    return value


def written(value: Fraction) -> str:
    """As a decimal number of at most nine places: "1000", "1000.5"."""
    if value.denominator == 1:
        return str(value.numerator)
    digits = f"{abs(round(value * 10**9)):010d}"
    text = f"{digits[:-9]}.{digits[-9:]}".rstrip("0").rstrip(".")
    return f"-{text}" if value < 0 else text
