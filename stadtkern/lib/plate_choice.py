"""Which plates a registration office gives out, and which of them fit a wish with wildcards. Plain computation."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from random import Random

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MOST = 8  # characters on the plate, place, letters, digits and the E or H behind them (Anlage 4 FZV)
_WISH = re.compile(r"([A-Z?]{0,2})\s*([0-9?]{0,4})\s*([EH]?)")


@dataclass(frozen=True)
class Rules:
    """What a district gives out."""

    codes: tuple[str, ...]
    letters_out: frozenset[str] = frozenset()
    numbers_out: frozenset[str] = frozenset()
    words_out: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Wish:
    """ "AB 1??": letters and digits with ? for any; empty parts are open. `suffix`: E electric, H historic."""

    letters: str = ""
    digits: str = ""
    suffix: str = ""


def parse(text: str, codes: Collection[str]) -> Wish | None:
    """A wish as typed, with or without the place in front; None where it cannot be one."""
    plain = " ".join(re.sub(r"[*·]", "?", text.upper()).replace("-", " ").split())
    for code in codes:
        plain = plain.removeprefix(f"{code} ").removeprefix(code) if plain.startswith(code) else plain
    found = _WISH.fullmatch(plain.strip())
    if not found or found[2].startswith("0"):
        return None
    return Wish(found[1], found[2], found[3])


def problem(plate: str, rules: Rules) -> str:
    """Why this plate (written normally) is not given out: "place", "letters", "digits", "length" or "kept"; "" if it is."""
    found = re.fullmatch(r"([A-ZÄÖÜ]{1,3})-([A-Z]{1,2}) ([1-9][0-9]{0,3})([EH]?)", plate)
    if not found:
        return "form"
    code, letters, digits, suffix = found.groups()
    if code not in rules.codes:
        return "place"
    if len(code) + len(letters) + len(digits) + len(suffix) > MOST:
        return "length"
    if letters in rules.letters_out or digits in rules.numbers_out or plate in rules.words_out:
        return "kept"
    return ""


def candidates(wish: Wish, rules: Rules, dice: Random, tries: int = 20_000) -> Iterator[str]:
    """Plates that fit and may be given out, in an order of chance without repetition; few tries where the wish is open."""
    letters = list(_expand(wish.letters or "", LETTERS, 2))
    seen: set[str] = set()
    exact = wish.digits and "?" not in wish.digits
    for _ in range(tries):
        code = dice.choice(rules.codes)
        chosen = dice.choice(letters)
        digits = wish.digits if exact else _digits(wish.digits, dice)
        plate = f"{code}-{chosen} {digits}{wish.suffix}"
        if plate not in seen:
            seen.add(plate)
            if not problem(plate, rules):
                yield plate
        if exact and len(seen) >= len(letters) * len(rules.codes):
            return


def _expand(pattern: str, alphabet: str, most: int) -> Iterator[str]:
    if not pattern:
        yield from (one + other for one in alphabet for other in ("", *alphabet))
        return
    found = [""]
    for sign in pattern[:most]:
        found = [known + letter for known in found for letter in (alphabet if sign == "?" else sign)]
    yield from found


def _digits(pattern: str, dice: Random) -> str:
    if not pattern:
        return str(dice.randint(1, 10 ** dice.randint(1, 4) - 1))
    digits = "".join(dice.choice("0123456789") if sign == "?" else sign for sign in pattern)
    return dice.choice("123456789") + digits[1:] if digits.startswith("0") else digits
