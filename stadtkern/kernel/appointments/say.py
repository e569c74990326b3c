"""An appointment in words: when, where, what for, how; the same on pages, in letters and in calendars."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from stadtkern.ui import words

from .models import Appointment, Channel, Matter

CHANNELS: dict[str, Any] = {
    Channel.DESK: gettext_lazy("vor Ort"),
    Channel.PHONE: gettext_lazy("am Telefon"),
    Channel.VIDEO: gettext_lazy("per Video"),
}


@dataclass(frozen=True)
class Told:
    """What a page or a letter says of one appointment."""

    what: str
    when: str
    until: str
    where: str
    how: str
    persons: str


def told(row: Appointment, titles: dict[str, str] | None = None) -> Told:
    """In the reader's language; `titles` of matters by key, where they are known already."""
    return Told(
        what=what(row, titles),
        when=when(row.starts_at),
        until=words.clock(row.ends_at),
        where=where(row),
        how=str(CHANNELS[row.channel]),
        persons=people(row.persons),
    )


def when(at: datetime) -> str:
    """Mittwoch, 2. Dezember 2026, 10:20 Uhr."""
    return f"{long_day(timezone.localdate(at))}, {words.clock(at)}"


def long_day(day: date) -> str:
    """Mittwoch, 2. Dezember 2026."""
    return date_format(day, "l, j F Y" if get_language() == "en" else "l, j. F Y")


def short_day(at: date) -> str:
    """Mi, 2. Dez."""
    return f"{date_format(words.local_day(at), 'D')}, {day_month(at)}"


def day_month(at: date) -> str:
    """2. Dez."""
    return date_format(words.local_day(at), "j N" if get_language() == "en" else "j. N")


def where(row: Appointment) -> str:
    """The address of a visit; nothing to go to for phone and video."""
    if row.channel == Channel.PHONE:
        return _("Wir rufen Sie an.")
    if row.channel == Channel.VIDEO:
        return _("Am eigenen Gerät, im Browser.")
    return address(row)


def address(row: Appointment) -> str:
    """Bürgeramt, Rathausplatz 1, 49999 Musterstadt."""
    town = f"{row.place.postcode} {row.place.town}".strip()
    return ", ".join(part for part in (row.place.title, row.place.street, town) if part)


def titles_of(rows: list[Appointment]) -> dict[str, str]:
    """Titles of every matter in these appointments, with one query; none where each has one matter that is loaded."""
    keys = {key for row in rows for key, _count in row.matters[1:]}
    found = {row.matter.key: row.matter.title for row in rows}
    if keys - found.keys():
        found |= dict(Matter.objects.filter(key__in=keys).values_list("key", "title"))
    return found


def what(row: Appointment, titles: dict[str, str] | None = None) -> str:
    """Personalausweis (2 Personen), Meldebescheinigung."""
    known = titles if titles is not None else titles_of([row])
    found = [(known.get(key, key), count) for key, count in row.matters]
    return ", ".join(f"{title} ({people(count)})" if count > 1 else title for title, count in found)


def people(count: int) -> str:
    """1 Person, 3 Personen."""
    return ngettext("%(count)s Person", "%(count)s Personen", count) % {"count": count}


def minutes(count: int) -> str:
    """etwa 20 Minuten."""
    return _("etwa %(count)s Minuten") % {"count": count}


def weekday(day: date) -> str:
    """Montag."""
    return date_format(day, "l")
