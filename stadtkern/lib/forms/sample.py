"""Believable answers to any form: for tests, for the check of an imported schema and for the demo."""

import re
from collections.abc import Mapping
from random import Random
from typing import Any

from stadtkern.lib.forms.census import plain
from stadtkern.lib.forms.check import Problem, problems, value_problem
from stadtkern.lib.forms.guess import value_of
from stadtkern.lib.forms.model import Answers, Element, Field, Form, Group, Kind, Step, Value, children_of
from stadtkern.lib.forms.rules.candidates import literals, neighbours
from stadtkern.lib.forms.rules.evaluate import Effects, Violation, evaluate
from stadtkern.lib.forms.shape import clean
from stadtkern.lib.forms.show import input_text
from stadtkern.lib.forms.walk import Walk, find, is_ticks

ROUNDS = 60  # of changing answers that the rules do not like
ATTEMPTS = 6  # fresh starts where the rules of a form do not come out


class NoSample(Exception):
    """A form no answers were found for; the message names the field."""


def valid_answers(form: Form | Step, seed: int = 0) -> Answers:
    """Answers to every question of the form, optional ones included, repetitions at least once; no problems remain.

    The same seed gives the same answers; other seeds take other branches of conditions and rules. NoSample names the field
    for which none were found: its pattern or limits cannot be met, or the rules around it contradict each other.
    """
    conditions = _conditions(form)
    left: list[Problem] = []
    for attempt in range(ATTEMPTS if isinstance(form, Form) and form.rules else 1):
        random = Random(seed if not attempt else f"{seed}/{attempt}")  # noqa: S311 - invented data, nothing secret
        answers: Answers = {}
        for child in children_of(form):
            _fill(child, "", answers, random, conditions)
        answers = clean(form, answers)
        if isinstance(form, Form) and form.rules:
            answers = reconciled(form, answers, random)
        left = problems(form, answers)
        if not left:
            return answers
    raise NoSample(f"{left[0].path}: {left[0].message}")


def reconciled(form: Form, answers: Answers, random: Random) -> Answers:
    """The answers changed, a few at a time, until the rules are content; after ROUNDS whatever they are then."""
    wishes = literals(form)
    for _round in range(ROUNDS):
        effects = evaluate(form, answers)
        left = problems(form, answers, effects=effects)
        if not left or effects is None:
            break
        answers = dict(answers)
        seen = {visit.path: visit.element for visit in Walk(form, answers, effects).visits()}
        broken = {path for each in effects.violations for path in (*each.targets, *each.operands)}
        for problem in left:
            if problem.path not in broken:
                _answer(form, problem.path, seen, answers, random)
        for violation in effects.violations:
            _give_way(form, violation, seen, wishes, answers, random)
        answers = clean(form, answers)
    return answers


def _answer(form: Form, path: str, seen: Mapping[str, Element], answers: Answers, random: Random) -> None:
    """Fill in what is missing at this place."""
    element = seen.get(path) or seen.get(f"{path}[0]") or find(form, path)
    if isinstance(element, Group):
        prefix = path if path.endswith("]") or element.maximum == 1 else f"{path}[0]"
        _fill_one(element, prefix, answers, random, {})
    elif element is not None:
        repeated = element.maximum != 1 and not path.endswith("]")
        answers[f"{path}[0]" if repeated else path] = value_of(element, random)


def _give_way(
    form: Form,
    broken: Violation,
    seen: Mapping[str, Element],
    wishes: Mapping[str, list[Value]],
    answers: Answers,
    random: Random,
) -> None:
    """Change one of the fields a broken rule speaks of: to what the rule names, to the others' values, to nothing."""
    path = random.choice(list(dict.fromkeys((*broken.operands, *broken.targets))) or [""])
    element = seen.get(path) or seen.get(f"{path}[0]") or (find(form, path) if path else None)
    if isinstance(element, Group):
        below = [at for at in answers if at == path or at.startswith((f"{path}/", f"{path}["))]
        for at in below:
            del answers[at]
        if not below:
            _answer(form, path, seen, answers, random)
    if not isinstance(element, Field) or element.locked or element.kind is Kind.LABEL:
        return
    if element.maximum != 1 and not path.endswith("]"):
        path = f"{path}[0]"
    others = [answers.get(other) for other in (*broken.operands, *broken.targets) if other != path]
    choices: list[Value] = [*wishes.get(plain(path), ()), *neighbours(element, others), value_of(element, random)]
    choices = [value for value in choices if value is not None and not value_problem(element, value)]
    if not element.minimum or not choices:
        choices.append(None)
    answers[path] = random.choice(choices)


def posted(step: Step, answers: Mapping[str, Any], effects: Effects | None = None) -> dict[str, list[str]]:
    """What a browser posts when these answers stand on the page: names of inputs to texts; files are not part of it.

    `effects` = what the rules of the whole form say of the answers.
    """
    data: dict[str, list[str]] = {}
    for visit in Walk(step, answers, effects).visits():
        element, path = visit.element, visit.path
        value = answers.get(path)
        if isinstance(element, Group):
            if element.choice or visit.index is not None or element.minimum == 0:
                data[path] = [str(value) if element.choice else "1"]
        elif is_ticks(element):
            data.setdefault(path.rpartition("[")[0], [""]).append(str(value))
        elif isinstance(value, bool):
            data[path] = ["", "true" if value else "false"]
        elif not (element.locked or element.hidden or element.kind in (Kind.LABEL, Kind.FILE)):
            data[path] = [input_text(element, value)]
    return data


def _conditions(part: Form | Step) -> dict[str, list[Value]]:
    """Values that other elements wait for, by the key of the field; those that rules name, by "/" and its path."""
    named = literals(part) if isinstance(part, Form) else {}
    found = {f"/{path}": values for path, values in named.items()}

    def look(children: tuple[Element, ...]) -> None:
        for child in children:
            for key, value in (child.when or {}).items():
                found.setdefault(re.sub(r"\[\d+\]", "", key).rpartition("/")[2], []).append(value)
            if isinstance(child, Group):
                look(child.children)

    look(children_of(part))
    return found


def _fill(element: Element, prefix: str, answers: Answers, random: Random, conditions: Mapping[str, list[Value]]) -> None:
    path = f"{prefix}{element.key}"
    if element.maximum == 1:
        _fill_one(element, path, answers, random, conditions)
        return
    wanted = max(element.minimum, 1)
    if element.maximum is None or element.maximum > wanted:
        wanted += random.randint(0, 1)
    if isinstance(element, Field) and is_ticks(element):
        codes = [option.code for option in element.options]
        for index, code in enumerate(random.sample(codes, min(wanted, len(codes)))):
            answers[f"{path}[{index}]"] = code
        return
    for index in range(wanted):
        _fill_one(element, f"{path}[{index}]", answers, random, conditions)


def _fill_one(element: Element, path: str, answers: Answers, random: Random, conditions: Mapping[str, list[Value]]) -> None:
    if isinstance(element, Group):
        children = element.children
        if element.choice:
            children = (random.choice(children),)
            answers[path] = children[0].key
        for child in children:
            _fill(child, f"{path}/", answers, random, conditions)
        return
    if element.kind is Kind.LABEL or element.locked or element.hidden:
        return
    awaited, named = conditions.get(element.key, []), conditions.get(f"/{plain(path)}", [])
    value: Value = random.choice(awaited) if awaited and random.random() < 0.8 else None
    if value is None and named and random.random() < 0.5:
        value = random.choice(named)
    if value is None or value_problem(element, value):
        value = value_of(element, random)
    if value is None and element.minimum:
        raise NoSample(f"{path}: keine passende Angabe gefunden für „{element.label}“")
    answers[path] = value
