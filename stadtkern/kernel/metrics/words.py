"""Values and targets as people read them, in the reader's language."""

from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from stadtkern.ui.words import FIXED, day

from .course import Course
from .definitions import KPI
from .queries import Target


def amount(kpi: KPI, value: float) -> str:
    """43.18 of a share -> "43,2 %" (English: "43.2%"), 1 of days -> "1 Tag", 1234 without unit -> "1.234"."""
    if kpi.unit == "%":
        return percent(value)
    unit = kpi.unit_one if round(value, 1) == 1 and kpi.unit_one else kpi.unit
    return f"{_number(value)}{FIXED}{_(unit)}" if unit else _number(value)


def percent(value: float) -> str:
    """90.0 -> "90 %", 72.46 -> "72,5 %" (English: "72.5%")."""
    return f"{_number(value)}%" if get_language() == "en" else f"{_number(value)}{FIXED}%"


def _number(value: float) -> str:
    rounded = round(value, 1)
    return number_format(rounded, 0 if rounded == int(rounded) else 1, force_grouping=True)


def wanted(kpi: KPI, target: Target | None) -> str:
    """ "Ziel: mindestens 90 %"; where nobody has set one, that."""
    if not kpi.better:
        return _("Mehr oder weniger ist hier weder gut noch schlecht. Darum gibt es kein Ziel.")
    if target is None:
        return _("Kein Ziel gesetzt")
    told = {"value": amount(kpi, target.value)}
    return _("Ziel: mindestens %(value)s") % told if kpi.better == "more" else _("Ziel: höchstens %(value)s") % told


def why(target: Target | None) -> str:
    """ "Ratsbeschluss vom 12.03.2026, gilt seit 14.03.2026", or the law."""
    if target is None:
        return ""
    if target.since is None:
        return _("Das Ziel setzt das Gesetz: %(law)s.") % {"law": target.because}
    return _("Gesetzt am %(day)s: %(because)s") % {"day": day(target.since), "because": target.because}


def told(kpi: KPI, course: Course | None) -> str:
    """The picture of a course in one sentence."""
    if course is None:
        return ""
    first, last = course.first_row, course.last_row
    return _(
        "Verlauf: am %(begin)s %(before)s, am %(end)s %(after)s; der niedrigste Wert dazwischen %(least)s, der höchste %(most)s"
    ) % {
        "begin": day(first[0]), "before": amount(kpi, first[1]), "end": day(last[0]), "after": amount(kpi, last[1]),
        "least": amount(kpi, course.least), "most": amount(kpi, course.most),
    }  # fmt: skip
