"""Conditions of a rule: a recursive descent from "wenn" to "dann"."""

from stadtkern.lib.forms.rules.german import vocabulary as v
from stadtkern.lib.forms.rules.german.literals import value
from stadtkern.lib.forms.rules.german.names import ends_in_condition, several, starts_ref
from stadtkern.lib.forms.rules.german.predicate import joined, predicate
from stadtkern.lib.forms.rules.german.prose import (
    And,
    AnyInside,
    Condition,
    Filled,
    Member,
    Not,
    One,
    Or,
    Previous,
    Ref,
    Rest,
    Test,
)
from stadtkern.lib.forms.rules.german.words import Cursor, Sort

_ANY = ("mindestens eines", "mindestens einer", "mindestens eine", "mindestens ein", "wenigstens eines", "wenigstens eine",
        "eines oder mehrere", "eine oder mehrere", "eines", "einer", "eine der", "ein feld", "irgendeines")  # fmt: skip
_NONE = ("keines", "keiner", "keine der", "weder")
_ALL = ("alle drei", "alle vier", "alle fünf", "alle zwei", "alle", "beide", "sämtliche", "sowohl")
_EXACTLY = ("genau eines", "genau einer", "genau eine", "genau ein", "nur eines", "ausschließlich eines")
_OF = v.words("der von den folgenden folgender beiden drei vier fünf") | v.NOUNS


def condition(cursor: Cursor, subject: Ref | None = None) -> Condition:
    """Everything up to where no "und", "oder" goes on; mixed without brackets it is not understood.

    `subject` = the field a condition without field is about ("bei <> "Nein" …").
    """
    parts, joints, lead = [_atom(cursor, subject)], set(), None
    while True:
        start, said = cursor.at, ""
        while cursor.low() in v.CONNECTORS:
            said = v.CONNECTORS[cursor.take().low] or said
        cursor.accept(*v.IF)
        if not said or not (starts_ref(cursor) or cursor.low() in ("(", "nicht") or cursor.sort() is Sort.SIGN):
            cursor.at = start
            break
        lead = _last_ref(parts[-1]) or lead
        joints.add(said)
        parts.append(_atom(cursor, lead))
    if len(joints) > 1:
        raise cursor.fail("„und“ und „oder“ sind ohne Klammern gemischt, vor")
    return joined(parts, next(iter(joints), "and"))


def _last_ref(found: Condition) -> Ref | None:
    match found:
        case Test(ref=ref) | Filled(ref=ref) | Member(ref=ref) | Rest(ref=ref):
            return ref
        case Not(part=part):
            return _last_ref(part)
        case And(parts=parts) | Or(parts=parts) | One(parts=parts):
            return _last_ref(parts[-1])
    return None


def _atom(cursor: Cursor, subject: Ref | None) -> Condition:
    if cursor.accept("keine der genannten codes", "keiner der genannten codes", "keiner der genannten werte", "dies nicht"):
        cursor.skip(v.TRAIL | {"der", "fall", "zutrifft"})
        return Not(Previous())
    if cursor.low() == "(":
        start = cursor.at
        cursor.at += 1
        if starts_ref(cursor):
            inner = condition(cursor)
            if cursor.accept(")") or cursor.low() in (",", "dann") or cursor.done():
                return inner  # an opening bracket without its partner encloses all of it
        cursor.at = start
    many = _quantifier(cursor)
    if not starts_ref(cursor) and cursor.sort() is Sort.SIGN and subject is not None:
        return predicate(cursor, subject)
    _lead(cursor)
    refs, joint = several(cursor, ends_in_condition)
    start = cursor.at
    each: list[Condition] = []
    for ref in refs:  # the same predicate for every field of a list
        cursor.at = start
        each.append(predicate(cursor, ref))
    if len(each) == 1 and not many:
        return each[0]
    match many or joint or "and":
        case "or":
            return Or(tuple(each))
        case "none":
            return And(tuple(Not(part) for part in each))
        case "one":
            return One(tuple(each))
    return And(tuple(each))


def _quantifier(cursor: Cursor) -> str:
    for phrases, meaning in ((_EXACTLY, "one"), (_ANY, "or"), (_NONE, "none"), (_ALL, "and")):
        start = cursor.at
        if cursor.accept(*phrases):
            if not (cursor.here(_OF) or starts_ref(cursor)):
                cursor.at = start
                continue
            cursor.skip(_OF | {"nachfolgenden", "nachfolgender"})
            return meaning
    return ""


def _lead(cursor: Cursor) -> None:
    """What may stand before a field: "der Wert in", "das Datum im Feld", "die Auswahl in"."""
    start = cursor.at
    cursor.skip(v.ARTICLES)
    if cursor.accept("wert", "datum", "inhalt", "angabe", "angaben", "eintrag", "auswahl", "alter", "anzahl", "summe"):
        if not starts_ref(cursor):
            cursor.accept("von", "aus", "für")
        if starts_ref(cursor):
            return
    cursor.at = start


def inside(cursor: Cursor) -> Condition | None:
    """ "mindestens ein Datenfeld der Datenfeldgruppe … den Wert "wahr" haben": the fields right inside the bearer."""
    start = cursor.at
    of = ("datenfeld der", "feld der", "felder der", "datenfelder der", "datenfeld dieser", "feld dieser")
    if (
        cursor.accept("mindestens ein", "mindestens eines der", "mindestens eine")
        and cursor.accept(*of)
        and cursor.accept("datenfeldgruppe", "gruppe", "feldgruppe")
        and cursor.accept("muss")
        and (found := _inside_value(cursor)) is not None
    ):
        return found
    cursor.at = start
    return None


def _inside_value(cursor: Cursor) -> Condition | None:
    if cursor.here(v.FILL):
        cursor.at += 1
        cursor.skip(v.AUXILIARIES)
        return AnyInside(None)
    if cursor.accept("den wert", "mit dem wert", "mit"):
        literal = value(cursor)
        cursor.skip(v.TRAIL)
        return AnyInside(literal)
    return None
