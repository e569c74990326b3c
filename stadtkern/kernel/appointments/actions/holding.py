"""Take a time for a few minutes, while the form is filled in. No models in the hot path: a handful of statements."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record
from stadtkern.lib import ids

from .. import limits, plan, search, statement
from ..models import CELL, Appointment, Place, Waiting
from ..need import Need, need_of
from ..refusals import Refused, Taken, TooMany
from ..wish import Window, Wish
from .again import once_more
from .lapsing import expire_due

PREFIX = "T"


def hold_minutes() -> int:
    """How long a form may take: `[appointments] hold` in city.toml, minutes."""
    return search.setting("hold", 10)


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
    Raises Taken, TooMany, Refused. Diary: `appointment.held`.
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
    asked = Asked(actor, need, [place.pk], [found[0]], plan.mask(cell, 1), holder, about, for_other, now)
    with transaction.atomic():
        former = held_by(holder)
        if same := _same(former, asked, place.pk, starts_at):
            return same
        give_back(former, now, asked.actor_key)
        return _take(asked, Taken(near=lambda: search.near(wish, starts_at)))


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
    places = search.places_of(wish)
    with transaction.atomic():
        asked = Asked(actor, need, places, dates, whole, holder, about, for_other, now)
        give_back(held_by(holder), now, asked.actor_key)
        later = [day for day in dates if day > soonest.date()]
        if len(later) < len(dates):  # today only from now on
            minute = soonest.hour * 60 + soonest.minute
            rest = "".join(
                bit if cell * CELL + need.before >= minute + bool(soonest.second or soonest.microsecond) else "0"
                for cell, bit in enumerate(whole)
            )
            today = Asked(actor, need, places, [soonest.date()], rest, holder, about, for_other, now)
            if not later:
                return _take(today, none_left)
            try:
                with transaction.atomic():
                    return _take(today, none_left)
            except TooMany:
                raise
            except Taken:
                asked = Asked(actor, need, places, later, whole, holder, about, for_other, now)
        return _take(asked, none_left)


@transaction.atomic
def release(actor: Actor, *, holder: str, now: datetime | None = None) -> int:
    """Give back what this browser holds (not what is offered to it); returns how many. Diary: `appointment.expired`."""
    rows = held_by(holder)
    give_back(rows, now or timezone.now(), actor.key)
    return len(rows)


class Asked:
    """One request for a time, as the statements need it."""

    def __init__(
        self, actor: Actor, need: Need, places: Sequence[int], dates: Sequence[date], mask: str, holder: str, about: str,
        for_other: bool, now: datetime,
    ) -> None:  # fmt: skip
        self.actor_key, self.need, self.holder, self.about, self.now = actor.key, need, holder, about, now
        self.actor = Actor() if for_other else actor
        self.places, self.dates, self.mask, self.for_other = list(places), list(dates), mask, for_other
        self.held_until = now + timedelta(minutes=hold_minutes())

    def parameters(self, chosen: str) -> dict[str, Any]:
        """For statement.book."""
        need, actor = self.need, self.actor
        return {
            "matters": need.ids, "channel": need.wish.channel, "places": self.places, "dates": self.dates, "mask": self.mask,
            "released": search.FOREVER if self.for_other else self.now, "now": self.now,
            "before": need.before, "after": need.after, "minutes": need.minutes, "number": ids.reference(PREFIX),
            "matter": need.ids[0], "wished": json.dumps(need.wish.matters), "persons": need.wish.persons,
            "limits": chosen, "held_until": self.held_until, "account": actor.owner.pk if actor.owner else None,
            "company": actor.company.pk if actor.company else None, "mandate": actor.mandate.pk if actor.mandate else None,
            "holder": self.holder, "about": self.about, "language": (get_language() or "de")[:5],
        }  # fmt: skip


def _take(asked: Asked, taken: Taken) -> Appointment:
    """The statement; when it finds nothing, holds that are over are given back first, then locked days are waited for."""
    subject = "" if asked.for_other else limits.subject_of(asked.actor, asked.holder)
    for attempt in range(4):
        chosen = choose_points(asked.need.matters, subject)
        if attempt == 1:
            expire_due(asked.now, asked.dates)
        with connection.cursor() as cursor:
            cursor.execute(statement.book(asked.need.cells, wait=attempt > 1), asked.parameters(chosen))
            row = cursor.fetchone()
        if row is None:
            continue
        day, key, counter, *_rest = row
        if key is not None:
            data = {"counter": counter, "day": day}
            record("appointment.held", subject=f"appointment:{key}", actor=asked.actor_key, data=data)
            return Appointment.objects.select_related("place", "counter", "matter").get(pk=key)
        _why_refused(chosen, day, asked.now)
    raise taken


def choose_points(matters: Sequence[Any], subject: str, besides: int | None = None) -> str:
    """A free point for each matter with a limit. Raises TooMany when none is left."""
    wanted = [limits.points(matter, subject) for matter in matters]
    if not any(len(own) > 1 for own in wanted):
        return limits.written(own[0] for own in wanted if own)
    chosen = []
    for own in wanted:
        used = [point for point in own if who_has(limits.written([point]), besides) is not None]
        if own and len(used) == len(own):
            raise too_many()
        chosen += [point for point in own if point not in used][:1]
    return limits.written(chosen)


def who_has(chosen: str, besides: int | None = None) -> int | None:
    """The live appointment that has one of these points."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM appointments_appointment WHERE limits && %s::int8multirange AND id IS DISTINCT FROM %s::bigint "
            "AND status IN ('HELD', 'BOOKED', 'ARRIVED', 'CALLED') LIMIT 1",
            [chosen, besides],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def too_many() -> TooMany:
    """In words."""
    text = _("Sie haben dafür schon einen Termin. Verschieben Sie ihn oder sagen Sie ihn ab, bevor Sie neu buchen.")
    return TooMany(text)


def _why_refused(chosen: str, day: int, now: datetime) -> None:
    """A constraint said no: the person has one (or a hold that is over: then once more), or the bits are wrong: mend them."""
    if (other := who_has(chosen)) is not None:
        row = Appointment.objects.filter(pk=other).values_list("status", "held_until").first()
        if row is None or row[0] != "HELD" or row[1] > now:
            raise too_many()
        expire_due(now)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM appointments_day WHERE id = %s FOR UPDATE", [day])
        cursor.execute(statement.MEND, {"days": [day]})


def held_by(holder: str) -> list[Appointment]:
    """What this browser holds; not what the waiting list keeps for it."""
    if not holder:
        return []
    rows = Appointment.objects.select_for_update(of=("self",)).filter(holder=holder, status="HELD")
    offered = Waiting.objects.filter(offer=OuterRef("pk"), status=Waiting.Status.OFFERED)
    return list(rows.select_related("place", "counter", "matter").exclude(Exists(offered)))


def _same(former: list[Appointment], asked: Asked, place: int, starts_at: datetime) -> Appointment | None:
    wished = [list(pair) for pair in asked.need.wish.matters]
    for row in former:
        fits = row.place_id == place and row.starts_at == starts_at and row.matters == wished and row.about == asked.about
        owner = asked.actor.owner.pk if asked.actor.owner else None
        if fits and row.channel == asked.need.wish.channel and row.is_live(asked.now) and row.account_id == owner:
            return row
    return None


def give_back(rows: list[Appointment], now: datetime, actor_key: str) -> None:
    """Holds that are not wanted any more."""
    for row in rows:
        Appointment.objects.filter(pk=row.pk).update(status="EXPIRED", ended_at=now)
        with connection.cursor() as cursor:
            cursor.execute(statement.GIVE_BACK, {"appointment": row.pk})
        record("appointment.expired", subject=f"appointment:{row.pk}", actor=actor_key, data={"counter": row.counter_id})
