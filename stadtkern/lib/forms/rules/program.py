"""The rules of a form, compiled once: which target asks which conditions, and in which order they are settled."""

import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stadtkern.lib.forms.model import Field, Form, Kind, Value
from stadtkern.lib.forms.rules.closures import BadCondition, Compiler, Read, Test, paths_in
from stadtkern.lib.forms.rules.facts import Context
from stadtkern.lib.forms.rules.model import Clause, Effect, Node, Rule, State
from stadtkern.lib.forms.rules.order import settled_in
from stadtkern.lib.forms.rules.places import Place, places_of

_MEANT = frozenset({State.COMPILED, State.CONFIRMED})


@dataclass(frozen=True, slots=True)
class Act:
    """One clause on one target; `level` = so many groups above must be there, groups below it are opened."""

    rule: Rule
    clause: Clause
    test: Test
    names: tuple[str, ...]  # paths in the condition, and in the value to set
    level: int = 0
    value: Read | None = None


@dataclass(slots=True)
class Unit:
    """Everything that acts on one target."""

    place: Place
    forbids: list[Act] = field(default_factory=list)
    shows: list[Act] = field(default_factory=list)  # hidden unless one of these holds
    requires: list[Act] = field(default_factory=list)
    sets: list[Act] = field(default_factory=list)

    @property
    def decides(self) -> bool:
        """Whether it changes what counts, and not only what is required."""
        return bool(self.forbids or self.shows or self.sets)

    @property
    def reads(self) -> set[str]:
        """What its outcome depends on."""
        acts = (*self.forbids, *self.shows, *self.sets, *(self.requires if self.shows else ()))
        return {name for act in acts for name in act.names}


@dataclass(frozen=True, slots=True)
class Check:
    """One rule about valid answers, told at `home` (its first target) and the other targets."""

    act: Act
    home: Place | None
    inside: bool  # asked once per instance of the home itself
    targets: tuple[Place, ...]
    operands: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Repeated:
    """A field below something that repeats: at how many levels something waits for it."""

    covers: tuple[tuple[int, str], ...]  # level, path down to it without indexes
    repeats: tuple[bool, ...]


@dataclass(slots=True)
class Program:
    """What `evaluate` runs; `faults` = (rule key, what is wrong with it) of clauses that cannot be applied."""

    places: dict[str, Place]
    units: dict[str, Unit] = field(default_factory=dict)
    strata: tuple[tuple[tuple[Unit, ...], bool], ...] = ()
    late: tuple[Unit, ...] = ()
    checks: list[Check] = field(default_factory=list)
    covers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    repeated: dict[str, Repeated] = field(default_factory=dict)
    fixed: dict[str, tuple[Context, ...]] = field(default_factory=dict)
    carried: tuple[Place, ...] = ()
    controllers: frozenset[str] = frozenset()
    faults: list[tuple[str, str]] = field(default_factory=list)


_KNOWN: dict[int, tuple["weakref.ref[Form]", Program | None]] = {}


def program_of(form: Form) -> Program | None:
    """The compiled rules of this form, None where it has none; kept as long as the form is."""
    known = _KNOWN.get(id(form))
    if known is not None and known[0]() is form:
        return known[1]
    program = compiled(form) if form.rules else None
    key = id(form)
    _KNOWN[key] = (weakref.ref(form, lambda _gone: _KNOWN.pop(key, None)), program)
    return program


def compiled(form: Form) -> Program:
    """Compile without keeping it."""
    program = Program(places_of(form))
    for rule in form.rules:
        if rule.state in _MEANT:
            for clause in rule.clauses:
                _place(program, rule, clause)
    _conditions_of_fields(program)
    deciding = [unit for unit in program.units.values() if unit.decides]
    program.late = tuple(unit for unit in program.units.values() if unit.requires)
    program.strata = settled_in(deciding)
    _index(program)
    return program


def _place(program: Program, rule: Rule, clause: Clause) -> None:
    if clause.effect is Effect.VALID:
        _place_check(program, rule, clause)
        return
    if not clause.targets:
        program.faults.append((rule.key, "Die Regel nennt kein Element, für das sie gilt."))
    for path in clause.targets:
        place = program.places.get(path)
        try:
            if place is None:
                raise BadCondition(f"Das Formular hat kein Element „{path[:200]}“.")
            act = _act(program, rule, clause, place)
        except BadCondition as error:
            program.faults.append((rule.key, str(error)))
            continue
        unit = program.units.setdefault(path, Unit(place))
        match clause.effect:
            case Effect.FORBID:
                unit.forbids.append(act)
            case Effect.SHOW:
                unit.shows.append(act)
            case Effect.REQUIRE:
                unit.requires.append(act)
            case Effect.SET:
                unit.sets.append(act)
                if clause.hidden:
                    unit.forbids.append(act)  # set and forbidden by one rule: it counts unseen
        if clause.otherwise and clause.effect in (Effect.REQUIRE, Effect.SET):
            unit.shows.append(act)


def _act(program: Program, rule: Rule, clause: Clause, place: Place) -> Act:
    compiler = Compiler(program.places, place, unknown=False)
    names = tuple(paths_in(clause.condition))
    value = None
    if clause.effect is Effect.SET:
        value = _set_value(compiler, clause.value, place)
        names = (*names, *paths_in(clause.value))
    return Act(rule, clause, compiler.test(clause.condition), names, _level(rule, place, names), value)


def _set_value(compiler: Compiler, value: Any, place: Place) -> Read:
    element = place.element
    if not isinstance(element, Field) or element.kind in (Kind.LABEL, Kind.FILE):
        raise BadCondition(f"{place.path} ist kein Feld, dessen Wert sich setzen lässt.")
    if isinstance(value, Mapping):
        operand = compiler.operand(value)
        if operand.many:
            raise BadCondition(f"Der Wert für {place.path} wäre nicht eindeutig.")
        read = operand.read
        return lambda facts, context: _settable(element, read(facts, context))
    literal = _settable(element, value)
    if literal is None:
        raise BadCondition(f"Der Wert für {place.path} ist nicht lesbar.")
    return lambda facts, context: literal


def _settable(element: Field, value: Any) -> Value:
    """The value as answers of this kind are kept; None when it is none."""
    if element.kind is Kind.YES_NO:
        return {"true": True, "wahr": True, "ja": True, "false": False, "falsch": False, "nein": False}.get(str(value).lower())
    if value is None or isinstance(value, bool):
        return None
    if element.kind in (Kind.NUMBER, Kind.MONEY):
        text = str(value)
        return int(text) if text.lstrip("-").isdecimal() and len(text) < 18 else None
    return str(value)[:1_000] if str(value) else None


def _level(rule: Rule, place: Place, names: Iterable[str]) -> int:
    """How many levels of groups must be there for the rule to speak: those of its bearer and those it has in common."""
    level = _shared(place.segments, tuple(rule.bearer.split("/"))) if rule.bearer else 0
    common = [_shared(place.segments, tuple(name.split("/"))) for name in names]
    return min(max(level, min(common, default=0)), len(place.segments) - 1)


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    shared = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        shared += 1
    return shared


def _place_check(program: Program, rule: Rule, clause: Clause) -> None:
    names = tuple(dict.fromkeys(paths_in(clause.condition)))
    unknown = [path for path in clause.targets if path not in program.places]
    if unknown:
        program.faults.append((rule.key, f"Das Formular hat kein Element „{unknown[0][:200]}“."))
    targets = tuple(program.places[path] for path in clause.targets if path in program.places)
    operands = tuple(program.places[name] for name in names if name in program.places)
    home = (targets or operands or (None,))[0]
    inside = home is not None and home.repeats[-1] and any(name.startswith(f"{home.path}/") for name in names)
    try:
        test = Compiler(program.places, home, unknown=None, inside=inside).test(clause.condition)
    except BadCondition as error:
        program.faults.append((rule.key, str(error)))
        return
    level = _level(rule, home, names) if home else 0
    program.checks.append(Check(Act(rule, clause, test, names, level), home, inside, targets, operands))


def _conditions_of_fields(program: Program) -> None:
    """`when` of an element is a rule like any other, so that both see the same answers."""
    for place in program.places.values():
        if not place.element.when:
            continue
        nodes: list[Node] = []
        for key, value in place.element.when.items():
            path = _looked_up(program, place, key)
            nodes.append({"equal": [{"path": path}, {"value": value}]} if path else {"always": False})
        clause = Clause(Effect.SHOW, (place.path,), {"and": nodes})
        try:
            act = _act(program, Rule("", "", "", ""), clause, place)
        except BadCondition as error:
            program.faults.append(("", str(error)))
            continue
        program.units.setdefault(place.path, Unit(place)).shows.append(act)


def _looked_up(program: Program, place: Place, key: str) -> str:
    """The path a `when` means: in the own group first, then outwards."""
    bare = "/".join(part.partition("[")[0] for part in key.split("/"))
    for level in range(len(place.segments) - 1, -1, -1):
        path = "/".join((*place.segments[:level], bare))
        first = "/".join((*place.segments[:level], bare.partition("/")[0]))
        if first in program.places:
            return path if path in program.places else ""
    return ""


def _index(program: Program) -> None:
    """Which answers the rules look at or clear, and for whom each one counts."""
    acts = [act for unit in program.units.values() for act in (*unit.forbids, *unit.shows, *unit.requires, *unit.sets)]
    named = {name for act in acts for name in act.names}
    checked = {name for check in program.checks for name in check.act.names}
    program.controllers = frozenset(named)
    waiting = set(program.units) | {name for name in named | checked if not isinstance(program.places[name].element, Field)}
    carried = []
    for path, place in program.places.items():
        if not isinstance(place.element, Field):
            continue
        levels = [level for level in range(1, len(place.segments) + 1) if "/".join(place.segments[:level]) in waiting]
        if place.carried:
            if path in named or path in checked:
                carried.append(place)
                levels = [level for level in levels if "/".join(place.segments[:level]) in program.units]
            else:
                continue
        elif not levels and path not in named and path not in checked:
            continue
        if any(place.repeats):
            covers = tuple((level, "/".join(place.segments[:level])) for level in levels)
            program.repeated[path] = Repeated(covers, place.repeats)
        else:
            program.covers[path] = tuple("/".join(place.segments[:level]) for level in levels)
    program.carried = tuple(carried)
    for place in program.places.values():
        if not any(place.repeats[:-1]):
            program.fixed[place.path] = (tuple("/".join(place.segments[:n]) for n in range(1, len(place.segments) + 1)),)
