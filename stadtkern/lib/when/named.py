"""Days, weeks and seasons by name: "heute", "nächste Woche", "am Wochenende", "vor Ostern", "in den Herbstferien"."""

import re
from dataclasses import replace
from datetime import date, timedelta

from ..calendar import holidays
from . import school
from .holidays import NAMES, feast
from .line import NOT_ANY, Builder
from .refs import Ref, month_of, next_weekday, week_of
from .seen import Seen
from .window import Span

_SEASONS = {"fruehling": (3, 5), "fruehjahr": (3, 5), "sommer": (6, 8), "herbst": (9, 11), "winter": (12, 2)}
_SCHOOL = "oster|sommer|herbst|weihnachts|pfingst|winter"


class Named(Seen):
    """The rules of names."""

    def rules(self) -> list[tuple[str, Builder]]:
        """In the order they are tried."""
        feasts = "|".join(
            sorted((name.replace("_", " ") for name in NAMES if name not in ("advent", "feiertage")), key=len, reverse=True)
        )
        return [
            (r"zwischen weihnachten und (?:neujahr|silvester)", lambda m: self._feast("zwischen_den_jahren")),
            (rf"{NOT_ANY}(?: (?:am|an|den|dem|einem|der|im))* (?:gesetzliche[nrms]? )?feiertage?n?", self._public_holidays),
            (r"(?:die |der )?ganze woche", lambda m: Ref("week", (self.relative("diese", "woche"),))),
            (r"(?:oster|pfingst)dienstag", self._tuesday_after),
            (r"(\d)o quartal(?: (?:(naechste|kommende|diese) jahr|(\d{4})))?", self._quarter),
            (r"(?:weihnachts|fest)woche", lambda m: self._week_around("weihnachten")),
            (r"(?:karnevals|faschings|fastnachts)woche", lambda m: self._week_around("karneval")),
            (r"(?<=vor dem )fest(?= ,|$| [a-z])(?! (?:genehm|anmeld))", self._the_feast),
            (r"(?<!mal )in (?:der )?woche(?= (?:P|,|oder|nur|immer|abends|ab T|nach T)|$)", lambda m: self._workdays()),
            (r"zwischen den (?:jahre|feiertagen)", lambda m: self._feast("zwischen_den_jahren")),
            (r"([1-4])o advent", lambda m: self._feast("advent", int(m[1]))),
            (r"(?:heilige|heiligen) (?:drei|3) koenige|dreikoenigs?(?:tag)?", lambda m: self._feast("dreikoenig")),
            (r"(?:christi )himmelfahrt(?: (\d{4}))?", lambda m: self._feast("himmelfahrt", year=m[1])),
            (r"heilig abend|heiliger abend|heiligen pab", lambda m: self._feast("heiligabend")),
            (rf"({feasts})(?: (\d{{4}}))?", lambda m: self._feast(m[1].replace(" ", "_"), year=m[2])),
            (r"adventszeit|vorweihnachtszeit|(?:im|in der|waehrend der) advent", self._advent),
            (
                r"(?:die |den )?(?:naechste|kommende) (2|3|4|beiden) "
                r"(montage|dienstage|mittwoche|donnerstage|freitage|samstage|sonntage|W)",
                self._next_weekdays,
            ),
            (rf"(1o|letzte) (2|3|beiden) (?:wochen der )?({_SCHOOL})?ferien(?:wochen)?", self._weeks_of_school),
            (r"(?:den )?feiertagen?", lambda m: self._feast("feiertage")),
            (rf"(anfang|mitte|ende|1o haelfte|2o haelfte) (?:der|in den|von den) ({_SCHOOL})?ferien", self._part_of_school),
            (
                rf"(O) (?:(?:woche (?:der|in den|von den|der) )?({_SCHOOL})?ferien|({_SCHOOL})?ferienwoche)",
                self._week_of_school,
            ),
            (
                r"(?:(REL) )?(oster|sommer|herbst|weihnachts|pfingst|winter|faschings|fruehjahrs|schul)?"
                r"(?<!ich )(?<!wir )ferien(?! auf )(?: (\d{4}))?",
                self._school,
            ),
            (r"uebermorgen", lambda m: self.plus_days(2)),
            (r"heute", lambda m: self.plus_days(0)),
            (r"(?:den )?(W) (naechste|kommende|uebernaechste|diese) woche", lambda m: self._weekday_of(m[1], m[2])),
            (
                r"(REL) woche (?:am )?(W)(?! (?:(?:oder|und|,|bis|bzw|sowie)(?: (?:am|an))? )?W)",
                lambda m: self._weekday_of(m[2], m[1]),
            ),
            (r"(?:woche (?:vom|ab|nach|mit|des)(?: dem)? )(\d+o M|d\d\d-\d\d-\d*|\d+o \d+o|\d+o)", self._week_with),
            (r"kalenderwoche (\d+)o? (oder|und|bis|,) (?:kalenderwoche )?(\d+)o?(?! uhr)", self._calendar_weeks),
            (r"woche (\d+)(?= ,|$| oder| P)", lambda m: self._calendar_week(int(m[1]))),
            (r"(\d+)o? (oder|und|bis|,) (\d+)o? kalenderwoche", self._calendar_weeks),
            (r"(?:(\d+)o? )?kalenderwoche(?: (\d+)o?)?", lambda m: self._calendar_week(int(m[1] or m[2] or 0))),
            (r"(?:(REL) )?wochenende", self._weekend),
            (r"(REL) (woche|monat|jahr)", lambda m: Ref("week" if m[2] == "woche" else "month", (self.relative(m[1], m[2]),))),
            (r"(?:noch )(?:die|in der) woche", lambda m: Ref("week", (self.relative("diese", "woche"),))),
            (r"(?:im|des) neuen jahr", lambda m: Ref("month", (self.relative("naechste", "jahr"),))),
            (r"(?:diese|naechste|kommende) (?:oder|und|bzw) (?:naechste|kommende|uebernaechste) (W)", self._this_or_next),
            (r"(diese|naechste|kommende|uebernaechste) (W)", self._this_weekday),
            (r"(?:REL )?(fruehling|fruehjahr|sommer|herbst|winter)", self._season),
            (
                r"(?:montags bis freitags|werktags|unter der woche|wochentags|unter die woche|innerhalb der woche|wochentagen)",
                lambda m: self._workdays(),
            ),
            (r"(?:an )?jede[nmrs]? (?:wochen|werk|arbeits)tag", lambda m: Ref("weekdays", weekdays=frozenset(range(5)))),
            (r"immer(?: frei| zeit| am| an| nur)* (W) (?:und|oder|,) (W)", self._weekly),
            (r"(?:irgend)?(?:ein|einen|nen) (W)(?! (?:W|in|nach|vor|spaeter))", self._weekly),
            (
                r"(?:jede[nmrs]?|an einem|an nem|immer)(?: am| frei)* (W)",
                lambda m: Ref("weekdays", weekdays=frozenset({int(m[1][1])})),
            ),
            (r"v(\d)", lambda m: Ref("weekdays", weekdays=frozenset({int(m[1])}))),
            (r"(?:den )?rest der woche", lambda m: Ref("week", (self.relative("diese", "woche"),))),
        ]

    def _weekly(self, m: "re.Match[str]") -> Ref:
        return Ref("weekdays", weekdays=frozenset(int(day[1]) for day in m.groups() if day))

    def _workdays(self) -> Ref:
        return Ref("weekdays", weekdays=frozenset(range(5)))

    def _public_holidays(self, m: "re.Match[str]") -> Ref:
        """ "außer am Feiertag": those of the Land, of this year and the next."""
        days = [day for year in (self.today.year, self.today.year + 1) for day in holidays(year, self.land)]
        return Ref("day", tuple(Span.day(day) for day in sorted(days) if day >= self.today), negative=True)

    def _quarter(self, m: "re.Match[str]") -> Ref | None:
        """ "im zweiten Quartal": the running or next one."""
        number = int(m[1])
        if not 1 <= number <= 4:
            return None
        year = int(m[3]) if m[3] else self.today.year + (m[2] in ("naechste", "kommende"))
        last = month_of(year, 3 * number).last
        if last < self.today and not m[2] and not m[3]:
            year, last = year + 1, month_of(year + 1, 3 * number).last
        return Ref("month", (Span(date(year, 3 * number - 2, 1), last),))

    def _tuesday_after(self, m: "re.Match[str]") -> Ref | None:
        span = feast("ostern" if m[0][0] == "o" else "pfingsten", self.today, self.land)
        return Ref("day", (Span.day(span.last + timedelta(days=1)),)) if span else None

    def _week_around(self, name: str) -> Ref | None:
        span = feast(name, self.today, self.land)
        return Ref("week", (week_of(span.first + timedelta(days=1)),), event=True) if span else None

    def _the_feast(self, m: "re.Match[str]") -> Ref | None:
        """ "vor dem Fest": Christmas, said from October on."""
        return self._feast("weihnachten") if self.today.month >= 10 else None

    def _feast(self, name: str, number: int = 1, year: str | None = None) -> Ref | None:
        start = date(int(year), 1, 1) if year and self.today.year < int(year) < 2200 else self.today
        span = feast(name, start, self.land, number)
        return Ref("range" if span.first != span.last else "day", (span,), event=True) if span else None

    def _week_of_school(self, m: "re.Match[str]") -> Ref | None:
        span = school.holidays(self.land, m[2] or m[3] or "", self.today)
        if span is None:
            return None
        first = span.last - timedelta(days=6) if m[1] == "letzte" else span.first + timedelta(weeks=int(m[1][:-1]) - 1)
        return Ref("range", (Span(first, min(span.last, first + timedelta(days=6))),)) if first <= span.last else None

    def _weeks_of_school(self, m: "re.Match[str]") -> Ref | None:
        span = school.holidays(self.land, m[3] or "", self.today)
        if span is None:
            return None
        days = timedelta(days=7 * (3 if m[2] == "3" else 2) - 1)
        return Ref("range", (Span(span.last - days, span.last) if m[1] == "letzte" else Span(span.first, span.first + days),))

    def _advent(self, m: "re.Match[str]") -> Ref | None:
        start = feast("advent", self.today, self.land, 1)
        if start is None:
            return None
        year = self.today.year if self.today <= date(self.today.year, 12, 24) else self.today.year + 1
        first = start.first if start.first.year == year else self.today
        return Ref("range", (Span(first, date(year, 12, 24)),))

    def _next_weekdays(self, m: "re.Match[str]") -> Ref:
        """ "an einem der nächsten beiden Montage"."""
        names = ("mon", "die", "mit", "don", "fre", "sam", "son")
        number = int(m[2][1]) if m[2][1].isdigit() else names.index(m[2][:3])
        first = next_weekday(number, self.today + timedelta(days=1))
        count = 2 if m[1] == "beiden" else int(m[1])
        return Ref("day", tuple(Span.day(first + timedelta(weeks=week)) for week in range(count)))

    def _part_of_school(self, m: "re.Match[str]") -> Ref | None:
        """The first, second or last third of the holidays, or one of their halves."""
        span = school.holidays(self.land, m[2] or "", self.today)
        if span is None:
            return None
        days = (span.last - span.first).days + 1
        parts = {"anfang": (0, 3), "mitte": (1, 3), "ende": (2, 3), "1o haelfte": (0, 2), "2o haelfte": (1, 2)}
        place, of = parts[m[1]]
        first, last = days * place // of, days * (place + 1) // of - 1
        return Ref("range", (Span(span.first + timedelta(days=first), span.first + timedelta(days=last)),))

    def _school(self, m: "re.Match[str]") -> Ref:
        kind = {"faschings": "winter", "fruehjahrs": "winter", "schul": "", None: ""}.get(m[2], m[2] or "")
        span = school.holidays(self.land, kind, self.today, int(m[3]) if m[3] else None)
        if span is None:
            return Ref(
                "range", note="Für diese Ferien kenne ich noch keine Termine. Bitte nennen Sie einen Tag oder eine Woche."
            )
        return Ref("range", (span,), event=True)

    def _weekday_of(self, weekday: str, which: str) -> Ref:
        week = self.relative(which, "woche", whole=True)
        return Ref("day", (Span.day(next_weekday(int(weekday[1]), week.first)),), within=week)

    def _week_with(self, m: "re.Match[str]") -> Ref | None:
        if m[1][:-1].isdigit():
            return Ref("weekof", number=int(m[1][:-1]))
        named = self.day_named(m[1])
        return Ref("week", (week_of(named),)) if named else None

    def _calendar_weeks(self, m: "re.Match[str]") -> Ref | None:
        first, last = self._calendar_week(int(m[1])), self._calendar_week(int(m[3]))
        if not first or not last:
            return first
        return replace(first, other=last) if m[2] == "bis" else Ref("week", union=(first, last))

    def _calendar_week(self, number: int) -> Ref | None:
        if not 1 <= number <= 53:
            return None
        for year in (self.today.year, self.today.year + 1):
            try:
                monday = date.fromisocalendar(year, number, 1)
            except ValueError:
                continue
            if monday + timedelta(days=6) >= self.today:
                return Ref("week", (Span(monday, monday + timedelta(days=6)),))
        return None

    def _weekend(self, m: "re.Match[str]") -> Ref:
        saturday = self.today - timedelta(days=1) if self.today.weekday() == 6 else next_weekday(5, self.today)
        running = self.today.weekday() >= 5
        shift = {"naechste": int(running), "kommende": int(running), "uebernaechste": 1 + int(running)}.get(m[1] or "", 0)
        saturday += timedelta(weeks=shift)
        return Ref("week", (Span(saturday, saturday + timedelta(days=1)),), number=0 if m[1] else 7)

    def _this_weekday(self, m: "re.Match[str]") -> Ref:
        weekday = int(m[2][1])
        day = next_weekday(weekday, self.today + timedelta(days=1))
        if m[1] == "uebernaechste":
            day += timedelta(weeks=1)
        return Ref("day", (Span.day(day),))

    def _this_or_next(self, m: "re.Match[str]") -> Ref:
        """ "diesen oder nächsten Freitag": the next one, and a week later."""
        first = next_weekday(int(m[1][1]), self.today + timedelta(days=1))
        return Ref("day", (Span.day(first), Span.day(first + timedelta(weeks=1))))

    def _season(self, m: "re.Match[str]") -> Ref | None:
        first, last = _SEASONS[m[1]]
        for year in (self.today.year - 1, self.today.year, self.today.year + 1):
            span = Span(date(year, first, 1), month_of(year + (last < first), last).last)
            if span.last >= self.today and (m[0].split()[0] not in ("naechste", "kommende") or span.first > self.today):
                return Ref("month", (span,), event=True)
        return None
