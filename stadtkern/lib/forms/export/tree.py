"""The form as one tree whatever its pages are, the names of its properties, and what may be hidden."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum

from stadtkern.lib.forms.model import Element, Field, Form, Group, Kind, children_of
from stadtkern.lib.forms.rules.model import Effect, Rule, State

_ID = re.compile(r"([A-Z]\d{8,12})(_\d+)?")
_SHORT = re.compile(r"^([A-Z]\d{2})(\d{6})$")  # two digits of the editor and six; XDatenfelder 3 has five and six


class Keys(StrEnum):
    """How properties are named: by the id of the building block, or by id and version (F60000000243V1.2.0)."""

    ID = "id"
    VERSIONED = "versioned"


def whole(form: Form) -> tuple[Element, ...]:
    """The elements of all pages; a group that was cut into several pages is one again."""
    return _merged(children_of(form))


def _merged(children: Iterable[Element]) -> tuple[Element, ...]:
    found: dict[str, Element] = {}
    for child in children:
        known = found.get(child.key)
        if isinstance(known, Group) and isinstance(child, Group):
            found[child.key] = replace(known, children=(*known.children, *child.children))
        else:
            found.setdefault(child.key, child)
    return tuple(replace(one, children=_merged(one.children)) if isinstance(one, Group) else one for one in found.values())


def name_of(element: Element, keys: Keys) -> str:
    """The name of the property; an element that is no building block of FIM has its key in both styles.

    The same block twice in one place keeps its number: "F60000000243_2", "F60000000243V1.2.0_2". Ids of XDatenfelder 2
    stay as short as they are there: "F60000243V1.2".
    """
    block, mark, version = element.fim.partition("V")
    found = _ID.fullmatch(element.key)
    if keys is Keys.ID or not mark or found is None or block not in (found[1], _SHORT.sub(r"\g<1>000\g<2>", found[1])):
        return element.key
    return f"{found[1]}V{version}{found[2] or ''}"


def asks(field: Field) -> bool:
    """Whether a complete application has an answer here: locked fields only where the form brings their value."""
    if field.kind is Kind.LABEL:
        return False
    return not (field.locked or field.hidden) or field.default not in (None, "")


def hideable(form: Form) -> frozenset[str]:
    """Paths without indexes of what a condition or a rule may hide: it may be missing although its minimum is one."""
    return frozenset(_by_condition(whole(form), "")) | frozenset(_by_rule(form.rules))


def _by_condition(children: Iterable[Element], prefix: str) -> Iterator[str]:
    for child in children:
        if child.when:
            yield f"{prefix}{child.key}"
        if isinstance(child, Group):
            yield from _by_condition(child.children, f"{prefix}{child.key}/")


def _by_rule(rules: Iterable[Rule]) -> Iterator[str]:
    for rule in rules:
        if rule.state in (State.COMPILED, State.CONFIRMED):
            for clause in rule.clauses:
                if clause.effect in (Effect.FORBID, Effect.SHOW) or clause.otherwise:
                    yield from clause.targets


def certain(group: Group, path: str, hidden: frozenset[str]) -> bool:
    """Whether something in the group is asked under all circumstances; `path` is its own, without indexes."""
    for child in group.children:
        place = f"{path}/{child.key}"
        if place not in hidden and (certain(child, place, hidden) if isinstance(child, Group) else asks(child)):
            return True
    return False
