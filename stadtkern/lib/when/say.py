"""A window in words, as it is read back: "in der Woche vom 7. bis 13. Dezember, zwischen 9 und 11 Uhr"."""

from datetime import date, time
from itertools import islice

from .window import ALL_DAYS, Clock, Span, Window

WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
MONTHS = ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember")


def in_words(window: Window) -> str:
    """What was understood about the time; empty where nothing was."""
    return " oder ".join(_one(one, only="" if window.others else "nur ") for one in window.alternatives)


def _one(window: Window, only: str) -> str:
    days = _few_days(window)
    parts = [" oder ".join(_span(span, window.today) for span in days or window.spans[:3])]
    if window.weekdays != ALL_DAYS and not days:
        missing = ALL_DAYS - window.weekdays
        if len(missing) <= 3:
            parts.append("nicht " + _and([f"{WEEKDAYS[day].lower()}s" for day in sorted(missing)]))
        else:
            parts.append(only + _and([f"{WEEKDAYS[day].lower()}s" for day in sorted(window.weekdays)]))
    parts += [f"nicht {_span(span, window.today)}" for span in window.without[:2]]
    parts.append(_clock(window.clock))
    if window.soon:
        parts.append("so bald wie möglich")
    return ", ".join(part for part in parts if part)


def _few_days(window: Window) -> list[Span]:
    """ "nächste Woche Dienstag oder Donnerstag" is two days; empty where there are more than three."""
    if window.weekdays == ALL_DAYS or not window.spans or any(span.open for span in window.spans):
        return []
    found = list(islice(window.days(), 4))
    return [Span.day(day) for day in found] if len(found) <= 3 else []


def day_in_words(day: date, today: date) -> str:
    """ "Dienstag, 8. Dezember"; with the year where it is another one."""
    year = f" {day.year}" if day.year != today.year and (day - today).days > 300 else ""
    return f"{WEEKDAYS[day.weekday()]}, {day.day}. {MONTHS[day.month - 1]}{year}"


def time_in_words(moment: time) -> str:
    """ "9 Uhr 30"."""
    return f"{moment.hour} Uhr" + (f" {moment.minute:02}" if moment.minute else "")


def _span(span: Span, today: date) -> str:
    if span.open:
        return f"ab {day_in_words(span.first, today)}"
    if span.first == span.last:
        return f"am {day_in_words(span.first, today)}"
    if span.first == today:
        return f"bis {day_in_words(span.last, today)}"
    same = span.first.month == span.last.month and span.first.year == span.last.year
    first = f"{span.first.day}." if same else f"{span.first.day}. {MONTHS[span.first.month - 1]}"
    last = day_in_words(span.last, today).partition(", ")[2]
    return f"vom {first} bis {last}"


def _clock(clock: Clock) -> str:
    if clock.at:
        return f"um {time_in_words(clock.at)}"
    if clock.after and clock.before:
        return f"zwischen {time_in_words(clock.after)} und {time_in_words(clock.before)}"
    if clock.after:
        return f"ab {time_in_words(clock.after)}"
    return f"bis {time_in_words(clock.before)}" if clock.before else ""


def _and(words: list[str]) -> str:
    return " und ".join([", ".join(words[:-1]), words[-1]] if len(words) > 2 else words)
