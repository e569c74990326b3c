"""Länder in a rule: "Für die Länder NW, SL gilt: …", "… muss in Thüringen befüllt werden", "für alle anderen Länder"."""

from stadtkern.lib.forms.rules.german import vocabulary as v
from stadtkern.lib.forms.rules.german.prose import LANDS
from stadtkern.lib.forms.rules.german.words import Cursor, Sort

OTHERS = frozenset({"*"})
_NAMES = {
    "baden-württemberg": "BW", "bayern": "BY", "berlin": "BE", "brandenburg": "BB", "bremen": "HB", "hamburg": "HH",
    "hessen": "HE", "mecklenburg-vorpommern": "MV", "niedersachsen": "NI", "nordrhein-westfalen": "NW", "nrw": "NW",
    "rheinland-pfalz": "RP", "rlp": "RP", "saarland": "SL", "sachsen": "SN", "sachsen-anhalt": "ST",
    "schleswig-holstein": "SH", "thüringen": "TH",
}  # fmt: skip
_KEYS = ("SH", "HH", "NI", "HB", "NW", "HE", "RP", "BW", "BY", "SL", "BE", "BB", "MV", "SN", "ST", "TH")
_NOUNS = v.words(
    "land länder ländern lande bundesland bundesländer bundesländern bundeslands bundeslandes landes freistaat stadtstaat"
)
_REST = v.words("anderen andere übrigen restlichen sonstigen weiteren")
_ARTICLES = v.words("das die der dem den alle allen im in für")


def land_of(key: str) -> str:
    """The Land ("NW") of an AGS or ARS, or of its own short name; "" when it is neither."""
    if key.upper() in LANDS:
        return key.upper()
    number = int(key[:2]) if key[:2].isdecimal() else 0
    return _KEYS[number - 1] if 1 <= number <= len(_KEYS) else ""


def scope(cursor: Cursor) -> frozenset[str] | None:
    """The Länder named here ("für die Länder NW, SL"), consumed; None and nothing consumed when none are."""
    start = cursor.at
    first = cursor.low()
    if first not in ("für", "in", "im"):
        return None
    cursor.at += 1
    cursor.skip(_ARTICLES)
    rest = cursor.here(_REST)
    cursor.skip(_REST)
    noun = cursor.here(_NOUNS)
    cursor.skip(_NOUNS)
    if rest and noun:
        return OTHERS
    cursor.skip(_ARTICLES)
    if cursor.accept("außer", "ausgenommen", "mit ausnahme von"):
        cursor.skip(_ARTICLES | _NOUNS)
        named = _names(cursor)
        if noun and named:
            return LANDS - named
    named = _names(cursor)
    if not named and noun and not rest and start + 2 <= cursor.at and "alle" in cursor.tokens[start + 1].low:
        return LANDS
    if named:
        return named
    cursor.at = start
    return None


def _names(cursor: Cursor) -> frozenset[str]:
    found: set[str] = set()
    while True:
        start = cursor.at
        if found:
            if not (cursor.accept(",", "und", "oder", "sowie", "/") or cursor.here(_NAMES)):
                break
            cursor.accept("und", "oder", "sowie")
        cursor.skip(_ARTICLES | _NOUNS)
        land = _name(cursor)
        if not land:
            cursor.at = start
            break
        found.add(land)
        if cursor.low() == "(" and cursor.low(2) == ")" and _short(cursor, 1):
            cursor.at += 3  # Thüringen (TH)
    return frozenset(found)


def _name(cursor: Cursor) -> str:
    land = _short(cursor, 0) or _NAMES.get(cursor.low(), "")
    if land:
        cursor.at += 1
    return land


def _short(cursor: Cursor, ahead: int) -> str:
    token = cursor.peek(ahead)
    return token.text if token is not None and token.sort is Sort.WORD and token.text in LANDS else ""


def heading(cursor: Cursor) -> frozenset[str] | None:
    """The Länder of "Für die Länder … gilt:", consumed; None and nothing consumed when it is no heading."""
    start = cursor.at
    cursor.accept("nur")
    lands = scope(cursor)
    if lands is not None:
        said = cursor.accept("gilt folgendes", "gilt", "gelten", "")
        colon = cursor.accept(":")
        if said and cursor.sort() is Sort.STOP:
            cursor.at += 1
        if said or colon:
            return lands
    cursor.at = start
    return None
