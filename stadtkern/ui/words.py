"""Figures as people write them: money, days, times, reference numbers, in the reader's language."""

from datetime import date, datetime, time

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, ngettext

from stadtkern.lib.money import in_euros

FIXED = "\N{NO-BREAK SPACE}"


def euro(cents: int) -> str:
    """`123456` -> "1.234,56 €" (English: "€1,234.56")."""
    if get_language() != "en":
        return in_euros(cents)
    return f"{'-' if cents < 0 else ''}€{abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def percent(basis_points: int) -> str:
    """`1900` -> "19 %", `1070` -> "10,7 %" (English: "10.7%")."""
    text = f"{basis_points / 100:.2f}".rstrip("0").rstrip(".")
    return f"{text}%" if get_language() == "en" else f"{text.replace('.', ',')}{FIXED}%"


def day(value: date) -> str:
    """ "24.11.2026" (English: "24 November 2026"); moments are taken in local time."""
    value = local_day(value)
    return f"{value.day} {date_format(value, 'F Y')}" if get_language() == "en" else f"{value:%d.%m.%Y}"


def clock(value: datetime | time) -> str:
    """ "14:32 Uhr" (English: "14:32")."""
    if isinstance(value, datetime):
        value = timezone.localtime(value).time() if timezone.is_aware(value) else value.time()
    return f"{value:%H:%M}" if get_language() == "en" else f"{value:%H:%M}{FIXED}Uhr"


def moment(value: datetime) -> str:
    """ "24.11.2026, 14:32 Uhr"."""
    return f"{day(value)}, {clock(value)}"


def relative_day(value: date, today: date | None = None) -> str:
    """ "heute", "morgen (Dienstag)", "in 3 Tagen (Mittwoch)", "vor 12 Tagen (10.11.)"; beyond a month the date itself."""
    value, today = local_day(value), today or timezone.localdate()
    days = (value - today).days
    if abs(days) > 30:
        return day(value)
    if days == 0:
        return gettext("heute")
    name = date_format(value, "l") if abs(days) < 7 else _short(value)
    if days in (1, -1):
        next_to_today = gettext("morgen") if days == 1 else gettext("gestern")
        return f"{next_to_today} ({name})"
    if days > 0:
        words = ngettext("in %(days)d Tag", "in %(days)d Tagen", days) % {"days": days}
    else:
        words = ngettext("vor %(days)d Tag", "vor %(days)d Tagen", -days) % {"days": -days}
    return f"{words} ({name})"


def local_day(value: date) -> date:
    if isinstance(value, datetime):
        return timezone.localdate(value) if timezone.is_aware(value) else value.date()
    return value


def _short(value: date) -> str:
    return f"{value.day} {date_format(value, 'F')}" if get_language() == "en" else f"{value:%d.%m.}"
