"""The grammar of days: every way to name a day, a week, a month, a feast. docs/voice.md explains each."""

from datetime import datetime

from .counted import UNITS, Counted
from .dates import Dates
from .line import Builder, Line, rule
from .named import Named
from .refs import Ref

_PAST = (
    rf"(?:seit )?(?:gestern|vorgestern|neulich|kuerzlich)|(?:seit )?(?:letzte|vorige) (?:woche|"
    rf"monat|jahr|W|M|tage|wochen|monate|nacht|sommer|winter|herbst|wochenende)"
    rf"|(?:das|es|der) (?:ist|waere|muesste|wird|faellt)(?: auf)?(?: (?:ja|doch|ein|einen|wohl|eh))* W(?: sein)?(?= ,|$)"
    rf"|(?:seit|schon seit|vor) (?:N) (?:{UNITS}|stunden|minuten)|seit (?:ART )?(?:D|W|M|O)"
)


class Days:
    """Finds the days named in a line, seen from a moment."""

    def __init__(self, now: datetime, land: str) -> None:
        counted, named, dates = (kind(now.date(), land) for kind in (Counted, Named, Dates))
        past: list[tuple[str, Builder]] = [(_PAST, lambda m: Ref("past"))]
        self.rules = [*counted.rules(), *past, *named.rules(), *dates.rules()]

    def find(self, line: Line) -> None:
        """Replace every day that is named by a mark <d>."""
        for text, build in self.rules:
            line.replace(rule(text), "d", build)
