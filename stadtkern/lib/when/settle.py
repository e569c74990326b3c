"""From what was named to a window: the later word counts where two contradict each other, a correction counts always."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from ..calendar import add_months
from .clock import Said
from .found import LITTLE, OR, OTHERWISE, SMALL, WEAK, Found, also, among, another, corrected
from .refs import Ref, bounded, month_of, settled
from .window import ALL_DAYS, FAR, Clock, Span, Window


def settle(found: Sequence[Found], today: date, text: str) -> Window:
    """The window; `text` is the line as symbols."""
    found = _loose(found)
    refs = [one for one in found if isinstance(one.thing, Ref) and one.thing.kind != "past"]
    window = _days(refs, today)
    return replace(window, clock=_clock([one for one in found if isinstance(one.thing, Said)]))


def _loose(found: Sequence[Found]) -> list[Found]:
    """Without what only one of two alternatives is bound to: "heute, sonst morgen früh", "abends oder samstags"."""
    kept: list[Found] = []
    for place, one in enumerate(found):
        last = found[place - 1] if place else None
        days = [old for old in kept if isinstance(old.thing, Ref) and old.thing.kind != "past"]
        clocks = [old for old in kept if isinstance(old.thing, Said)]
        second = last and isinstance(last.thing, Ref) and last.clause == one.clause and set(last.before) & OTHERWISE
        if isinstance(one.thing, Said) and second and len(days) > 1 and not clocks:
            continue
        if isinstance(one.thing, Ref) and one.thing.kind == "weekdays" and one.before == ("oder",) and clocks and not days:
            continue
        if isinstance(one.thing, Said) and last and isinstance(last.thing, Ref) and clocks:
            one = replace(one, before=("oder",)) if another(last.before) and set(one.before) <= LITTLE else one
        kept.append(one)
    return kept


def _days(found: list[Found], today: date) -> Window:
    positive: list[Ref] = []
    negative: list[Ref] = []
    notes: list[str] = []
    for place, one in enumerate(found):
        ref = one.thing
        assert isinstance(ref, Ref)
        if ref.note:
            notes.append(ref.note)
            continue
        if ref.negative:
            negative.append(_dated(ref, found[place + 1 :], today))
            continue
        words = set(one.before)
        undone = corrected(one.before)
        if positive and not undone and (another(one.before) or also(one.before, positive[-1], ref)):
            positive[-1] = _joined(positive[-1], ref)
            continue
        if positive and not undone and (among(ref, positive[-1]) or (ref == positive[-1] and ref.kind in SMALL)):
            continue  # "Dienstag oder Mittwoch, lieber Mittwoch": both will do
        if ref.kind == "day" and any(old.spans == ref.spans and old.kind == "day" for old in negative):
            later = tuple(Span(span.first + timedelta(days=7), span.last + timedelta(days=7)) for span in ref.spans)
            ref = replace(ref, spans=later)  # "dieser Freitag ist zu knapp, nächster Freitag"
        if positive and undone:
            positive = [old for old in positive if old.wide and not old.union and not old.other and ref.kind in SMALL]
        elif positive and words & WEAK and not _within(ref, positive, today):
            positive = []
        positive.append(ref)
    base = base_of(positive, today) or _after_excluded(negative, today)
    spans, weekdays = _positive(positive, today, base)
    without: list[Span] = []
    for ref in negative:
        parts = ref.union or (ref,)
        if all(part.kind in ("weekday", "weekdays") for part in parts) and not ref.other and not ref.bound:
            days = frozenset(day for part in parts for day in (part.weekdays or {part.number}))
            weekdays -= days
        else:
            known = settled(ref, today, base)
            without += list(bounded(known, today))
    if not weekdays:
        weekdays = ALL_DAYS
    first = _pushed(spans, without, today)
    return Window(today, first, weekdays, tuple(without), notes=tuple(notes))


def _dated(ref: Ref, after: Sequence[Found], today: date) -> Ref:
    """ "Donnerstag kann ich nicht, aber nächste Woche immer": only the next Thursday is not meant."""
    later = any(isinstance(one.thing, Ref) and one.thing.wide and {"aber", "dafuer"} & set(one.before) for one in after)
    if ref.kind != "weekday" or ref.other or not later:
        return ref
    return replace(settled(replace(ref, negative=False), today, None), negative=True)


def _after_excluded(negative: Sequence[Ref], today: date) -> Span | None:
    """ "Donnerstag, aber nicht diese Woche": that of the next."""
    weeks = [ref.spans[0] for ref in negative if ref.kind == "week" and ref.spans and ref.number != 7]
    running = next((week for week in weeks if today in week), None)
    return Span(running.last + timedelta(days=1), FAR) if running else None


def _joined(one: Ref, other: Ref) -> Ref:
    """The one or the other; "diesen Samstag, sonst nächsten Samstag" is a week later."""
    if one.kind == other.kind == "day" and one.spans == other.spans and not one.union:
        other = replace(other, spans=tuple(Span.day(span.first + timedelta(days=7)) for span in other.spans))
    parts = (*(one.union or (one,)), *(other.union or (other,)))
    if all(part.kind in ("weekday", "weekdays") and not part.bound and not part.other for part in parts):
        if any(part.kind == "weekdays" for part in parts):
            return Ref("weekdays", weekdays=frozenset(day for part in parts for day in part.weekdays or {part.number}))
        return Ref("weekday", union=parts)
    return Ref("day" if all(part.kind in SMALL for part in parts) else "range", union=parts)


def _pushed(spans: tuple[Span, ...], without: Sequence[Span], today: date) -> tuple[Span, ...]:
    """Days in order, those excluded at the beginning left out: "nicht diese Woche" begins on Monday."""
    kept = sorted(span for span in (Span(max(one.first, today), one.last) for one in spans) if span.first <= span.last)
    return tuple(kept)


def base_of(refs: Sequence[Ref], today: date) -> Span | None:
    """The week or month in which days without a month lie."""
    base: Span | None = None
    for ref in refs:
        if ref.wide and not ref.union and not ref.other and len(ref.spans) == 1:
            base = (base.overlap(ref.spans[0]) if base else None) or ref.spans[0]
    return Span(max(base.first, today), base.last) if base and base.last >= today else base


def _positive(refs: list[Ref], today: date, base: Span | None) -> tuple[tuple[Span, ...], frozenset[int]]:
    weekdays = ALL_DAYS
    spans: tuple[Span, ...] = ()
    wide = [ref for ref in refs if ref.kind not in (*SMALL, "weekdays", "half", "nth") or ref.bound or ref.other]
    firm = False
    exact = [ref for ref in refs if ref.kind in ("day", "ordinal") and not ref.bound and not ref.other and _dates(ref)]
    for ref in refs:
        parts = ref.union or (ref,)
        plain_weekdays = all(part.kind == "weekday" and not part.other for part in parts) and not ref.bound and not ref.other
        if ref.kind == "weekdays":
            weekdays = weekdays & ref.weekdays or ref.weekdays
            continue
        if ref.kind == "weekday" and ref.other and ref.other.kind == "weekday" and _beside(ref, wide):
            weekdays = frozenset(range(ref.number, ref.other.number + 1)) or weekdays
            continue  # "zwischen dem 5. und 16. April, Dienstag bis Donnerstag"
        if ref.kind == "week" and ref.number == 7 and any(one.kind == "month" for one in wide if one is not ref):
            weekdays = frozenset((5, 6))
            continue  # "nächsten Monat, am besten Wochenende"
        if plain_weekdays and wide:
            weekdays = frozenset(part.number for part in parts)
            continue
        if plain_weekdays and exact and not exact[0].union and (inside := exact[0].within):
            if exact[0].spans[0].first.weekday() not in {part.number for part in parts} and spans == exact[0].spans:
                spans = tuple(sorted(Span.day(inside.first + timedelta(days=part.number)) for part in parts))
            continue  # "in drei Wochen, Montag oder Dienstag": of that week
        if plain_weekdays and exact:
            continue  # "Freitag, der 25. Juni": the date counts
        days = _spans_of(ref, today, base)
        if not days:
            continue
        both = tuple(sorted({shared for one in spans for other in days if (shared := one.overlap(other))})) if spans else days
        if firm and not both and not ref.bound:
            continue  # "erst ab dem 4. Januar, Weihnachten sind wir weg"
        spans, firm = both or days, firm or ref.firm
    if spans and weekdays != ALL_DAYS and not _any_left(spans, weekdays):
        weekdays = ALL_DAYS
    return spans, weekdays


def _dates(ref: Ref) -> bool:
    """Whether it names dates: one, or several of the calendar."""
    return not ref.union or all(part.kind in ("day", "ordinal") and not part.union for part in ref.union)


def _beside(ref: Ref, wide: Sequence[Ref]) -> bool:
    """Whether days wider than a week are named beside a range of weekdays."""
    others = [other for other in wide if other is not ref]
    return any(other.kind != "weekday" and other.kind != "week" for other in others)


def _spans_of(ref: Ref, today: date, base: Span | None) -> tuple[Span, ...]:
    if any(part.other for part in ref.union):
        return tuple(sorted(span for part in ref.union for span in _spans_of(part, today, _hint(ref.union) or base)))
    if not ref.other:
        return bounded(settled(ref, today, base, _hint(ref.union)), today)
    end = settled(ref.other, today, base)
    hint = (
        month_of(end.spans[0].first.year, end.spans[0].first.month)
        if ref.kind == "ordinal" and end.spans and ref.other.kind == "day"
        else base
    )
    if hint and ref.kind == "ordinal" and end.spans and ref.number > end.spans[0].first.day and ref.other.kind == "day":
        earlier = add_months(hint.first, -1)  # "vom 28. bis 3. Januar": the 28th of December
        hint = month_of(earlier.year, earlier.month)
    start = settled(ref, today, hint)
    if start.spans and ref.other.kind in ("weekday", "ordinal"):
        after = start.spans[0].first
        end = settled(ref.other, after, None)
    if start.kind == "day" and start.spans and end.spans and (end.spans[0].last - start.spans[0].first).days > 330:
        years = end.spans[0].last.year - start.spans[0].first.year  # "14.10. bis 15.10.2028": the year is said once
        start = replace(start, spans=(Span.day(add_months(start.spans[0].first, 12 * years)),))
    return bounded(replace(start, other=end), today)


def _hint(parts: Sequence[Ref]) -> Span | None:
    """ "am 3. oder 5. Mai": the month said once is meant for all."""
    day = next((part.spans[0].first for part in parts if part.kind == "day" and part.spans), None)
    twice = day and any(part.kind == "ordinal" and part.number == day.day for part in parts)  # "am 20. oder am 20.5."
    return month_of(day.year, day.month) if day and not twice else None


def _any_left(spans: Sequence[Span], weekdays: frozenset[int]) -> bool:
    for span in spans:
        last = span.first + timedelta(days=6) if span.last == FAR else min(span.last, span.first + timedelta(days=6))
        day = span.first
        while day <= last:
            if day.weekday() in weekdays:
                return True
            day += timedelta(days=1)
    return False


def _within(ref: Ref, positive: Sequence[Ref], today: date) -> bool:
    """Whether a day lies in a week or month named before: "nächste Woche, lieber Dienstag" narrows, it does not correct."""
    base = base_of(positive, today)
    if ref.kind in ("weekday", "weekdays") and base:
        return True
    days = _spans_of(ref, today, base)
    return bool(base and days and any(base.overlap(day) for day in days))


def _clock(found: Sequence[Found]) -> Clock:
    part = next((one.thing.part for one in reversed(found) if isinstance(one.thing, Said) and one.thing.kind == "part"), "")
    result = Clock()
    for place, one in enumerate(found):
        assert isinstance(one.thing, Said)
        said = one.thing.clock(part)
        if said is None:
            continue
        last = found[place - 1].thing if place else None
        if one.thing.part == "fr" and not one.before and isinstance(last, Said) and last.kind == "from":
            continue  # "nicht vor neun Uhr morgens" is no end
        words = set(one.before)
        apart = words & (OTHERWISE | OR) or (words & {"wieder", "und", "auch"} and not result.overlap(said))
        kinds = {one.thing.kind, last.kind} if isinstance(last, Said) else {"part"}
        rather = words & {"sagen", "lieber", "besser", "eher"} and not words & OR and "part" not in kinds
        if place and (corrected(one.before) or one.before[:2] == (",", "also") or rather):
            result = said
        elif place and apart and result not in (Clock(), said):
            result = _covering(result, said)
        elif one.thing.kind == "part" and not one.before and isinstance(last, Said) and last.kind != "part":
            result = result.overlap(said) or result  # "nach fünf am Abend" only says which five
        else:
            result = result.overlap(said) or said
    return result


def _covering(one: Clock, other: Clock) -> Clock:
    """Both alternatives in one range."""
    starts = [clock.at or clock.after for clock in (one, other)]
    ends = [clock.at or clock.before for clock in (one, other)]
    return Clock(min(starts) if all(starts) else None, max(ends) if all(ends) else None)  # type: ignore[type-var]
