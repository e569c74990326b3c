"""Walking a form along its answers: which groups exist how often, and which conditions hold."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from stadtkern.lib.forms.census import INDEX as _INDEX
from stadtkern.lib.forms.census import LONGEST as _LONGEST
from stadtkern.lib.forms.census import Census
from stadtkern.lib.forms.model import MOST_REPEATS, Element, Field, Form, Group, Kind, Step, children_of
from stadtkern.lib.forms.rules.evaluate import Effects, evaluate

__all__ = ["TICKS", "Census", "Effects", "Scopes", "Visit", "Walk", "evaluate", "find", "is_ticks", "required"]

TICKS = 15  # a repeatable choice with at most so many options is a list of ticks, otherwise a select that repeats
Scopes = tuple[tuple[str, tuple[Element, ...]], ...]
_STEP_MARK = re.compile(r"[/\[]")
_NESTED = 12  # conditions on conditions: deeper is a circle


def is_ticks(field: Field) -> bool:
    """Whether several options of this field are ticked in one list."""
    return field.kind is Kind.CHOICE and field.maximum != 1 and len(field.options) <= TICKS


@dataclass(frozen=True, slots=True)
class Visit:
    """One element met on the walk; a repeatable element is met once per instance."""

    element: Element
    path: str
    index: int | None
    scopes: Scopes


class Walk:
    """A form or step together with answers, and with the rules of the form: see `effects`."""

    def __init__(self, root: Form | Step, answers: Mapping[str, Any], effects: Effects | None = None) -> None:
        """`effects` = what `evaluate` says of these answers; a whole form evaluates its rules itself where none are given.

        A step alone does not know the rules: give it the effects of its form.
        """
        if effects is None and isinstance(root, Form) and root.rules:
            effects = evaluate(root, answers)
        self.children = self.all = children_of(root)
        self.effects = effects
        self.answers = effects.answers if effects else answers

    @cached_property
    def census(self) -> Census:
        """The instances there are."""
        return self.effects.census if self.effects else Census(self.answers)

    @cached_property
    def filled(self) -> set[str]:
        """Every path with an answer below it."""
        found: set[str] = set()
        for path, value in self.answers.items():
            if value is None or value == "" or len(path) > _LONGEST:
                continue
            if "[" not in path:
                head = path.rpartition("/")[0]
                while head and head not in found:
                    found.add(head)
                    head = head.rpartition("/")[0]
                continue
            for mark in _STEP_MARK.finditer(path):
                found.add(path[: mark.start()])
        return found

    @cached_property
    def loose(self) -> dict[str, list[tuple[str, Any]]]:
        """Answers in repetitions by their path without indexes."""
        found: dict[str, list[tuple[str, Any]]] = {}
        for path, value in self.answers.items():
            if "[" in path and not (value is None or value == "" or len(path) > _LONGEST):
                found.setdefault(_INDEX.sub("", path), []).append((path, value))
        return found

    def on(self, step: Step) -> "Walk":
        """The same answers on one step of the form."""
        other = Walk(step, self.answers, self.effects)
        other.all = self.all
        for known in ("census", "filled", "loose"):  # read once for all steps
            if known in self.__dict__:
                other.__dict__[known] = self.__dict__[known]
        return other

    def visits(self) -> Iterator[Visit]:
        """Every visible element instance, parents before children, in the order of the form."""
        yield from self._visits(self.children, "", (("", self.children),))

    def _visits(self, children: tuple[Element, ...], prefix: str, scopes: Scopes) -> Iterator[Visit]:
        for child in children:
            element = self.seen(child, prefix, scopes)
            if element is None:
                continue
            for index, path in self.instances(element, prefix):
                yield Visit(element, path, index, scopes)
                if isinstance(element, Group):
                    below = f"{path}/"
                    yield from self._visits(self.open_children(element, path), below, (*scopes, (below, element.children)))

    def seen(self, element: Element, prefix: str, scopes: Scopes) -> Element | None:
        """The element as it is asked here: required or fixed by a rule; None where a rule or its condition hides it."""
        if element.when and not self.shown(element, scopes):
            return None
        effects = self.effects
        if effects is None:
            return element
        path = f"{prefix}{element.key}"
        if path in effects.hidden:
            return None
        if path in effects.required:
            element = required(element)
        if effects.values and isinstance(element, Field):
            place = path if element.maximum == 1 else f"{path}[0]"
            if place in effects.values:
                unseen = place in effects.unseen
                return replace(element, locked=True, default=effects.values[place], hidden=unseen, minimum=1)
        return element

    def instances(self, element: Element, prefix: str) -> list[tuple[int | None, str]]:
        """Index and path of each instance there is; an optional group that was not added has none."""
        path = f"{prefix}{element.key}"
        opened = self.effects is not None and path in self.effects.opened
        if element.maximum == 1:
            there = element.minimum > 0 or opened or isinstance(element, Field) or path in self.census.present
            return [(None, path)] if there else []
        if self.effects and f"{path}[0]" in self.effects.values:
            return [(0, f"{path}[0]")]
        least = max(element.minimum, 1 if opened else 0)
        wanted = set(range(min(least, MOST_REPEATS))) | self.census.indexes.get(path, set())
        return [(index, f"{path}[{index}]") for index in sorted(wanted)[:MOST_REPEATS]]

    def asks(self) -> bool:
        """Whether anything is to be seen here: a question, a text, a list or group that can be added."""
        return self._asks(self.children, "", (("", self.children),))

    def _asks(self, children: tuple[Element, ...], prefix: str, scopes: Scopes) -> bool:
        for child in children:
            element = self.seen(child, prefix, scopes)
            if element is None:
                continue
            if isinstance(element, Field):
                if not element.hidden:
                    return True
                continue
            places = self.instances(element, prefix)
            if not places or element.choice:
                return True
            for _index, path in places:
                if self._asks(element.children, f"{path}/", (*scopes, (f"{path}/", element.children))):
                    return True
        return False

    def chosen(self, group: Group, path: str) -> str | None:
        """The key of the child that is filled in, in a choice group."""
        said = self.answers.get(path)
        keys = [child.key for child in group.children]
        if isinstance(said, str) and said in keys:
            return said
        return next((key for key in keys if self.has_content(f"{path}/{key}")), None)

    def open_children(self, group: Group, path: str) -> tuple[Element, ...]:
        """The children that are asked: all, or the chosen one of a choice group."""
        if not group.choice:
            return group.children
        key = self.chosen(group, path)
        return tuple(required(child) for child in group.children if child.key == key)

    def has_content(self, path: str) -> bool:
        """Whether anything was answered at or below this path."""
        return path in self.filled or self.answers.get(path) not in (None, "")

    def shown(self, element: Element, scopes: Scopes, depth: int = 0) -> bool:
        """Whether all conditions of the element hold; what is hidden itself counts as not answered."""
        if not element.when:
            return True
        return depth < _NESTED and all(self._holds(key, value, scopes, depth) for key, value in element.when.items())

    def _holds(self, key: str, wanted: object, scopes: Scopes, depth: int) -> bool:
        first = _STEP_MARK.split(key, maxsplit=1)[0]
        prefix = next((prefix for prefix, around in reversed(scopes) if any(c.key == first for c in around)), "")
        path = f"{prefix}{key}"
        if path in self.answers:
            return _same(self.answers[path], wanted) and self._live(path, depth)
        if path not in self.loose and "[" not in path:
            return False
        candidates = self.loose.get(_INDEX.sub("", path), ())
        return any(p.startswith(prefix) and _same(value, wanted) and self._live(p, depth) for p, value in candidates)

    def _live(self, path: str, depth: int) -> bool:
        children, prefix = self.all, ""
        scopes: Scopes = (("", children),)
        for segment in path.split("/"):
            key = segment.partition("[")[0]
            element = next((child for child in children if child.key == key), None)
            if element is None:
                return True  # belongs to another step: its own page decides
            if not self.shown(element, scopes, depth + 1):
                return False
            if isinstance(element, Group):
                prefix = f"{prefix}{segment}/"
                children = element.children
                scopes = (*scopes, (prefix, children))
        return True


def required(element: Element) -> Element:
    """The element as it stands inside a choice: the chosen one is not optional."""
    if element.minimum > 0:
        return element
    return replace(element, minimum=1)


def _same(value: object, wanted: object) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    return value == wanted or (isinstance(value, int) and isinstance(wanted, str) and str(value) == wanted)


def find(root: Form | Step, path: str) -> Element | None:
    """The element at a concrete path ("dogs[1]/name"), None when there is no such place; indexes are checked."""
    if len(path) > _LONGEST:
        return None
    children = children_of(root)
    element: Element | None = None
    for segment in path.split("/"):
        if isinstance(element, Field):
            return None
        key, bracket, rest = segment.partition("[")
        same = [child for child in children if child.key == key]
        if not same:
            return None
        element = same[0]
        if bracket and not _allowed(element, f"[{rest}"):
            return None
        children = tuple(below for group in same if isinstance(group, Group) for below in group.children)
    return element


def _allowed(element: Element, index: str) -> bool:
    found = _INDEX.fullmatch(index)
    return bool(found) and element.maximum != 1 and int(found.group(1) if found else 0) < MOST_REPEATS
