"""What is wrong with the rules of a form themselves, for staff: contradictions, circles, elements that are not there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice, product

from stadtkern.lib.forms.model import Field, Form, Kind, Value
from stadtkern.lib.forms.rules.candidates import literals
from stadtkern.lib.forms.rules.facts import Facts
from stadtkern.lib.forms.rules.places import Place
from stadtkern.lib.forms.rules.program import Act, Program, Unit, program_of

TRIED = 300  # combinations of answers per pair of rules
OTHER = "andere Angabe"


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind` = unknown (an element or word the form does not have), conflict or circle; `rules` = keys; German text."""

    kind: str
    rules: tuple[str, ...]
    text: str


def faults(form: Form) -> list[Fault]:
    """Everything a person should look at; empty where the rules go together. Evaluation copes with all of it."""
    program = program_of(form)
    if program is None:
        return []
    found = [Fault("unknown", (key,), text) for key, text in dict.fromkeys(program.faults)]
    for units, turning in program.strata:
        if turning:
            names = ", ".join(f"„{unit.place.element.label}“" for unit in sorted(units, key=lambda unit: unit.place.number))
            text = f"Diese Regeln hängen im Kreis voneinander ab: {names}. Schließen sich zwei Angaben aus, gilt die erste."
            found.append(Fault("circle", _keys(units), text))
    wishes = literals(form)
    for unit in program.units.values():
        found.extend(_conflicts(program, unit, wishes))
    return list(dict.fromkeys(found))


def _keys(units: tuple[Unit, ...]) -> tuple[str, ...]:
    acts = (act for unit in units for act in (*unit.forbids, *unit.shows, *unit.sets))
    return tuple(dict.fromkeys(act.rule.key for act in acts))


def _conflicts(program: Program, unit: Unit, wishes: dict[str, list[Value]]) -> Iterator[Fault]:
    """Required and forbidden at once: tried out with the values the two rules name."""
    for need in unit.requires:
        for ban in unit.forbids:
            if need.rule.key == ban.rule.key and need.clause is ban.clause:
                continue
            if (answers := _meeting(program, unit, (need, ban), wishes)) is not None:
                when = "; ".join(f"{program.places[path].element.label}: {_said(value)}" for path, value in answers.items())
                label, case = unit.place.element.label, when or "nichts ausgefüllt ist"
                text = f"„{label}“ ist zugleich Pflicht und verboten, wenn {case}."
                yield Fault("conflict", tuple(dict.fromkeys((need.rule.key, ban.rule.key))), f"{text} Dann gilt das Verbot.")


def _said(value: Value) -> str:
    return "leer" if value is None else "ja" if value is True else "nein" if value is False else str(value)


def _meeting(program: Program, unit: Unit, acts: tuple[Act, Act], wishes: dict[str, list[Value]]) -> dict[str, Value] | None:
    """Answers under which both rules hold, None where none were found."""
    names = list(dict.fromkeys(name for act in acts for name in act.names))
    fields = [name for name in names if isinstance(program.places[name].element, Field)]
    choices = [_values(program.places[name], wishes.get(name, [])) for name in fields]
    for values in islice(product(*choices), TRIED):
        said = dict(zip(fields, values, strict=True))
        given = {_spot(program.places[name]): value for name, value in said.items() if value is not None}
        facts = Facts(program, given, date.today())
        for context in facts.contexts(unit.place):
            if all(act.test(facts, context) for act in acts):
                return said
    return None


def _values(place: Place, named: list[Value]) -> list[Value]:
    if isinstance(place.element, Field) and place.element.kind is Kind.YES_NO:
        return [None, True, False]
    return [None, *dict.fromkeys(named[:12]), OTHER]


def _spot(place: Place) -> str:
    return "/".join(f"{key}[0]" if several else key for key, several in zip(place.segments, place.repeats, strict=True))
