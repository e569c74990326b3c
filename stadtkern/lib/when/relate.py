"""What a sentence makes of the days it names: from, until, not, or; and days that only the sentence shows to be days."""

import re
from dataclasses import replace
from datetime import date, timedelta

from .line import Line, rule
from .refs import Ref, next_weekday, week_of
from .tokens import Token
from .window import Span

_SMALL = ("weekday", "day", "ordinal")
_BEFORE_ORDINAL = frozenset(
    """
    am dem den der zum vom ab bis oder und , zwischen nach vor spaetestens fruehestens erst einschliesslich
    """.split()  # noqa: SIM905
)
_NO_DAY = frozenset(
    """
    mal kind klasse ausweis pass person mahnung stock etage rate ehe versuch vorschlag termin wahl teil monat
    woche tag schritt wohnsitz
    """.split()  # noqa: SIM905
)
_IN = r"(?:am|an|in|im|der|den|dem|die|das|einem|so|unbedingt|gerade|gleich|mehr|schon|erst|unseren)"


def ordinals(line: Line, text: str) -> None:
    """ "am 3." and "der achte" are days of a month, "die dritte Mahnung" is not."""
    for place, token in enumerate(line.tokens):
        if not re.fullmatch(r"\d+o", token.symbol) or not 1 <= int(token.symbol[:-1]) <= 31:
            continue
        before = line.tokens[place - 1].symbol if place else ""
        after = line.tokens[place + 1] if place + 1 < len(line.tokens) else None
        certain = before == "am" and text[token.start].isdigit()
        noun = (
            after
            and re.fullmatch(r"[a-z]{2,}", after.symbol)
            and (after.symbol in _NO_DAY or (text[after.start].isupper() and not certain))
        )
        begins = after is not None and after.symbol in ("bis", "oder", "und") and not before
        if (before in _BEFORE_ORDINAL or before.startswith("<d") or begins) and not noun:
            line.tokens[place] = Token(f"<d{len(line.things)}>", token.start, token.end)
            line.things.append(Ref("ordinal", number=int(token.symbol[:-1])))


def ellipses(line: Line, today: date) -> None:
    """ "diese oder nächste Woche", "nicht diese Woche, nächste erst"."""

    def week(which: str) -> Ref:
        steps = {"diese": 0, "naechste": 7, "kommende": 7, "uebernaechste": 14}[which]
        return Ref("week", (week_of(date.fromordinal(today.toordinal() + steps)),))

    line.replace(rule(r"(REL)(?= (?:oder|und|bis) D)"), "d", lambda m: week(m[1]))
    if any(isinstance(thing, Ref) and thing.kind == "week" for thing in line.things):
        line.replace(
            rule(r"(?:die )?(naechste|kommende|uebernaechste)(?= (?:erst|dann|,|wieder|geht|passt|waere)|$)"),
            "d",
            lambda m: week(m[1]),
        )


def relate(line: Line) -> None:
    """Ranges, alternatives, bounds and exclusions, each becoming one mark."""

    def ref(mark: str) -> Ref:
        thing = line.thing(mark)
        return thing if isinstance(thing, Ref) else Ref("past")

    def pair(m: "re.Match[str]") -> Ref | None:
        first, last = ref(m[1]), ref(m[2])
        return replace(first, other=last) if "past" not in (first.kind, last.kind) and not first.bound else None

    def either(m: "re.Match[str]") -> Ref | None:
        first, last = ref(m[1]), ref(m[2])
        parts = (*(first.union or (first,)), *(last.union or (last,)))
        same = len({"small" if part.kind in _SMALL else part.kind for part in parts}) == 1 and not any(
            part.other or part.bound or part.negative for part in parts
        )
        if not same or parts[0].kind in ("past", "half") or (" , " in m[0] and not _listed(m[0], parts)):
            return None
        if parts[0].kind == "weekdays":
            return Ref("weekdays", weekdays=first.weekdays | last.weekdays)
        return Ref(parts[0].kind, union=parts)

    def bound(kind: str):  # type: ignore[no-untyped-def]
        def build(m: "re.Match[str]") -> Ref | None:
            named = ref(m[1])
            if named.kind in ("past", "weekdays", "any") or named.bound:
                return None
            return replace(named, bound=kind)

        return build

    def no(m: "re.Match[str]") -> Ref | None:
        named = ref(m[1])
        return replace(named, negative=True) if named.kind != "past" else None

    def beside(m: "re.Match[str]") -> Ref | None:
        named = ref(m[3])
        day = ref(m[1]).number if m[1][0] == "<" else None
        if not named.spans or named.bound or (m[1][0] == "<" and ref(m[1]).kind != "weekday"):
            return None
        after = m[2] == "nach"
        edge = named.spans[-1].last + timedelta(days=1) if after else named.spans[0].first - timedelta(days=1)
        if day is not None:
            edge = next_weekday(day, edge if after else edge - timedelta(days=6))
        return Ref("day", (Span.day(edge),))

    def pair_or_weekdays(m: "re.Match[str]") -> Ref | None:
        first, last = ref(m[1]), ref(m[2])
        if (first.kind, last.kind, first.number, last.number) == ("weekday", "weekday", 0, 4):
            return Ref("weekdays", weekdays=frozenset(range(5)))
        if first.kind == last.kind == "weekdays" and len(first.weekdays) == len(last.weekdays) == 1:
            return Ref("weekdays", weekdays=frozenset(range(min(first.weekdays), max(last.weekdays) + 1)) or first.weekdays)
        return pair(m)

    def week_beside(m: "re.Match[str]") -> Ref | None:
        named = ref(m[2])
        if not named.spans or named.bound:
            return None
        if m[1] == "nach":
            return Ref("week", (Span(named.spans[-1].last + timedelta(days=1), named.spans[-1].last + timedelta(days=7)),))
        return Ref("week", (Span(named.spans[0].first - timedelta(days=7), named.spans[0].first - timedelta(days=1)),))

    line.replace(rule(rf"(D|tag|werktag) (nach|vor)(?: {_IN})* (D)"), "d", beside)
    line.replace(rule(rf"woche (nach|vor)(?: {_IN})* (D)"), "d", week_beside)
    line.replace(
        rule(
            rf"(?:zwischen|von|vom|ab)(?: {_IN})* (D)(?: W)?(?: ,)? (?:und|bis)(?: (?:zum|zu|einschliesslich|"
            rf"inklusive|spaetestens|{_IN}))* (D)"
        ),
        "d",
        pair_or_weekdays,
    )
    line.replace(rule(rf"(D) bis(?: (?:zum|zu|einschliesslich|inklusive|{_IN}))* (D)"), "d", pair_or_weekdays)
    line.replace(
        rule(rf"(D)(?: ,)?(?: (?:oder|und|bzw|beziehungsweise|sowie|auch|alternativ|wahlweise|,))+(?: {_IN})* (D)"), "d", either
    )
    line.replace(
        rule(
            rf"(?:nicht vor|fruehestens(?: (?:wieder|ab))?|erst ab|erst wieder ab|ab|beginnend)(?: {_IN})* "
            rf"(D)(?: an| ab| aufwaerts)?"
        ),
        "d",
        bound("from"),
    )
    line.replace(
        rule(rf"(?:von|vom)(?: {_IN})* (D) (?:an|ab)|(?:{_IN} )*(D) (?:oder spaeter|fruehestens)"),
        "d",
        lambda m: bound("from")(_Group(m)),
    )
    line.replace(rule(rf"(?:nicht nach|nicht spaeter als)(?: {_IN})* (D)"), "d", bound("until"))
    line.replace(rule(rf"(?:(?:erst|direkt|gleich|kurz|unmittelbar|irgendwann) )*nach(?: {_IN})* (D)"), "d", bound("after"))
    line.replace(rule(rf"(?:(?:noch|kurz|rechtzeitig) )*vor(?: {_IN})* (D)"), "d", bound("before"))
    line.replace(
        rule(
            rf"(?:bis|spaetestens|maximal)(?: (?:bis|zum|zur|zu|ende|spaetestens|einschliesslich|maximal|"
            rf"noch|{_IN}))* (D)|(D) spaetestens"
        ),
        "d",
        lambda m: bound("until")(_Group(m)),
    )
    line.replace(
        rule(rf"(?:nicht|kein(?:en|er|em|e)?|ausser|ausgenommen|ohne|nie|niemals|nix|abgesehen von)(?: {_IN})* (D)"), "d", no
    )
    line.replace(
        rule(
            r"(D)(?: (?:geht|kann|passt|klappt|ist|waere|bin|hab|habe|koennen|habn|haben))(?: [a-z]+){0,3} "
            r"(?:nicht|schlecht|verhindert|keine|wohl nicht)"
        ),
        "d",
        no,
    )
    line.replace(rule(r"(D)(?: (?:noch|schon|aber))* (?:nicht)(?= (?:,|sondern|aber)|$)"), "d", no)


class _Group:
    """The one group of an alternative that matched."""

    def __init__(self, found: "re.Match[str]") -> None:
        self.mark = next(group for group in found.groups() if group)

    def __getitem__(self, _: int) -> str:
        return self.mark


def _listed(text: str, parts: tuple[Ref, ...]) -> bool:
    """Whether a comma lists alternatives: "Montag, Dienstag", not "Freitag, den 25. Juni"."""
    return " oder " in text or (len({part.kind for part in parts}) == 1 and parts[0].kind in ("weekday", "ordinal", "weekdays"))
