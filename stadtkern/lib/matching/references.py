"""Numbers in free text that may be meant as a Kassenzeichen: typed with blanks, hyphens, O for 0, over two lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

ALIKE = str.maketrans({"O": "0", "o": "0", "Q": "0", "I": "1", "l": "1", "|": "1", "i": "1", "S": "5", "B": "8", "Z": "2"})
_TOKEN = re.compile(r"[^\s\-./,:;_#()+'\"]+")
_MOST_GAP = 4  # characters between two pieces of one number: " - ", a line break
_MOST_TEXT = 2000


@dataclass(frozen=True)
class Piece:
    """A run of digits; letters that look like digits are read as such, other letters inside are "?"."""

    digits: str
    start: int
    end: int


@dataclass(frozen=True)
class Sighting:
    """Digits that could be a reference; `alone`: no further digit stands directly before or behind."""

    digits: str
    alone: bool


def pieces(text: str) -> list[Piece]:
    """The runs of digits of a text, in order."""
    found = []
    for token in _TOKEN.finditer(text[:_MOST_TEXT]):
        found += list(_split(token[0], token.start()))
    return found


def _split(token: str, at: int) -> Iterator[Piece]:
    """ "KZ1000012380" is one piece without the letters in front; "10O0" and "1A00" are one piece each."""
    plain = token.translate(ALIKE)
    if plain.isascii() and plain.isdigit() and (len(plain) <= 4 or _share(token) >= 0.5):
        yield Piece(plain, at, at + len(plain))  # also "OOOO" beside other digits
        return
    for run in re.finditer(r"[0-9](?:[0-9OoQIl|iSBZ]*[0-9OoQIl])?|[0-9]", token, re.ASCII):
        start, end = run.span()
        inner = run[0].translate(ALIKE)
        follows = re.match(r"[A-Za-z]([0-9]{2,})", token[end:], re.ASCII)
        if follows and len(inner) + 1 + len(follows[1]) <= 12:  # one wrong letter in the middle
            yield Piece(f"{inner}?{follows[1]}", at + start, at + end + follows.end())
        yield Piece(inner, at + start, at + end)


def _share(token: str) -> float:
    return sum(letter.isdigit() for letter in token) / len(token)


def sightings(text: str, lengths: frozenset[int]) -> list[Sighting]:
    """Every window of these lengths over neighbouring digits."""
    found: dict[Sighting, None] = {}
    for run in _runs(pieces(text)):
        stream = [(digit, piece.start + at) for piece in run for at, digit in enumerate(piece.digits)]
        digits = "".join(digit for digit, _ in stream)
        for length in lengths:
            for start in range(len(digits) - length + 1):
                end = start + length
                before = start > 0 and stream[start - 1][1] == stream[start][1] - 1
                behind = end < len(digits) and stream[end][1] == stream[end - 1][1] + 1
                found[Sighting(digits[start:end], not before and not behind)] = None
    return list(found)


def chunks(text: str, lengths: frozenset[int], slack: int) -> list[str]:
    """Neighbouring pieces that together have about one of these lengths: what a misspelled reference looks like."""
    found: dict[str, None] = {}
    for run in _runs(pieces(text)):
        for start in range(len(run)):
            joined = ""
            for piece in run[start : start + 8]:
                joined += piece.digits
                if any(abs(len(joined) - length) <= slack for length in lengths):
                    found[joined] = None
    return list(found)


def _runs(found: list[Piece]) -> list[list[Piece]]:
    """Pieces with nothing but a small gap between them."""
    runs: list[list[Piece]] = []
    for piece in found:
        if runs and 0 <= piece.start - runs[-1][-1].end <= _MOST_GAP:
            runs[-1].append(piece)
        else:
            runs.append([piece])
    return runs
