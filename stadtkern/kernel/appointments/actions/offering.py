"""Freed times go to those who wait, in the order of joining: held for them for some hours, then passed on.

It happens in the transaction that frees the time, so it is never public while somebody waits for it.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.events.actions import record

from .. import plan, search, statement
from ..models import CELL, Place, Waiting, Wave
from ..need import Need, need_of
from ..refusals import Refused
from ..wish import Free, Wish
from .asking import Asked

OFFER_HOURS = 12  # at most: `[appointments] offer_hours`
LEAST = timedelta(hours=1)  # shorter offers help nobody
END_BEFORE = timedelta(hours=2)  # an offer ends so long before the appointment
UNANSWERED_MOST = 3
ALIKE = ("matters", "channel", "places", "first", "last", "after", "before", "weekdays")
MOST = 500  # entries looked at in one transaction
MOST_FREE = 1000  # times looked at for one entry: more than it can have declined, and than lie too near

_ASKED = """
    SELECT EXISTS (SELECT FROM appointments_waiting WHERE status = 'WAITING'
        AND (%(first)s::date IS NULL OR (first <= %(last)s::date AND last >= %(first)s::date)))
"""


def offer_freed(dates: Collection[date] | None = None, now: datetime | None = None) -> int:
    """Offer what is free on these days (all days: None) to those who wait; returns how many offers were made.

    Diary: `appointment.offered`.
    """
    now = now or timezone.now()
    first, last = (min(dates), max(dates)) if dates else (None, None)
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, {"first": first, "last": last})
        if not cursor.fetchone()[0]:
            return 0
    with transaction.atomic():
        return _offer(first, last, now)


def _offer(first: date | None, last: date | None, now: datetime) -> int:
    entries = Waiting.objects.select_for_update(skip_locked=True).filter(status=Waiting.Status.WAITING)
    if first and last:
        entries = entries.filter(first__lte=last, last__gte=first)
    made, nothing_for, queues = 0, set(), list(Wave.objects.current(now).values_list("matter__key", "first", "last"))
    for entry in entries.order_by("joined_at", "pk")[:MOST]:
        same = repr([getattr(entry, name) for name in ALIKE])
        if same in nothing_for:
            continue
        wish = wish_of(entry)
        found = [one for one in free_for(entry, wish, first, last, now) if not _by_lot(one, wish, queues)]
        if not found:
            nothing_for.add(same)
        made += any(_hold_for(entry, wish, one, now) for one in found if one.starts_at.isoformat() not in entry.declined)
    return made


def _by_lot(found: Free, wish: Wish, queues: Collection[tuple[str, date, date]]) -> bool:
    """Contested times belong to their queue as long as it is open."""
    keys, day = {key for key, _persons in wish.matters}, found.starts_at.date()
    return any(key in keys and first <= day <= last for key, first, last in queues)


def free_for(entry: Waiting, wish: Wish, first: date | None, last: date | None, now: datetime) -> list[Free]:
    """What fits this entry, also declined times."""
    soonest = max(now + END_BEFORE + LEAST, plan.moment(entry.first, 0))
    begin = max(first or entry.first, soonest.astimezone(plan.BERLIN).date())
    end, days = min(last or entry.last, entry.last), entry.weekdays
    try:
        found = search.free(wish, begin, end, after=entry.after, before=entry.before, weekdays=days, limit=MOST_FREE, now=now)
    except Refused:  # the matter is no longer offered like this
        return []
    return [one for one in found if one.starts_at >= soonest]


def wish_of(entry: Waiting) -> Wish:
    """What they wait for."""
    places = Place.objects.filter(pk__in=entry.places, active=True).values_list("key", flat=True) if entry.places else ()
    matters = tuple((key, persons) for key, persons in entry.matters)
    return Wish(matters, entry.channel, tuple(places) or (("-",) if entry.places else ()))


def _hold_for(entry: Waiting, wish: Wish, found: Free, now: datetime) -> bool:
    need, at = need_of(wish), plan.cell_of(found.starts_at)
    if at is None:
        return False
    until = min(now + timedelta(hours=search.setting("offer_hours", OFFER_HOURS)), found.starts_at - END_BEFORE)
    asked = Asked(
        need, [found.place.pk], [at[0]], plan.mask(at[1] - need.before // CELL, 1), now, entry.holder, entry.about,
        account=entry.account_id, company=entry.company_id, mandate=entry.mandate_id, held_until=until,
    )  # fmt: skip
    key = _take(need, asked)
    if key is None:
        return False
    entry.status, entry.offer_id, entry.offered_at = Waiting.Status.OFFERED, key, now
    entry.save(update_fields=["status", "offer", "offered_at"])
    record("appointment.offered", subject=f"appointment:{key}", actor=SYSTEM, data={"waiting": entry.pk})
    return True


def _take(need: Need, asked: Asked) -> int | None:
    """Without a point of the person's limit: they may still have another appointment, which the offer would replace."""
    with connection.cursor() as cursor:
        cursor.execute(statement.book(need.cells), asked.parameters("{}"))
        row = cursor.fetchone()
    return row[1] if row else None


def pass_on(appointments: Collection[int], now: datetime) -> int:
    """Offers nobody answered: the entry waits on, but not for this time; after three it leaves the list. Returns how many."""
    rows = Waiting.objects.select_for_update(of=("self",)).filter(offer__in=appointments, status=Waiting.Status.OFFERED)
    entries = list(rows.select_related("offer")) if appointments else []
    for entry in entries:
        turn_down(entry)
        entry.unanswered += 1
        if entry.unanswered >= UNANSWERED_MOST:
            entry.status, entry.ended_at = Waiting.Status.LEFT, now
            record("waiting.left", subject=f"waiting:{entry.pk}", actor=SYSTEM, data={"unanswered": entry.unanswered})
        entry.save(update_fields=["status", "declined", "unanswered", "ended_at"])
    return len(entries)


def turn_down(entry: Waiting) -> None:
    """Back on the list; this time is not offered to them again."""
    assert entry.offer is not None
    entry.status = Waiting.Status.WAITING
    entry.declined = [*entry.declined, entry.offer.starts_at.astimezone(plan.BERLIN).isoformat()][-200:]
