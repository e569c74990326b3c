"""What one predication asks for, once all its words are gathered: must, must not, show, set, limit, check."""

from dataclasses import dataclass, field

from stadtkern.lib.forms.rules.german import vocabulary as v
from stadtkern.lib.forms.rules.german.literals import Listed
from stadtkern.lib.forms.rules.german.prose import Act, Amount, And, Condition, Do, Filled, Literal, Not, Or, Ref, Test
from stadtkern.lib.forms.rules.german.words import NotUnderstood


@dataclass(slots=True)
class Part:
    """One predication while it is being read."""

    modal: str = ""
    verb: str = ""
    negated: bool = False
    only: bool = False
    together: bool = False
    refs: list[Ref] = field(default_factory=list)
    joint: str = ""
    marks: set[str] = field(default_factory=set)
    values: Listed | None = None
    lands: frozenset[str] | None = None
    amount: tuple[str, int] | None = None
    closed: bool = False  # the particle of the verb has come ("zeige … an")

    @property
    def whole(self) -> bool:
        return self.closed if self.verb and self.verb != "make" else bool(self.marks - {"value"})


def acts_of(part: Part, refs: tuple[Ref, ...]) -> list[Do]:
    """The acts of one predication; NotUnderstood where its words do not make one."""
    marks, lands = part.marks, part.lands
    if part.amount is not None:
        sign, number = part.amount
        held = tuple(Amount(ref, sign, Literal(str(number))) for ref in refs)
        return [Do(Act.CHECK, refs, condition=each, lands=lands) for each in held]
    if part.together:
        if not part.negated or len(refs) < 2:
            raise NotUnderstood("„gleichzeitig“ ist hier nicht klar.")
        return [Do(Act.CHECK, refs, condition=Not(And(tuple(Filled(ref) for ref in refs))), lands=lands)]
    if "start" in marks:
        if part.values is None or part.negated or len(part.values.items) != 1:
            raise NotUnderstood("Es ist nicht klar, womit das Feld vorbefüllt werden soll.")
        values = (part.values.items[0][1],)
        return [Do(Act.SET if "hidden" in marks else Act.PREFILL, refs, values, lands=lands)]
    if part.verb == "set":
        if part.values is None or part.negated or len(part.values.items) != 1 or marks:
            raise NotUnderstood("Es ist nicht klar, auf welchen Wert das Feld gesetzt werden soll.")
        return [Do(Act.FIX, refs, (part.values.items[0][1],), lands=lands)]
    if "chosen" in marks or (part.values is not None and part.only):
        return _chosen(part, refs)
    if "value" in marks or part.values is not None:
        return _valued(part, refs)
    return _plain(part, refs)


def _chosen(part: Part, refs: tuple[Ref, ...]) -> list[Do]:
    if part.values is None:
        if marks_fill := part.marks - {"chosen"}:
            part.marks = marks_fill
            return _plain(part, refs)
        part.marks = {"fill"}
        return _plain(part, refs)
    values = tuple(literal for _, literal in part.values.items)
    if len(refs) != 1 or not (part.only or part.negated) or (part.only and part.negated):
        raise NotUnderstood("Es ist nicht klar, welche Werte zulässig sind.")
    acts = [Do(Act.LIMIT, refs, values, lands=part.lands)]
    if part.negated:
        return [Do(Act.CHECK, refs, condition=Not(Or(tuple(Test(refs[0], "=", each) for each in values))), lands=part.lands)]
    if part.marks & {"fill", "duty"} and part.modal in v.MUST:
        acts.append(Do(Act.REQUIRE, refs, lands=part.lands))
    return acts


def _valued(part: Part, refs: tuple[Ref, ...]) -> list[Do]:
    """ "F1 muss den Wert "wahr" haben"."""
    if part.values is None or part.modal not in v.MUST | v.MAY or (part.modal in v.MAY and not part.negated):
        raise NotUnderstood("Es ist nicht klar, welchen Wert das Feld haben soll.")
    each: list[Condition] = []
    for ref in refs:
        tests: tuple[Condition, ...] = tuple(Test(ref, "=", literal) for _, literal in part.values.items)
        each.append(Not(Or(tests)) if part.negated else Or(tests))
    return [Do(Act.CHECK, refs, condition=And(tuple(each)), lands=part.lands)]


def _plain(part: Part, refs: tuple[Ref, ...]) -> list[Do]:
    marks, lands, negated = part.marks, part.lands, part.negated
    must, may = part.modal in v.MUST, part.modal in v.MAY
    shows = "shown" in marks or part.verb == "show"
    fills = bool(marks & {"fill", "duty"})
    if part.verb == "hide" or "hidden" in marks:
        if negated or fills or "shown" in marks or part.verb == "show":
            raise NotUnderstood("Ausblenden und Anzeigen stehen im selben Satz.")
        return [Do(Act.MAY_HIDE if may else Act.FORBID, refs, lands=lands)]
    if part.verb == "blend":
        raise NotUnderstood("Bei „blende“ fehlt „ein“ oder „aus“.")
    if "free" in marks or ("duty" in marks and negated and not shows):
        return [Do(Act.RELEASE, refs, lands=lands)]
    if "empty" in marks:
        if len(marks) > 1:
            raise NotUnderstood("„leer“ und „befüllt“ stehen im selben Satz.")
        return [Do(Act.REQUIRE if negated else Act.FORBID, refs, lands=lands)]
    if negated:
        if must:
            return [Do(Act.MAY_HIDE if shows else Act.RELEASE, refs, lands=lands)]
        return [Do(Act.FORBID, refs, lands=lands)]
    if fills and part.joint == "or" and len(refs) > 1 and not shows:
        return [Do(Act.CHECK, refs, condition=Or(tuple(Filled(ref) for ref in refs)), lands=lands)]
    if part.joint == "or" and len(refs) > 1:
        raise NotUnderstood("Es ist nicht klar, welches der Felder gemeint ist.")
    if may:  # "darf nur … werden": allowed while the condition holds
        if not part.only:
            raise NotUnderstood("„darf“ ohne „nur“ oder „nicht“ lässt offen, was sonst gilt.")
        return [Do(Act.SHOW, refs, lands=lands)]
    only = part.only and marks == {"fill"} and part.modal in v.AUXILIARIES  # "ist nur auszufüllen, wenn …"
    acts = [Do(Act.SHOW, refs, lands=lands)] if shows or only else []
    if fills or part.verb == "make":
        acts.append(Do(Act.REQUIRE, refs, lands=lands))
    return acts
