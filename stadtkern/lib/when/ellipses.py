"""What is left out because it was said just before: "diese oder nächste Woche", "nicht diese Woche, nächste erst"."""

import re
from datetime import date

from ..calendar import add_months
from .line import Line, rule
from .refs import Ref, month_of, third, week_of


def ellipses(line: Line, today: date) -> None:
    """ "diese oder nächste Woche", "nicht diese Woche, nächste erst"."""

    def week(which: str) -> Ref:
        steps = {"diese": 0, "naechste": 7, "kommende": 7, "uebernaechste": 14}[which]
        return Ref("week", (week_of(date.fromordinal(today.toordinal() + steps)),))

    def month(m: "re.Match[str]") -> Ref:
        later = add_months(today.replace(day=1), 1)
        return Ref("range", (third(month_of(later.year, later.month), m[1]),))

    months = [thing for thing in line.things if isinstance(thing, Ref) and thing.kind in ("month", "week")]
    if len(months) == 1 and len(months[0].spans) == 1:
        line.replace(rule(r"(anfang|mitte|ende)(?= ,|$)"), "d", lambda m: Ref("range", (third(months[0].spans[0], m[1]),)))
    line.replace(
        rule(r"(?<=dann )(?:den|die) (?:drauf|darauf|danach|folgende)|(?<=sonst )(?:den|die) (?:drauf|darauf|danach|folgende)"),
        "d",
        lambda m: Ref("week", number=1, shift="wochen"),
    )
    line.replace(rule(r"(REL)(?= (?:oder|und|bis) D)"), "d", lambda m: week(m[1]))
    line.replace(
        rule(r"(?<!tage )(?<!tag )(?<!mal )die woche(?= (?:passt|geht|klappt|kann|habe?|bin|ist) )"),
        "d",
        lambda m: week("diese"),
    )
    if any(isinstance(thing, Ref) and thing.kind in ("week", "range") for thing in line.things):
        line.replace(rule(r"(anfang|mitte|ende) (?:des|vom) (naechste|kommende)(?= ,|$| oder| und)"), "d", month)
        line.replace(
            rule(r"(anfang|mitte|ende) (?:der )?(naechste|kommende|uebernaechste)(?= ,|$| oder| und)"),
            "d",
            lambda m: Ref("range", (third(week(m[2]).spans[0], m[1]),)),
        )
        line.replace(
            rule(
                r"(?:die |in der )?(naechste|kommende|uebernaechste)"
                r"(?= (?:erst|dann|,|wieder|geht|passt|waere|ginge|auch|schon|klappt|nur|am)|$)"
            ),
            "d",
            lambda m: week(m[1]),
        )
