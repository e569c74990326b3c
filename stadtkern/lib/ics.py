"""Appointments for other calendars (RFC 5545): one as a file or by mail, many as a feed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress, vRecur, vText

PRODUCT = "-//Stadtkern//Termine//DE"
ZONE = "Europe/Berlin"
BERLIN = ZoneInfo(ZONE)
# What XML and calendars may not carry: control characters except the line break, and halves of surrogate pairs.
_UNFIT = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Entry:
    """One appointment as a calendar knows it. `uid` never changes, `sequence` grows with every change."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    title: str
    changed_at: datetime
    place: str = ""
    text: str = ""
    url: str = ""
    sequence: int = 0
    cancelled: bool = False
    remind_before: timedelta | None = None


def one(entry: Entry, *, organiser: tuple[str, str]) -> bytes:
    """A file with one appointment: METHOD PUBLISH, or CANCEL so that calendars strike it. `organiser`: name and e-mail."""
    calendar = _calendar("CANCEL" if entry.cancelled else "PUBLISH")
    calendar.add_component(_event(entry, organiser))
    data: bytes = calendar.to_ical()
    return data


def feed(entries: Iterable[Entry], *, name: str, organiser: tuple[str, str], refresh: timedelta) -> bytes:
    """Everything a subscriber sees: cancelled ones are told as cancelled, whatever is left out is forgotten."""
    calendar = _calendar("PUBLISH")
    for key in ("NAME", "X-WR-CALNAME"):
        calendar.add(key, vText(_line(name)))
    calendar.add("REFRESH-INTERVAL", refresh, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", refresh)
    for entry in entries:
        calendar.add_component(_event(entry, organiser))
    data: bytes = calendar.to_ical()
    return data


def tidy(text: str) -> str:
    """Text a calendar can carry: line breaks as \\n, no other control characters, no halves of characters."""
    return _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")).strip()


def _line(text: str) -> str:
    return tidy(text).replace("\n", " ")


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", method)
    calendar.add_component(_berlin())
    return calendar


def _berlin() -> Timezone:
    """Europe/Berlin by the rule that holds since 1996; two lines instead of a table of years."""
    zone = Timezone()
    zone.add("TZID", ZONE)
    for kind, name, month, hour, before, after in (
        (TimezoneDaylight, "CEST", 3, 2, 1, 2),
        (TimezoneStandard, "CET", 10, 3, 2, 1),
    ):
        part = kind()
        part.add("DTSTART", datetime(1996, month, 31 if month == 3 else 27, hour))
        part.add("RRULE", vRecur({"FREQ": "YEARLY", "BYMONTH": month, "BYDAY": "-1SU"}))
        part.add("TZNAME", name)
        part.add("TZOFFSETFROM", timedelta(hours=before))
        part.add("TZOFFSETTO", timedelta(hours=after))
        zone.add_component(part)
    return zone


def _event(entry: Entry, organiser: tuple[str, str]) -> Event:
    event = Event()
    event.add("UID", entry.uid)
    event.add("SEQUENCE", entry.sequence)
    event.add("DTSTAMP", entry.changed_at.astimezone(UTC))
    event.add("LAST-MODIFIED", entry.changed_at.astimezone(UTC))
    for key, at in (("DTSTART", entry.starts_at), ("DTEND", entry.ends_at)):
        event.add(key, at.astimezone(BERLIN))
    event.add("SUMMARY", _line(entry.title))
    for key, text in (("LOCATION", entry.place.replace("\n", ", ")), ("DESCRIPTION", entry.text)):
        if told := tidy(text):
            event.add(key, told)
    if entry.url:
        event.add("URL", entry.url)
    name, mail = organiser
    address = vCalAddress(f"mailto:{mail}")
    address.params["CN"] = vText(_line(name).replace('"', "'"))
    event.add("ORGANIZER", address)
    event.add("STATUS", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("TRANSP", "TRANSPARENT" if entry.cancelled else "OPAQUE")
    event.add("CLASS", "PRIVATE")
    if entry.remind_before and not entry.cancelled:
        event.add_component(_alarm(entry))
    return event


def _alarm(entry: Entry) -> Alarm:
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", _line(entry.title))
    alarm.add("TRIGGER", -(entry.remind_before or timedelta()))
    return alarm
