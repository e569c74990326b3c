"""Rules about valid answers that were broken, said at the right place of the page."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from stadtkern.lib.forms.census import plain
from stadtkern.lib.forms.model import Field, Group
from stadtkern.lib.forms.rules.evaluate import Effects, Violation
from stadtkern.lib.forms.walk import Walk

Translate = Callable[[str], str]


def complaints(
    walk: Walk, labels: Mapping[str, str], told: set[str], translate: Translate, *, whole: bool
) -> Iterator[tuple[str, str, str, str]]:
    """(path, message, label, rule in its own words), each broken rule once: at its first target that is to be seen.

    `labels` = what is to be seen, path to label; `told` = paths with a problem already: one at a time is enough.
    On one page (not `whole`) a rule about fields of later pages waits until these are answered.
    """
    effects = walk.effects
    if effects is None:
        return
    spots = set(told)
    for broken in effects.violations:
        if not whole and _waits(broken, labels, walk, effects):
            continue
        places = [place for path in (*broken.targets, *broken.operands) if (place := _nearest(path, labels, effects))]
        if not places and not whole:
            continue
        place = places[0] if places else ""
        if place in spots:
            continue
        spots.add(place)
        named = [labels[path] for path in dict.fromkeys((*broken.targets, *broken.operands)) if path in labels]
        message = translate(broken.message) if broken.message else _plainly(named, translate)
        yield place, message, labels.get(place, ""), "" if broken.message else broken.rule.text


def _waits(broken: Violation, labels: Mapping[str, str], walk: Walk, effects: Effects) -> bool:
    known = [place.step for path in labels if (place := effects.places.get(plain(path))) and isinstance(place.element, Field)]
    here = max(known, default=-1)
    others = [path for path in broken.operands if path not in labels]
    later = [path for path in others if (place := effects.places.get(plain(path))) and place.step > here]
    return any(not walk.has_content(path) for path in later)


def _nearest(path: str, labels: Mapping[str, str], effects: Effects) -> str:
    """The path, its first entry, a group that can be added for it, or the group around it: whatever is on the page."""
    while path:
        for known in (path, f"{path}[0]"):
            if known in labels:
                return known
        above = path.rpartition("/")[0]
        place = effects.places.get(plain(path))
        addable = place is not None and isinstance(place.element, Group) and place.element.minimum == 0
        if addable and path not in effects.hidden and above in labels:
            return path
        path = above
    return ""


def _plainly(named: Sequence[str], _: Translate) -> str:
    """A sentence for a rule that brings none."""
    if len(named) > 1:
        text = _("Bitte prüfen Sie Ihre Angaben bei %(labels)s. Sie passen nicht zusammen.")
        return text % {"labels": ", ".join(f"„{label}“" for label in named[:4])}
    text = _("Bitte prüfen Sie Ihre Angabe bei „%(label)s“. Sie passt nicht zu den Regeln dieses Formulars.")
    return text % {"label": named[0] if named else ""}
