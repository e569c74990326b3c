"""What is said about one field: a comparison, filled in or not, a code in a range, a state of a union."""

from stadtkern.lib.forms.rules.german import vocabulary as v
from stadtkern.lib.forms.rules.german.literals import Listed, listed, value
from stadtkern.lib.forms.rules.german.prose import And, Condition, Filled, Literal, Member, Not, Or, Ref, Rest, Test
from stadtkern.lib.forms.rules.german.words import Cursor, NotUnderstood, Sort

_BEFORE_SIGN = v.words("auswahl der den dem die das wert werte code codes eintrag : mit ist wird wurde in im")
_SIGN_WORDS = {
    "größer oder gleich": ">=", "größer gleich": ">=", "größer als": ">", "größer": ">", "kleiner oder gleich": "<=",
    "kleiner gleich": "<=", "kleiner als": "<", "kleiner": "<", "mehr als": ">", "weniger als": "<", "mindestens": ">=",
    "höchstens": "<=", "maximal": "<=", "ungleich": "<>", "nicht gleich": "<>", "älter als": ">", "jünger als": "<",
    "über": ">", "unter": "<", "zeitlich vor": "<", "zeitlich nach": ">", "vor": "<", "nach": ">", "gleich": "=",
}  # fmt: skip
_ONLY_DATES = frozenset({"vor", "nach", "zeitlich vor", "zeitlich nach"})
_NO_ENTRY = (
    "kein eintrag vorgenommen",
    "keine angabe gemacht",
    "keine eingabe vorgenommen",
    "kein eintrag",
    "keine angaben gemacht",
)
_ENTRY = ("ein eintrag vorgenommen", "eine angabe gemacht", "eine eingabe vorgenommen", "angaben gemacht", "etwas eingetragen")


def joined(parts: list[Condition], joint: str) -> Condition:
    """Several conditions as one; `joint` = "or", everything else is "and"."""
    if len(parts) == 1:
        return parts[0]
    return Or(tuple(parts)) if joint == "or" else And(tuple(parts))


def predicate(cursor: Cursor, ref: Ref) -> Condition:
    """What is said about one field, up to and with the verbs behind it."""
    found = _said(cursor, ref)
    cursor.skip(v.TRAIL)
    return found


def _said(cursor: Cursor, ref: Ref) -> Condition:
    special = _entries(cursor, ref) or _worded(cursor, ref)
    if special is not None:
        return special
    cursor.skip(_BEFORE_SIGN)
    negated = bool(cursor.accept("nicht"))
    cursor.skip(_BEFORE_SIGN)
    if cursor.accept("leer"):
        return Filled(ref) if negated else Not(Filled(ref))
    if cursor.here(v.FILL | {"vorhanden", "gefüllt"}):
        cursor.at += 1
        return Not(Filled(ref)) if negated else Filled(ref)
    sign = _sign(cursor)
    if cursor.sort() is Sort.SIGN and not sign:
        raise cursor.fail()
    if sign and cursor.accept("leer"):
        return Filled(ref) if (sign == "<>") != negated else Not(Filled(ref))
    if sign and _member_word(cursor):
        return _member(cursor, ref, (sign == "<>") != negated)
    values = (Sort.NUMBER, Sort.TEXT, Sort.DATE)
    listed_here = cursor.low() == "(" and cursor.sort(1) in values
    if not (sign or cursor.sort() in values or listed_here or cursor.here(v.YES | v.NO)):
        raise cursor.fail()
    found = _compared(ref, sign or "=", listed(cursor), cursor)
    return Not(found) if negated else found


def _not(part: Member, negated: bool) -> Condition:
    return And((Filled(part.ref), Not(part))) if negated else part  # a state is chosen, and it is none of these


def _sign(cursor: Cursor) -> str:
    """The sign here, as sign or in words ("= <" before a number of years is one sign)."""
    phrase = cursor.accept(*_SIGN_WORDS)
    said = _SIGN_WORDS.get(phrase, "")
    if phrase in _ONLY_DATES:
        return said
    while cursor.sort() is Sort.SIGN:
        sign = cursor.take().text
        if said not in ("", "=", sign):
            raise cursor.fail("Zwei Vergleiche stehen nebeneinander, vor")
        said = sign
    if said == "=" and cursor.accept("auswahl"):
        return said
    return said


def _compared(ref: Ref, sign: str, values: Listed, cursor: Cursor) -> Condition:
    each = [_one(ref, own or sign, literal) for own, literal in values.items]
    if len(each) == 1:
        return each[0]
    signs = {own or sign for own, _ in values.items}
    repeated = all(own for own, _ in values.items[1:])
    if signs == {"<>"}:
        if values.joint == "or" and repeated and not values.grouped:
            return Or(tuple(each))  # true for every value: refused when it is bound
        return And(tuple(each))
    if signs == {"="}:
        return And(tuple(each)) if values.joint == "and" and repeated else Or(tuple(each))
    if values.joint == "":
        raise cursor.fail("Es ist nicht klar, wie die Vergleiche verbunden sind, vor")
    return joined(each, values.joint)


def _one(ref: Ref, sign: str, literal: Literal) -> Condition:
    if literal.kind == "rest":
        return Not(Rest(ref)) if sign == "<>" else Rest(ref)
    if sign == "<>":
        return Not(Test(ref, "=", literal))
    if literal.high and sign == ">=":
        return Test(ref, "=", literal)  # "Code >= 200000 bis < 300000"
    if sign != "=" and literal.kind == "code" and not literal.text[:1].isdigit():
        raise NotUnderstood(f"Mit „{literal.text}“ lässt sich nicht nach Größe vergleichen.")
    return Test(ref, sign, literal)


def _entries(cursor: Cursor, ref: Ref) -> Condition | None:
    if cursor.accept(*_NO_ENTRY):
        return Not(Filled(ref))
    if cursor.accept(*_ENTRY):
        return Filled(ref)
    return None


def _worded(cursor: Cursor, ref: Ref) -> Condition | None:
    """Choices put into words: a code in a range, one of listed codes, a state of the EU, a day in the future."""
    start = cursor.at
    cursor.accept("in der codeliste", "in der auswahl", "in der liste")
    if cursor.accept("die einträge folgender codes", "einer der folgenden codes", "einer der codes", "die codes"):
        cursor.skip(v.TRAIL | {":"})
        return _compared(ref, "=", listed(cursor), cursor)
    cursor.accept("liegt", "ist", "befindet sich")
    if cursor.accept("in der zukunft"):
        return Test(ref, ">", Literal("0", kind="today"))
    if cursor.accept("in der vergangenheit"):
        return Test(ref, "<", Literal("0", kind="today"))
    if _member_word(cursor):
        return _member(cursor, ref)
    cursor.at = start
    if cursor.accept("im bereich", "code im bereich", "ein code im bereich", "mit einem code im bereich"):
        return _range(cursor, ref)
    if cursor.accept("zwischen", "ein code zwischen", "ein wert zwischen", "code zwischen"):
        low = value(cursor)
        if not cursor.accept("und"):
            raise cursor.fail()
        return And((Test(ref, ">=", low), Test(ref, "<=", value(cursor))))
    if cursor.accept("eine", "ein", "einer"):
        words = 0
        while cursor.sort() is Sort.WORD and words < 5 and not cursor.here(v.IF):
            cursor.at, words = cursor.at + 1, words + 1
        if cursor.accept(", deren code im bereich", ", dessen code im bereich"):
            return _range(cursor, ref)
        if cursor.accept(", der", ", die", ", das", ", welcher", ", welche"):
            negated = bool(cursor.accept("nicht"))
            return _not(_club(cursor, ref), negated)
    cursor.at = start
    return None


def _range(cursor: Cursor, ref: Ref) -> Condition:
    """`>= 200000 bis < 300000`, `200000 bis 299999`, `>= 1 und < 3`."""
    cursor.skip({"von", ":"})
    sign = cursor.take().text if cursor.sort() is Sort.SIGN else ">="
    low = value(cursor)
    if low.high:  # "200000 bis < 300000" was read as one range
        if sign != ">=":
            raise cursor.fail("Der Bereich ist nicht klar, vor")
        return Test(ref, "=", low)
    if not cursor.accept("bis", "und"):
        raise cursor.fail("Das Ende des Bereichs fehlt, vor")
    other = cursor.take().text if cursor.sort() is Sort.SIGN else "<="
    found = And((Test(ref, sign, low), Test(ref, other, value(cursor))))
    cursor.skip({"liegt", "liegen"})
    return found


_CLUBS = v.words("eu ewr schweiz europäischen union wirtschaftsraum mitgliedstaat mitgliedsstaat zur zum der des")


def _club(cursor: Cursor, ref: Ref) -> Member:
    start = cursor.at
    while cursor.here(_CLUBS) or cursor.low() in (",", "oder", "und"):
        cursor.at += 1
    if cursor.at == start or not cursor.accept("gehört", "gehören", "angehört", "ist"):
        raise cursor.fail()
    return Member(ref)


_STATES = {"eu-staat": True, "eu-staates": True, "eu-land": True, "nicht-eu-staat": False, "nicht-eu-staates": False,
           "nicht-eu-land": False, "drittstaat": False, "drittstaates": False}  # fmt: skip


def _member_word(cursor: Cursor) -> bool:
    far = 1 if cursor.low() in ("ein", "eines", "einem", "der", "ein") else 0
    return cursor.low(far) in _STATES


def _member(cursor: Cursor, ref: Ref, negated: bool = False) -> Condition:
    cursor.accept("ein", "eines", "einem", "der")
    return _not(Member(ref), _STATES[cursor.take().low] == negated)
