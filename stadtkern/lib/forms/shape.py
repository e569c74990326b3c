"""The shape of answers: cleaned for keeping, placed for a page; repeating and summing up stand beside and are had here, too."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from stadtkern.lib.forms.census import plain
from stadtkern.lib.forms.check import Problem
from stadtkern.lib.forms.model import MOST_SHOWN, Answers, Element, Field, Form, Group, Kind, Step, Value
from stadtkern.lib.forms.repeat import add, remove
from stadtkern.lib.forms.rules.evaluate import Effects, evaluate
from stadtkern.lib.forms.show import input_text
from stadtkern.lib.forms.summary import Row, Section, summary
from stadtkern.lib.forms.text import REFUSED, storable
from stadtkern.lib.forms.walk import Scopes, Walk, find, is_ticks

__all__ = ["Placed", "Row", "Section", "add", "clean", "find", "html_id", "placed", "remove", "summary"]


@dataclass(frozen=True, slots=True)
class Placed:
    """One element on a page.

    A repeatable element is one Placed without index whose children are its instances (with index); an optional group that
    was not added has no children. `value` as answered, `raw` as it stands in the input (of a file: its name).
    """

    element: Element
    path: str
    html_id: str
    value: Any = None
    raw: str = ""
    problem: Problem | None = None
    source: str = ""
    children: tuple["Placed", ...] = ()
    index: int | None = None
    can_add: bool = False
    can_remove: bool = False
    controls: bool = False  # other fields appear or vanish with this answer
    bare: bool = False  # the group says what the page says already: no legend of its own

    @property
    def repeats(self) -> bool:
        """Whether the children are instances of this very element."""
        return self.element.maximum != 1 and self.index is None


def html_id(path: str) -> str:
    """The id of the input of a path, for links and labels."""
    return "f-" + re.sub(r"[^A-Za-z0-9_]+", "-", path).strip("-")


def clean(form: Form | Step, answers: Mapping[str, Any], today: date | None = None) -> Answers:
    """Only what was asked, is visible and was answered; what is locked or set by a rule set; repetitions without gaps.

    Nothing a rule forbids is left. Idempotent. A step alone does not know the rules: clean the form.
    """
    now: Answers = dict(answers)
    for _ in range(100):  # an answer that vanishes can make others vanish; only a rule that sets a value makes one appear
        after = _kept(form, now, today)
        if after == now:
            break
        now = after
    return now


def _kept(form: Form | Step, given: Mapping[str, Any], today: date | None) -> Answers:
    walk = Walk(form, given, evaluate(form, given, today) if isinstance(form, Form) else None)
    answers = walk.answers
    kept: Answers = {}
    names: dict[str, str] = {"": ""}
    places: dict[str, int] = {}
    for visit in walk.visits():
        head, slash, _last = visit.path.rpartition("/")
        element = visit.element
        if head not in names or (visit.index is not None and not _has_value(walk, element, visit.path)):
            continue
        target = f"{names[head]}{slash}{element.key}"
        if visit.index is not None:
            place = places.get(target, 0)
            places[target] = place + 1
            target = f"{target}[{place}]"
        if isinstance(element, Group):
            if element.minimum == 0 and not walk.has_content(visit.path):
                continue
            names[visit.path] = target
            chosen = walk.chosen(element, visit.path) if element.choice else None
            if chosen:
                kept[target] = chosen
        elif element.kind is not Kind.LABEL:
            value = element.default if element.locked or element.hidden else answers.get(visit.path)
            if _is_value(value):
                kept[target] = _kept_value(value)
    return kept


def _has_value(walk: Walk, element: Element, path: str) -> bool:
    return path in walk.filled if isinstance(element, Group) else _is_value(walk.answers.get(path))


def _is_value(value: object) -> bool:
    return value is not None and value != "" and isinstance(value, str | int | float | bool)


def _kept_value(value: Any) -> Value:
    """A value that JSON and PostgreSQL can hold; what a program sent out of range is refused by the check."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, float):
        return (int(value) if value.is_integer() else repr(value)) if abs(value) < 10**15 else REFUSED
    return value if isinstance(value, bool) or abs(value) < 10**18 else REFUSED


def placed(
    step: Step,
    answers: Mapping[str, Any],
    problems: Iterable[Problem] = (),
    sources: Mapping[str, str] | None = None,
    files: Mapping[str, str] | None = None,
    effects: Effects | None = None,
) -> list[Placed]:
    """The tree of a page. `sources` = path to "aus dem Melderegister, 22.11.2026"; `files` = upload key to file name.

    `effects` = what the rules of the whole form say of the answers.
    """
    return _Placer(Walk(step, answers, effects), problems, sources or {}, files or {}, controllers(step)).all(step)


class _Placer:
    def __init__(
        self,
        walk: Walk,
        problems: Iterable[Problem],
        sources: Mapping[str, str],
        files: Mapping[str, str],
        keys: frozenset[str],
    ) -> None:
        self.walk = walk
        self.keys = keys
        self.ruling = walk.effects.controllers if walk.effects else frozenset()
        self.problems: dict[str, Problem] = {}
        for problem in problems:
            self.problems.setdefault(problem.path, problem)
        self.sources = sources
        self.files = files

    def all(self, step: Step) -> list[Placed]:
        return _without_echo(self._children(step.children, "", (("", step.children),)), step.title)

    def _children(self, children: tuple[Element, ...], prefix: str, scopes: Scopes) -> list[Placed]:
        found = []
        for asked in children:
            child = self.walk.seen(asked, prefix, scopes)
            if child is None or (isinstance(child, Field) and child.hidden):
                continue
            instances = self.walk.instances(child, prefix)
            path = f"{prefix}{child.key}"
            if child.maximum == 1:
                found.append(self._single(child, path, bool(instances), scopes))
            else:
                found.append(self._repeated(child, path, instances, scopes))
        return found

    def _single(self, child: Element, path: str, there: bool, scopes: Scopes) -> Placed:
        if not there:
            return Placed(child, path, html_id(path), problem=self.problems.get(path), can_add=True)
        opened = self.walk.effects is not None and path in self.walk.effects.opened
        return self._one(child, path, None, scopes, can_remove=isinstance(child, Group) and child.minimum == 0 and not opened)

    def _repeated(self, child: Element, path: str, instances: list[tuple[int | None, str]], scopes: Scopes) -> Placed:
        if isinstance(child, Field):
            if is_ticks(child):
                value = tuple(self.walk.answers.get(place) for _, place in instances)
                problem = self.problems.get(path) or next(
                    (p for _, place in instances if (p := self.problems.get(place))), None
                )
                return Placed(child, path, html_id(path), value, problem=problem, controls=self._controls(child, path))
            instances = instances or [(0, f"{path}[0]")]
        shown = instances[:MOST_SHOWN]
        spare = len(shown) > max(child.minimum, 1 if isinstance(child, Field) else 0)
        below = tuple(self._one(child, place, index, scopes, can_remove=spare) for index, place in shown)
        most = MOST_SHOWN if child.maximum is None else min(child.maximum, MOST_SHOWN)
        return Placed(
            child, path, html_id(path), problem=self.problems.get(path), children=below, can_add=len(instances) < most
        )

    def _one(self, element: Element, path: str, index: int | None, scopes: Scopes, *, can_remove: bool) -> Placed:
        problem = self.problems.get(path)
        value = self.walk.answers.get(path)
        if isinstance(element, Group):
            prefix = f"{path}/"
            below = self._children(self.walk.open_children(element, path), prefix, (*scopes, (prefix, element.children)))
            if element.choice:
                value = self.walk.chosen(element, path)
            return Placed(
                element, path, html_id(path), value, problem=problem, children=tuple(below), index=index, can_remove=can_remove
            )
        if element.locked or (value is None and path not in self.walk.answers):
            value = element.default
        raw = input_text(element, value)
        if element.kind is Kind.FILE:
            raw = self.files.get(raw, "")
        source = self.sources.get(path, "") if value not in (None, "") else ""
        controls = self._controls(element, path)
        return Placed(element, path, html_id(path), value, raw, problem, source, (), index, False, can_remove, controls)

    def _controls(self, element: Element, path: str) -> bool:
        return element.key in self.keys or plain(path) in self.ruling


def _without_echo(found: list[Placed], title: str) -> list[Placed]:
    """A group alone on a page whose title names it needs no legend; nor does one alone in that group."""
    only = found[0] if len(found) == 1 else None
    group = only.element if only else None
    if only is None or not isinstance(group, Group) or group.label not in title or group.help or group.choice:
        return found
    if only.repeats or only.can_remove or only.can_add:
        return found
    return [replace(only, bare=True, children=tuple(_without_echo(list(only.children), title)))]


def controllers(step: Step) -> frozenset[str]:
    """Keys of fields that others of this step depend on."""
    found: set[str] = set()

    def look(children: tuple[Element, ...]) -> None:
        for child in children:
            found.update(re.sub(r"\[\d+\]", "", key).rpartition("/")[2] for key in child.when or ())
            if isinstance(child, Group):
                look(child.children)

    look(step.children)
    return frozenset(found)
