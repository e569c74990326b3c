"""Join the waiting list, leave it, say yes or no to an offer."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.events.actions import record
from stadtkern.lib import ids

from .. import limits, link, search
from ..models import Appointment, Place, Waiting
from ..need import need_of
from ..refusals import Refused, Taken
from ..wish import Window, Wish
from .again import once_more
from .asking import line
from .booking import confirm
from .holding import give_back
from .offering import offer_freed, turn_down

Status = Waiting.Status
MOST_DAYS = 190


@once_more
def join_waiting(
    actor: Actor,
    wish: Wish,
    window: Window,
    *,
    holder: str,
    name: str,
    email: str = "",
    phone: str = "",
    about: str = "",
    replaces: Appointment | None = None,
    now: datetime | None = None,
) -> Waiting:
    """Onto the list; a fitting time that is free is offered at once. With `replaces`, saying yes gives up that appointment.

    Raises Refused. Diary: `waiting.joined`.
    """
    now = now or timezone.now()
    need, name, email, phone = need_of(wish), line(name, 200), line(email, 254), line(phone, 40)
    if not name or (not email and actor.account is None):
        raise Refused(_("Für die Warteliste brauchen wir Ihren Namen und eine E-Mail-Adresse."))
    if window.last < max(window.first, timezone.localdate(now)) or (window.last - window.first).days > MOST_DAYS:
        raise Refused(_("Bitte prüfen Sie die Tage: Der letzte liegt nicht vor dem ersten und höchstens 190 Tage danach."))
    if window.after and window.before and window.after >= window.before:
        raise Refused(_("Bitte prüfen Sie die Uhrzeiten: Das Ende liegt vor dem Anfang."))
    company, owner = actor.company, actor.owner
    subject = limits.subject_of(company.pk if company else None, owner.pk if owner else None, email, holder)
    seed = link.new_seed()
    entry = Waiting(
        matters=[list(pair) for pair in wish.matters], channel=wish.channel, places=_places(wish),
        first=window.first, last=window.last, after=window.after, before=window.before, weekdays=list(window.weekdays),
        account=actor.owner, company=actor.company, mandate=actor.mandate, holder=holder, name=name,
        email=email, phone=phone, about=about, language=(get_language() or "de")[:5],
        limit_key=ids.digest("|".join([subject, *sorted(matter.key for matter in need.matters)])), replaces=replaces,
        seed=seed, code_digest=ids.digest(link.code_from(seed)), joined_at=now,
    )  # fmt: skip
    try:
        with transaction.atomic():
            entry.save()
            record("waiting.joined", subject=f"waiting:{entry.pk}", actor=actor.key, data={"matters": need.ids})
            offer_freed(now=now)
    except IntegrityError as error:
        raise Refused(_("Sie stehen für dieses Anliegen schon auf der Warteliste.")) from error
    entry.refresh_from_db()
    return entry


@once_more
def accept_offer(actor: Actor, waiting: Waiting, *, now: datetime | None = None) -> Appointment:
    """Yes: the offered time is booked with what the entry says. Raises Taken, Refused. Diary: `appointment.booked`."""
    now = now or timezone.now()
    with transaction.atomic():
        entry = _locked(waiting)
        if entry.status == Status.TAKEN and entry.offer:
            return entry.offer
        if entry.status != Status.OFFERED or entry.offer is None:
            raise Taken(
                _("Dieses Angebot gilt nicht mehr. Auf der Warteliste stehen Sie weiter, wenn Sie sie nicht verlassen haben.")
            )
        return confirm(actor, entry.offer, name=entry.name, email=entry.email, phone=entry.phone, about=entry.about, now=now)


@once_more
def decline_offer(actor: Actor, waiting: Waiting, *, now: datetime | None = None) -> Waiting:
    """No, but go on: the time goes to the next, the entry keeps its place on the list. Diary: `waiting.declined`."""
    now = now or timezone.now()
    with transaction.atomic():
        entry = _locked(waiting)
        if entry.status != Status.OFFERED or entry.offer is None:
            return entry
        turn_down(entry)
        entry.unanswered = 0
        entry.save(update_fields=["status", "declined", "unanswered"])
        record("waiting.declined", subject=f"waiting:{entry.pk}", actor=actor.key, data={"appointment": entry.offer.pk})
        give_back([entry.offer], now, actor.key)
        offer_freed(now=now)  # another day may suit them
    return _fresh(entry)


@once_more
def leave_waiting(actor: Actor, waiting: Waiting, *, now: datetime | None = None) -> Waiting:
    """Off the list; an open offer goes to the next. A second click changes nothing. Diary: `waiting.left`."""
    now = now or timezone.now()
    with transaction.atomic():
        entry = _locked(waiting)
        if entry.status not in (Status.WAITING, Status.OFFERED):
            return entry
        offer = entry.offer if entry.status == Status.OFFERED else None
        entry.status, entry.ended_at = Status.LEFT, now
        entry.save(update_fields=["status", "ended_at"])
        record("waiting.left", subject=f"waiting:{entry.pk}", actor=actor.key)
        if offer:
            give_back([offer], now, actor.key)
    return entry


@transaction.atomic
def end_waiting(now: datetime | None = None) -> int:
    """Entries whose last day has passed. Diary: `waiting.over`."""
    now = now or timezone.now()
    rows = Waiting.objects.select_for_update(skip_locked=True).filter(status=Status.WAITING, last__lt=timezone.localdate(now))
    keys = list(rows.values_list("pk", flat=True)[:500])
    Waiting.objects.filter(pk__in=keys).update(status=Status.OVER, ended_at=now)
    for key in keys:
        record("waiting.over", subject=f"waiting:{key}", actor=SYSTEM)
    return len(keys)


def _places(wish: Wish) -> list[int]:
    found = search.places_of(wish)
    if wish.places and found == [0]:
        raise Refused(_("Diesen Ort gibt es nicht oder nicht mehr."))
    return list(Place.objects.filter(pk__in=found).values_list("pk", flat=True))


def _locked(waiting: Waiting) -> Waiting:
    return Waiting.objects.select_for_update(of=("self",)).select_related("offer").get(pk=waiting.pk)


def _fresh(entry: Waiting) -> Waiting:
    return Waiting.objects.select_related("offer").get(pk=entry.pk)
