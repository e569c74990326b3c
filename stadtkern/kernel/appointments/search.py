"""Free times: by place and start, by day, nearest to a moment. One query over the days, whatever the city's size."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from heapq import nsmallest
from typing import Any

from django.db import connection
from django.utils import timezone

from stadtkern.kernel.city.profile import city

from . import plan, statement
from .models import CELL, Place
from .need import Need, need_of
from .refusals import Refused
from .wish import Free, Window, Wish

MOST_DAYS = 190
DAYS_INSTEAD, NOTICE = 28, timedelta(hours=24)
FOREVER = datetime.max.replace(tzinfo=plan.BERLIN) - timedelta(days=400)


def setting(name: str, default: int) -> int:
    """A number of `[appointments]` in city.toml."""
    return int(city().raw.get("appointments", {}).get(name, default))


def lead() -> timedelta:
    """How long before its start an appointment can be booked at the latest: `[appointments] lead`, minutes."""
    return timedelta(minutes=setting("lead", 15))


def free(
    wish: Wish,
    first: date,
    last: date,
    *,
    after: time | None = None,
    before: time | None = None,
    at: time | None = None,
    weekdays: Sequence[int] = (),
    only: Collection[date] | None = None,
    limit: int = 200,
    now: datetime | None = None,
    unreleased: bool = False,
) -> list[Free]:
    """Free times in order: those that begin `at`, if given, on no other days than `only`.

    `unreleased` (for clerks) also shows days residents cannot book yet.
    """
    need = need_of(wish)
    if at:
        after, before = at, plan.later(at, need.minutes)
    window = Window(first, last, after, before, tuple(weekdays), None if only is None else frozenset(only))
    rows = _rows(need, window, now or timezone.now(), unreleased)
    places = Place.objects.in_bulk({place for place, _day, _bits in rows})
    found: list[Free] = []
    for place, day, bits in sorted(rows, key=lambda row: row[1]):
        if len(found) >= limit and found[-1].starts_at.date() < day:
            break
        shift = need.before // CELL
        where, minutes = places[place], need.minutes
        found += [Free(where, plan.moment(day, cell + shift), minutes) for cell in plan.starts(bits)]
    return sorted(found, key=lambda one: (one.starts_at, one.place.title))[:limit]


def days(wish: Wish, first: date, last: date, *, now: datetime | None = None, unreleased: bool = False) -> dict[date, int]:
    """How many free times (place and start) each day has; days without are not listed."""
    found: dict[date, int] = {}
    for _place, day, bits in _rows(need_of(wish), Window(first, last), now or timezone.now(), unreleased):
        found[day] = found.get(day, 0) + bits.count("1")
    return dict(sorted(found.items()))


def near(
    wish: Wish, at: datetime, *, most: int = 3, days_around: int = 14, places: tuple[str, ...] = (), now: datetime | None = None
) -> list[Free]:
    """The free times nearest to a moment, nearest first."""
    wish = replace(wish, places=places or wish.places)
    day = at.astimezone(plan.BERLIN).date()
    try:
        found = free(wish, day - timedelta(days=days_around), day + timedelta(days=days_around), limit=5000, now=now)
    except Refused:
        return []
    return nsmallest(most, found, key=lambda one: abs(one.starts_at - at))


def instead(wish: Wish, place: str, at: datetime, *, most: int = 5, now: datetime | None = None) -> list[Free]:
    """Times of a place for somebody whose own cannot be kept, also of days not released yet: the same day first.

    Nobody is asked to come on an earlier day than they planned, or earlier than that within a day: they might not read it.
    """
    now, local = now or timezone.now(), at.astimezone(plan.BERLIN)
    first, last = local.date(), local.date() + timedelta(days=DAYS_INSTEAD)
    try:
        found = free(replace(wish, places=(place,)), first, last, limit=2000, now=now, unreleased=True)
    except Refused:
        return []
    possible = [one for one in found if one.starts_at >= min(at, now + NOTICE)]
    return nsmallest(most, possible, key=lambda one: (one.starts_at.date(), abs(one.starts_at - at)))


def parameters(need: Need, window: Window, places: Sequence[int], now: datetime, *, unreleased: bool) -> dict[str, Any]:
    """What both statements ask for."""
    mask = plan.grid(need.step, need.before // CELL, window.after, window.before, need.minutes // CELL)
    return {
        "matters": need.ids,
        "channel": need.wish.channel,
        "places": list(places),
        "dates": window.dates(MOST_DAYS),
        "released": FOREVER if unreleased else now,
        "mask": mask,
        "now": now,
    }


def places_of(wish: Wish) -> list[int]:
    """Keys of the wished places; an unknown or closed one raises."""
    if not wish.places:
        return []
    found = list(Place.objects.filter(key__in=wish.places, active=True).values_list("pk", flat=True))
    return found or [0]


def _rows(need: Need, window: Window, now: datetime, unreleased: bool) -> list[tuple[int, date, str]]:
    today = now.astimezone(plan.BERLIN).date()
    window = replace(window, first=max(window.first, today))
    given = parameters(need, window, places_of(need.wish), now, unreleased=unreleased)
    with connection.cursor() as cursor:
        cursor.execute(statement.find(need.cells), given)
        rows = cursor.fetchall()
    soonest = (now + (timedelta(0) if unreleased else lead())).astimezone(plan.BERLIN)
    rows = [(place, day, from_moment(bits, soonest, need) if day == soonest.date() else bits) for place, day, bits in rows]
    return [row for row in rows if "1" in row[2]]  # where the last time of today is over, today is no day with free times


def from_moment(bits: str, soonest: datetime, need: Need) -> str:
    """Starts of that day without those that are earlier."""
    day = soonest.date()
    shift = need.before // CELL
    kept = {cell for cell in plan.starts(bits) if plan.moment(day, cell + shift) >= soonest}
    return "".join("1" if cell in kept else "0" for cell in range(len(bits)))
