"""German number plates: one way to write them, however people type them."""

import re

_PLATE = re.compile(r"([A-ZÄÖÜ]{1,3})[\s·-]+([A-Z]{1,2})[\s·-]*([1-9][0-9]{0,3})\s*([EH]?)")
_OFFICIAL = re.compile(r"([A-ZÄÖÜ]{1,3})[\s-]+([1-9][0-9]{0,5})")  # of authorities: no letters in the middle


def normal(text: str) -> str | None:
    """`"mst ab 123 e"` as "MST-AB 123E"; None where it cannot be a plate (the place needs a gap after it)."""
    plain = text.strip().upper()
    if found := _PLATE.fullmatch(plain):
        place, letters, digits, suffix = found.groups()
        return f"{place}-{letters} {digits}{suffix}"
    if found := _OFFICIAL.fullmatch(plain):
        return f"{found[1]}-{found[2]}"
    return None
