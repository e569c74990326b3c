"""Feasts and holidays by the names people use: "an Ostern", "nach Weihnachten", "Rosenmontag"."""

from datetime import date, timedelta

from ..calendar import easter, holidays
from .window import Span

_EASTER = {  # days from Easter Sunday: first, last
    "ostern": (-2, 1), "osterwochenende": (-2, 1), "ostermontag": (1, 1), "ostersonntag": (0, 0), "karfreitag": (-2, -2),
    "karsamstag": (-1, -1), "ostersamstag": (-1, -1), "gruendonnerstag": (-3, -3), "karwoche": (-6, -1),
    "palmsonntag": (-7, -7), "osterwoche": (1, 7), "pfingsten": (49, 50), "pfingstsonntag": (49, 49),
    "pfingstmontag": (50, 50), "pfingstwoche": (50, 56), "himmelfahrt": (39, 39), "vatertag": (39, 39),
    "fronleichnam": (60, 60), "rosenmontag": (-48, -48), "karneval": (-52, -47), "fasching": (-52, -47),
    "fastnacht": (-52, -47), "weiberfastnacht": (-52, -52), "faschingsdienstag": (-47, -47), "veilchendienstag": (-47, -47),
    "aschermittwoch": (-46, -46), "fastnachtsdienstag": (-47, -47),
    "karsonnabend": (-1, -1), "himmelfahrtstag": (39, 39), "fastenzeit": (-46, -1),
}  # fmt: skip
_FIXED = {  # month, day of the first and of the last
    "weihnachten": (12, 24, 12, 26), "weihnachtsfeiertage": (12, 25, 12, 26), "heiligabend": (12, 24, 12, 24),
    "heilig_abend": (12, 24, 12, 24), "silvester": (12, 31, 12, 31), "neujahr": (1, 1, 1, 1), "nikolaus": (12, 6, 12, 6),
    "nikolaustag": (12, 6, 12, 6), "dreikoenig": (1, 6, 1, 6), "valentinstag": (2, 14, 2, 14),
    "tag_der_arbeit": (5, 1, 5, 1), "maifeiertag": (5, 1, 5, 1), "tag_der_deutschen_einheit": (10, 3, 10, 3),
    "reformationstag": (10, 31, 10, 31), "halloween": (10, 31, 10, 31), "allerheiligen": (11, 1, 11, 1),
    "allerseelen": (11, 2, 11, 2), "martinstag": (11, 11, 11, 11), "sankt_martin": (11, 11, 11, 11),
    "mariae_himmelfahrt": (8, 15, 8, 15), "weltkindertag": (9, 20, 9, 20), "frauentag": (3, 8, 3, 8),
}  # fmt: skip
_BETWEEN = "zwischen_den_jahren"
_SUNDAYS = {"totensonntag": -7, "ewigkeitssonntag": -7, "volkstrauertag": -14}  # days from the first Sunday of Advent
NAMES = (
    *_EASTER,
    *_FIXED,
    *_SUNDAYS,
    _BETWEEN,
    "buss_und_bettag",
    "muttertag",
    "erntedankfest",
    "erntedank",
    "advent",
    "feiertage",
)


def feast(name: str, today: date, land: str, number: int = 1) -> Span | None:
    """The running or next one; None where there is no such day in this Land. `number`: which Sunday of Advent."""
    found = [span for year in (today.year - 1, today.year, today.year + 1) if (span := _of_year(name, year, land, number))]
    return next((span for span in found if span.last >= today), None)


def _of_year(name: str, year: int, land: str, number: int) -> Span | None:
    if name in _EASTER:
        from_sunday, to_sunday = _EASTER[name]
        return Span(easter(year) + timedelta(days=from_sunday), easter(year) + timedelta(days=to_sunday))
    if name in _FIXED:
        month, day, end_month, end_day = _FIXED[name]
        return Span(date(year, month, day), date(year, end_month, end_day))
    if name == _BETWEEN:
        return Span(date(year, 12, 27), date(year, 12, 31))
    if name == "muttertag":
        first = date(year, 5, 1)
        return Span.day(first + timedelta(days=(6 - first.weekday()) % 7 + 7))
    if name.startswith("erntedank"):
        return Span.day(date(year, 10, 7) - timedelta(days=(date(year, 10, 7).weekday() + 1) % 7))
    fourth = date(year, 12, 24) - timedelta(days=(date(year, 12, 24).weekday() + 1) % 7)
    if name == "advent":
        return Span.day(fourth - timedelta(weeks=4 - number)) if 1 <= number <= 4 else None
    if name in _SUNDAYS:
        return Span.day(fourth + timedelta(days=_SUNDAYS[name] - 21))
    if name == "buss_und_bettag":
        last = date(year, 11, 22)
        return Span.day(last - timedelta(days=(last.weekday() - 2) % 7))
    return _next_feasts(year, land)


def _next_feasts(year: int, land: str) -> Span:
    """Die Feiertage: Easter and Whitsun weekends, Christmas to New Year; told apart only by the season."""
    days = [day for day, title in holidays(year, land).items() if "Weihnachtstag" in title]
    return Span(days[0] - timedelta(days=1), days[-1])
