"""Values in a sentence: codes with labels, numbers, dates, ranges, and lists of them."""

from dataclasses import dataclass, replace

from stadtkern.lib.forms.rules.german import vocabulary as v
from stadtkern.lib.forms.rules.german.names import Boundary, ends_in_condition, one, starts_ref
from stadtkern.lib.forms.rules.german.prose import Literal
from stadtkern.lib.forms.rules.german.words import Cursor, Sort

_BEFORE = v.words("der den dem die das code codes wert werte eintrag einträge auswahl : option")
_TODAY = (
    "heute", "dem heutigen tag", "dem heutigen datum", "heutigen tag",
    "heutigen datum", "dem aktuellen datum", "aktuelles datum",
    "dem tagesdatum", "tagesdatum", "das heutige datum", "das aktuelle datum", "aktuellen datum", "dem antragsdatum von heute",
)  # fmt: skip
_REMARKS = frozenset({"also", "d.h.", "z.b.", "siehe", "vgl"})
_REST = (
    "alle anderen möglichen ausprägungen der codeliste", "alle anderen ausprägungen der codeliste", "alle anderen ausprägungen",
    "alle anderen werte", "alle anderen codes", "alles andere", "alle anderen einträge",
)  # fmt: skip
_MOST = 500  # values in one list
_LONGEST = 30  # words of a label without quotes
_CODE = frozenset({Sort.NUMBER, Sort.TEXT, Sort.DATE})


@dataclass(frozen=True, slots=True)
class Listed:
    """Values with the sign before each ("" = the sign of the list), how they are joined, and whether brackets hold them."""

    items: tuple[tuple[str, Literal], ...]
    joint: str = ""
    grouped: bool = False


def listed(cursor: Cursor, boundary: Boundary = ends_in_condition) -> Listed:
    """One value or a list: `001 "a" ODER = 002 "b"`, `(1 ODER 2)`, `110000 bis 114000`."""
    cursor.skip(_BEFORE)
    grouped = cursor.low() == "(" and _starts(cursor, 1)
    cursor.at += grouped
    items, joint = [("", value(cursor, boundary))], ""
    while True:
        start, said = cursor.at, ""
        while cursor.low() in v.CONNECTORS:
            said = v.CONNECTORS[cursor.take().low] or said or ","
        sign = cursor.take().text if said and cursor.sort() is Sort.SIGN else ""
        if not said or starts_ref(cursor) or not (_starts(cursor, 0) or (sign and cursor.sort() is Sort.WORD)):
            cursor.at = start
            break
        if len(items) >= _MOST:
            raise cursor.fail("Das sind zu viele Werte")
        if said != "," and joint not in ("", said):
            raise cursor.fail("„und“ und „oder“ sind ohne Klammern gemischt")
        joint = said if said != "," else joint
        items.append((sign, value(cursor, boundary)))
    if grouped and not cursor.accept(")"):
        raise cursor.fail("Eine Klammer wird nicht geschlossen")
    return Listed(tuple(items), joint, grouped)


def _starts(cursor: Cursor, ahead: int) -> bool:
    """Whether a value begins here beyond doubt: number, quoted text, or a short code before its quoted label."""
    while cursor.here(_BEFORE, ahead):
        ahead += 1
    token = cursor.peek(ahead)
    if token is None:
        return False
    return token.sort in _CODE or (
        token.sort is Sort.WORD and len(token.text) <= 8 and cursor.sort(ahead + 1) is Sort.TEXT and token.low not in v.LEAD
    )


def value(cursor: Cursor, boundary: Boundary = ends_in_condition) -> Literal:
    """One value with its label; a range where "bis" or a dash follows."""
    cursor.skip(_BEFORE)
    if cursor.accept(*_REST):
        return Literal("", kind="rest")
    if cursor.accept(*_TODAY):
        return Literal("0", kind="today")
    start = cursor.at
    cursor.skip(v.ARTICLES | {"datum", "wert", "zeitpunkt"})
    if starts_ref(cursor):
        return Literal("", kind="ref", ref=one(cursor, boundary))
    cursor.at = start
    found = _single(cursor, boundary)
    dash = cursor.low() in ("-", "–") and cursor.sort(1) is Sort.NUMBER and cursor.sort(-1) is Sort.NUMBER
    if dash or cursor.low() == "bis":
        cursor.at += 1
        below = cursor.sort() is Sort.SIGN and cursor.take().text == "<"
        upper = _single(cursor, boundary).text
        if below:
            if not upper.isdecimal():
                raise cursor.fail("Die Grenze ist keine Zahl")
            upper = str(int(upper) - 1).rjust(len(upper), "0")
        found = replace(found, high=upper)
    if cursor.low() == "(" and cursor.low(1) in _REMARKS:
        while not cursor.accept(")"):
            cursor.take()
    return found


def _single(cursor: Cursor, boundary: Boundary) -> Literal:
    token = cursor.take()
    if token.sort is Sort.DATE:
        return Literal(token.text, kind="date")
    if token.sort is Sort.TEXT:
        return Literal(token.text, _label(cursor, boundary) if token.text.isdecimal() else "")
    if token.sort is Sort.NUMBER:
        if cursor.accept("jahre", "jahren", "jahr"):
            cursor.accept("alt")
            return Literal(token.text, kind="years")
        cursor.accept("euro", "€", "eur")
        return Literal(token.text, _label(cursor, boundary))
    if token.sort is not Sort.WORD:
        cursor.at -= 1
        raise cursor.fail("Hier fehlt ein Wert")
    if cursor.sort() is Sort.TEXT and len(token.text) <= 8:
        return Literal(token.text, cursor.take().text)
    return Literal(" ".join([token.text, *_words(cursor)]))


def _label(cursor: Cursor, boundary: Boundary) -> str:
    """The label beside a code: `001 "privat"`, `001=privat`, `002 - privat`, `01 Natürliche Person`."""
    start = cursor.at
    if cursor.low() in ("-", "–", ":") or (cursor.sort() is Sort.SIGN and cursor.peek().text == "="):  # type: ignore[union-attr]
        cursor.at += 1
    if cursor.sort() is Sort.TEXT:
        return cursor.take().text
    words = _words(cursor)
    if not words:
        cursor.at = start
    return " ".join(words)


def _words(cursor: Cursor) -> list[str]:
    """The words of a label without quotes, brackets only in pairs."""
    words: list[str] = []
    depth = 0
    while not cursor.done() and len(words) < _LONGEST:
        low = cursor.low()
        if (low == "(" and cursor.low(1) not in _REMARKS) or (low == ")" and depth > 0):
            depth += 1 if low == "(" else -1
        elif depth == 0 and not _in_label(cursor):
            break
        words.append(cursor.take().text)
    return words


def _in_label(cursor: Cursor) -> bool:
    """Whether the word here still belongs to a label without quotes."""
    token = cursor.peek()
    if token is None or token.sort is not Sort.WORD:
        return False
    low = token.low
    if (
        low in ("dann", "bis")
        or low in v.VERBS
        or low in v.MODALS
        or low in v.IF
        or low in v.ELSE
        or low in v.TRAIL
        or low in v.START
    ):
        return False
    if low in ("und", "oder", "und/oder"):
        after = cursor.sort(1)
        return not (after in (Sort.NUMBER, Sort.TEXT, Sort.SIGN, Sort.REF) or starts_ref(cursor, 1)) and not (
            cursor.here(v.VERBS.keys() | v.MODALS | v.HIDDEN | v.IF | v.CONNECTORS.keys(), 1)
            or (cursor.low(1) == "in" and cursor.low(2) == "der" and cursor.low(3) == "antragsstrecke")
        )
    return not (token.line and token.text[:1].isupper() and low in ("für", "wenn", "falls"))
