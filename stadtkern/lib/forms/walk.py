"""Walking a form along its answers: which groups exist how often, and which conditions hold."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from stadtkern.lib.forms.model import MOST_REPEATS, Element, Field, Form, Group, Kind, Step, children_of

TICKS = 15  # a repeatable choice with at most so many options is a list of ticks, otherwise a select that repeats
Scopes = tuple[tuple[str, tuple[Element, ...]], ...]
_INDEX = re.compile(r"\[([0-9]{1,9})\]")
_STEP_MARK = re.compile(r"[/\[]")
_LONGEST = 1_000  # characters of a path; no form is that deep
_NESTED = 12  # conditions on conditions: deeper is a circle


def is_ticks(field: Field) -> bool:
    """Whether several options of this field are ticked in one list."""
    return field.kind is Kind.CHOICE and field.maximum != 1 and len(field.options) <= TICKS


class Census:
    """One pass over paths: which instances stand below each repeatable element, and which groups are there at all."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.indexes: dict[str, set[int]] = {}
        self.present: set[str] = set()
        for path in paths:
            self._count(path)

    def _count(self, path: str) -> None:
        if len(path) > _LONGEST:
            return
        self.present.add(path)
        for mark in _STEP_MARK.finditer(path):
            head = path[: mark.start()]
            self.present.add(head)
            if mark.group() == "[":
                found = _INDEX.match(path, mark.start())
                if found:
                    self.indexes.setdefault(head, set()).add(int(found.group(1)))


@dataclass(frozen=True, slots=True)
class Visit:
    """One element met on the walk; a repeatable element is met once per instance."""

    element: Element
    path: str
    index: int | None
    scopes: Scopes


class Walk:
    """A form or step together with answers."""

    def __init__(self, root: Form | Step, answers: Mapping[str, Any]) -> None:
        self.children = children_of(root)
        self.answers = answers
        self.census = Census(answers)
        self.filled: set[str] = set()
        self.loose: dict[str, list[tuple[str, Any]]] = {}
        for path, value in answers.items():
            if value is None or value == "" or len(path) > _LONGEST:
                continue
            for mark in _STEP_MARK.finditer(path):
                self.filled.add(path[: mark.start()])
            if "[" in path:
                self.loose.setdefault(_INDEX.sub("", path), []).append((path, value))

    def visits(self) -> Iterator[Visit]:
        """Every visible element instance, parents before children, in the order of the form."""
        yield from self._visits(self.children, "", (("", self.children),))

    def _visits(self, children: tuple[Element, ...], prefix: str, scopes: Scopes) -> Iterator[Visit]:
        for child in children:
            if child.when and not self.shown(child, scopes):
                continue
            for index, path in self.instances(child, prefix):
                yield Visit(child, path, index, scopes)
                if isinstance(child, Group):
                    below = f"{path}/"
                    yield from self._visits(self.open_children(child, path), below, (*scopes, (below, child.children)))

    def instances(self, element: Element, prefix: str) -> list[tuple[int | None, str]]:
        """Index and path of each instance there is; an optional group that was not added has none."""
        path = f"{prefix}{element.key}"
        if element.maximum == 1:
            there = element.minimum > 0 or isinstance(element, Field) or path in self.census.present
            return [(None, path)] if there else []
        wanted = set(range(min(element.minimum, MOST_REPEATS))) | self.census.indexes.get(path, set())
        return [(index, f"{path}[{index}]") for index in sorted(wanted)[:MOST_REPEATS]]

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
        children, prefix = self.children, ""
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
