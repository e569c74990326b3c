"""Patterns of XML Schema as JSON Schema wants them: ECMA-262 with the Unicode flag, anchored at both ends."""

from stadtkern.lib.forms.regex import compiled

_SYNTAX = frozenset("^$\\.*+?()[]{}|/")
# XML Schema Part 2, F.1.1: letters and digits of every script
_CLASSES = {
    "d": r"\p{Nd}", "D": r"\P{Nd}", "w": r"\p{L}\p{M}\p{N}_", "s": r"\s", "S": r"\S", "i": r"\p{L}_:", "c": r"\p{L}\p{N}_:.\-",
    "n": r"\n", "r": r"\r", "t": r"\t",
}  # fmt: skip


def ecma(pattern: str) -> str | None:
    """The pattern for the keyword `pattern`; None for one that our own check leaves out, too (see `regex.compiled`)."""
    if compiled(pattern) is None:
        return None
    plain = pattern.strip().removeprefix("^")
    if plain.endswith("$") and not plain.endswith("\\$"):
        plain = plain[:-1]
    return f"^(?:{_translated(plain)})$"


def _translated(pattern: str) -> str:
    found: list[str] = []
    inside, place = False, 0
    while place < len(pattern):
        char = pattern[place]
        if char == "\\" and place + 1 < len(pattern):
            text, place = _escape(pattern, place, inside)
            found.append(text)
            continue
        if char == "[" and not inside:
            inside = True
        elif char == "]" and inside:
            inside = False
        found.append(char)
        place += 1
    return "".join(found)


def _escape(pattern: str, place: int, inside: bool) -> tuple[str, int]:
    """What `\\x` becomes, and where reading goes on."""
    letter = pattern[place + 1]
    if letter in "pP" and pattern[place + 2 : place + 3] == "{" and (end := pattern.find("}", place)) > 0:
        return pattern[place : end + 1], end + 1
    if letter in _CLASSES:
        text = _CLASSES[letter]
        several = letter in "wic"
        return (f"[{text}]" if several and not inside else text), place + 2
    if letter in _SYNTAX or (letter == "-" and inside):
        return f"\\{letter}", place + 2
    return letter, place + 2  # the Unicode flag forbids escaping what needs none
