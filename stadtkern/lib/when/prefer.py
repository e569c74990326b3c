"""Which of several times somebody would rather have: "Freitag lieber, sonst Donnerstag"."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from .clock import Said
from .found import OTHERWISE, Found, among
from .refs import Ref
from .settle import settle
from .window import Window

_RATHER = frozenset("lieber liebsten bevorzugt idealerweise besten favorisiert".split())  # noqa: SIM905
_EQUAL = frozenset(("alternativ", "wahlweise", "beispiel"))
_LATE = (OTHERWISE - _EQUAL) | frozenset(("auch",))


def preferred(found: Sequence[Found], today: date) -> Window | None:
    """The days and hours to be offered first; None where all are alike."""
    live = [one for one in found if not one.story and not (isinstance(one.thing, Ref) and one.thing.kind in ("past", "any"))]
    wide = [one for one in live if isinstance(one.thing, Ref) and one.thing.wide]
    for place, one in enumerate(live[1:], 1):
        said = set(one.before)
        days = isinstance(one.thing, Ref) and not one.thing.negative
        if days and said & _RATHER and any(isinstance(old.thing, Ref) and among(one.thing, old.thing) for old in live[:place]):  # type: ignore[arg-type]
            return settle([*wide, replace(one, before=()), *_hours(live, place)], today, "")
        first = any(_RATHER & set(old.before) for old in live[:place])
        if (said & (OTHERWISE - _EQUAL)) or "wahl" in said or (first and said & _LATE):
            return settle([replace(old, before=()) for old in live[:place]], today, "")
    return None


def _hours(live: Sequence[Found], place: int) -> list[Found]:
    """Those said behind it."""
    return [replace(one, before=()) for one in live[place + 1 : place + 2] if isinstance(one.thing, Said)]
