"""What a sentence makes of the days it names: from, until, not, or; and days that only the sentence shows to be days."""

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from ..calendar import holidays
from .counted import UNITS, count_of, plus
from .line import NOT_ANY, Builder, Line, rule
from .refs import Ref, next_weekday, settled, week_of
from .window import Span

_WEEKEND = 7  # the number of a week that is "am Wochenende", with nothing beside it
_SMALL = ("weekday", "day", "ordinal")
_IN = r"(?:am|an|in|im|der|den|dem|die|das|einem|so|unbedingt|gerade|gleich|mehr|schon|erst|unseren)"


_UP_TO = rf"(?: (?:bis|zum|zur|zu|ende|aber|dann|jedoch|spaetestens|einschliesslich|inklusive|maximal|noch|{_IN}))*"
_OR = r"(?:oder|und|bzw|beziehungsweise|sowie|auch|alternativ|wahlweise|,)"
_DENIED = re.compile(rf"(?:^| ){NOT_ANY}(?: {_IN})* $")
_UNFIT = (
    r"zu (?:knapp|kurzfristig|spaet|eng|voll|weit)|bloed|doof|ungeschickt|unguenstig"
    r"|unpassend|unmoeglich|verplant|\w*arzt\w*|elternabend|\w*probe|training|beerdigung"
)
_REFUSED_NEXT = re.compile(
    r" (?:ist|waere|wird|geht|passt|klappt|kann|hab|habe|bin|koennen|sind)(?: [a-z]+){0,4} (?:nicht|nie|kein\w*|schlecht|bloed|"
    r"doof|voll|weg|verhindert|unterwegs|<u\d+>|zu (?:spaet|knapp|eng|kurzfristig))\b"
)
_OWNER = "meine[mr]|unsere[mr]|dem|der"
_OUTING = r"urlaub|reise|flug|abreise|abflug|umzug|hochzeit|trauung|geburtstag|op|kur|operation|entbindung"
_SUITS = r"(?:gehen|passen|klappen|geht|gehts|klappts|passts|kann|passt|klappt|ist|waere|bin|hab|habe|koennen|habn|haben)"


def relate(line: Line, today: date, land: str) -> None:
    """Ranges, alternatives, bounds and exclusions, each becoming one mark."""
    words = Relations(line, today, land)
    for text, build in words.rules():
        line.replace(rule(text), "d", build)


class Relations:
    """What the words around the days of a line make of them."""

    def __init__(self, line: Line, today: date, land: str) -> None:
        self.line, self.today, self.land = line, today, land

    def rules(self) -> list[tuple[str, Builder]]:
        """In the order they are tried."""
        return [
            (r"(D)(?: ,)?(?: (?:den|der|dem|am))? (D)", self._dated),
            (
                rf"(?:(mindestens|spaetestens|allerspaetestens|fruehestens) )?(N) ({UNITS}) (nach|vor)(?: {_IN})* (D)",
                self._away,
            ),
            (rf"nextwork (nach)(?: {_IN})* (D)", self._workday_after),
            (rf"(?:so |irgendwann )?(?:um|rund um)(?: {_IN})+ (D)(?: (?:rum|herum))?", self._around),
            (rf"(D|tag|brueckentag) (nach|vor)(?: {_IN})* (D)", self._beside),
            (rf"woche (nach|vor)(?: {_IN})* (D)", self._week_beside),
            (rf"(?:zwischen|von|vom|ab)(?: {_IN})* (D)(?: W)?(?: ,)? (?:und|bis){_UP_TO} (D)", self._range),
            (rf"(D)(?: ,)?(?: oder)? (?:aller)?spaetestens(?: (?:aber|jedoch|dann))?(?: {_IN})* (D)", self._range),
            (rf"(D) bis{_UP_TO} (D)", self._range),
            (
                rf"(?:(?:ab|vom|von)(?: {_IN})* )?(D)(?: an| ab)? (?:fuer )?(N) ({UNITS}) lang",
                lambda m: self._long(m[1], m[2], m[3]),
            ),
            (rf"(N) ({UNITS}) lang(?: ,)? (?:ab|vom|von)(?: {_IN})* (D)(?: an)?", lambda m: self._long(m[3], m[1], m[2])),
            (rf"(D)(?: ,)?(?: {_OR})+(?: {_IN})* (D)", self._either),
            (
                rf"(?:nicht (?:vor|eher als|frueher als)|fruehestens(?: (?:wieder|ab))?|erst ab|erst wieder ab|ab|beginnend)"
                rf"(?: {_IN})* (D)"
                r"(?: an| ab| aufwaerts)?",
                self._bound("from"),
            ),
            (rf"(?:von|vom)(?: {_IN})* (D) (?:an|ab)|(?:{_IN} )*(D) (?:oder spaeter|fruehestens)", self._bound("from")),
            (rf"(?:nicht nach|nicht spaeter als)(?: {_IN})* (D)", self._bound("until")),
            (rf"(?:(?:erst|direkt|gleich|kurz|unmittelbar|irgendwann) )*nach(?: {_IN})* (D)", self._bound("after")),
            (
                rf"bevor(?: {_IN})* (D)(?: [a-z]+)? (?:anfangen|anfaengt|beginnen|beginnt|losgehen|sind|ist|kommt)",
                self._bound("before"),
            ),
            (rf"(?:(?:noch|kurz|rechtzeitig) )*vor(?: {_IN})* (D)", self._bound("before")),
            (rf"(?:bis|spaetestens|maximal){_UP_TO} (D)|(D) spaetestens", self._bound("until")),
            (rf"nur(?: {_IN})* (D)(?: {_SUITS})?(?: (?:bitte|lieber|es|mir|ich|bei|uns|wir|leider|gar))* nicht", self._no),
            (r"(?<=immer )((?:[a-z]+ ){0,3}, )?nur (D) (?:ist|hab|habe|bin|muss|arbeite|nicht)", lambda m: self._no_but(m[2])),
            (rf"{NOT_ANY}(?: {_IN})* (D)", self._no),
            (rf"(D)(?: {_SUITS})(?: [a-z]+){{0,3}} (?:nicht|schlecht|{_UNFIT}|keine|nie|wohl nicht)", self._no),
            (
                r"(D)(?: (?:bin|sind|ist|beruflich|leider|immer|ich|wir|schon))* "
                r"(?:unterwegs|verreist|verhindert|verplant|belegt|weg|fort|krank\w*|im urlaub|auf \w*reise)",
                self._no,
            ),
            (rf"(D) ,(?: (?:und|{_IN}))* (D) auch(?: nicht)?(?= ,|$)", self._no_more),
            (
                r"(D) (?:(?:waere|ginge|geht|passt|ist) )?(?:auch|ebenfalls|genauso) "
                r"(?:okay|ok|moeglich|gut|recht|super|in ordnung|prima)"
                r"|(D) (?:waere|ginge|geht|passt|klappt)(?: (?:zur|not|bestimmt|sicher|mir|bei))* (?:auch|ebenfalls|genauso)",
                self._as_well,
            ),
            (rf"vor (?:{_OWNER}) (?:{_OUTING})(?: {_IN})* (D)", self._bound("before")),
            (rf"nach (?:{_OWNER}) (?:{_OUTING})(?: {_IN})* (D)", self._bound("after")),
            (r"(D) (?:ausgenommen|ausgeschlossen)", self._no),
            (r"(D) , (?:ganz )?egal welche[rnms]?", self._whichever),
            (
                r"(D)(?: (?:noch|schon|aber|auch|bitte|lieber|leider|wirklich|gar|ueberhaupt|bei|mir|uns|eher|da))*"
                r" (?:nicht)(?: mehr)?(?= (?:,|sondern|aber|und)|$)",
                self._no,
            ),
            (
                rf"(D)(?: {_SUITS}| habt| hat)(?: (?:ihr|sie|ja|doch|da))* (?:zu|geschlossen|dicht|feiertag)(?= (?:,|und)|$)",
                self._no,
            ),
            (r"(D) (?:arbeite|arbeiten|schaffe|schaff) (?:ich|wir)(?= (?:,|und|immer)|$)", self._busy),
            (
                r"(D) (?:hab|habe|haben|bin|muss) (?:ich|wir)(?: [a-z]+){0,2} "
                r"(?:schule|arbeit|arbeiten|dienst|kurs|uni|training|unterricht)",
                self._busy,
            ),
            (
                r"(D)(?: (?:bin|sind|ist))(?: [a-z]+){0,2} "
                r"(?:weg|verreist|fort|unterwegs|im urlaub|krank[a-z]*|auf [a-z]*reise)",
                self._no,
            ),
            (r"(D) (?:faellt|fallen|scheidet|scheiden) (?:leider |bei mir |bei uns )*(?:aus|weg)|(D) entfaellt", self._no),
        ]

    def _ref(self, mark: str) -> Ref:
        thing = self.line.thing(mark)
        return thing if isinstance(thing, Ref) else Ref("past")

    def _dated(self, m: "re.Match[str]") -> Ref | None:
        """ "Montag, den 8. März" is the 8th; "mo mi fr" are three days."""
        first, last = self._ref(m[1]), self._ref(m[2])
        if first.kind != "weekday" or first.bound or last.bound or last.shift or last.other:
            return None
        if m[0] == f"{m[1]} {m[2]}" and last.kind == "weekday" and last.number != first.number:
            return Ref("weekday", union=(*(first.union or (first,)), *(last.union or (last,))))
        dated = last.kind == "ordinal" or (last.kind == "day" and last.spans and last.spans[0].first.weekday() == first.number)
        return last if dated and not first.union else None

    def _range(self, m: "re.Match[str]") -> Ref | None:
        first, last = self._ref(m[1]), self._ref(m[2])
        if (first.kind, last.kind, first.number, last.number) == ("weekday", "weekday", 0, 4):
            return Ref("weekdays", weekdays=frozenset(range(5)))
        if first.kind == last.kind == "weekdays" and len(first.weekdays) == len(last.weekdays) == 1:
            return Ref("weekdays", weekdays=frozenset(range(min(first.weekdays), max(last.weekdays) + 1)) or first.weekdays)
        if m[0].startswith("zwischen") and first.event and last.event and first.spans[-1].last < last.spans[0].first:
            between = Span(first.spans[-1].last + timedelta(days=1), last.spans[0].first - timedelta(days=1))
            return Ref("range", (between,)) if between.first <= between.last else None
        shifted = first.shift or last.shift or first.bound
        if last.event and last.kind != "day" and last.spans and first.spans and first.spans[0].first < last.spans[0].first:
            last = replace(last, spans=(Span.day(last.spans[0].first - timedelta(days=1)),))  # "von Mitte März bis Ostern"
        return replace(first, other=last) if "past" not in (first.kind, last.kind) and not shifted else None

    def _either(self, m: "re.Match[str]") -> Ref | None:
        first, last = self._ref(m[1]), self._ref(m[2])
        parts = (*(first.union or (first,)), *(last.union or (last,)))
        kinds = {"small" if part.kind in _SMALL else part.kind for part in parts}
        ranged = any(part.other for part in parts)
        if len(kinds) > 1 or any(part.bound or part.negative for part in parts):
            return None
        if ranged and (kinds != {"small"} or " , " in m[0]):
            return None
        if parts[0].kind in ("past", "half") or any(part.shift for part in parts):
            return None
        if " , " in m[0] and " oder " not in m[0] and all(_among(part, first) for part in last.union or (last,)):
            return None  # "Dienstag oder Mittwoch, Mittwoch aber erst ab elf"
        if " , " in m[0] and _REFUSED_NEXT.match(m.string[m.end() :]):
            return None  # "Donnerstag, Freitag ist mir zu spät"
        if " , " in m[0] and not _listed(m[0], parts, denied=bool(_DENIED.search(m.string[: m.start()]))):
            return None
        if parts[0].kind == "weekdays":
            return Ref("weekdays", weekdays=first.weekdays | last.weekdays)
        return Ref(parts[0].kind, union=parts)

    def _bound(self, kind: str) -> Builder:
        def build(m: "re.Match[str]") -> Ref | None:
            named = self._ref(next(group for group in m.groups() if group))
            possible = named.kind not in ("past", "weekdays", "any") and not named.bound
            firm = kind in ("from", "after") and m[0].split()[0] in ("nicht", "fruehestens", "erst")
            return replace(named, bound=kind, firm=firm) if possible else None

        return build

    def _no(self, m: "re.Match[str]") -> Ref | None:
        named = self._ref(next(group for group in m.groups() if group))
        if named.kind == "week" and named.number == _WEEKEND:  # "außer am Wochenende": none of them
            return Ref("weekdays", weekdays=frozenset((5, 6)), negative=True)
        return replace(named, negative=True) if named.kind != "past" else None

    def _no_more(self, m: "re.Match[str]") -> Ref | None:
        """ "Mittwoch ist schlecht, Donnerstag auch"."""
        first, last = self._ref(m[1]), self._ref(m[2])
        if not first.negative or last.bound or last.kind != first.kind:
            return None
        return Ref(first.kind, union=(*(first.union or (replace(first, negative=False),)), last), negative=True)

    def _whichever(self, m: "re.Match[str]") -> Ref | None:
        """ "am Samstag, egal welcher": every one."""
        named = self._ref(m[1])
        return Ref("weekdays", weekdays=frozenset({named.number})) if named.kind == "weekday" and not named.bound else None

    def _as_well(self, m: "re.Match[str]") -> Ref | None:
        """ "heute wäre super, morgen auch okay"."""
        named = self._ref(m[1] or m[2])
        return replace(named, also=True) if named.kind in (*_SMALL, "week") and not named.bound else None

    def _busy(self, m: "re.Match[str]") -> Ref | None:
        """ "freitags arbeite ich": not then; "ab Mai arbeite ich" is a story."""
        named = self._ref(m[1])
        return replace(named, negative=True) if named.kind in ("weekday", "weekdays") and not named.bound else None

    def _no_but(self, mark: str) -> Ref | None:
        """ "hab immer Zeit, nur donnerstags ist Kegeln"."""
        named = self._ref(mark)
        return replace(named, negative=True) if named.kind != "past" else None

    def _beside(self, m: "re.Match[str]") -> Ref | None:
        """ "Dienstag nach Ostern", "am Tag vor Himmelfahrt"."""
        named = self._ref(m[3])
        weekday = self._ref(m[1]) if m[1][0] == "<" else None
        weekend = bool(weekday and weekday.kind == "week" and (weekday.spans[0].last - weekday.spans[0].first).days == 1)
        if not named.spans or named.bound or (weekday and weekday.kind != "weekday" and not weekend):
            return None
        after = m[2] == "nach"
        edge = named.spans[-1].last + timedelta(days=1) if after else named.spans[0].first - timedelta(days=1)
        if weekend:
            edge = next_weekday(5, edge if after else edge - timedelta(days=6))
            return Ref("week", (Span(edge, edge + timedelta(days=1)),))
        if weekday:
            edge = next_weekday(weekday.number, edge if after else edge - timedelta(days=6))
        return Ref("day", (Span.day(edge),))

    def _around(self, m: "re.Match[str]") -> Ref | None:
        """ "so um den 10. Juni herum": three days before and after."""
        named = self._ref(m[1])
        days = settled(named, self.today, None).spans if named.kind in ("day", "ordinal") and not named.union else ()
        if not days or named.bound:
            return None
        three = timedelta(days=3)
        return Ref("range", (Span(days[0].first - three, days[-1].last + three),))

    def _workday_after(self, m: "re.Match[str]") -> Ref | None:
        """ "am ersten Werktag nach Neujahr": no Saturday, no holiday."""
        named = self._ref(m[2])
        if not named.spans or named.bound or named.spans[-1].last.year > 9000:
            return None
        day = named.spans[-1].last + timedelta(days=1)
        while day.weekday() > 4 or day in holidays(day.year, self.land):
            day += timedelta(days=1)
        return Ref("day", (Span.day(day),))

    def _away(self, m: "re.Match[str]") -> Ref | None:
        """ "zwei Wochen vor Weihnachten", "mindestens einen Tag nach dem 3."."""
        named, count = self._ref(m[5]), count_of(m[2])
        if not named.spans or named.bound or count is None:
            return None
        after = m[4] == "nach"
        edge = named.spans[-1].last if after else named.spans[0].first
        day = plus(edge, count if after else -count, m[3])
        return Ref("day", (Span.day(day),), bound=("from" if after else "until") if m[1] else "")

    def _long(self, mark: str, count: str, unit: str) -> Ref | None:
        """ "vom 26. April an zwei Wochen lang"."""
        days, number = settled(replace(self._ref(mark), bound=""), self.today, None).spans, count_of(count)
        if not days or number is None:
            return None
        return Ref("range", (Span(days[0].first, plus(days[0].first, number, unit)),))

    def _week_beside(self, m: "re.Match[str]") -> Ref | None:
        """ "in der Woche nach Ostern": seven days; where that begins at the end of a week, the next one."""
        named = self._ref(m[2])
        if not named.spans or named.bound:
            return None
        first = named.spans[-1].last + timedelta(days=1) if m[1] == "nach" else named.spans[0].first - timedelta(days=7)
        if m[1] == "nach" and first.weekday() >= 4:
            first = week_of(first + timedelta(days=6)).first
        return Ref("week", (Span(first, first + timedelta(days=6)),))


def _among(ref: Ref, named: Ref) -> bool:
    """Whether a day is one of those named before."""
    if ref.kind == "weekdays":
        return bool(ref.weekdays) and ref.weekdays < named.weekdays
    return any((part.kind, part.number, part.spans) == (ref.kind, ref.number, ref.spans) for part in named.union)


def _listed(text: str, parts: tuple[Ref, ...], *, denied: bool) -> bool:
    """Whether a comma lists alternatives: "Montag, Dienstag" and "Ende Mai, Anfang Juni", not "Freitag, den 25. Juni"."""
    if " oder " in text:
        return True
    if len({part.kind for part in parts}) != 1 or parts[0].kind == "half":
        return False
    spans = [span for part in parts for span in part.spans]
    apart = all(one.last < other.first for one, other in pairwise(spans))
    return parts[0].kind in ("weekday", "ordinal", "weekdays") or (apart and not denied)  # "nicht im März, im April"
