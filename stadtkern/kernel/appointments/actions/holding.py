"""Take a time for a few minutes, while the form is filled in. No models in the hot path: a handful of statements."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record

from .. import limits, plan, queries, search, statement
from ..models import CELL, Appointment, Matter, Place, Waiting
from ..need import need_of
from ..refusals import MustQueue, Refused, Taken
from ..wish import Window, Wish
from .again import once_more
from .asking import Asked, choose_points, too_many, who_has
from .lapsing import expire_due
from .offering import offer_freed, turn_down


@once_more
def hold(
    actor: Actor,
    wish: Wish,
    place: Place,
    starts_at: datetime,
    *,
    holder: str,
    about: str = "",
    for_other: bool = False,
    now: datetime | None = None,
) -> Appointment:
    """Keep this time for this browser. A second click gives the same; another time gives back the one held before.

    `for_other`: a clerk books for somebody who calls or stands at the counter; also days not released yet.
    Raises Taken, TooMany, MustQueue, Refused. Diary: `appointment.held`.
    """
    now = now or timezone.now()
    need, found = need_of(wish), plan.cell_of(starts_at)
    if found is None or found[1] * CELL % need.step:
        raise Refused(_("Zu dieser Uhrzeit beginnt kein Termin. Wählen Sie bitte eine der angebotenen Zeiten."))
    if starts_at < now + (timedelta(0) if for_other else search.lead()):
        raise Refused(_("Diese Zeit ist schon vorbei oder zu nah. Wählen Sie bitte eine spätere."))
    cell = found[1] - need.before // CELL
    if cell < 0:
        raise Refused(_("Zu dieser Uhrzeit beginnt kein Termin. Wählen Sie bitte eine der angebotenen Zeiten."))
    if not for_other and (wave := queries.queue_for(wish, found[0], now)):
        raise MustQueue(wave.pk)
    who = Actor() if for_other else actor
    asked = Asked(need, [place.pk], [found[0]], plan.mask(cell, 1), now, holder, about, for_other).by(who)
    taken = Taken(near=lambda: search.near(wish, starts_at))

    @transaction.atomic
    def attempt(wait: bool) -> Appointment:
        former = held_by(holder, account=asked.account)
        if same := _same(former, asked, starts_at):
            return same
        give_back(former, now, actor.key)
        return _take(actor.key, asked, taken, wait=wait, place=place)

    return twice(attempt, now, asked.dates)


@once_more
def hold_any(
    actor: Actor,
    wish: Wish,
    window: Window,
    *,
    holder: str,
    about: str = "",
    for_other: bool = False,
    now: datetime | None = None,
) -> Appointment:
    """Keep whatever time is free in the window, on a counter and day by lot. Raises Taken, TooMany, Refused."""
    now = now or timezone.now()
    need = need_of(wish)
    soonest = (now + (timedelta(0) if for_other else search.lead())).astimezone(plan.BERLIN)
    dates = [day for day in window.dates(search.MOST_DAYS) if day >= soonest.date()]
    whole = plan.grid(need.step, need.before // CELL, window.after, window.before, need.minutes // CELL)
    none_left = Taken(_("In dieser Zeit ist kein Termin mehr frei."), lambda: search.near(wish, now))
    if not for_other and (wave := queries.queue_for(wish, now=now)):
        dates = [day for day in dates if not wave.first <= day <= wave.last]
        if not dates:
            raise MustQueue(wave.pk)
    who = Actor() if for_other else actor
    asked = Asked(need, search.places_of(wish), dates, whole, now, holder, about, for_other).by(who)
    later = [day for day in dates if day > soonest.date()]

    @transaction.atomic
    def attempt(wait: bool) -> Appointment:
        give_back(held_by(holder, account=asked.account), now, actor.key)
        if len(later) == len(dates):
            return _take(actor.key, asked, none_left, wait=wait)
        today = replace(asked, dates=[soonest.date()], mask=search.from_moment(whole, soonest, need))  # from now on
        try:
            with transaction.atomic():
                return _take(actor.key, today, none_left, wait=wait)
        except Taken:
            return _take(actor.key, replace(asked, dates=later), none_left, wait=wait)

    return twice(attempt, now, dates)


def twice(attempt: Callable[[bool], Appointment], now: datetime, dates: Sequence[date]) -> Appointment:
    """First past all locked days; then holds that are over are given back for good, and locked days are waited for."""
    try:
        return attempt(False)
    except Taken:
        expire_due(now, dates)
        return attempt(True)


@transaction.atomic
def release(actor: Actor, *, holder: str, now: datetime | None = None) -> int:
    """Give back what this browser holds (not what is offered to it); returns how many. Diary: `appointment.expired`."""
    rows = held_by(holder)
    give_back(rows, now or timezone.now(), actor.key)
    return len(rows)


def _take(actor_key: str, asked: Asked, taken: Taken, *, wait: bool, place: Place | None = None) -> Appointment:
    """The statement, once more after a constraint refused and the reason is gone."""
    subject = "" if asked.unreleased else limits.subject_of(asked.company, asked.account, "", asked.holder)
    for _attempt in range(4):
        chosen = choose_points(asked.need.matters, subject)
        given = asked.parameters(chosen)
        with connection.cursor() as cursor:
            cursor.execute(statement.book(asked.need.cells, wait=wait), given)
            row = cursor.fetchone()
        if row is None:
            raise taken
        day, key, counter, *_rest = row
        if key is not None:
            record("appointment.held", subject=f"appointment:{key}", actor=actor_key, data={"counter": counter, "day": day})
            return _made(row, asked, given, place)
        why_refused(asked.need.matters, chosen, day, asked.now)
    raise taken


def _made(row: tuple[Any, ...], asked: Asked, given: dict[str, Any], place: Place | None) -> Appointment:
    """The row as the statement wrote it, without asking for it again."""
    _day, key, counter, place_id, day, cell = row
    need = asked.need
    starts_at = plan.moment(day, cell + need.before // CELL)
    same = ("number", "channel", "persons", "before", "after", "limits", "held_until", "holder", "about", "language")
    ends_at, matters = starts_at + timedelta(minutes=need.minutes), [list(pair) for pair in need.wish.matters]
    made = Appointment(
        pk=key, counter_id=counter, place_id=place_id, matter=need.matters[0], matters=matters, date=day, starts_at=starts_at,
        ends_at=ends_at, first_cell=cell, cells=need.cells, account_id=asked.account, company_id=asked.company,
        mandate_id=asked.mandate, created_at=asked.now,
        **{name: given[name] for name in same},
    )  # fmt: skip
    if place is not None and place.pk == place_id:
        made.place = place
    made._state.adding, made._state.db = False, connection.alias
    return made


def why_refused(matters: Sequence[Matter], chosen: str, day: int, now: datetime) -> None:
    """A constraint said no: the person has one (or a hold that is over: then once more), or the bits are wrong: mend them."""
    if (other := who_has(chosen)) is not None:
        row = Appointment.objects.filter(pk=other).values_list("status", "held_until").first()
        several = any(matter.per_person_limit > 1 for matter in matters)  # then another point is chosen, or none is left
        if not several and (row is None or row[0] != "HELD" or (row[1] and row[1] > now)):
            raise too_many()
        expire_due(now, only=other)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM appointments_day WHERE id = %s FOR UPDATE", [day])
        cursor.execute(statement.MEND, {"days": [day]})


def held_by(holder: str, besides: int | None = None, account: int | None = None) -> list[Appointment]:
    """What this browser or account holds; not what the waiting list keeps for it. Mostly nothing: found out cheaply."""
    if not holder and not account:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_HELD, {"holder": holder, "besides": besides, "account": account})
        keys = [key for (key,) in cursor.fetchall()]
    return list(Appointment.objects.filter(pk__in=keys).select_related("place", "counter", "matter")) if keys else []


_HELD = """
    SELECT id FROM appointments_appointment a
    WHERE status = 'HELD' AND id IS DISTINCT FROM %(besides)s::bigint
    AND (holder = %(holder)s AND holder <> '' OR account_id = %(account)s::bigint)
    AND NOT EXISTS (SELECT FROM appointments_waiting w WHERE w.offer_id = a.id AND w.status = 'OFFERED') FOR UPDATE OF a
"""


def _same(former: list[Appointment], asked: Asked, starts_at: datetime) -> Appointment | None:
    wished = [list(pair) for pair in asked.need.wish.matters]
    for row in former:
        fits = row.place_id == asked.places[0] and row.starts_at == starts_at and row.matters == wished
        mine = (row.account_id, row.company_id, row.about) == (asked.account, asked.company, asked.about)
        if fits and mine and row.channel == asked.need.wish.channel and row.is_live(asked.now):
            return row
    return None


def give_back(rows: list[Appointment], now: datetime, actor_key: str) -> None:
    """Holds that are not wanted any more."""
    if not rows:
        return
    with connection.cursor() as cursor:
        for row in rows:
            cursor.execute(_END, {"appointment": row.pk, "now": now})
            cursor.execute(statement.GIVE_BACK, {"appointment": row.pk})
            record("appointment.expired", subject=f"appointment:{row.pk}", actor=actor_key, data={"counter": row.counter_id})
        cursor.execute(_OFFERED, {"appointments": [row.pk for row in rows]})
        offered = [key for (key,) in cursor.fetchall()]
    for entry in Waiting.objects.filter(pk__in=offered).select_related("offer") if offered else ():
        turn_down(entry)
        entry.save(update_fields=["status", "declined"])
    offer_freed(None if offered else {row.date for row in rows}, now)  # who said no may like another day


_END = "UPDATE appointments_appointment SET status = 'EXPIRED', ended_at = %(now)s WHERE id = %(appointment)s"
_OFFERED = """
    SELECT id FROM appointments_waiting WHERE offer_id = ANY(%(appointments)s::bigint[]) AND status = 'OFFERED' FOR UPDATE
"""
