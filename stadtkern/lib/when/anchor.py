"""Words that point back: "danach", "davor", "bis dahin", "am Tag darauf", "eine Woche später"."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from ..calendar import add_months
from .clock import Said
from .found import Found, another
from .refs import Ref, bounded, next_weekday, settled, week_of
from .settle import base_of
from .story import ASKS
from .window import FAR, Span

AFTER = frozenset(("danach", "anschliessend", "hinterher", "nachher", "seitdem"))
BEFORE = frozenset(("vorher", "davor", "zuvor", "dahin"))
POINTING = AFTER | BEFORE
_WHENEVER = frozenset("jederzeit immer egal ganztags flexibel".split())  # noqa: SIM905
_BUSY = frozenset("bin sind ist habe haben hab war waren muss muessen arbeite arbeiten".split())  # noqa: SIM905
_NEEDS = frozenset(
    """
    muss muessen muesste muessten soll sollte sollten brauche brauch brauchen
    will moechte wuerde haette habe hab bitte geht passt kann koennen
    klappt waere reicht ist erledigt fertig noch dann am um im in auch immer jederzeit wieder oder und nur erst ab
    """.split()  # noqa: SIM905
)
_WHO = frozenset("ich wir mein meine unser unsere er sie es der die das man".split())  # noqa: SIM905
_WANTS = re.compile(
    r"\b(?:brauch\w*|termin\w*|passt|geht|klappt|kann|koenn\w*|moecht\w*|haett\w*|waer\w*|bitte|gern\w*|lieber|fertig)\b"
)
_FREE = frozenset("frei zeit da moeglich verfuegbar flexibel".split())  # noqa: SIM905
_BOUND = {**dict.fromkeys(AFTER, "after"), **dict.fromkeys(BEFORE, "before"), "dann": "", "seitdem": "from"}


def anchored(found: list[Found], today: date, text: str) -> list[Found]:
    """What was named, with every word that points back made a day, a bound or a time of its own."""
    found = _and_after(_shifts(found, today))
    if "davor oder danach" in text or "vorher oder nachher" in text or "davor und danach" in text:
        return _around(found)
    return _days(_beside_the_story(_clocks(found), text))


def _and_after(found: list[Found]) -> list[Found]:
    """ "Bis zum 19. nur vormittags, danach jederzeit": the days behind it as well."""
    last = found[-1] if found else None
    if last is None or not _any(last) or "danach" not in last.before or not _WHENEVER & set(last.before):
        return found
    place = next((n for n in range(len(found) - 2, -1, -1) if isinstance(found[n].thing, Ref) and not found[n].story), None)
    own = place is not None and any(isinstance(one.thing, Said) and one.clause == found[place].clause for one in found)
    if place is None or not own:
        return found
    ref = found[place].thing
    assert isinstance(ref, Ref)
    after = replace(ref.other or ref, bound="after", negative=False)
    return [*found[:-1], replace(last, thing=after, before=("oder",)), replace(last, thing=Said("all"), before=())]


def _word(one: Found, named: Found | None = None) -> str:
    """The word that points back, if there is one; "vorher bin ich im Krankenhaus" only says the same again."""
    for place, word in enumerate(one.before):
        if word in POINTING:
            rest = one.before[place + 1 :]
            return "" if _busy(word, rest) or (named and _says_it(word, named) and _tells(word, rest)) else word
    return ""


def _busy(word: str, rest: Sequence[str]) -> bool:
    return bool(rest[:1]) and rest[0] in _BUSY and not set(rest) & _FREE and word != "dahin"


def _says_it(word: str, named: Found) -> bool:
    """Whether what was wished already ends or begins there: "ab dem 19., vorher sind wir weg"."""
    if named.story:
        return False
    thing = named.thing
    edge = thing.bound if isinstance(thing, Ref) else thing.kind
    return edge in (("from", "after", "at", "between") if word in BEFORE else ("until", "before", "at", "between", "part"))


def _tells(word: str, rest: Sequence[str]) -> bool:
    """Whether only the reason follows: "vorher steh ich auf dem Dach", "bis dahin liegt mein Mann im Krankenhaus"."""
    told = list(rest[: rest.index(",")] if "," in rest else rest)
    if len(told) < 2 or set(told) & _FREE or _WANTS.search(" ".join(told)):
        return False
    if word == "dahin":
        return told[0] not in _NEEDS and told[0].isalpha()
    return told[0] not in _NEEDS | ASKS and told[1] in _WHO


def _any(one: Found) -> bool:
    return isinstance(one.thing, Ref) and one.thing.kind == "any"


def _shifts(found: Sequence[Found], today: date) -> list[Found]:
    """ "am Tag darauf", "eine Woche später", "am Samstag davor": counted from the day named before, wished or told."""
    done: list[Found] = []
    for one in found:
        if not isinstance(one.thing, Ref) or not one.thing.shift:
            done.append(one)
            continue
        last = next(
            (old for old in reversed(done) if isinstance(old.thing, Ref) and old.thing.kind not in ("past", "any")), None
        )
        wished = [old.thing for old in done if isinstance(old.thing, Ref) and not old.story and old is not last]
        if last is None or not (moved := _moved(one.thing, last.thing, today, base_of(wished, today))):  # type: ignore[arg-type]
            continue
        if not (set(one.before) & {"oder", "und", "sonst"} or another(one.before)):
            told = {id(last)} | {id(old) for old in done if isinstance(old.thing, Said) and old.clause == last.clause}
            done = [replace(old, story=True) if id(old) in told else old for old in done]
        else:
            done = [replace(old, story=False) if old is last else old for old in done]
        done.append(replace(one, thing=moved))
    return done


def _moved(shift: Ref, named: Ref, today: date, base: Span | None) -> Ref | None:
    days = bounded(settled(replace(named, bound=""), today, base), today)
    if not days or days[-1].last == FAR:
        return None
    later = shift.number > 0
    edge = days[-1].last if later else days[0].first
    if shift.shift == "weekday":
        weekday = shift.number % 10
        start = edge + timedelta(days=1) if shift.number >= 10 else edge - timedelta(days=7)
        return Ref("range", (Span.day(next_weekday(weekday, start)),))
    if shift.shift == "beside":
        return Ref("day", (Span.day(days[0].first - timedelta(days=1)), Span.day(days[-1].last + timedelta(days=1))))
    if shift.shift == "woche":
        return Ref("week", (week_of(edge + timedelta(weeks=1 if later else -1)),))
    if shift.shift.startswith("monat"):
        day = add_months(edge, shift.number)
    else:
        day = edge + timedelta(days=shift.number * (7 if shift.shift.startswith("woche") else 1))
    return Ref("range", (Span.day(max(day, today)),), bound=shift.bound)


def _around(found: list[Found]) -> list[Found]:
    """ "Vom 10. bis 24. sind wir weg, davor oder danach geht es": not then."""
    place = next(
        (
            number
            for number in range(len(found) - 1, -1, -1)
            if isinstance(found[number].thing, Ref) and not _any(found[number])
        ),
        None,
    )
    if place is None:
        return found
    last = found[place]
    found = [*found[:place], replace(last, thing=replace(last.thing, negative=True), story=False), *found[place + 1 :]]  # type: ignore[arg-type]
    return [one for one in found if not _any(one)]


def _clocks(found: list[Found]) -> list[Found]:
    """ "Um 11 bin ich beim Arzt, danach": after eleven."""
    done = list(found)
    for place in range(1, len(done)):
        one, last = done[place], done[place - 1]
        word = _word(one, last)
        if (
            not word
            or not isinstance(last.thing, Said)
            or not last.thing.first
            or (one.before[-1] == "danach" and not _any(one))
        ):
            continue
        after = word in AFTER
        edge = last.thing.last or last.thing.first if after else last.thing.first
        done[place - 1] = replace(last, thing=Said("from" if after else "until", edge), story=False)
        done[place] = replace(one, before=tuple(old for old in one.before if old != word))
        day = done[place - 2] if place > 1 else None
        if day and day.story and isinstance(day.thing, Ref) and day.clause == last.clause and day.thing.kind != "past":
            done[place - 2] = replace(day, story=False)
    return done


def _beside_the_story(found: list[Found], text: str) -> list[Found]:
    """ "Mein Pass läuft am 3. Mai ab, ich brauche vorher einen": the day of the story counts after all, as a bound."""
    told = [one for one in found if one.story and isinstance(one.thing, Ref) and one.thing.kind != "past"]
    wished = [one for one in found if not one.story and isinstance(one.thing, Ref) and one.thing.kind != "any"]
    word = next((word for word in text.split() if word in _BOUND), "")
    onward = all(isinstance(one.thing, Ref) and one.thing.bound in ("from", "after") for one in wished)
    if (wished and not (onward and word in BEFORE)) or not told or not word:
        return found
    last = told[-1]
    assert isinstance(last.thing, Ref)
    if len(told) > 1 and last.thing.bound == "until" and word in BEFORE:
        last = told[-2]  # "sie kommen am 20. und bleiben bis Neujahr, vorher bitte"
        assert isinstance(last.thing, Ref)
    assert isinstance(last.thing, Ref)
    bound = _BOUND[word] or last.thing.bound
    wanted = replace(last, thing=replace(last.thing, bound=bound), story=False)
    return [wanted if one is last else one for one in found if not _any(one)]


def _days(found: list[Found]) -> list[Found]:
    """ "Montag danach", "erst danach": after what was named before; "gilt bis zum 20., vorher": before it."""
    done: list[Found] = []
    for one in found:
        place = next(
            (
                number
                for number in range(len(done) - 1, -1, -1)
                if isinstance(done[number].thing, Ref) and not done[number].story
            ),
            None,
        )
        hours = done[-1] if done and isinstance(done[-1].thing, Said) else None
        word = _word(one, hours or (done[place] if place is not None else None))
        if word and place is not None and (word == "danach" or _any(one) or isinstance(one.thing, Said)):
            named = done[place].thing
            assert isinstance(named, Ref)
            if named.kind != "past" and not (word in AFTER and named.bound in ("from", "after")):
                edge = named.other if named.other and word in AFTER else named
                if word in BEFORE and named.bound == "until" and edge.spans and not edge.event:
                    edge = replace(edge, spans=(Span.day(edge.spans[-1].last),))  # "bis Ende April hier, vorher"
                done[place] = replace(done[place], thing=replace(edge, negative=False, bound=_BOUND[word], other=None))
        if not _any(one):
            done.append(one)
    return done


def again(found: Sequence[Found]) -> list[Found]:
    """ "am 12. oder 13. Januar, lieber am 13.": the day of the month that was named before, not the next one so called."""
    done: list[Found] = []
    for one in found:
        ref = one.thing
        if isinstance(ref, Ref) and ref.kind == "ordinal" and not ref.union:
            named = (part for old in done if isinstance(old.thing, Ref) for part in old.thing.union)
            same = (part for part in named if part.kind == "day" and part.spans[0].first.day == ref.number)
            if day := next(same, None):
                one = replace(one, thing=replace(day, negative=ref.negative))
        done.append(one)
    return done
