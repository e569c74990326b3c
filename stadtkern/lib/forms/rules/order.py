"""In which order the targets of rules are settled: what others depend on first, circles together."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stadtkern.lib.forms.rules.program import Unit


def settled_in(units: Sequence["Unit"]) -> tuple[tuple[tuple["Unit", ...], bool], ...]:
    """Groups of units in the order they are settled; True marks a circle, whose units depend on each other."""
    before = _dependencies(units)
    groups: list[tuple[tuple[Unit, ...], bool]] = []
    for circle in _circles(len(units), before):
        numbers = sorted(circle, key=lambda number: units[number].place.number)
        turning = len(circle) > 1 or circle[0] in before[circle[0]]
        # In a circle the later element is asked first: of two that exclude each other the first answer stays.
        groups.append((tuple(units[number] for number in (reversed(numbers) if turning else numbers)), turning))
    return tuple(groups)


def _dependencies(units: Sequence["Unit"]) -> list[list[int]]:
    """For each unit the units that must be settled before it."""
    above: dict[str, list[int]] = {}  # path -> units at or above it are found by its prefixes
    below: dict[str, list[int]] = {}  # path -> units somewhere below it
    for number, unit in enumerate(units):
        above.setdefault(unit.place.path, []).append(number)
        parts = unit.place.segments
        for level in range(1, len(parts)):
            below.setdefault("/".join(parts[:level]), []).append(number)
    found: list[list[int]] = []
    for unit in units:
        needed: set[int] = set()
        for name in unit.reads:
            parts = tuple(name.split("/"))
            for level in range(1, len(parts) + 1):
                needed.update(above.get("/".join(parts[:level]), ()))
            needed.update(below.get(name, ()))
        for level in range(1, len(unit.place.segments)):  # what is hidden above is not set below
            needed.update(above.get("/".join(unit.place.segments[:level]), ()))
        found.append(sorted(needed))
    return found


def _circles(count: int, before: Sequence[Sequence[int]]) -> list[list[int]]:
    """Strongly connected components after Tarjan, without recursion; each comes after all it depends on."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    on_stack: set[int] = set()
    stack: list[int] = []
    found: list[list[int]] = []
    for start in range(count):
        if start in index:
            continue
        work = [(start, 0)]
        while work:
            node, child = work.pop()
            if child == 0:
                index[node] = low[node] = len(index)
                stack.append(node)
                on_stack.add(node)
            elif before[node][child - 1] in on_stack:
                low[node] = min(low[node], low[before[node][child - 1]])
            for place in range(child, len(before[node])):
                other = before[node][place]
                if other not in index:
                    work.append((node, place + 1))
                    work.append((other, 0))
                    break
                if other in on_stack:
                    low[node] = min(low[node], index[other])
            else:
                if low[node] == index[node]:
                    found.append(_popped(stack, on_stack, node))
    return found


def _popped(stack: list[int], on_stack: set[int], node: int) -> list[int]:
    circle = []
    while True:
        other = stack.pop()
        on_stack.discard(other)
        circle.append(other)
        if other == node:
            return circle
