"""References in a sentence: ids with the names that stand beside them, quoted or not, and lists of them."""

from collections.abc import Callable

from stadtkern.lib.forms.rules.german import vocabulary as v
from stadtkern.lib.forms.rules.german.lands import scope
from stadtkern.lib.forms.rules.german.prose import Ref
from stadtkern.lib.forms.rules.german.words import Cursor, Sort

_ENDS = frozenset({Sort.STOP, Sort.REF, Sort.SIGN})
_MOST = 200  # elements in one list
_LONGEST = 30  # words of a name without quotes
_NEVER = v.words(
    "unverzüglich spätestens frühestens schriftlich gegebenenfalls ggf grundsätzlich außer ausgenommen solange sobald bevor "
    "nachdem erst wieder erneut vorher zuerst nur mindestens höchstens maximal ausschließlich sondern obwohl während"
)
_PARTICLES = frozenset({"an", "aus", "ein", "nicht"})
_TO = frozenset({"zu", "zur", "zum"})
Boundary = Callable[[Cursor, int], bool]


def starts_ref(cursor: Cursor, ahead: int = 0) -> bool:
    """Whether an element is named here, after articles and nouns at most ("das Feld F1", "Gruppe "Anschrift"")."""
    noun = False
    while cursor.here(v.LEAD, ahead) or cursor.here(v.INSIDE, ahead) or cursor.low(ahead) == "(":
        noun = noun or cursor.here(v.NOUNS, ahead)
        ahead += 1
    return cursor.sort(ahead) is Sort.REF or (noun and cursor.sort(ahead) is Sort.TEXT)


def one(cursor: Cursor, boundary: Boundary) -> Ref:
    """One element with its name; "in der Gruppe G1 das Feld F2" becomes G1.F2."""
    noun = inside = False
    while cursor.here(v.LEAD) or cursor.here(v.INSIDE) or cursor.low() == "(":
        noun = noun or cursor.here(v.NOUNS)
        inside = inside or cursor.here(v.INSIDE)
        cursor.at += 1
    token = cursor.peek()
    if token is None or token.sort not in (Sort.REF, Sort.TEXT) or (token.sort is Sort.TEXT and not noun):
        raise cursor.fail("Hier fehlt ein Feld")
    cursor.at += 1
    if token.sort is Sort.TEXT:
        return Ref((), token.text)
    ref = Ref(token.ids, _name(cursor, boundary))
    if token.ids[-1].startswith("G") and cursor.here(v.INSIDE | v.ARTICLES | v.NOUNS) and starts_ref(cursor):
        start = cursor.at
        again = cursor.here(v.INSIDE)
        below = one(cursor, boundary)
        if (again or inside) and below.ids and below.ids[-1] != token.ids[-1]:
            return Ref((*token.ids, *below.ids), below.name)
        cursor.at = start
    return ref


def several(cursor: Cursor, boundary: Boundary) -> tuple[list[Ref], str]:
    """A list of elements and what joins it: "and", "or" or "" (commas only, or one element)."""
    found, joint = [one(cursor, boundary)], ""
    while True:
        start, said = cursor.at, ""
        while cursor.low() in v.CONNECTORS:
            said = v.CONNECTORS[cursor.take().low] or said or ","
        if not said or not starts_ref(cursor):
            cursor.at = start
            return found, joint
        if len(found) >= _MOST:
            raise cursor.fail("Das sind zu viele Felder")
        joint = said if said != "," else joint
        found.append(one(cursor, boundary))


def _name(cursor: Cursor, boundary: Boundary) -> str:
    """The name behind an id; without quotes it begins like a noun and has no word that would change the rule."""
    if cursor.sort() is Sort.TEXT:
        value = boundary is ends_in_condition and cursor.low(1) in ("ausgewählt", "gewählt", "angekreuzt")
        return "" if value else cursor.take().text  # 'im Feld F1 "Ja" ausgewählt'
    first = cursor.peek()
    if first is None or first.text[:1].islower():
        return ""
    words: list[str] = []
    depth = 0
    while not cursor.done() and len(words) < _LONGEST:
        low = cursor.low()
        if cursor.sort() in _ENDS or (depth == 0 and boundary(cursor, 0)):
            break
        if low == ")" and depth == 0:
            break
        if depth == 0 and low in _NEVER:
            raise cursor.fail()
        depth += (low == "(") - (low == ")")
        words.append(cursor.take().text)
    return " ".join(words)


def ends_in_condition(cursor: Cursor, ahead: int) -> bool:
    """Whether an unquoted name ends here, before what is compared: at a sign further on, or at the first word that compares."""
    sign = _sign_ahead(cursor, ahead)
    if sign:
        rest = range(ahead, sign)
        return all(cursor.here(_BEFORE_SIGN, each) for each in rest)
    if cursor.sort(ahead) in (Sort.NUMBER, Sort.TEXT, Sort.DATE):
        return True
    low = cursor.low(ahead)
    if low == "auswahl":
        return cursor.sort(ahead + 1) in (Sort.NUMBER, Sort.TEXT)
    if low in v.CONNECTORS:
        return low == "," or _goes_on(cursor, ahead + 1)
    return low in _COMPARES or low in v.IF or low in v.VERBS or low in v.MODALS or low in ("dann", ":")


_BEFORE_SIGN = v.words("auswahl gleich nicht ist der wert den code die das : größer kleiner")
_COMPARES = (
    v.words(
        "nicht leer mit gleich ungleich größer kleiner älter jünger vorhanden kein keine ausgewählt gewählt wurde hat "
        "haben den eine vor nach zwischen mindestens höchstens wahr falsch"
    )
    | v.FILL
)


def _sign_ahead(cursor: Cursor, ahead: int) -> int:
    for far in range(ahead, ahead + _LONGEST):
        sort, low = cursor.sort(far), cursor.low(far)
        if sort is Sort.SIGN:
            return far
        if sort in (None, Sort.STOP, Sort.REF, Sort.TEXT) or low in ("dann", ",") or low in v.IF or low in v.VERBS:
            return 0
    return 0


def _goes_on(cursor: Cursor, ahead: int) -> bool:
    """Whether a list goes on after "und", "oder": with a reference, a verb or a comparison."""
    low = cursor.low(ahead)
    return (
        cursor.sort(ahead) in (Sort.REF, Sort.SIGN)
        or starts_ref(cursor, ahead)
        or low in v.IF
        or low in v.VERBS
        or low in v.MODALS
        or low in v.CONNECTORS
        or low in ("nicht", "weiter")
    )


def ends_in_effect(cursor: Cursor, ahead: int) -> bool:
    """Whether an unquoted name ends here, before what is done."""
    low = cursor.low(ahead)
    if low in v.CONNECTORS:
        return low in (",", "/") or _goes_on(cursor, ahead + 1) or cursor.here(_DONE, ahead + 1)
    if low in _PARTICLES:
        after = cursor.peek(ahead + 1)
        return after is None or after.sort is Sort.STOP or after.low in v.CONNECTORS or after.low in _AFTER_PARTICLE
    if low in v.DUTY or low in v.FREE:
        after = cursor.peek(ahead + 1)
        return low.startswith("pflicht") or after is None or after.sort is Sort.STOP or after.low in v.CONNECTORS
    if low == "als" or low in _TO:
        far = ahead + 1
        while cursor.here(v.ARTICLES, far):
            far += 1
        return cursor.here(v.DUTY | v.FILL | v.FREE | v.SHOWN | v.HIDDEN, far)
    if low == "mit":
        return cursor.sort(ahead + 1) in (Sort.NUMBER, Sort.TEXT)
    if low in ("für", "in", "im"):
        return scope(Cursor(cursor.tokens, cursor.at + ahead)) is not None
    return low in _DONE or low in v.IF or low in v.ELSE or low == ":"


_DONE = (v.FILL | v.SHOWN | v.HIDDEN | v.MODALS | v.START | v.CHOSEN | frozenset(v.VERBS)) - {"aktiv", "auswahl", "zulässige"}
_AFTER_PARTICLE = (
    v.FILL
    | v.SHOWN
    | v.HIDDEN
    | v.DUTY
    | v.FREE
    | v.IF
    | v.MODALS
    | frozenset(v.ELSE)
    | _PARTICLES
    | v.ARTICLES
    | {"als", "mehr", "leer"}
)
