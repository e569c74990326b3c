"""From the German sentences of a form to rules: parsed once by text, bound to the form, checked for contradictions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from stadtkern.lib.forms.model import Element, Field, Form, Kind
from stadtkern.lib.forms.rules.bind import Binder
from stadtkern.lib.forms.rules.german.lands import land_of
from stadtkern.lib.forms.rules.german.notes import informs
from stadtkern.lib.forms.rules.german.prose import LANDS, Act, Always, Condition, Do, Not, Prose
from stadtkern.lib.forms.rules.german.sentence import parsed
from stadtkern.lib.forms.rules.german.words import NotUnderstood
from stadtkern.lib.forms.rules.logic import Logic
from stadtkern.lib.forms.rules.messages import message
from stadtkern.lib.forms.rules.model import Clause, Effect, Node, RawRule, Rule, State
from stadtkern.lib.forms.rules.nodes import ALWAYS, joined, negated
from stadtkern.lib.forms.rules.references import Index, Place
from stadtkern.lib.forms.rules.values import codes, family, number, truth

_SETTING = (Act.SET, Act.FIX)
_SHOWING = (Act.SHOW, Act.REQUIRE, *_SETTING)


@dataclass(frozen=True, slots=True)
class _Bound:
    """One act on one element (or, for checks, on several), its condition put in."""

    act: Act
    places: tuple[Place, ...]
    condition: Node
    lands: frozenset[str] | None
    value: Any = None
    check: Node | None = None
    message: str = ""


def compile_rules(elements: Form | Sequence[Element], raws: Iterable[RawRule], land: str = "") -> tuple[Rule, ...]:
    """Every rule in its order, compiled or open with a reason in German.

    `land` = the city's Land: its short name ("NW") or an AGS/ARS. Branches of other Länder are dropped; a rule that only
    concerns others is compiled and has no clauses. Without a Land every branch has to compile, and those that only hold in
    some Länder are left out of the clauses.
    """
    compiler = Compiler(elements, land_of(land) if land else "")
    return tuple(map(compiler.rule, raws))


class Compiler:
    """Compiles the rules of one form for one Land ("" = none known)."""

    def __init__(self, elements: Form | Sequence[Element], land: str = "") -> None:
        self.index = Index(elements)
        self.logic = Logic(self.index)
        self.land = land

    def rule(self, raw: RawRule) -> Rule:
        """One rule; never raises."""
        prose = parsed(raw.text)
        try:
            if isinstance(prose, str):
                raise NotUnderstood(prose)
            clauses = self._clauses(prose, raw.bearer)
        except NotUnderstood as problem:
            note = isinstance(prose, str) and informs(raw.text)
            why = "Der Satz ist ein Hinweis; er verlangt nichts." if note else str(problem)
            return Rule(raw.key, raw.version, raw.bearer, raw.text, State.NOTE if note else State.OPEN, why=why)
        return Rule(raw.key, raw.version, raw.bearer, raw.text, State.COMPILED, clauses)

    def _clauses(self, prose: Prose, bearer: str) -> tuple[Clause, ...]:
        bound = self._bound(prose, bearer)
        if self.land:
            return self._settled([each for each in bound if each.lands is None or self.land in each.lands])
        for land in _kinds(prose.named):  # every branch must make sense where it holds
            self._settled([each for each in bound if each.lands is None or land in each.lands])
        return self._settled([each for each in bound if each.lands is None])

    def _bound(self, prose: Prose, bearer: str) -> list[_Bound]:
        binder = Binder(self.index, bearer, prose)
        found: list[_Bound] = []
        for statement in prose.statements:
            if self._elsewhere(statement.lands):
                continue
            held = binder.node(statement.condition)
            if not isinstance(statement.condition, Always):
                self._sensible(held)
            for acts, condition in ((statement.acts, held), (statement.otherwise, negated(held))):
                for do in acts:
                    lands = _both(statement.lands, do.lands)
                    if not self._elsewhere(lands):
                        found += self._act(binder, do, condition, lands)
        return found

    def _elsewhere(self, lands: frozenset[str] | None) -> bool:
        return bool(self.land) and lands is not None and self.land not in lands

    def _sensible(self, held: Node) -> None:
        constant = self.logic.constant(held)
        if constant is not None:
            raise NotUnderstood("Die Bedingung trifft immer zu." if constant else "Die Bedingung kann nie zutreffen.")

    def _act(self, binder: Binder, do: Do, held: Node, lands: frozenset[str] | None) -> list[_Bound]:
        places = tuple(binder.place(ref) for ref in do.refs)
        if do.act is Act.CHECK:
            return [self._check(binder, do, places, held, lands)]
        if do.act is Act.LIMIT:
            return [_limit(do, places[0], held, lands)]
        if do.act in (*_SETTING, Act.PREFILL):
            return [_Bound(do.act, (place,), held, lands, _literal(place, do)) for place in places]
        return [_Bound(do.act, (place,), held, lands) for place in places]

    def _check(self, binder: Binder, do: Do, places: tuple[Place, ...], held: Node, lands: frozenset[str] | None) -> _Bound:
        binder.guarded = True
        node = binder.node(do.condition or Always())
        binder.guarded = False
        self._sensible(node)
        if isinstance(do.condition, Not):  # "darf nicht nach … liegen": an empty field is no offence
            node = negated(Binder(binder.index, binder.bearer, binder.prose).node(do.condition.part))
        return _Bound(Act.CHECK, places, held, lands, check=node, message=message(do, places))

    def _settled(self, bound: list[_Bound]) -> tuple[Clause, ...]:
        """Clauses out of what is done to each element; NotUnderstood when it contradicts itself."""
        clauses: list[Clause] = []
        done: set[str] = set()
        for each in bound:
            if each.check is not None:
                clauses.append(_valid(each))
                continue
            path = each.places[0].path
            if path not in done:
                done.add(path)
                own = [other for other in bound if other.check is None and other.places[0].path == path]
                clauses += self._element(each.places[0], own)
        return tuple(clauses)

    def _element(self, place: Place, own: list[_Bound]) -> list[Clause]:
        """All acts of one rule on one element, opposites put together."""
        shown = [each for each in own if each.act in _SHOWING]
        self._consistent(place, own)
        for each in own:
            if each.act is Act.RELEASE and not self._covered(each, [s for s in shown if s.act is Act.REQUIRE]):
                raise NotUnderstood(
                    f"„{place.element.label}“ ist hier freiwillig, aber es steht nicht dabei, wann es Pflicht ist."
                )
            if each.act is Act.RELEASE and place.element.minimum > 0:
                raise NotUnderstood(f"„{place.element.label}“ soll freiwillig sein, das Schema verlangt es aber immer.")
            if each.act is Act.PREFILL and (not isinstance(place.element, Field) or place.element.default != each.value):
                raise NotUnderstood("Ein Wert zum Vorbefüllen, den man ändern darf, gehört in die Vorgaben des Formulars.")
        hides = [each for each in own if each.act in (Act.FORBID, Act.MAY_HIDE)]
        shows = [each for each in shown if each.act is Act.SHOW]
        clauses: list[Clause] = []
        for each in shown:
            if each.act is Act.REQUIRE and isinstance(place.element, Field) and place.element.kind is Kind.LABEL:
                continue  # a text asks nothing
            opposite = [h for h in hides if self._opposite(each.condition, h.condition)]
            otherwise = each.act is not Act.SHOW and not shows and bool(opposite)
            clauses.append(_clause(each, place, otherwise))
            hides = [h for h in hides if h not in opposite]
        for each in hides:
            if (
                shows
                and each.condition != ALWAYS
                and all(self.logic.together(s.condition, each.condition) is False for s in shows)
            ):
                continue  # SHOW hides it then already
            if each.act is Act.MAY_HIDE:
                raise NotUnderstood(f"Es bleibt offen, ob „{place.element.label}“ ausgeblendet werden muss oder nur darf.")
            clauses.append(Clause(Effect.FORBID, (place.path,), each.condition))
        return clauses

    def _consistent(self, place: Place, own: list[_Bound]) -> None:
        for each in own:
            if each.act not in _SHOWING:
                continue
            for other in own:
                if other.act in (Act.FORBID, Act.MAY_HIDE) and self.logic.together(each.condition, other.condition):
                    raise NotUnderstood(
                        f"Die Regel widerspricht sich: „{place.element.label}“ wird zugleich verlangt und verborgen."
                    )
                two = other.act in _SETTING and each.act in _SETTING and other.value != each.value
                if two and self.logic.together(each.condition, other.condition):
                    raise NotUnderstood(f"Die Regel widerspricht sich: „{place.element.label}“ bekommt zwei Werte.")

    def _opposite(self, a: Node, b: Node) -> bool:
        return self.logic.opposite(a, b)

    def _covered(self, released: _Bound, required: list[_Bound]) -> bool:
        return any(self._opposite(each.condition, released.condition) for each in required)


def _kinds(named: frozenset[str]) -> list[str]:
    """One Land of each kind a rule tells apart: those it names, and one of all others."""
    rest = sorted(LANDS - named)
    return sorted(named) + rest[:1] if named else []


def _both(a: frozenset[str] | None, b: frozenset[str] | None) -> frozenset[str] | None:
    return b if a is None else a if b is None else a & b


def _literal(place: Place, do: Do) -> Any:
    """The value to set, as the field stores it."""
    element, literal = place.element, do.values[0]
    if not isinstance(element, Field):
        raise NotUnderstood(f"„{element.label}“ ist kein Feld.")
    match family(element):
        case "code" | "text":
            return codes(element, literal).texts[0]
        case "yes" if truth(literal) is not None:
            return truth(literal)
        case "number":
            return number(element, literal.text)
        case "date" if literal.kind == "date":
            return literal.text
    raise NotUnderstood(f"„{literal.text}“ passt nicht zu „{element.label}“.")


def _limit(do: Do, place: Place, held: Node, lands: frozenset[str] | None) -> _Bound:
    """Only these codes may be chosen."""
    element = place.element
    if not isinstance(element, Field) or family(element) not in ("code", "text"):
        raise NotUnderstood(f"„{element.label}“ hat keine Auswahl.")
    operand = {"path": place.path}
    texts = [text for literal in do.values if not literal.high for text in codes(element, literal).texts]
    ranges = [[literal.text, literal.high] for literal in do.values if literal.high]
    parts: list[Node] = [{"is_empty": operand}]
    parts += [{"one_of": [operand, list(dict.fromkeys(texts))]}] if texts else []
    parts += [{"within": [operand, ranges]}] if ranges else []
    return _Bound(Act.CHECK, (place,), held, lands, check={"or": parts}, message=message(do, (place,)))


def _valid(each: _Bound) -> Clause:
    check: Node = each.check or ALWAYS
    node = check if each.condition == ALWAYS else joined("or", [negated(each.condition), check])
    return Clause(Effect.VALID, tuple(dict.fromkeys(place.path for place in each.places)), node, each.message)


_EFFECTS = {Act.SHOW: Effect.SHOW, Act.REQUIRE: Effect.REQUIRE, Act.SET: Effect.SET, Act.FIX: Effect.SET}


def _clause(each: _Bound, place: Place, otherwise: bool) -> Clause:
    hidden = each.act is Act.SET
    return Clause(_EFFECTS[each.act], (place.path,), each.condition, value=each.value, otherwise=otherwise, hidden=hidden)


__all__ = ["Compiler", "Condition", "compile_rules"]
