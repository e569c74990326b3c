"""Applying the rules of a form to answers: what is hidden, required and set, and which rules the answers break."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from stadtkern.lib.forms.census import Census
from stadtkern.lib.forms.model import Answers, Field, Form, Kind, Value
from stadtkern.lib.forms.rules.facts import Context, Facts
from stadtkern.lib.forms.rules.model import Rule
from stadtkern.lib.forms.rules.places import Place
from stadtkern.lib.forms.rules.program import Act, Check, Program, Unit, program_of


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule the answers break: concrete paths of its targets and of the fields it looks at."""

    rule: Rule
    message: str
    targets: tuple[str, ...]
    operands: tuple[str, ...]


@dataclass(slots=True)
class Effects:
    """What the rules make of the answers. Paths are concrete; a repeatable target is named without its own index.

    `answers` = what counts: without all that is forbidden, with what is set. `opened` = optional groups that are there
    because something in them is required. `unseen` = set and not shown.
    """

    answers: Mapping[str, Any]
    census: Census
    hidden: set[str] = field(default_factory=set)
    required: set[str] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)
    values: dict[str, Value] = field(default_factory=dict)
    unseen: set[str] = field(default_factory=set)
    violations: list[Violation] = field(default_factory=list)
    controllers: frozenset[str] = frozenset()
    places: Mapping[str, Place] = field(default_factory=dict)


def evaluate(form: Form, answers: Mapping[str, Any], today: date | None = None) -> Effects | None:
    """Apply all rules of the form (always the whole form) to the answers; None where it has none. Never raises.

    A forbidden answer counts as not given for every other rule, in the order of their dependence. In a circle of rules
    the outcome that agrees with itself holds; where there is none, everything hidden on the way stays hidden and the
    circle sets no values. Forbid wins over require.
    """
    program = program_of(form)
    if program is None:
        return None
    facts = Facts(program, answers, today or date.today())
    _carry(program, facts)
    for units, turning in program.strata:
        if not turning:
            _settle(units[0], facts)
        else:
            _turn(units, facts)
    effects = _outcome(program, facts)
    for unit in program.late:
        _require(unit, facts, effects)
    for check in program.checks:
        _judge(check, facts, effects)
    return effects


def _carry(program: Program, facts: Facts) -> None:
    """Fixed values of fields a rule looks at count where their group is there."""
    for place in program.carried:
        element = place.element
        if not isinstance(element, Field) or element.default is None or element.kind is Kind.LABEL:
            continue
        for context in facts.contexts(place):
            if facts.exists(place, context, len(context) - 1):
                facts.carry(context[-1], element.default)


def _settle(unit: Unit, facts: Facts, *, sticky: bool = False) -> bool:
    """Decide about one target in all its instances; whether anything changed. `sticky`: hide more, set nothing."""
    changed = False
    for context in facts.contexts(unit.place):
        container = context[-1]
        if _is_forbidden(unit, facts, context):
            changed |= facts.hide(container)
        elif not sticky:
            changed |= facts.show(container)
        if unit.sets:
            changed |= _set(unit, facts, context, off=sticky)
    return changed


def _is_forbidden(unit: Unit, facts: Facts, context: Context) -> bool:
    for act in unit.forbids:
        if act.test(facts, context):
            return True
    if not unit.shows:
        return False
    return not any(act.test(facts, context) for act in (*unit.shows, *unit.requires))


def _set(unit: Unit, facts: Facts, context: Context, *, off: bool) -> bool:
    path = f"{context[-1]}[0]" if unit.place.repeats[-1] else context[-1]
    act = None if off else next((act for act in unit.sets if act.test(facts, context)), None)
    there = act is not None and facts.exists(unit.place, context, len(context) - 1)
    if act is None or act.value is None or not there or facts.is_hidden(context[:-1]):
        return facts.unset(path)
    if context[-1] in facts.hidden and not _same_rule(unit, act, facts, context):
        return facts.unset(path)
    value = act.value(facts, context)
    return facts.unset(path) if value is None else facts.put(path, value)


def _same_rule(unit: Unit, act: Act, facts: Facts, context: Context) -> bool:
    """Set and not to be shown by one and the same rule: the value counts unseen."""
    holding = [other for other in unit.forbids if other.test(facts, context)]
    return bool(holding) and all(other.rule is act.rule for other in holding)


def _turn(units: tuple[Unit, ...], facts: Facts) -> None:
    for _round in range(2 * len(units) + 4):
        if not _settle_all(units, facts):
            return
    for _round in range(len(facts.base) + len(units) * 4 + 4):  # only grows, so it ends
        if not _settle_all(units, facts, sticky=True):
            return


def _settle_all(units: tuple[Unit, ...], facts: Facts, *, sticky: bool = False) -> bool:
    changed = False
    for unit in units:
        changed |= _settle(unit, facts, sticky=sticky)
    return changed


def _outcome(program: Program, facts: Facts) -> Effects:
    gone = {path for path, times in facts.dead.items() if times > 0 and path not in facts.set}
    answers: Mapping[str, Any] = facts.answers
    if gone or facts.set:
        counted: Answers = {path: value for path, value in answers.items() if path not in gone}
        answers = counted | facts.set
    unseen = {path for path in facts.set if (path.rpartition("[")[0] if path.endswith("]") else path) in facts.hidden}
    census = facts.census
    for path in facts.set:
        census.present.add(path)
    hidden = {path for path in facts.hidden if path not in unseen and f"{path}[0]" not in unseen}
    controllers, places = program.controllers, program.places
    return Effects(answers, census, hidden, values=facts.set, unseen=unseen, controllers=controllers, places=places)


def _require(unit: Unit, facts: Facts, effects: Effects) -> None:
    place = unit.place
    for context in facts.contexts(place):
        if facts.is_hidden(context):
            continue
        holding = [act for act in unit.requires if act.test(facts, context)]
        if not holding:
            continue
        effects.required.add(context[-1])
        for act in holding:
            if facts.exists(place, context, act.level):
                _open(place, context, act.level, effects)


def _open(place: Place, context: Context, level: int, effects: Effects) -> None:
    for number in range(level, len(context) - 1):
        if place.chain[number].minimum == 0:
            path = context[number]
            effects.opened.add(path.rpartition("[")[0] if path.endswith("]") else path)


def _judge(check: Check, facts: Facts, effects: Effects) -> None:
    home = check.home
    if home is None:
        if check.act.test(facts, ()) is False:
            effects.violations.append(Violation(check.act.rule, check.act.clause.message, (), ()))
        return
    for context in facts.contexts(home):
        inner = [context]
        if check.inside:
            inner = [(*context[:-1], one) for one in facts.instances(home, len(context) - 1, context[-1])]
        for seen in inner:
            level = len(seen) if check.inside else check.act.level
            if facts.exists(home, seen, level) and check.act.test(facts, seen) is False:
                _tell(check, seen, facts, effects)


def _tell(check: Check, context: Context, facts: Facts, effects: Effects) -> None:
    targets = [_at(place, check, context) for place in check.targets]
    shown = tuple(spot[-1] for spot in targets if not facts.is_hidden(spot))
    if not shown and targets:
        return
    operands = tuple(spot[-1] for place in check.operands if not facts.is_hidden(spot := _at(place, check, context)))
    effects.violations.append(Violation(check.act.rule, check.act.clause.message, shown, operands))


def _at(place: Place, check: Check, context: Context) -> Context:
    """Where another element of the rule stands, as seen from the home; the first instance of what repeats elsewhere."""
    known = context if check.inside else context[:-1]
    found: list[str] = []
    same = True
    for level, key in enumerate(place.segments):
        same = same and level < len(known) and check.home is not None and check.home.segments[level] == key
        if same:
            found.append(known[level])
            continue
        path = f"{found[-1]}/{key}" if found else key
        last = level == len(place.segments) - 1
        found.append(f"{path}[0]" if place.repeats[level] and not last else path)
    return tuple(found)
