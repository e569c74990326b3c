"""Alternatives with days and hours of their own: "Montag vormittags oder Mittwoch ab 15 Uhr", "um 9 oder um 14 Uhr"."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from . import statements
from .clock import Said
from .found import LITTLE, OTHERWISE, SMALL, SOFT, Found, among, another, corrected
from .refs import Ref
from .statements import is_kind, is_positive, only_last, restated, same_day, states, weekdays_of

_LIST = (
    frozenset(
        """
        und , auch dann nur immer jeweils den ganzen ganze tag ganztags sowie ausserdem ginge geht sogar wieder ist waere
        """.split()  # noqa: SIM905
    )
    | LITTLE
)
_EACH = frozenset("jeweils immer beide beides beiden jedes stets jedenfalls".split())  # noqa: SIM905
_SAME_TIME = re.compile(r"\b(?:diese|gleichen?|selbe[nr]?) (?:uhr)?zeit\b")
_OPPOSITE = {"from": "until", "until": "from", "part": "notpart", "never": "never"}
_ELSE = re.compile(
    r"\b(?:sonst|ansonsten)(?: (?:geht|kann|passt|ist|bin|ich|wir|mir|es))* "
    r"(?:immer|jederzeit|alles|jeder|jeden|egal|flexibel)\b"
)


def alternatives(found: Sequence[Found], today: date, text: str) -> list[list[Found]]:
    """What was named, one list for each alternative; a single one where all share the same days or hours."""
    live = [one for one in found if not one.story and not is_kind(one, "past")]
    live, halves = _halves(live, otherwise=bool(_ELSE.search(text)))
    live = _every_week(_undone(live))
    parts, apart = _parts(live, today)
    every = _said_for_all(parts, text)
    own = apart or any(isinstance(one.thing, Said) and one not in every for part in parts for one in part)
    done = [*(_completed(parts, every) if len(parts) > 1 and own else [live]), *halves]
    return [one for part in done for one in _around_noon(part)]


def _undone(live: list[Found]) -> list[Found]:
    """Without what was taken back: the days before a corrected day, the hours before a corrected hour."""
    place = next((n for n in range(len(live) - 1, 0, -1) if corrected(live[n].before)), None)
    if place is None:
        return live
    before, after = live[:place], live[place:]
    days, hours = (any(is_positive(one) for one in after), any(isinstance(one.thing, Said) for one in after))
    other = any(isinstance(one.thing, Said) and one.thing.kind != "from" for one in after)
    small = all(is_kind(one, *SMALL) for one in after if is_positive(one))
    kept = [
        one
        for one in before
        if not (
            is_positive(one) and days and not (small and isinstance(one.thing, Ref) and one.thing.wide and not one.thing.union)
        )
        and not (isinstance(one.thing, Said) and hours and (one.thing.part not in ("nm", "sm", "ab") or other))
    ]
    return [*kept, replace(after[0], before=tuple(word for word in after[0].before if word == ",")), *after[1:]]


def _every_week(live: list[Found]) -> list[Found]:
    """ "Montag bis Donnerstag ab 15 Uhr, freitags ab 12": all of them every week."""
    if not any(is_kind(one, "weekdays") and is_positive(one) for one in live):
        return live
    done = []
    for one in live:
        ref = one.thing
        if isinstance(ref, Ref) and ref.kind == "weekday" and ref.other and ref.other.kind == "weekday" and not ref.negative:
            days = frozenset(range(ref.number, ref.other.number + 1))
            one = replace(one, thing=Ref("weekdays", weekdays=days)) if days else one
        done.append(one)
    return done


def _around_noon(part: list[Found]) -> list[list[Found]]:
    """ "nicht zwischen 12 und 14 Uhr": before, or after."""
    place = next((n for n, one in enumerate(part) if isinstance(one.thing, Said) and one.thing.kind == "outside"), None)
    if place is None:
        return [part]
    said = part[place].thing
    assert isinstance(said, Said)
    sides = (Said("until", said.first), Said("from", said.last))
    return [[*part[:place], replace(part[place], thing=side, before=()), *part[place + 1 :]] for side in sides]


def _halves(live: list[Found], *, otherwise: bool) -> tuple[list[Found], list[list[Found]]]:
    """ "nur nicht dienstagvormittags": every other day, and the rest of Tuesday."""
    kept: list[Found] = []
    halves: list[list[Found]] = []
    for one in live:
        last = kept[-1] if kept else None
        ref = last.thing if last and last.clause == one.clause else None
        if (
            last
            and isinstance(ref, Ref)
            and isinstance(one.thing, Said)
            and (rest := _rest(last, ref, one, otherwise=otherwise))
        ):
            days = frozenset(part.number for part in ref.union or (ref,)) if ref.kind == "weekday" else ref.weekdays
            named = any(among(ref, old.thing) for old in kept[:-1] if isinstance(old.thing, Ref))
            day = Ref("weekdays", weekdays=days) if days and not named else replace(ref, negative=False)
            kept[-1] = replace(last, thing=replace(day, negative=True), before=())
            halves.append([replace(last, thing=day, before=()), replace(one, thing=rest, before=())])
            continue
        kept.append(one)
    return kept, halves


def _rest(last: Found, ref: Ref, one: Found, *, otherwise: bool) -> Said | None:
    """The hours left of a day of which a part is not meant; None where it is no such day."""
    said = one.thing
    assert isinstance(said, Said)
    never = not one.before and said.kind in _OPPOSITE
    if never and (ref.negative or (said.kind == "never" and ref.kind in ("weekday", "weekdays"))):
        return replace(said, kind=_OPPOSITE[said.kind])
    only = "nur" in (*one.before, *last.before) and set(one.before) <= {"nur", "erst", "immer"}
    return said if otherwise and only and not ref.negative and ref.kind in ("weekday", "weekdays") else None


def _parts(live: Sequence[Found], today: date) -> tuple[list[list[Found]], bool]:
    """The alternatives, and whether one of them is a statement of its own whatever the hours."""
    parts: list[list[Found]] = []
    apart = False
    for place, one in enumerate(live):
        if parts and (split := only_last(parts[-1], one)):
            parts, apart = [*parts[:-1], *split], True
        elif parts and (again := restated(parts, one, live[place + 1 : place + 2])):
            parts, apart = [*again, [replace(one, before=())]], True
        elif parts and _begins(parts[-1], one, today):
            parts.append([one])
        elif parts and (statements.apart(parts[-1], one) or states(parts[-1], one, live[place + 1 : place + 2], today)):
            parts.append([replace(one, before=())])
            apart = True
        elif parts:
            parts[-1].append(one)
        else:
            parts.append([one])
    return parts, apart


def _begins(part: Sequence[Found], one: Found, today: date) -> bool:
    """Whether another alternative begins here."""
    clocks = any(isinstance(old.thing, Said) for old in part)
    if isinstance(one.thing, Ref) and one.thing.negative:
        return False
    if another(one.before) or ("," in one.before and is_positive(one) and OTHERWISE & set(part[0].before)):
        return clocks or any(is_positive(old) for old in part)  # "am Wochenende nicht, sonst ab 17 Uhr" is one wish
    days = [old.thing for old in part if is_positive(old)]
    hours = [old.thing.kind for old in part if isinstance(old.thing, Said)]
    if isinstance(one.thing, Said) and "oder" in one.before and one.thing.kind == "at" and hours and set(hours) == {"at"}:
        return not corrected(one.before)  # "um neun oder, wenn Ihnen das lieber ist, um zehn"
    if isinstance(one.thing, Said) and clocks and "wieder" in one.before and set(one.before) <= _LIST | {"erst"}:
        return True  # "bis zehn und dann wieder ab vier"
    if (
        not isinstance(one.thing, Ref)
        or not clocks
        or not days
        or not set(one.before) <= (_LIST | SOFT if "auch" in one.before else _LIST)
    ):
        return False
    weeks = one.thing.kind == "week" and all(isinstance(day, Ref) and day.kind == "week" and not day.bound for day in days)
    if any(isinstance(day, Ref) and day.kind in (*SMALL, "weekdays") for day in days):
        days = [day for day in days if isinstance(day, Ref) and not (day.kind in ("week", "month") and not day.bound)]
    small = weeks or all(isinstance(day, Ref) and day.kind in (*SMALL, "weekdays") and not day.bound for day in days)
    kind = (weeks or one.thing.kind in (*SMALL, "weekdays")) and not one.thing.bound
    return small and kind and not same_day(one.thing, days, today)  # type: ignore[arg-type]


def _completed(parts: list[list[Found]], every: list[Found]) -> list[list[Found]]:
    """Each with what it shares with the others: the week, the hours said for all, the days not meant."""
    never = [one for part in parts for one in part if isinstance(one.thing, Ref) and one.thing.negative]
    late = next((part for part in parts if isinstance(part[0].thing, Said) and any(is_positive(one) for one in part[1:])), None)
    shared = [one for one in late or () if is_positive(one) and "," in one.before]
    wide = [
        one
        for one in parts[0]
        if is_positive(one)
        and not is_kind(one, *SMALL, "weekdays")
        and any(is_kind(other, *SMALL, "weekdays") for other in parts[0])
    ]
    inside = next((one.thing.within for one in parts[0] if isinstance(one.thing, Ref) and one.thing.within), None)
    if inside and not wide:
        wide = [replace(parts[0][0], thing=Ref("week", (inside,)), before=())]
    done: list[list[Found]] = []
    for part in parts:
        days = [one for one in part if is_positive(one)]
        hours = [one for one in part if isinstance(one.thing, Said)]
        if not days and not done and shared:
            days = shared  # "um neun oder um elf. Donnerstag."
        if done and not days and any(isinstance(one.thing, Said) for one in done[-1]):
            days = [one for one in done[-1] if is_positive(one)]
        elif done and days and all(is_kind(one, "weekday", "weekdays", "ordinal") for one in days):
            days = [
                *(one for one in wide if not is_kind(one, "week") or not any(is_kind(day, "ordinal") for day in days)),
                *days,
            ]
        days = [replace(one, before=()) if another(one.before) else one for one in days]
        own = [weekdays_of(one.thing) for one in days if isinstance(one.thing, Ref)]
        out = [one for one in never if not (isinstance(one.thing, Ref) and weekdays_of(one.thing) in own)]
        done.append([*days, *_clean(hours or every), *out])
    return done


def _clean(found: Sequence[Found]) -> list[Found]:
    """Without the words that made it an alternative."""
    return [replace(found[0], before=()), *found[1:]] if found and another(found[0].before) else list(found)


def _said_for_all(parts: Sequence[Sequence[Found]], text: str) -> list[Found]:
    """ "Am 3., sonst am 5., jeweils nachmittags"; "nachmittags am 3., sonst am 5."."""
    if len(parts) < 2:
        return []
    first = parts[0]
    if _SAME_TIME.search(text):
        return [one for one in first if isinstance(one.thing, Said)]
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
