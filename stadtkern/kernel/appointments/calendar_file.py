"""Appointments for other calendars: one file, or the feed of an account."""

from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from stadtkern.kernel.city.profile import city
from stadtkern.lib import ics

from . import say
from .models import Appointment

GONE = (Appointment.Status.CANCELLED, Appointment.Status.EXPIRED)
REFRESH = timedelta(hours=4)


def file_of(row: Appointment, *, private: bool = False) -> bytes:
    """The .ics of one appointment; `private`: without what it is for, for mail."""
    return ics.one(entry_of(row, private=private), organiser=organiser())


def feed_of(rows: Iterable[Appointment]) -> bytes:
    """Everything of one account that calendars should know."""
    rows = list(rows)
    titles = say.titles_of(rows)
    name = _("Termine bei der Stadt %(city)s") % {"city": city().name}
    return ics.feed((entry_of(row, titles) for row in rows), name=name, organiser=organiser(), refresh=REFRESH)


def entry_of(row: Appointment, titles: dict[str, str] | None = None, *, private: bool = False) -> ics.Entry:
    """What a calendar is told. The number identifies it for ever; every change counts the sequence up."""
    what = _("Termin bei der Stadt %(city)s") % {"city": city().name} if private else say.what(row, titles)
    lines = [_("Terminnummer: %(number)s") % {"number": row.number}, say.where(row) if row.channel != "desk" else ""]
    if not private:
        lines.append(row.matter.note)
    return ics.Entry(
        uid=f"{row.number.lower()}@{host()}",
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        title=what,
        changed_at=row.ended_at or row.booked_at or row.created_at,
        place=say.address(row) if row.channel == "desk" else "",
        text="\n".join(line for line in lines if line),
        url=settings.BASE_URL.rstrip("/") + reverse("appointments:show", args=[row.number]),
        sequence=row.sequence,
        cancelled=row.status in GONE,
        remind_before=timedelta(hours=2),
    )


def organiser() -> tuple[str, str]:
    """Name and address of the city."""
    return city().texts.get("title", city().name), settings.DEFAULT_FROM_EMAIL


def host() -> str:
    """For identities that are unique in the world."""
    return urlsplit(settings.BASE_URL).hostname or "localhost"
