"""Opening hours become days: bit strings for weeks ahead, worked out anew when hours change."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.events.actions import record
from stadtkern.lib.calendar import holidays

from .. import cover, plan, release, search, statement
from ..models import NONE, Counter, Day, Hours, Place, SpecialDay
from .offering import offer_freed

DAYS_AHEAD = 60


def horizon(today: date | None = None) -> date:
    """The last day that is opened: `[appointments] ahead` in city.toml, days."""
    return (today or timezone.localdate()) + timedelta(days=search.setting("ahead", DAYS_AHEAD))


@transaction.atomic
def generate_days(
    first: date | None = None, last: date | None = None, places: Collection[int] | None = None, now: datetime | None = None
) -> int:
    """Lay out the days of all counters, or of some places; what is there already is brought up to date. Returns how many days
    changed. Diary: `days.generated`."""
    first = first or timezone.localdate(now)
    if last is None:  # also what was laid out further ahead
        last = max(horizon(first), Day.objects.aggregate(last=Max("date"))["last"] or first)
    changed = 0
    chosen = Place.objects.all() if places is None else Place.objects.filter(pk__in=places)
    for place in chosen.order_by("pk"):
        changed += _generate(place, first, last)
    if changed:
        record("days.generated", subject="city", actor=SYSTEM, data={"days": changed, "last": last.isoformat()})
        offer_freed(now=now)
    return changed


def _generate(place: Place, first: date, last: date) -> int:
    weekly, special = rules_of(place)
    free_days = {day for year in range(first.year, last.year + 1) for day in holidays(year, place.state, city().local_holidays)}
    counters = list(place.counters.prefetch_related("matters").order_by("pk"))
    have = {(row.counter_id, row.date): row for row in _days(place, first, last)}
    crew = cover.Crew(place, first, last)
    rules, now = release.load(city().folder / "appointments.toml"), timezone.now()
    fresh, changed = [], []
    for counter in counters:
        working = counter.active and place.active
        active = [matter for matter in counter.matters.all() if matter.active]
        served, keys = sorted(matter.pk for matter in active), {matter.key for matter in active}
        for day in plan.days_between(first, last):
            spans = plan.spans_of(counter.pk, day, weekly, special, day in free_days) if working else []
            spans, known = crew.on(counter.pk, day, spans, served)
            open_bits = plan.bits(spans, day)
            row = have.get((counter.pk, day))
            if row is None:
                if open_bits != NONE:
                    fresh.append(
                        Day(counter=counter, place=place, date=day, open=open_bits, free=open_bits, matters=known,
                            channels=counter.channels, opens_at=release.opening_of(rules, place.key, keys, day) or now)
                    )  # fmt: skip
            elif (row.open, row.matters, row.channels) != (open_bits, known, counter.channels):
                row.open, row.free, row.matters, row.channels = open_bits, NONE, known, counter.channels
                changed.append(row)
    Day.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=500)
    Day.objects.bulk_update(changed, ["open", "free", "matters", "channels"], batch_size=200)
    _mend([row.pk for row in changed])
    return len(fresh) + len(changed)


def rules_of(place: Place) -> tuple[list[plan.Weekly], list[plan.Special]]:
    """Hours and exceptions as plain values."""
    weekly = [
        plan.Weekly(one.counter_id, one.weekday, one.opens, one.closes, one.valid_from, one.valid_until)
        for one in Hours.objects.filter(place=place)
    ]
    special = [
        plan.Special(one.counter_id, one.first, one.last, tuple(plan.span(pair) for pair in one.hours))
        for one in SpecialDay.objects.filter(place=place).order_by("pk")
    ]
    return weekly, special


@transaction.atomic
def mend_day(counter: Counter, day: date) -> None:
    """Work out the free cells anew from the open ones and the appointments."""
    keys = Day.objects.select_for_update().filter(counter=counter, date=day).values_list("pk", flat=True)
    _mend(list(keys))


def _mend(days: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement.MEND, {"days": days})


def _days(place: Place, first: date, last: date) -> "QuerySet[Day]":
    """Locked, in the order everybody locks them."""
    return Day.objects.select_for_update().filter(place=place, date__range=(first, last)).order_by("counter", "date")
