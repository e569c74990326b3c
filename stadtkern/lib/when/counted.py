"""Days counted from today or inside a week, month or year: "in zwei Wochen", "zweiter Montag im April", "Ende Mai"."""

import re
from datetime import date, timedelta

from ..calendar import add_months
from .line import Builder
from .ofmonth import OfMonth
from .refs import Ref, next_weekday, third, week_of
from .window import FAR, Span

_VAGUE = {"paar": (2, 7), "einigen": (2, 7), "wenigen": (2, 5), "": (0, 7)}
UNITS = r"tage?|wochen?|monate?|jahre?"


class Counted(OfMonth):
    """The rules that count."""

    def rules(self) -> list[tuple[str, Builder]]:
        """In the order they are tried."""
        return [
            *self._pointing(),
            (r"(O) (M) woche (?:oder|und|,)(?: in| der| die)* (\d+o)(?! (?:M|W))", self._weeks_of_month),
            (r"(\d+o) (?:oder|und) (?:(?:am|der) )?(O) (W) (?:im|in|des) (M)", self._either_nth),
            (r"(O) (W) (?:im|in) (M) (?:oder|und)(?: am| der)* (O) (?:(W) )?(?:im|in) (M)", self._two_nths),
            (r"(anfang|mitte|ende) monat (M)", lambda m: Ref("range", (third(self.month_named(m[2]), m[1]),))),
            (rf"in (N|anderthalb|eineinhalb) (?:(?:bis|oder|,|und) )+(N) ({UNITS})", self._from_to),
            (
                rf"(?:in )?(fruehestens|mindestens|spaetestens|hoechstens|maximal) (?:in )?(N) ({UNITS})(?! (?:nach|vor))",
                self._ahead_bound,
            ),
            (
                r"in (?:anderthalb|eineinhalb) (wochen|monate)",
                lambda m: Ref("day", (Span.day(self.today + timedelta(days=11 if m[1] == "wochen" else 45)),)),
            ),
            (r"in (?:einem )?halbe?n? jahr", lambda m: Ref("day", (Span.day(add_months(self.today, 6)),))),
            (
                r"(O) (?:zwei |2 |beiden )?(?:(?:tage|woche|wochen) )?(?:des|im|vom)(?: (naechste|kommende|diese))? monat",
                self._nth_of_month,
            ),
            (r"(?:am|zum|dem|der) (1o|letzte) monat", self._nth_of_month),
            (
                r"(?:(?:die|der) )?(\d)o woche(?! (?:im|in|des|vom|von|der|nach|vor|D|oster|ferien))",
                lambda m: Ref("nth", number=int(m[1])),
            ),
            (
                r"(anfang|mitte) (?:bis|oder|und|,) (mitte|ende) (?:(?:im|vom|von|des|der) )?(?:(REL) )?(M|monat|woche|jahr)",
                self._thirds,
            ),
            (r"(anfang) (?:bis|oder|und|,) (ende) (?:(?:im|vom|von|des|der) )?(?:(REL) )?(M|monat|woche|jahr)", self._thirds),
            (r"(O) (?:(\d+|beiden|paar) )?(tage|wochen) (?:im|in|des|vom|von)(?: den| der)? (M)", self._first_so_many),
            (r"(O) (?:(\d+) )?(M) tagen?", lambda m: self._so_many_of(m[1], m[2] or "7", "tage", m[3])),
            (r"vor (?:dem )?ende (?:(?:der|des|vom|von|im) )?(?:(REL) )?(M|woche|monat|jahr)", self._before_end),
            (r"(O) (?:werk|arbeits)tage?s? (?:im|in|des|vom|von) (M|(?:neuen )?jahr|monat)", self._nth_workday),
            (
                r"(?:jede[nr]?|immer(?: am)?|jeweils(?: am)?) (O) (W) (?:im|des|eines|in jede[nm]) monat",
                self._nth_of_every_month,
            ),
            (r"(O) (W) (?:im|in|des|der|vom|von)(?: (?:REL))? (M|monats?)(?: (\d{4}))?", self._nth_weekday),
            (r"(O) (W) (?:im|in|des) (?:naechste|kommende) (naechst)?monat", self._nth_weekday_next),
            (r"(\d+o) (?:oder|und|bis) (?:der |in der )?(O) (?:woche (?:im|in|des|vom|von) )?(M)(?: woche)", self._two_weeks),
            (r"(\d+o) (?:oder|und|bis) (?:der |in der )?(O) woche (?:im|in|des|vom|von) (M)", self._two_weeks),
            (
                r"(1o|letzte) (\d+|beiden|paar) (M) wochen?",
                lambda m: self._so_many_of(m[1], {"beiden": "2", "paar": "3"}.get(m[2], m[2]), "wochen", m[3]),
            ),
            (
                r"(1o) (2|3|beiden) wochen(?! (?:im|in|des|vom|von))",
                lambda m: Ref("nth", union=tuple(Ref("nth", number=one) for one in range(1, 4 if m[2] == "3" else 3))),
            ),
            (r"1o vollen? (?:woche (?:im|in|des|vom|von) )?(M)(?: woche)?", self._full_week),
            (r"(O) (?:woche )(?:im|in|des|vom|von) (M)(?: (\d{4}))?", self._week_of_month),
            (r"(O) (?:tag )(?:im|in|des|vom|von) (M|monat)", self._day_of_month),
            (r"(O) (M) (?:woche)()", self._week_of_month),
            (r"(\d+)o? (M)() (naechste|kommende) jahr", self.day_and_month),
            (r"(M)() (naechste|kommende) jahr", self.month_ref),
            (r"(1o|2o) (M) haelfte", lambda m: self._half(m[2], int(m[1][0]))),
            (r"(1o|2o) haelfte (?:im|des|vom|von|in) (M)", lambda m: self._half(m[2], int(m[1][0]))),
            (r"(1o|2o) (?:monats)?haelfte", lambda m: Ref("half", number=int(m[1][0]))),
            (r"(anfang|mitte|ende) (?:(?:der|des|vom|von|im|in) )?(?:ART )?(?:(REL) )?(woche|monat|jahr)", self._third_rel),
            (r"(anfang|mitte|ende) (?:des|vom|im) neuen (jahr)", lambda m: self._third_next_year(m[1])),
            (
                r"(anfang|mitte|ende) (?:(?:im|vom|von|des) )?(M)(?: (\d{4}))?",
                lambda m: Ref("range", (third(self.month_named(m[2], m[3]), m[1]),)),
            ),
            (rf"(heute|morgen|uebermorgen|W) (?:in|ueber) (N) ({UNITS})", self._from_day),
            (rf"in (N) ({UNITS})(?: am| an einem)? (W)", self._weekday_in_weeks),
            (
                rf"(?:in|innerhalb|binnen)(?: (?:der|den|die))* (?:naechste|kommende) (?:N) (?:bis|,|oder) (N) ({UNITS})",
                self._within,
            ),
            (
                rf"(?:in|innerhalb|binnen|waehrend)(?: (?:von|der|den|die))* (?:naechste|kommende)(?: (N))? ({UNITS})",
                self._within,
            ),
            (rf"(?:innerhalb|binnen)(?: (?:von|der|den))* (N) ({UNITS})", self._within),
            (
                r"(?:(?:die|den|der) )?(?:naechste|kommende) (N) (tage|wochen|monate)"
                r"|(?:die|den) (?:naechste|kommende)() (tage|wochen|monate)",
                self._next_so_many,
            ),
            (rf"(?:so )?(?:in|nach)(?: (?:etwa|gegen|so|rund|ein|gut|knapp))? (N) ({UNITS})", self._ahead),
            (r"(?:in|nach) (N) stunden?", lambda m: Ref("day", (Span.day(self.today),))),
        ]

    def _pointing(self) -> list[tuple[str, Builder]]:
        """Counted from a day named before; see anchor.py."""
        then, before = "spaeter|danach|darauf|drauf|nachher", "frueher|davor|vorher|zuvor|eher"
        return [
            (
                rf"(?:(mindestens|spaetestens|fruehestens) )?(N) (tage?|wochen?|monate?) ({then}|{before})",
                lambda m: self._shift(m[2], m[3], -1 if m[4] in before.split("|") else 1, m[1]),
            ),
            (
                r"(?:ART )?tag (?:davor|vorher|danach|zuvor) (?:oder|und) (?:(?:am |ART )?tag )?(?:davor|danach|nachher)",
                lambda m: Ref("day", number=1, shift="beside"),
            ),
            (
                rf"(?:ART )?tag ({then}|{before})",
                lambda m: self._shift("1", "tage", -1 if m[1] in before.split("|") else 1, None),
            ),
            (
                rf"(?:ART )?woche ({then}|{before})",
                lambda m: Ref("week", number=-1 if m[1] in before.split("|") else 1, shift="woche"),
            ),
            (r"danach (?:die|in der) woche", lambda m: Ref("week", number=1, shift="woche")),
            (
                r"(W) (darauf|drauf|davor|zuvor)|(?:also |am )+(W) (danach)(?= ,|$)",
                lambda m: Ref(
                    "day", number=int((m[1] or m[3])[1]) + 10 * ((m[2] or m[4]) not in ("davor", "zuvor")), shift="weekday"
                ),
            ),
        ]

    def _shift(self, count: str, unit: str, sign: int, bound: str | None) -> Ref | None:
        number = count_of(count)
        said = {"mindestens": "until" if sign < 0 else "from", "spaetestens": "until", "fruehestens": "from"}.get(
            bound or "", ""
        )
        return Ref("day", number=sign * number, shift=f"{unit.rstrip('en')}en", bound=said) if number else None

    def _from_to(self, m: "re.Match[str]") -> Ref | None:
        first = 1 if m[1] in ("anderthalb", "eineinhalb") else count_of(m[1])
        last = count_of(m[2])
        if first is None or last is None or not first < last < 200:
            return None
        return Ref("range", (Span(plus(self.today, first, m[3]), plus(self.today, last, m[3])),))

    def _ahead_bound(self, m: "re.Match[str]") -> Ref | None:
        count = count_of(m[2])
        if count is None or (m[1] in ("mindestens", "maximal", "hoechstens") and "in" not in m[0].split()):
            return None
        bound = "from" if m[1] in ("fruehestens", "mindestens") else "until"
        return Ref("day", (Span.day(plus(self.today, count, m[3])),), bound=bound, firm=bound == "from")

    def _first_so_many(self, m: "re.Match[str]") -> Ref | None:
        count = {"beiden": "2", "paar": "3", None: "1" if m[3] == "wochen" else "7"}.get(m[2], m[2])
        return self._so_many_of(m[1], count, m[3], m[4])

    def _before_end(self, m: "re.Match[str]") -> Ref:
        whole = self.month_named(m[2]) if m[2][1:].isdigit() else self.relative(m[1] or "diese", m[2])
        return Ref("range", (Span(self.today, whole.last),))

    def _from_day(self, m: "re.Match[str]") -> Ref | None:
        start = {"heute": 0, "morgen": 1, "uebermorgen": 2}.get(m[1])
        day = (
            self.today + timedelta(days=start)
            if start is not None
            else next_weekday(int(m[1][1]), self.today)  # said on a Monday, "Montag in einer Woche" counts from today
        )
        count = count_of(m[2])
        if count is None:
            return None
        if m[3].startswith("tag"):
            count = {8: 7}.get(count, count)
        return Ref("day", (Span.day(plus(day, count, m[3])),))

    def _weekday_in_weeks(self, m: "re.Match[str]") -> Ref | None:
        count = count_of(m[1])
        if count is None or not m[2].startswith(("woche", "tag")):
            return None
        week = week_of(plus(self.today, count, m[2]))
        return Ref("day", (Span.day(next_weekday(int(m[3][1]), week.first)),))

    def _within(self, m: "re.Match[str]") -> Ref | None:
        unit = m[2]
        if not m[1] and unit in ("woche", "monat", "jahr"):
            return Ref("week" if unit == "woche" else "month", (self.relative("naechste", unit),))
        count = 3 if m[1] in _VAGUE else count_of(m[1] or "1")
        if count is None:
            return None
        if unit.startswith("tag") and (m[1] or "") in _VAGUE:
            count = 7
        return Ref("range", (Span(self.today, plus(self.today, count, unit)),))

    def _next_so_many(self, m: "re.Match[str]") -> Ref | None:
        count, unit = (m[1], m[2]) if m[1] else ("", m[4])
        number = 7 if unit == "tage" and (count in _VAGUE) else 3 if count in _VAGUE else count_of(count)
        return Ref("range", (Span(self.today, plus(self.today, number, unit)),)) if number is not None else None

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
        count = count_of(m[1])
        if count is None or count >= 200:
            return None
        day = plus(self.today, count, m[2])
        return Ref("day", (Span.day(day),), within=week_of(day) if m[2].startswith("woche") and day < FAR else None)


def count_of(word: str) -> int | None:
    """How many: "drei", "ein", "beiden"; None for vague words."""
    if word.isdigit():
        return int(word) if int(word) < 1000 else None
    return 2 if word == "beiden" else 1 if word.startswith("ein") or word in ("ne", "ner", "nem") else None


def plus(day: date, count: int, unit: str) -> date:
    """So many days, weeks, months or years later."""
    try:
        if unit.startswith("tag"):
            return day + timedelta(days=count)
        if unit.startswith("woche"):
            return day + timedelta(weeks=count)
        return add_months(day, count if unit.startswith("monat") else 12 * count)
    except (OverflowError, ValueError):
        return FAR
