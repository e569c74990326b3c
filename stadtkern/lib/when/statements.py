"""A statement of its own among the alternatives: a day said again with its hour, a new sentence with another day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from .clock import Said
from .found import SMALL, Found, corrected
from .refs import Ref, settled


def is_kind(one: Found, *kinds: str) -> bool:
    return isinstance(one.thing, Ref) and one.thing.kind in kinds


def is_positive(one: Found) -> bool:
    return isinstance(one.thing, Ref) and not one.thing.negative


_VERB = frozenset(
    """
    ist waere geht ginge passt klappt kann koennte koennten habe hab haette haetten haben bin egal jederzeit immer ganze ganzen
    ganztags ganztaegig liebsten recht gut
    """.split()  # noqa: SIM905
)
_SUITS = frozenset("geht ginge passt klappt gut recht".split())  # noqa: SIM905
_NARROWS = frozenset("lieber besser eher doch also zwar naemlich dort davon und zwar genauer speziell".split())  # noqa: SIM905


def states(part: Sequence[Found], one: Found, after: Sequence[Found], today: date) -> bool:
    """Whether a new sentence gives another day: "samstags ist mir am liebsten, freitags nach drei ginge auch"."""
    ref = one.thing
    if not isinstance(ref, Ref) or ref.negative or ref.bound or ref.kind not in (*SMALL, "weekdays", "week"):
        return False
    words = one.before
    if not {",", "und", "aber"} & set(words) or _NARROWS & set(words) or corrected(words):
        return False
    days = [old.thing for old in part if is_positive(old)]
    if not days or not all(isinstance(day, Ref) and not day.bound and day.kind in (*SMALL, "weekdays", "week") for day in days):
        return False
    weeks = [day for day in days if isinstance(day, Ref) and day.kind == "week"]
    if weeks and ref.kind != "week":
        return False
    said = bool(_VERB & set(words))
    hour = bool(after and isinstance(after[0].thing, Said) and "," not in after[0].before)
    clocks = any(isinstance(old.thing, Said) for old in part)
    suits = bool(_SUITS & set(words))
    own = hour and clocks and after[0].clause == one.clause
    return (own or (said and (hour or clocks or suits or bool(weeks)))) and not same_day(ref, days, today)  # type: ignore[arg-type]


def apart(part: Sequence[Found], one: Found) -> bool:
    """Whether another week or month begins, each with days or hours of its own: "im März dienstags, im April mittwochs"."""
    ref = one.thing
    if not isinstance(ref, Ref) or ref.negative or ref.bound or ref.other or ref.kind not in ("week", "month"):
        return False
    wide = [old.thing for old in part if is_kind(old, ref.kind) and is_positive(old)]
    own = any(isinstance(old.thing, Said) or is_kind(old, *SMALL, "weekdays") for old in part)
    joined = {",", "und", "aber", "oder"} & set(one.before) and not corrected(one.before)
    return bool(own and wide and joined and all(isinstance(old, Ref) and old.spans != ref.spans for old in wide))


def only_last(part: list[Found], one: Found) -> list[list[Found]] | None:
    """ "Montag, Dienstag ginge auch, aber dann erst ab elf": the hour belongs to the last."""
    days = [place for place, old in enumerate(part) if is_positive(old)]
    words = set(one.before)
    here = words & {"aber", "allerdings", "jedoch", "nur"} and words & {"dann", "da"}
    if not isinstance(one.thing, Said) or not here or not days or days[-1] != len(part) - 1:
        return None
    last = part[-1].thing
    if len(days) == 1 and isinstance(last, Ref) and last.union:
        rest = last.union[0] if len(last.union) == 2 else replace(last, union=last.union[:-1])
        return [
            [*part[:-1], replace(part[-1], thing=rest)],
            [replace(part[-1], thing=last.union[-1], before=()), replace(one, before=())],
        ]
    if len(days) < 2:
        return None
    others = part[:-1]
    for place, old in enumerate(others):  # "Montag oder Dienstag, lieber Dienstag, da aber erst ab zehn"
        if isinstance(old.thing, Ref) and isinstance(last, Ref) and (left := _left(old.thing, last)):
            others = [*others[:place], replace(old, thing=left), *others[place + 1 :]]
    return [others, [replace(part[-1], before=()), replace(one, before=())]]


def restated(parts: list[list[Found]], one: Found, after: Sequence[Found]) -> list[list[Found]] | None:
    """ "Dienstag oder Mittwoch, Mittwoch aber nur vormittags": the others, with that day apart."""
    ref = one.thing
    own = bool(after and isinstance(after[0].thing, Said) and "," not in after[0].before)
    if not isinstance(ref, Ref) or ref.negative or ref.bound or not own or one.before[:1] == ("oder",):
        return None
    for number, part in enumerate(parts):
        for place, old in enumerate(part):
            known = old.thing
            if isinstance(known, Ref) and known.negative and weekdays_of(known) and weekdays_of(known) == weekdays_of(ref):
                return parts  # "außer Dienstag, dienstags geht nur ab 16 Uhr"
            if isinstance(known, Ref) and known.kind == ref.kind and (left := _left(known, ref)):
                changed = [*part[:place], replace(old, thing=left), *part[place + 1 :]]
                return [*parts[:number], changed, *parts[number + 1 :]]
    return None


def weekdays_of(ref: Ref) -> frozenset[int]:
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
    rest_of = tuple(part for part in known.union if (part.kind, part.number, part.spans) != (ref.kind, ref.number, ref.spans))
    return replace(known, union=rest_of) if rest_of and len(rest_of) < len(known.union) else None


def same_day(ref: Ref, days: Sequence[Ref], today: date) -> bool:
    """Whether it says a day once more: "Samstag um zehn, das ist der 5."."""
    new = settled(ref, today, None).spans
    return any(
        first.first.weekday() == other.first.weekday()
        for day in days
        if {day.kind, ref.kind} & {"day", "ordinal"} and {day.kind, ref.kind} & {"weekday"}
        for first in settled(day, today, None).spans
        for other in new
    )
