"""Kölner Phonetik: how a German word sounds, as digits. Words a recogniser or a typist mixes up get the same code."""

from functools import lru_cache

from .words import plain

_SAME = {"aeijouy": "0", "b": "1", "fvw": "3", "gkq": "4", "l": "5", "mn": "6", "r": "7", "sz": "8"}
_ALWAYS = {letter: code for letters, code in _SAME.items() for letter in letters}


@lru_cache(maxsize=50_000)
def sound_of(word: str) -> str:
    """The code of one word: "Pass" and "Bas" are both "18"; empty where there is no letter."""
    letters = [letter for letter in plain(word) if letter.isalpha()]
    codes = "".join(_code(letters, place) for place in range(len(letters)))
    squeezed = "".join(code for place, code in enumerate(codes) if not place or code != codes[place - 1])
    return squeezed[:1] + squeezed[1:].replace("0", "")


def _code(letters: list[str], place: int) -> str:
    letter = letters[place]
    before = letters[place - 1] if place else ""
    after = letters[place + 1] if place + 1 < len(letters) else ""
    if letter == "h":
        return ""
    if letter == "p":
        return "3" if after == "h" else "1"
    if letter in "dt":
        return "8" if after and after in "csz" else "2"
    if letter == "x":
        return "8" if before and before in "ckq" else "48"
    if letter == "c":
        return _hard_or_soft(before, after)
    return _ALWAYS.get(letter, "")


def _hard_or_soft(before: str, after: str) -> str:
    if not before:
        return "4" if after and after in "ahkloqrux" else "8"
    if before in "sz":
        return "8"
    return "4" if after and after in "ahkoqux" else "8"
