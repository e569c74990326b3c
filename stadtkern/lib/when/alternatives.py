"""Alternatives with days and hours of their own: "Montag vormittags oder Mittwoch ab 15 Uhr", "um 9 oder um 14 Uhr"."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from .clock import Said
from .found import LITTLE, OTHERWISE, SMALL, SOFT, Found, among, another, corrected
from .refs import Ref, settled

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
    live = [one for one in found if not one.story and not _is(one, "past")]
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
    days, hours = (any(_positive(one) for one in after), any(isinstance(one.thing, Said) for one in after))
    small = all(_is(one, *SMALL) for one in after if _positive(one))
    kept = [
        one
        for one in before
        if not (_positive(one) and days and not (small and isinstance(one.thing, Ref) and one.thing.wide and not one.thing.union))
        and not (isinstance(one.thing, Said) and hours)
    ]
    return [*kept, replace(after[0], before=tuple(word for word in after[0].before if word == ",")), *after[1:]]


def _every_week(live: list[Found]) -> list[Found]:
    """ "Montag bis Donnerstag ab 15 Uhr, freitags ab 12": all of them every week."""
    if not any(_is(one, "weekdays") and _positive(one) for one in live):
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


def _is(one: Found, *kinds: str) -> bool:
    return isinstance(one.thing, Ref) and one.thing.kind in kinds


def _positive(one: Found) -> bool:
    return isinstance(one.thing, Ref) and not one.thing.negative


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
        if parts and (split := _only_last(parts[-1], one)):
            parts, apart = [*parts[:-1], *split], True
        elif parts and (again := _restated(parts, one, live[place + 1 : place + 2])):
            parts, apart = [*again, [replace(one, before=())]], True
        elif parts and _begins(parts[-1], one, today):
            parts.append([one])
        elif parts and _states(parts[-1], one, live[place + 1 : place + 2], today):
            parts.append([replace(one, before=())])
            apart = True
        elif parts:
            parts[-1].append(one)
        else:
            parts.append([one])
    return parts, apart


_VERB = frozenset(
    """
    ist waere geht ginge passt klappt kann koennte koennten habe hab haette haetten haben bin egal jederzeit immer ganze ganzen
    ganztags ganztaegig liebsten recht gut
    """.split()  # noqa: SIM905
)
_NARROWS = frozenset("lieber besser eher doch also zwar naemlich dort davon und zwar genauer speziell".split())  # noqa: SIM905


def _states(part: Sequence[Found], one: Found, after: Sequence[Found], today: date) -> bool:
    """Whether a new sentence gives another day: "samstags ist mir am liebsten, freitags nach drei ginge auch"."""
    ref = one.thing
    if not isinstance(ref, Ref) or ref.negative or ref.bound or ref.kind not in (*SMALL, "weekdays", "week"):
        return False
    words = one.before
    if not {",", "und", "aber"} & set(words) or _NARROWS & set(words) or corrected(words):
        return False
    days = [old.thing for old in part if _positive(old)]
    if not days or not all(isinstance(day, Ref) and not day.bound and day.kind in (*SMALL, "weekdays", "week") for day in days):
        return False
    weeks = [day for day in days if isinstance(day, Ref) and day.kind == "week"]
    if weeks and ref.kind != "week":
        return False
    said = bool(_VERB & set(words))
    hour = bool(after and isinstance(after[0].thing, Said) and "," not in after[0].before)
    clocks = any(isinstance(old.thing, Said) for old in part)
    return said and (hour or clocks or bool(weeks)) and not _same(ref, days, today)  # type: ignore[arg-type]


def _only_last(part: list[Found], one: Found) -> list[list[Found]] | None:
    """ "Montag, Dienstag ginge auch, aber dann erst ab elf": the hour belongs to the last."""
    days = [place for place, old in enumerate(part) if _positive(old)]
    words = set(one.before)
    here = words & {"aber", "allerdings", "jedoch", "nur"} and words & {"dann", "da"}
    if not isinstance(one.thing, Said) or not here or len(days) < 2 or days[-1] != len(part) - 1:
        return None
    return [part[:-1], [replace(part[-1], before=()), replace(one, before=())]]


def _restated(parts: list[list[Found]], one: Found, after: Sequence[Found]) -> list[list[Found]] | None:
    """ "Dienstag oder Mittwoch, Mittwoch aber nur vormittags": the others, with that day apart."""
    ref = one.thing
    own = bool(after and isinstance(after[0].thing, Said) and after[0].clause == one.clause)
    if not isinstance(ref, Ref) or ref.negative or ref.bound or not own or one.before[:1] == ("oder",):
        return None
    for number, part in enumerate(parts):
        for place, old in enumerate(part):
            known = old.thing
            if isinstance(known, Ref) and known.negative and _weekdays(known) and _weekdays(known) == _weekdays(ref):
                return parts  # "außer Dienstag, dienstags geht nur ab 16 Uhr"
            if isinstance(known, Ref) and known.kind == ref.kind and (left := _left(known, ref)):
                changed = [*part[:place], replace(old, thing=left), *part[place + 1 :]]
                return [*parts[:number], changed, *parts[number + 1 :]]
    return None


def _weekdays(ref: Ref) -> frozenset[int]:
    """The days of the week it names, where it names no more."""
    kinds = {part.kind for part in ref.union or (ref,)}
    if not kinds <= {"weekday", "weekdays"} or ref.other or ref.bound:
        return frozenset()
    return ref.weekdays or frozenset(part.number for part in ref.union or (ref,))


def _left(known: Ref, ref: Ref) -> Ref | None:
    """What is left of days without one of them; None where it is none of them, or the only one."""
    if known.kind == "weekdays" and not known.negative:
        rest = known.weekdays - ref.weekdays
        return replace(known, weekdays=rest) if rest and rest != known.weekdays else None
    rest_of = tuple(
        part for part in known.union if (part.kind, part.number, part.spans) != (ref.kind, ref.number, ref.spans)
    )
    return replace(known, union=rest_of) if rest_of and len(rest_of) < len(known.union) else None


def _begins(part: Sequence[Found], one: Found, today: date) -> bool:
    """Whether another alternative begins here."""
    clocks = any(isinstance(old.thing, Said) for old in part)
    if isinstance(one.thing, Ref) and one.thing.negative:
        return False
    if another(one.before) or ("," in one.before and _positive(one) and OTHERWISE & set(part[0].before)):
        return clocks or any(_positive(old) for old in part)  # "am Wochenende nicht, sonst ab 17 Uhr" is one wish
    days = [old.thing for old in part if _positive(old)]
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
    small = weeks or all(isinstance(day, Ref) and day.kind in (*SMALL, "weekdays") and not day.bound for day in days)
    kind = (weeks or one.thing.kind in (*SMALL, "weekdays")) and not one.thing.bound
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
    late = next((part for part in parts if isinstance(part[0].thing, Said) and any(_positive(one) for one in part[1:])), None)
    shared = [one for one in late or () if _positive(one) and "," in one.before]
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
        if not days and not done and shared:
            days = shared  # "um neun oder um elf. Donnerstag."
        if done and not days and any(isinstance(one.thing, Said) for one in done[-1]):
            days = [one for one in done[-1] if _positive(one)]
        elif done and days and all(_is(one, "weekday", "weekdays", "ordinal") for one in days):
            days = [*(one for one in wide if not _is(one, "week") or not any(_is(day, "ordinal") for day in days)), *days]
        days = [replace(one, before=()) if another(one.before) else one for one in days]
        own = [_weekdays(one.thing) for one in days if isinstance(one.thing, Ref)]
        out = [one for one in never if not (isinstance(one.thing, Ref) and _weekdays(one.thing) in own)]
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
