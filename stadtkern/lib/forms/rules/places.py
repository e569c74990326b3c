"""Where the elements of a form stand: every path without indexes, with what repeats on the way to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from stadtkern.lib.forms.model import Element, Field, Form, Group, Kind, children_of


@dataclass(frozen=True, slots=True)
class Place:
    """One element; `chain` = the elements from the top down to it, `repeats` = which of them may stand several times."""

    path: str
    segments: tuple[str, ...]
    chain: tuple[Element, ...]
    repeats: tuple[bool, ...]
    number: int  # in the order of the form
    step: int  # of the first step that has it

    @property
    def element(self) -> Element:
        """The element itself."""
        return self.chain[-1]

    def repeats_after(self, level: int, until: int | None = None) -> bool:
        """Whether something repeats from this level on, the element itself included."""
        return any(self.repeats[level:until])

    @property
    def carried(self) -> bool:
        """A field whose value does not come from the person: fixed, unseen or only text."""
        element = self.element
        return isinstance(element, Field) and (element.locked or element.hidden or element.kind is Kind.LABEL)


def places_of(form: Form) -> dict[str, Place]:
    """Every element by its path; a group spread over several steps counts where it begins."""
    found: dict[str, Place] = {}

    def look(children: Sequence[Element], above: Place | None, step: int) -> None:
        for child in children:
            path = f"{above.path}/{child.key}" if above else child.key
            place = found.get(path)
            if place is None:
                segments = (*above.segments, child.key) if above else (child.key,)
                chain = (*above.chain, child) if above else (child,)
                repeats = (*above.repeats, child.maximum != 1) if above else (child.maximum != 1,)
                place = found[path] = Place(path, segments, chain, repeats, len(found), step)
            if isinstance(child, Group):
                look(children_of(child), place, step)

    for number, step in enumerate(form.steps):
        look(step.children, None, number)
    return found
