"""The office behind a service as the page shows it: address, phone, opening hours in words; no query in most requests."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext

from stadtkern.kernel.city.models import Office

SECONDS = 0 if settings.MODE == "test" else 60
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def office(key: str) -> Office | None:
    """The office with this key; asked of the database once a minute for all services together."""
    cache = caches["local"]
    known: Mapping[str, Office] | None = cache.get("services.offices")
    if known is None:
        known = {row.key: row for row in Office.objects.all()[:1000]}
        cache.set("services.offices", known, SECONDS)
    return known.get(key)


def hours_in_words(hours: Mapping[str, Any]) -> list[tuple[str, str]]:
    """`{"mon": [["08:00", "12:00"]], …}` as [("Montag", "08:00 bis 12:00 Uhr"), …]; neighbouring equal days together."""
    groups: list[tuple[int, int, str]] = []
    for number, day in enumerate(DAYS):
        spans = hours.get(day) or ()
        text = ", ".join(gettext("%(start)s bis %(end)s Uhr") % {"start": start, "end": end} for start, end in spans)
        if not text:
            continue
        if groups and groups[-1][1] == number - 1 and groups[-1][2] == text:
            groups[-1] = (groups[-1][0], number, text)
        else:
            groups.append((number, number, text))
    return [(_days(first, last), text) for first, last, text in groups]


def _days(first: int, last: int) -> str:
    if first == last:
        return str(WEEKDAYS[first])
    joint = gettext("%(first)s und %(last)s") if last == first + 1 else gettext("%(first)s bis %(last)s")
    return joint % {"first": WEEKDAYS[first], "last": WEEKDAYS[last]}
