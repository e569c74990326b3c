"""Which element a rule means: ids looked up below the element that carries the rule, the shallowest first, then further out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stadtkern.lib.forms.model import Element, Field, Form, Group
from stadtkern.lib.forms.rules.german.prose import Ref
from stadtkern.lib.forms.rules.german.words import NotUnderstood


@dataclass(frozen=True, slots=True)
class Place:
    """One element of a form: its path, its ids from the outside in (its own last), the element."""

    path: str
    ids: tuple[str, ...]
    element: Element
    many: bool  # it or a group around it repeats


class Index:
    """All elements of a form by id, by path and by label."""

    def __init__(self, elements: Form | Sequence[Element]) -> None:
        self.by_id: dict[str, list[Place]] = {}
        self.by_path: dict[str, Place] = {}
        self._found: dict[tuple[Ref, str], Place] = {}
        self._by_label: dict[str, list[Place]] | None = None
        children = [c for step in elements.steps for c in step.children] if isinstance(elements, Form) else elements
        for place in _places(children, "", (), False):
            self.by_path[place.path] = place
            self.by_id.setdefault(place.ids[-1], []).append(place)

    def find(self, ref: Ref, bearer: str) -> Place:
        """The element meant by a rule that `bearer` carries; NotUnderstood when there is none or it is not clear which."""
        known = self._found.get((ref, bearer))
        if known is None:
            known = self._found[ref, bearer] = self._look(ref, bearer)
        return known

    def _look(self, ref: Ref, bearer: str) -> Place:
        if not ref.ids and not ref.name:
            place = self.by_path.get(bearer)
            if place is None or ((ref.noun == "field") != isinstance(place.element, Field) and ref.noun):
                raise NotUnderstood("Der Satz nennt kein Feld, und das Element, an dem er steht, ist nicht gemeint.")
            return place
        candidates = self._candidates(ref)
        if not candidates:
            raise NotUnderstood(f"{said(ref)} gibt es in diesem Formular nicht.")
        scope = bearer
        while True:
            inside = [c for c in candidates if not scope or c.path == scope or c.path.startswith(f"{scope}/")]
            if inside:
                return _choose(inside, ref, scope)
            scope = scope.rpartition("/")[0]

    def _candidates(self, ref: Ref) -> list[Place]:
        if not ref.ids:
            if self._by_label is None:
                self._by_label = {}
                for place in self.by_path.values():
                    self._by_label.setdefault(_plain(place.element.label), []).append(place)
            return self._by_label.get(_plain(ref.name), [])
        for ids in (ref.ids, tuple(map(_other_standard, ref.ids))):
            found = self.by_id.get(ids[-1], [])
            if found:
                return [place for place in found if _follows(ids[:-1], place.ids[:-1])] if len(ids) > 1 else found
        return []


def _places(children: Sequence[Element], path: str, ids: tuple[str, ...], many: bool) -> Iterator[Place]:
    for child in children:
        here = f"{path}/{child.key}" if path else child.key
        own = (*ids, _id(child))
        repeats = many or child.maximum != 1
        yield Place(here, own, child, repeats)
        if isinstance(child, Group):
            yield from _places(child.children, here, own, repeats)


def _id(element: Element) -> str:
    """Its FIM id without version; the second of the same block in one place has "_2" in its key only."""
    name = element.fim.partition("V")[0]
    if name and element.key.startswith(name):
        return name
    stem, _, number = element.key.rpartition("_")
    return stem if stem and number.isdecimal() else element.key


def _other_standard(key: str) -> str:
    """The same building block as the other XDatenfelder numbers it: F60000263 in 2, F60000000263 in 3."""
    if len(key) == 9:
        return f"{key[:3]}000{key[3:]}"
    return f"{key[:3]}{key[6:]}" if len(key) == 12 and key[3:6] == "000" else key


def _follows(ids: tuple[str, ...], around: tuple[str, ...]) -> bool:
    """Whether the ids stand in `around` in this order."""
    rest = iter(around)
    return all(each in rest for each in ids)


def _choose(places: list[Place], ref: Ref, scope: str) -> Place:
    if len(places) == 1:
        return places[0]
    if len(ref.ids) > 1:  # written out in full from here, or without a gap
        depth = len(scope.split("/")) if scope else 0
        for fits in (
            [p for p in places if p.ids[depth:] == ref.ids],
            [p for p in places if p.ids[-len(ref.ids) :] == ref.ids],
        ):
            if len(fits) == 1:
                return fits[0]
            places = fits or places
    least = min(len(place.ids) for place in places)
    shallow = [place for place in places if len(place.ids) == least]
    if len(shallow) == 1:
        return shallow[0]
    named = [place for place in shallow if _plain(place.element.label) == _plain(ref.name)]
    if len(named) == 1:
        return named[0]
    raise NotUnderstood(f"{said(ref)} kommt an mehreren Stellen vor; es ist nicht klar, welche gemeint ist.")


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())


def said(ref: Ref) -> str:
    """How a reference is named to staff."""
    name = f" „{ref.name}“" if ref.name else ""
    return f"{'.'.join(ref.ids)}{name}".strip() or "Die Gruppe"


def label(place: Place) -> str:
    """How the element is named to the citizen."""
    return place.element.label


def is_field(place: Place) -> bool:
    """Whether it is a field."""
    return isinstance(place.element, Field)
