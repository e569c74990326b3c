"""The grammar of days: every way to name a day, a week, a month, a feast. docs/voice.md explains each."""

import re
from datetime import date, datetime, timedelta

from ..calendar import add_months
from . import school
from .holidays import NAMES, feast
from .line import Builder, Line, rule
from .refs import Ref, month_of, next_weekday, third, week_of
from .window import FAR, Span

_SEASONS = {"fruehling": (3, 5), "fruehjahr": (3, 5), "sommer": (6, 8), "herbst": (9, 11), "winter": (12, 2)}
_VAGUE = {"paar": (2, 7), "einigen": (2, 7), "wenigen": (2, 5), "": (0, 7)}
_UNITS = r"tage?|wochen?|monate?|jahre?"
_PAST = (
    rf"(?:seit )?(?:gestern|vorgestern|neulich|kuerzlich)|(?:seit )?(?:letzte|vorige) (?:woche|"
    rf"monat|jahr|W|M|tage|wochen|monate|nacht|sommer|winter|herbst|wochenende)"
    rf"|(?:seit|schon seit|vor) (?:N) (?:{_UNITS}|stunden|minuten)|seit (?:ART )?(?:D|W|M|O)"
)


class Days:
    """Finds the days named in a line, seen from a moment."""

    def __init__(self, now: datetime, land: str) -> None:
        self.today, self.land = now.date(), land
        self.now = now

    def find(self, line: Line) -> None:
        """Replace every day that is named by a mark <d>."""
        for shelf in (self._by_count(), [(_PAST, lambda m: Ref("past"))], self._by_name(), self._by_calendar()):
            for text, build in shelf:
                line.replace(rule(text), "d", build)

    # counted from today or inside a month

    def _by_count(self) -> list[tuple[str, Builder]]:
        return [
            (r"(O) (W) (?:im|in|des|der|vom|von)(?: (?:REL))? (M|monats?)(?: (\d{4}))?", self._nth_weekday),
            (r"(O) (W) (?:im|in|des) (?:naechste|kommende) (naechst)?monat", self._nth_weekday_next),
            (r"(O) (?:woche )(?:im|in|des|vom|von) (M)(?: (\d{4}))?", self._week_of_month),
            (r"(O) (?:tag )(?:im|in|des|vom|von) (M|monat)", self._day_of_month),
            (r"(O) (M) (?:woche)()", self._week_of_month),
            (r"(\d+)o? (M)() (naechste|kommende) jahr", self._day_and_month),
            (r"(M)() (naechste|kommende) jahr", self._month_ref),
            (r"(1o|2o) (M) haelfte", lambda m: self._half(m[2], int(m[1][0]))),
            (r"(1o|2o) haelfte (?:im|des|vom|von|in) (M)", lambda m: self._half(m[2], int(m[1][0]))),
            (r"(1o|2o) (?:monats)?haelfte", lambda m: Ref("half", number=int(m[1][0]))),
            (r"(anfang|mitte|ende) (?:(?:der|des|vom|von|im|in) )?(?:ART )?(?:(REL) )?(woche|monat|jahr)", self._third_rel),
            (r"(anfang|mitte|ende) (?:des|vom|im) neuen (jahr)", lambda m: self._third_next_year(m[1])),
            (
                r"(anfang|mitte|ende) (?:(?:im|vom|von|des) )?(M)(?: (\d{4}))?",
                lambda m: Ref("range", (third(self._month(m[2], m[3]), m[1]),)),
            ),
            (rf"(heute|morgen|uebermorgen|W) (?:in|ueber) (N) ({_UNITS})", self._from_day),
            (rf"in (N) ({_UNITS})(?: am| an einem)? (W)", self._weekday_in_weeks),
            (
                rf"(?:in|innerhalb|binnen|waehrend)(?: (?:von|der|den|die))* (?:naechste|kommende)(?: (N))? ({_UNITS})",
                self._within,
            ),
            (rf"(?:innerhalb|binnen)(?: (?:von|der|den))* (N) ({_UNITS})", self._within),
            (
                r"(?:(?:die|den|der) )?(?:naechste|kommende) (N) (tage|wochen|monate)"
                r"|(?:die|den) (?:naechste|kommende)() (tage|wochen|monate)",
                self._next_so_many,
            ),
            (rf"(?:so )?(?:in|nach)(?: (?:etwa|gegen|so|rund))? (N) ({_UNITS})", self._ahead),
            (r"(?:in|nach) (N) stunden?", lambda m: Ref("day", (Span.day(self.today),))),
        ]

    def _nth_weekday(self, m: "re.Match[str]") -> Ref:
        month = (
            self._month(m[3], m[4]) if m[3][0] == "m" and m[3][1:].isdigit() else month_of(self.today.year, self.today.month)
        )
        if "naechste" in m[0].split() or "kommende" in m[0].split():
            month = self._later_month(1)
        return self._nth(m[1], int(m[2][1]), month)

    def _nth_weekday_next(self, m: "re.Match[str]") -> Ref:
        return self._nth(m[1], int(m[2][1]), self._later_month(1))

    def _nth(self, which: str, weekday: int, month: Span) -> Ref:
        if which == "letzte":
            day = next_weekday(weekday, month.last - timedelta(days=6))
        else:
            day = next_weekday(weekday, month.first) + timedelta(weeks=int(which[:-1]) - 1)
        return Ref("day", (Span.day(day),))

    def _week_of_month(self, m: "re.Match[str]") -> Ref:
        month = self._month(m[2], m[3])
        first = month.last - timedelta(days=6) if m[1] == "letzte" else month.first + timedelta(weeks=int(m[1][:-1]) - 1)
        return Ref("range", (Span(first, min(month.last, first + timedelta(days=6))),))

    def _day_of_month(self, m: "re.Match[str]") -> Ref | None:
        month = self._month(m[2]) if m[2] != "monat" else month_of(self.today.year, self.today.month)
        day = month.last if m[1] == "letzte" else month.first + timedelta(days=int(m[1][:-1]) - 1)
        return Ref("day", (Span.day(day),)) if day in month else None

    def _half(self, month: str, number: int) -> Ref:
        whole = self._month(month)
        middle = whole.first + timedelta(days=14)
        return Ref("range", (Span(whole.first, middle) if number == 1 else Span(middle + timedelta(days=1), whole.last),))

    def _third_rel(self, m: "re.Match[str]") -> Ref:
        whole = self._relative(m[2] or "diese", m[3])
        part = third(whole, m[1])
        if part.last < self.today and not m[2]:
            part = third(self._relative("naechste", m[3]), m[1])
        return Ref("range", (part,))

    def _third_next_year(self, part: str) -> Ref:
        return Ref("range", (third(Span(date(self.today.year + 1, 1, 1), date(self.today.year + 1, 12, 31)), part),))

    def _from_day(self, m: "re.Match[str]") -> Ref | None:
        start = {"heute": 0, "morgen": 1, "uebermorgen": 2}.get(m[1])
        day = (
            self.today + timedelta(days=start)
            if start is not None
            else next_weekday(int(m[1][1]), self.today)  # said on a Monday, "Montag in einer Woche" counts from today
        )
        count = _count(m[2])
        if count is None:
            return None
        if m[3].startswith("tag"):
            count = {8: 7}.get(count, count)
        return Ref("day", (Span.day(_plus(day, count, m[3])),))

    def _weekday_in_weeks(self, m: "re.Match[str]") -> Ref | None:
        count = _count(m[1])
        if count is None or not m[2].startswith(("woche", "tag")):
            return None
        week = week_of(_plus(self.today, count, m[2]))
        return Ref("day", (Span.day(next_weekday(int(m[3][1]), week.first)),))

    def _within(self, m: "re.Match[str]") -> Ref | None:
        unit = m[2]
        if not m[1] and unit in ("woche", "monat", "jahr"):
            return Ref("week" if unit == "woche" else "month", (self._relative("naechste", unit),))
        count = 3 if m[1] in _VAGUE else _count(m[1] or "1")
        if count is None:
            return None
        if unit.startswith("tag") and (m[1] or "") in _VAGUE:
            count = 7
        return Ref("range", (Span(self.today, _plus(self.today, count, unit)),))

    def _next_so_many(self, m: "re.Match[str]") -> Ref | None:
        count, unit = (m[1], m[2]) if m[1] else ("", m[4])
        number = 7 if unit == "tage" and (count in _VAGUE) else 3 if count in _VAGUE else _count(count)
        return Ref("range", (Span(self.today, _plus(self.today, number, unit)),)) if number is not None else None

    def _ahead(self, m: "re.Match[str]") -> Ref | None:
        if m[1] in _VAGUE:
            first, last = _VAGUE[m[1]]
            scale = 1 if m[2].startswith("tag") else 7 if m[2].startswith("woche") else 30
            return Ref(
                "range",
                (
                    Span(
                        self.today + timedelta(days=first * scale),
                        self.today + timedelta(days=(last if scale == 1 else 5) * scale),
                    ),
                ),
            )
        count = _count(m[1])
        return Ref("day", (Span.day(_plus(self.today, count, m[2])),)) if count is not None and count < 200 else None

    # by name: today, weeks, weekends, months, feasts, school holidays

    def _by_name(self) -> list[tuple[str, Builder]]:
        feasts = "|".join(
            sorted((name.replace("_", " ") for name in NAMES if name not in ("advent", "feiertage")), key=len, reverse=True)
        )
        return [
            (r"zwischen weihnachten und (?:neujahr|silvester)", lambda m: self._feast("zwischen_den_jahren")),
            (r"zwischen den (?:jahre|feiertagen)", lambda m: self._feast("zwischen_den_jahren")),
            (r"([1-4])o advent", lambda m: self._feast("advent", int(m[1]))),
            (r"(?:heilige|heiligen) (?:drei|3) koenige|dreikoenigs?(?:tag)?", lambda m: self._feast("dreikoenig")),
            (r"(?:christi )himmelfahrt(?: (\d{4}))?", lambda m: self._feast("himmelfahrt", year=m[1])),
            (r"heilig abend|heiliger abend|heiligen pab", lambda m: self._feast("heiligabend")),
            (rf"({feasts})(?: (\d{{4}}))?", lambda m: self._feast(m[1].replace(" ", "_"), year=m[2])),
            (r"(?:den )?feiertagen?", lambda m: self._feast("feiertage")),
            (
                r"(?:(REL) )?(oster|sommer|herbst|weihnachts|pfingst|winter|faschings|fruehjahrs|schul)?ferien(?: (\d{4}))?",
                self._school,
            ),
            (r"uebermorgen", lambda m: self._plus_days(2)),
            (r"heute", lambda m: self._plus_days(0)),
            (r"(?:den )?(W) (naechste|kommende|uebernaechste|diese) woche", lambda m: self._weekday_of(m[1], m[2])),
            (r"(?:woche (?:vom|ab|nach|mit|des)(?: dem)? )(\d+o M|d\d\d-\d\d-\d*|\d+o \d+o|\d+o)", self._week_with),
            (r"(?:(\d+)o? )?kalenderwoche(?: (\d+))?", self._calendar_week),
            (r"(?:(REL) )?wochenende", self._weekend),
            (r"(REL) (woche|monat|jahr)", lambda m: Ref("week" if m[2] == "woche" else "month", (self._relative(m[1], m[2]),))),
            (r"(?:noch )(?:die|in der) woche", lambda m: Ref("week", (self._relative("diese", "woche"),))),
            (r"(?:im|des) neuen jahr", lambda m: Ref("month", (self._relative("naechste", "jahr"),))),
            (r"(diese|naechste|kommende|uebernaechste) (W)", self._this_weekday),
            (r"(?:REL )?(fruehling|fruehjahr|sommer|herbst|winter)", self._season),
            (
                r"(?:montags bis freitags|werktags|unter der woche|wochentags|unter die woche|innerhalb der woche|wochentagen)",
                lambda m: Ref("weekdays", weekdays=frozenset(range(5))),
            ),
            (r"(?:jede[nmrs]?|an einem|an nem|immer) (W)", lambda m: Ref("weekdays", weekdays=frozenset({int(m[1][1])}))),
            (r"v(\d)", lambda m: Ref("weekdays", weekdays=frozenset({int(m[1])}))),
            (r"(?:den )?rest der woche", lambda m: Ref("week", (self._relative("diese", "woche"),))),
        ]

    def _feast(self, name: str, number: int = 1, year: str | None = None) -> Ref | None:
        start = date(int(year), 1, 1) if year and self.today.year < int(year) < 2200 else self.today
        span = feast(name, start, self.land, number)
        return Ref("range" if span.first != span.last else "day", (span,)) if span else None

    def _school(self, m: "re.Match[str]") -> Ref:
        kind = {"faschings": "winter", "fruehjahrs": "winter", "schul": "", None: ""}.get(m[2], m[2] or "")
        span = school.holidays(self.land, kind, self.today, int(m[3]) if m[3] else None)
        if span is None:
            return Ref(
                "range", note="Für diese Ferien kenne ich noch keine Termine. Bitte nennen Sie einen Tag oder eine Woche."
            )
        return Ref("range", (span,))

    def _plus_days(self, days: int) -> Ref:
        return Ref("day", (Span.day(self.today + timedelta(days=days)),))

    def _weekday_of(self, weekday: str, which: str) -> Ref:
        return Ref("day", (Span.day(next_weekday(int(weekday[1]), self._relative(which, "woche", whole=True).first)),))

    def _week_with(self, m: "re.Match[str]") -> Ref | None:
        named = self._date(m[1])
        return Ref("week", (week_of(named),)) if named else None

    def _calendar_week(self, m: "re.Match[str]") -> Ref | None:
        number = int(m[1] or m[2] or 0)
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
        return Ref("week", (Span(saturday, saturday + timedelta(days=1)),))

    def _this_weekday(self, m: "re.Match[str]") -> Ref:
        weekday = int(m[2][1])
        day = next_weekday(weekday, self.today + timedelta(days=1))
        if m[1] == "uebernaechste":
            day += timedelta(weeks=1)
        return Ref("day", (Span.day(day),))

    def _season(self, m: "re.Match[str]") -> Ref | None:
        first, last = _SEASONS[m[1]]
        for year in (self.today.year - 1, self.today.year, self.today.year + 1):
            span = Span(date(year, first, 1), month_of(year + (last < first), last).last)
            if span.last >= self.today and (m[0].split()[0] not in ("naechste", "kommende") or span.first > self.today):
                return Ref("month", (span,))
        return None

    # by the calendar: dates, months, weekdays, days of the month

    def _by_calendar(self) -> list[tuple[str, Builder]]:
        return [
            (
                r"(\d+)o?(?= (?:bis|und|oder)(?: (?:zum|am|dem|den|der))? (?:\d+o? M|d\d\d-))",
                lambda m: Ref("ordinal", number=int(m[1])) if 0 < int(m[1]) < 32 else None,
            ),
            (r"(d\d\d-\d\d-\d*)", self._date_ref),
            (r"(\d+)o? (M)(?: (\d{4}))?(?: (naechste|diese) jahr)?", self._day_and_month),
            (r"(\d+o \d+o)(?: (\d{4}))?(?! M)", self._date_ref),
            (r"(M) (\d+)o?(?= ,|$)", lambda m: self._day_and_month_of(m[2], m[1])),
            (r"(M)(?: (\d{4}))?(?: (naechste|kommende|diese) jahr)?", self._month_ref),
            (r"(W)", lambda m: Ref("weekday", number=int(m[1][1]))),
            (r"morgen", lambda m: self._plus_days(1)),
        ]

    def _date(self, symbol: str) -> date | None:
        """A date in any of its forms; without a year the next one from today on."""
        parts = [
            int(one) if one.isdigit() else 0
            for one in re.split(r"[ -]", symbol.replace("o", "").replace("d", "").replace("m", ""))
        ]
        day, month, year = parts[0], parts[1] if len(parts) > 1 else 0, parts[2] if len(parts) > 2 else 0
        if not month:
            month = self.today.month + (day < self.today.day)
            year = self.today.year + (month > 12)
            month = (month - 1) % 12 + 1
        try:
            if year:
                return date(year, month, day)
            found = date(self.today.year, month, day)
            return found if found >= self.today else date(self.today.year + 1, month, day)
        except ValueError:
            return self._leap(day, month)

    def _leap(self, day: int, month: int) -> date | None:
        if (day, month) != (29, 2):
            return None
        year = next(
            year
            for year in range(self.today.year, self.today.year + 9)
            if year % 4 == 0 and (year % 100 or year % 400 == 0) and date(year, 2, 29) >= self.today
        )
        return date(year, 2, 29)

    def _date_ref(self, m: "re.Match[str]") -> Ref | None:
        found = self._date(m[1] + (f" {m[2]}" if m.lastindex and m.lastindex > 1 and m[2] else ""))
        return Ref("day", (Span.day(found),)) if found else None

    def _day_and_month(self, m: "re.Match[str]") -> Ref | None:
        year = m[3] or (str(self.today.year + 1) if m[4] in ("naechste", "kommende") else "")
        found = self._date(f"{m[1]}o {m[2]}" + (f" {year}" if year else ""))
        return Ref("day", (Span.day(found),)) if found else None

    def _day_and_month_of(self, day: str, month: str) -> Ref | None:
        found = self._date(f"{day}o {month}") if int(day) <= 31 else None
        return Ref("day", (Span.day(found),)) if found else None

    def _month_ref(self, m: "re.Match[str]") -> Ref:
        if m[3] in ("naechste", "kommende"):
            return Ref("month", (month_of(self.today.year + 1, int(m[1][1:])),))
        return Ref("month", (self._month(m[1], m[2]),))

    def _month(self, symbol: str, year: str | None = None) -> Span:
        month = int(symbol[1:])
        if year:
            return month_of(max(2000, min(2999, int(year))), month)
        return month_of(self.today.year + (month < self.today.month), month)

    def _later_month(self, months: int) -> Span:
        later = add_months(self.today.replace(day=1), months)
        return month_of(later.year, later.month)

    def _relative(self, which: str, unit: str, *, whole: bool = False) -> Span:
        """ "nächste Woche" and the like. This week, month and year begin today."""
        steps = {"diese": 0, "naechste": 1, "kommende": 1, "uebernaechste": 2}[which]
        if unit == "woche":
            return week_of(self.today + timedelta(weeks=steps))
        if unit == "monat":
            return self._later_month(steps)
        return Span(date(self.today.year + steps, 1, 1), date(self.today.year + steps, 12, 31))


def _count(word: str) -> int | None:
    if word.isdigit():
        return int(word) if int(word) < 1000 else None
    return 2 if word == "beiden" else 1 if word.startswith("ein") or word in ("ne", "ner", "nem") else None


def _plus(day: date, count: int, unit: str) -> date:
    try:
        if unit.startswith("tag"):
            return day + timedelta(days=count)
        if unit.startswith("woche"):
            return day + timedelta(weeks=count)
        return add_months(day, count if unit.startswith("monat") else 12 * count)
    except (OverflowError, ValueError):
        return FAR
