"""Alternatives with days and hours of their own: "Montag vormittags oder Mittwoch ab 15 Uhr", "um 9 oder um 14 Uhr"."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from .clock import Said
from .refs import Ref, settled
from .settle import LITTLE, SMALL, STRONG, Found, another

_LIST = frozenset("und , auch dann nur immer jeweils sowie ausserdem ginge geht sogar wieder ist waere".split()) | LITTLE  # noqa: SIM905
_EACH = frozenset("jeweils immer beide beides beiden jedes stets jedenfalls".split())  # noqa: SIM905
_OPPOSITE = {"from": "until", "until": "from", "part": "notpart", "notpart": "part"}


def alternatives(found: Sequence[Found], today: date) -> list[list[Found]]:
    """What was named, one list for each alternative; a single one where all share the same days or hours."""
    live = [one for one in found if not one.story and not _is(one, "past")]
    live, halves = _halves(live)
    if any(STRONG & set(one.before) for one in live[1:]):
        return [live, *halves]
    parts = _parts(live, today)
    every = _said_for_all(parts)
    own = any(isinstance(one.thing, Said) and one not in every for part in parts for one in part)
    return [*(_completed(parts, every) if len(parts) > 1 and own else [live]), *halves]


def _is(one: Found, *kinds: str) -> bool:
    return isinstance(one.thing, Ref) and one.thing.kind in kinds


def _positive(one: Found) -> bool:
    return isinstance(one.thing, Ref) and not one.thing.negative


def _halves(live: list[Found]) -> tuple[list[Found], list[list[Found]]]:
    """ "nur nicht dienstagvormittags": every other day, and the rest of Tuesday."""
    kept: list[Found] = []
    halves: list[list[Found]] = []
    for one in live:
        last = kept[-1] if kept else None
        told = isinstance(one.thing, Said) and not one.before and last and last.clause == one.clause
        ref = last.thing if told and last else None
        if isinstance(ref, Ref) and ref.negative and isinstance(one.thing, Said) and one.thing.kind in _OPPOSITE:
            rest = replace(one.thing, kind=_OPPOSITE[one.thing.kind])
            days = frozenset(part.number for part in ref.union or (ref,)) if ref.kind == "weekday" else ref.weekdays
            day = Ref("weekdays", weekdays=days) if days else replace(ref, negative=False)
            halves.append([replace(last, thing=day), replace(one, thing=rest)])  # type: ignore[type-var]
            continue
        kept.append(one)
    return kept, halves


def _parts(live: Sequence[Found], today: date) -> list[list[Found]]:
    parts: list[list[Found]] = []
    for one in live:
        if parts and _begins(parts[-1], one, today):
            parts.append([one])
        elif parts:
            parts[-1].append(one)
        else:
            parts.append([one])
    return parts


def _begins(part: Sequence[Found], one: Found, today: date) -> bool:
    """Whether another alternative begins here."""
    clocks = any(isinstance(old.thing, Said) for old in part)
    if isinstance(one.thing, Ref) and one.thing.negative:
        return False
    if another(one.before):
        return True
    days = [old.thing for old in part if _positive(old)]
    if not isinstance(one.thing, Ref) or not clocks or not days or not set(one.before) <= _LIST:
        return False
    small = all(isinstance(day, Ref) and day.kind in (*SMALL, "weekdays") and not day.bound for day in days)
    kind = one.thing.kind in (*SMALL, "weekdays") and not one.thing.bound
    return small and kind and not _same(one.thing, days, today)  # type: ignore[arg-type]


def _same(ref: Ref, days: Sequence[Ref], today: date) -> bool:
    """Whether it says a day once more: "Samstag um zehn, das ist der 5."."""
    new = settled(ref, today, None).spans
    return any(
        first.first.weekday() == other.first.weekday()
        for day in days
        if {day.kind, ref.kind} & {"day", "ordinal"} and {day.kind, ref.kind} & {"weekday"}
        for first in settled(day, today, None).spans
        for other in new
    )


def _completed(parts: list[list[Found]], every: list[Found]) -> list[list[Found]]:
    """Each with what it shares with the others: the week, the hours said for all, the days not meant."""
    never = [one for part in parts for one in part if isinstance(one.thing, Ref) and one.thing.negative]
    wide = [
        one
        for one in parts[0]
        if _positive(one) and not _is(one, *SMALL, "weekdays") and any(_is(other, *SMALL, "weekdays") for other in parts[0])
    ]
    inside = next((one.thing.within for one in parts[0] if isinstance(one.thing, Ref) and one.thing.within), None)
    if inside and not wide:
        wide = [replace(parts[0][0], thing=Ref("week", (inside,)), before=())]
    done: list[list[Found]] = []
    for part in parts:
        days = [one for one in part if _positive(one)]
        hours = [one for one in part if isinstance(one.thing, Said)]
        if done and not days and any(isinstance(one.thing, Said) for one in done[-1]):
            days = [one for one in done[-1] if _positive(one)]
        elif done and days and all(_is(one, "weekday", "weekdays", "ordinal") for one in days):
            days = [*(one for one in wide if not _is(one, "week") or not any(_is(day, "ordinal") for day in days)), *days]
        done.append([*_clean(days), *_clean(hours or every), *never])
    return done


def _clean(found: Sequence[Found]) -> list[Found]:
    """Without the words that made it an alternative."""
    return [replace(found[0], before=()), *found[1:]] if found and another(found[0].before) else list(found)


def _said_for_all(parts: Sequence[Sequence[Found]]) -> list[Found]:
    """ "Am 3., sonst am 5., jeweils nachmittags"; "nachmittags am 3., sonst am 5."."""
    if len(parts) < 2:
        return []
    first = parts[0]
    leading = []
    for one in first:
        if not isinstance(one.thing, Said):
            break
        leading.append(one)
    if leading and len(leading) < len(first):
        return leading
    last = parts[-1]
    trailing = [one for one in last[1:] if isinstance(one.thing, Said) and ("," in one.before or set(one.before) & _EACH)]
    return trailing if not isinstance(last[0].thing, Said) else []
