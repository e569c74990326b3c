"""What the residents' pages read: matters to choose from, where they are served, one's own appointments."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor

from .models import LIVE, Appointment, Counter, Matter, Place, Wave
from .wish import Wish

RECENT = timedelta(days=30)
MOST = 200


def matters(words: str = "", besides: Sequence[str] = ()) -> list[Matter]:
    """What one may come for: served by an open counter, filtered by words people use; `besides`: these in any case."""
    rows = Matter.objects.filter(active=True, counters__active=True, counters__place__active=True).distinct()
    found = list(rows.order_by("title", "id")[:MOST])
    terms = words.casefold().split()
    return [row for row in found if row.key in besides or all(_says(row, term) for term in terms)]


def _says(row: Matter, term: str) -> bool:
    return any(term in text.casefold() for text in (row.title, *map(str, row.words)))


def chosen(keys: Sequence[str]) -> list[Matter]:
    """These matters in the order of choosing."""
    by_key = {row.key: row for row in Matter.objects.filter(key__in=list(keys), active=True)}
    return [by_key[key] for key in keys if key in by_key]


def places(wanted: Sequence[Matter], channel: str = "") -> list[Place]:
    """Where one counter serves all of these (one query for each matter, at most six)."""
    counters: QuerySet[Counter] = Counter.objects.filter(active=True, place__active=True)
    if channel:
        counters = counters.filter(channels__contains=[channel])
    for matter in wanted:
        counters = counters.filter(matters=matter)
    return list(Place.objects.filter(pk__in=counters.values("place")).order_by("title", "pk"))


def channels(wanted: Sequence[Matter]) -> list[str]:
    """Ways that all of these matters allow, in the usual order."""
    return [one for one in ("desk", "phone", "video") if all(one in matter.channels for matter in wanted)] if wanted else []


def queue_for(wish: Wish, day: date | None = None, now: datetime | None = None) -> Wave | None:
    """The queue one has to stand in for this wish (for this day): contested times are given by lot, not by clicking."""
    rows = Wave.objects.current(now or timezone.now()).filter(matter__key__in=[key for key, _count in wish.matters])
    return (rows.filter(first__lte=day, last__gte=day) if day else rows).first()


def of_person(actor: Actor, now: datetime | None = None) -> QuerySet[Appointment]:
    """Booked ones of the person, company or mandate that are not over, soonest first."""
    rows = Appointment.objects.visible_to(actor).filter(status__in=[one for one in LIVE if one != "HELD"], erased_at=None)
    now = now or timezone.now()
    return rows.filter(ends_at__gt=now - timedelta(hours=2)).select_related("place", "matter").order_by("starts_at", "pk")


def past_of_person(actor: Actor) -> QuerySet[Appointment]:
    """What was, newest first: kept, missed, cancelled."""
    rows = Appointment.objects.visible_to(actor).filter(status__in=["DONE", "MISSED", "CANCELLED"], erased_at=None)
    return rows.select_related("place", "matter").order_by("-starts_at", "-pk")


def of_account(account_id: int) -> QuerySet[Appointment]:
    """For the calendar of an account: what is to come, and what was cancelled or held lately."""
    since = timezone.now() - RECENT
    rows = Appointment.objects.filter(account=account_id, company=None, mandate=None, erased_at=None, starts_at__gte=since)
    kept = rows.filter(status__in=["BOOKED", "ARRIVED", "CALLED", "DONE", "MISSED", "CANCELLED"], booked_at__isnull=False)
    return kept.select_related("place", "matter").order_by("starts_at", "pk")[:MOST]


def about(subject: str) -> Appointment | None:
    """The appointment that belongs to a case: booked before held, the newest first; None without one.

    A hold that lapsed while the form lay open is told, too (`is_live` says so): confirming may still bring it back.
    """
    rows = Appointment.objects.filter(about=subject, erased_at=None).select_related("place", "matter", "counter")
    found = list(rows.order_by("-pk")[:20])
    booked = [row for row in found if row.status in LIVE and row.status != "HELD"]
    kept = [row for row in found[:1] if row.status in ("HELD", "EXPIRED") and row.starts_at > timezone.now()]
    over = [row for row in found if row.status in ("DONE", "MISSED")]
    return next(iter(booked or kept or over), None)
