"""Cutting a long form into pages: one topic a page, rarely more than eight questions."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from stadtkern.lib.forms.model import Element, Field, Group, Kind, Step

MOST_QUESTIONS = 8
LOOSE = "Allgemeine Angaben"


def steps_of(elements: Sequence[Element]) -> tuple[Step, ...]:
    """One step per top-level group; neighbouring loose fields share one; large groups are cut along their subgroups."""
    steps: list[Step] = []
    for part in _parts(elements):
        steps.extend(_steps(part))
    return tuple(_with_keys(steps))


def questions(element: Element) -> int:
    """How many questions an element asks before anything is added."""
    if isinstance(element, Field):
        return 0 if element.kind is Kind.LABEL or element.locked or element.hidden else 1
    return element.minimum * sum(questions(child) for child in element.children)


def _parts(elements: Sequence[Element]) -> Iterator[tuple[Element, ...]]:
    loose: list[Element] = []
    for element in elements:
        if isinstance(element, Field):
            loose.append(element)
            continue
        if loose:
            yield tuple(loose)
            loose = []
        yield (element,)
    if loose:
        yield tuple(loose)


def _steps(part: tuple[Element, ...]) -> Iterator[Step]:
    first = part[0]
    if isinstance(first, Group):
        for title, group in _cut(first, ()):
            yield Step(group.key, title, (group,))
    else:
        title = first.label if len([each for each in part if questions(each)]) < 2 else LOOSE
        yield Step(first.key, title, part)


def _cut(group: Group, above: tuple[str, ...]) -> Iterator[tuple[str, Group]]:
    """The group, or several groups with the same key that share its children; titles name the way down."""
    names = (*above, group.label)
    if questions(group) <= MOST_QUESTIONS or group.maximum != 1 or group.minimum == 0 or group.choice:
        yield ": ".join(dict.fromkeys(names)), group
        return
    for bundle in _bundles(group.children):
        only = bundle[0]
        if len(bundle) == 1 and isinstance(only, Group):
            for title, piece in _cut(only, names):
                yield title, replace(group, children=(piece,))
        else:
            yield ": ".join(dict.fromkeys(names)), replace(group, children=bundle)


def _bundles(children: Sequence[Element]) -> Iterator[tuple[Element, ...]]:
    bundle: list[Element] = []
    for child in children:
        large = isinstance(child, Group) and questions(child) > MOST_QUESTIONS
        full = isinstance(child, Group) and sum(map(questions, bundle)) + questions(child) > MOST_QUESTIONS
        if bundle and (large or full):
            yield tuple(bundle)
            bundle = []
        bundle.append(child)
        if large:
            yield tuple(bundle)
            bundle = []
    if bundle:
        yield tuple(bundle)


def _with_keys(steps: Sequence[Step]) -> Iterator[Step]:
    keys: dict[str, int] = {}
    titles: dict[str, int] = {}
    for step in steps:
        keys[step.key] = number = keys.get(step.key, 0) + 1
        titles[step.title] = part = titles.get(step.title, 0) + 1
        yield replace(
            step,
            key=step.key if number == 1 else f"{step.key}-{number}",
            title=step.title if part == 1 else f"{step.title} ({part})",
        )
