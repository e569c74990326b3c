"""Times that do not suit, taken out of those that are wished: "nachmittags kann ich nicht"."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time

from .anchor import POINTING
from .clock import Said
from .found import Found
from .refs import Ref
from .settle import settle
from .stance import free, offers, refused
from .tokens import Token
from .window import Clock, Window


@dataclass(frozen=True)
class Refusal:
    """Hours that do not suit, on the days named beside them; on every day where none are."""

    hours: tuple[Said, ...]
    days: tuple[Ref, ...] = ()


_KINDS = frozenset(("from", "until", "between", "part"))
_SINGLE = frozenset(("weekday", "day", "ordinal", "week", "month", "range"))


def taken_out(found: Sequence[Found], clauses: Sequence[Sequence[Token]], text: str) -> tuple[list[Found], list[Refusal]]:
    """What is wished, and the hours that do not suit; days of parts of the sentence that refuse them are not meant."""
    kept: list[Found] = list(found)
    refusals: list[Refusal] = []
    for number, clause in enumerate(clauses):
        here = [one for one in kept if one.clause == number]
        stance = refused(clause) if here and not offers(clauses[number + 1 : number + 2]) else ""
        if not stance:
            continue
        hours = tuple(one.thing for one in here if isinstance(one.thing, Said) and one.thing.kind in _KINDS)
        days = tuple(one.thing for one in here if isinstance(one.thing, Ref) and one.thing.kind not in ("past", "any"))
        later = {token.symbol for other in clauses[number + 1 :] for token in other}
        latest = any("spät" in text[one.start : one.end].lower() for one in here)
        if not hours or later & POINTING or (stance == "busy" and latest):
            continue
        rest = [one for one in kept if one.clause != number]
        wished = [one for one in rest if isinstance(one.thing, Ref) and one.thing.kind != "past" and not one.story]
        topic = bool(days) and not wished and all(day.kind in _SINGLE and not day.negative for day in days)
        if topic:
            rest = [one for one in kept if one.clause != number or one.thing in days]
        if stance == "busy" and not days and any(free(other) and _day_in(kept, number) for number, other in enumerate(clauses)):
            kept = rest
            continue  # "ich arbeite bis eins, Mittwoch habe ich frei"
        refusals.append(Refusal(hours, () if topic else tuple(replace(day, negative=False) for day in days)))
        kept = rest
    return kept, refusals


def _day_in(found: Sequence[Found], number: int) -> bool:
    return any(isinstance(one.thing, Ref) and one.clause == number for one in found)


def without(windows: Sequence[Window], refusals: Sequence[Refusal], today: date) -> list[Window]:
    """The alternatives with the refused hours taken out."""
    left = list(windows)
    for refusal in refusals:
        never = _clocks(refusal.hours)
        days = [settle([Found(ref, (), 0, 0, story=False)], today, "") for ref in refusal.days]
        for clock in never:
            left = [one for window in left for one in (_on(window, days, clock) if days else _always(window, clock))]
    return left


def _clocks(hours: Sequence[Said]) -> list[Clock]:
    part = next((said.part for said in hours if said.kind == "part"), "")
    ranged = [said for said in hours if said.kind != "part"] or hours
    return [clock for said in ranged if (clock := _never(said, part))]


def _never(said: Said, part: str) -> Clock | None:
    clock = said.clock(part)
    whole = clock and clock.after and said.kind == "part" and said.part != "mi"
    return Clock(clock.after) if clock and whole else clock  # afternoons that do not suit go on into the evening


def _always(window: Window, never: Clock) -> list[Window]:
    """One window for each piece of the day that is left; all of it where nothing is."""
    pieces = [replace(window, clock=clock) for clock in _rest(window.clock, never)]
    return pieces or [window]


def _on(window: Window, days: Sequence[Window], never: Clock) -> list[Window]:
    """The same where only some days are meant: those apart, the others as they were."""
    done, left = [], window
    for named in days:
        shared = _shared(window, named)
        if shared is None:
            continue
        done += [replace(shared, clock=clock) for clock in _rest(window.clock, never)]
        if named.spans:
            left = replace(left, without=(*left.without, *named.spans))
        else:
            left = replace(left, weekdays=left.weekdays - named.weekdays)
    return [*([left] if left.weekdays and any(True for _ in _some(left)) else []), *done] or [window]


def _shared(window: Window, named: Window) -> Window | None:
    spans = window.spans or named.spans
    if window.spans and named.spans:
        spans = tuple(both for one in window.spans for other in named.spans if (both := one.overlap(other)))
    weekdays = window.weekdays & named.weekdays
    shared = replace(window, spans=spans, weekdays=weekdays)
    meant = weekdays and (spans or not (window.spans or named.spans)) and any(True for _ in _some(shared))
    return shared if meant else None


def _some(window: Window) -> Iterator[date]:
    return (day for day in replace(window, others=()).days(21))


def _rest(clock: Clock, never: Clock) -> list[Clock]:
    """What is left of hours without others."""
    if clock.at:
        return [] if never.allows(clock.at) else [clock]
    if never.at:
        return [clock]
    pieces = []
    if never.after and never.after > time.min:
        pieces.append(clock.overlap(Clock(before=never.after)))
    if never.before:
        pieces.append(clock.overlap(Clock(after=never.before)))
    return [piece for piece in pieces if piece]
