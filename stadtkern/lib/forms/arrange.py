"""Pages put together and cut apart again: the elements keep their paths, only the pages change."""

from collections.abc import Sequence
from dataclasses import replace

from stadtkern.lib.forms.model import Element, Group, Step


def joined(elements: Sequence[Element]) -> tuple[Element, ...]:
    """Pieces of the same group (large groups are spread over pages) become one group again."""
    found: dict[str, Element] = {}
    for element in elements:
        known = found.get(element.key)
        if isinstance(known, Group) and isinstance(element, Group):
            element = replace(known, children=joined((*known.children, *element.children)))
        found[element.key] = element
    return tuple(found.values())


def cut(step: Step, before: Sequence[str]) -> list[Step]:
    """The step as several: a new page begins before each of these paths.

    Only once-only, required groups can be cut apart; a path inside a repetition, an optional group or a choice begins
    its page with the whole of it. The new pages have the key of the step and of their first element: "G1-F5".
    """
    pages: list[list[Element]] = [[]]
    for element in step.children:
        pieces = _pieces(element, element.key, set(before))
        for number, piece in enumerate(pieces):
            begins = number > 0 or (_starts(element.key, element, before) and pages[-1])
            if begins:
                pages.append([])
            pages[-1].append(piece)
    return [_page(step, tuple(page), number) for number, page in enumerate(pages)]


def can_cut(group: Group) -> bool:
    """Whether the children of this group may stand on different pages."""
    return group.maximum == 1 and group.minimum > 0 and not group.choice and not group.when


def _starts(path: str, element: Element, before: Sequence[str]) -> bool:
    if path in before:
        return True
    whole = isinstance(element, Group) and not can_cut(element)
    return whole and any(one.startswith(f"{path}/") for one in before)


def _pieces(element: Element, path: str, before: set[str]) -> list[Element]:
    if not isinstance(element, Group) or not can_cut(element):
        return [element]
    pages: list[list[Element]] = [[]]
    for child in element.children:
        below = f"{path}/{child.key}"
        for number, piece in enumerate(_pieces(child, below, before)):
            if (number > 0 or _starts(below, child, tuple(before))) and pages[-1]:
                pages.append([])
            pages[-1].append(piece)
    return [replace(element, children=tuple(page)) for page in pages]


def _page(step: Step, children: tuple[Element, ...], number: int) -> Step:
    if number == 0:
        return replace(step, children=children)
    first, title = children[0], ""
    while isinstance(first, Group) and can_cut(first):
        first, title = first.children[0], first.label
    title = title or first.label
    return Step(f"{step.key}-{first.key}", title if title != step.title else f"{title} ({number + 1})", children)
