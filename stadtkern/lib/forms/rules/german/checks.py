"""Rules about answers themselves: at least one of, either or, one day before another, as many as, a day that exists."""

from stadtkern.lib.forms.rules.german import vocabulary as v
from stadtkern.lib.forms.rules.german.condition import inside
from stadtkern.lib.forms.rules.german.literals import listed
from stadtkern.lib.forms.rules.german.names import ends_in_condition, ends_in_effect, one, several, starts_ref
from stadtkern.lib.forms.rules.german.predicate import predicate
from stadtkern.lib.forms.rules.german.prose import (
    Act,
    Amount,
    And,
    AnyInside,
    Condition,
    Do,
    Filled,
    Literal,
    Not,
    One,
    Or,
    RealDate,
    Ref,
    Test,
)
from stadtkern.lib.forms.rules.german.words import Cursor, NotUnderstood, Sort

_MANY = {
    "mindestens eines": "or", "mindestens eine": "or", "mindestens einer": "or", "mindestens ein": "or", "eines": "or",
    "wenigstens eines": "or", "wenigstens eine": "or", "genau eines": "one", "genau eine": "one", "genau ein": "one",
    "genau einer": "one", "nur eines": "most", "nur eine": "most", "höchstens eines": "most", "höchstens eine": "most",
    "maximal eines": "most", "nicht beide": "notall", "nicht alle": "notall",
}  # fmt: skip
_OF = v.words("der von den folgenden folgender beiden drei vier angaben") | v.NOUNS | {"entweder", ":"}
_MODAL = (
    "es muss",
    "es müssen",
    "muss",
    "müssen",
    "es ist",
    "es sind",
    "ist",
    "sind",
    "es darf",
    "darf",
    "es dürfen",
    "dürfen",
)


def check(cursor: Cursor, known: tuple[Ref, ...]) -> tuple[Do, ...] | None:
    """The check that stands here, consumed; None when it is none of these. `known` = fields of the condition before it."""
    for attempt in (_within, _quantified, _either, _counted, _calendar, _compared, _bare):
        start = cursor.at
        try:
            found = attempt(cursor, known)
        except NotUnderstood:
            found = None
        if found is not None:
            return found
        cursor.at = start
    return None


def _within(cursor: Cursor, _: tuple[Ref, ...]) -> tuple[Do, ...] | None:
    found = inside(cursor)
    return None if not isinstance(found, AnyInside) else (Do(Act.CHECK, (Ref(()),), condition=found),)


def _quantified(cursor: Cursor, _: tuple[Ref, ...]) -> tuple[Do, ...] | None:
    """ "Es muss mindestens eines der Felder F1, F2 oder F3 befüllt sein", "Mindestens … muss den Wert "wahr" haben"."""
    modal = cursor.accept(*_MODAL)
    many = _MANY.get(cursor.accept(*_MANY), "")
    if not many:
        return None
    cursor.skip(_OF)
    refs, joint = several(cursor, ends_in_effect)
    modal = modal or cursor.accept(*_MODAL)
    if len(refs) < 2 or not modal or (joint == "and" and many == "one"):
        return None
    each = _each(cursor, refs)
    if each is None:
        return None
    meant: dict[str, Condition] = {"or": Or(each), "one": One(each), "notall": Not(And(each)), "most": _at_most_one(each)}
    held = meant[many]
    return (Do(Act.CHECK, tuple(refs), condition=held),)


def _at_most_one(each: tuple[Condition, ...]) -> Condition:
    pairs = tuple(Not(And((a, b))) for at, a in enumerate(each) for b in each[at + 1 :])
    return pairs[0] if len(pairs) == 1 else And(pairs)


def _each(cursor: Cursor, refs: list[Ref]) -> tuple[Condition, ...] | None:
    """What is said about each: filled in, or a value; with the verbs up to the end of the sentence."""
    cursor.skip({"als", "zu"})
    if cursor.here(v.FILL | v.CHOSEN | v.SHOWN | v.DUTY) or (cursor.here(v.ARTICLES) and cursor.here(v.DUTY, 1)):
        cursor.skip(v.ARTICLES)
        cursor.at += 1
        while cursor.here(v.FILL | v.AUXILIARIES | {"und", "zu"}):
            cursor.at += 1
        return tuple(Filled(ref) for ref in refs)
    if cursor.accept("den wert", "der wert", "mit dem wert", "mit"):
        if cursor.sort() is Sort.SIGN:
            cursor.at += 1
        values = listed(cursor, ends_in_effect)
        cursor.skip(v.TRAIL)
        return tuple(Or(tuple(Test(ref, "=", literal) for _, literal in values.items)) for ref in refs)
    return None


def _either(cursor: Cursor, _: tuple[Ref, ...]) -> tuple[Do, ...] | None:
    """ "Es muss entweder A oder B befüllt werden", "Entweder muss A oder B befüllt sein"."""
    modal = cursor.accept(*_MODAL)
    if not cursor.accept("entweder"):
        return None
    modal = modal or cursor.accept(*_MODAL)
    refs, joint = several(cursor, ends_in_effect)
    modal = modal or cursor.accept(*_MODAL)
    if len(refs) < 2 or joint != "or" or modal not in ("es muss", "muss", "es ist", "ist", "müssen", "es müssen", "sind"):
        return None
    each = _each(cursor, refs)
    return None if each is None else (Do(Act.CHECK, tuple(refs), condition=One(each)),)


def _counted(cursor: Cursor, _: tuple[Ref, ...]) -> tuple[Do, ...] | None:
    """ "Der Wert in F1 gibt an, wie oft die Gruppe G1 befüllt werden muss"."""
    if not cursor.accept("der wert", "die angabe", "die zahl", "die anzahl", "der eintrag", "das feld", "die eingabe"):
        return None
    number = one(cursor, ends_in_condition)
    if not cursor.accept("gibt an , wie oft", "bestimmt , wie oft", "legt fest , wie oft", "gibt vor , wie oft"):
        return None
    ref = one(cursor, ends_in_effect)
    if not cursor.here(v.FILL | v.SHOWN):
        return None
    cursor.skip(v.FILL | v.SHOWN | v.AUXILIARIES | v.MUST | {"und"})
    return (Do(Act.CHECK, (number, ref), condition=Amount(ref, "=", Literal("", kind="ref", ref=number))),)


_CALENDAR = v.words(
    "muss die validität des der sich ergebenden resultierenden daraus kalenderdatums sichergestellt werden gültiges "
    "gültigen kalenderdatum datum datums ergeben sein ein geprüft das gültigkeit angegebene existierendes"
)


def _calendar(cursor: Cursor, known: tuple[Ref, ...]) -> tuple[Do, ...] | None:
    """ "…, muss die Validität des sich ergebenden Kalenderdatums sichergestellt werden"."""
    start = cursor.at
    cursor.skip(_CALENDAR)
    said = {token.low for token in cursor.tokens[start : cursor.at]}
    if not said & {"kalenderdatum", "kalenderdatums"} or not said & {"validität", "gültiges", "gültigkeit", "existierendes"}:
        return None
    return (Do(Act.CHECK, known, condition=RealDate(known)),) if len(known) == 3 else None


def _compared(cursor: Cursor, _: tuple[Ref, ...]) -> tuple[Do, ...] | None:
    """ "Das Datum im Feld F1 muss zeitlich vor dem Datum in Feld F2 liegen", "F1 darf nicht größer als 10 sein"."""
    modal = cursor.accept("es muss", "muss", "darf")
    cursor.accept("das datum", "der wert", "der zeitpunkt", "die angabe", "die zahl", "die anzahl", "der beginn", "das ende")
    if not starts_ref(cursor):
        return None
    ref = one(cursor, ends_in_condition)
    modal = modal or cursor.accept("muss", "darf", "müssen", "dürfen")
    if not modal:
        return None
    negated = bool(cursor.accept("nicht"))
    if cursor.here(v.FILL | v.SHOWN | v.HIDDEN | v.DUTY | {"mit", "leer", "den", "nur"}) or (modal == "darf" and not negated):
        return None
    if cursor.low(1).endswith("mal"):
        return None  # "mindestens zweimal"
    held = predicate(cursor, ref)
    if not isinstance(held, Test | And) or (isinstance(held, Test) and held.sign == "="):
        return None
    cursor.skip({"liegen", "sein", "betragen", "liegt"})
    others = tuple(each.value.ref for each in (held,) if isinstance(each, Test) and each.value.ref is not None)
    return (Do(Act.CHECK, (ref, *others), condition=Not(held) if negated else held),)


def _bare(cursor: Cursor, _: tuple[Ref, ...]) -> tuple[Do, ...] | None:
    """ "F1 <= F2": an order that must hold."""
    if cursor.sort() is not Sort.REF:
        return None
    ref = one(cursor, ends_in_condition)
    if cursor.sort() is not Sort.SIGN:
        return None
    held = predicate(cursor, ref)
    ends = cursor.done() or cursor.sort() is Sort.STOP
    if not ends or not isinstance(held, Test) or held.sign == "=":
        return None
    others = (held.value.ref,) if held.value.ref is not None else ()
    return (Do(Act.CHECK, (ref, *others), condition=held),)
