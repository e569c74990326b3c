"""Fahrzeug-Identifizierungsnummer (FIN, ISO 3779): seventeen characters without I, O and Q."""

import re

_FORM = re.compile(r"[A-HJ-NPR-Z0-9]{13}[0-9]{4}")
_VALUES = {letter: (ord(letter) - 65) % 9 + 1 for letter in "ABCDEFGH"} | {
    **dict(zip("JKLMN", range(1, 6), strict=True)), "P": 7, "R": 9, **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
    **{str(digit): digit for digit in range(10)},
}  # fmt: skip
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
NORTH_AMERICA = "12345"  # makers there must put a check digit at the ninth place; elsewhere it means something else


def normal(text: str) -> str | None:
    """The number in capitals without blanks; None where it cannot be one, for example with the letter O."""
    plain = re.sub(r"[\s-]", "", text).upper()
    if not _FORM.fullmatch(plain):
        return None
    return plain if plain[0] not in NORTH_AMERICA or plain[8] == check_digit(plain) else None


def check_digit(vin: str) -> str:
    """The ninth character as the weighted sum of the others wants it."""
    rest = sum(_VALUES[letter] * weight for letter, weight in zip(vin, _WEIGHTS, strict=True)) % 11
    return "X" if rest == 10 else str(rest)
