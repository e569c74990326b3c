"""Duties, absences and skills: whoever changes them changes what the counters can serve, and the days follow at once."""

from collections.abc import Collection, Sequence
from datetime import date, time

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Staff
from stadtkern.kernel.events.actions import record

from ... import actions as engine
from ... import search
from ...actions.booking import wish_of
from ...models import Absence, Appointment, Counter, Matter, Place, Roster, Shift, Skill
from ...refusals import Refused, Taken

MOST_DAYS = 190


@transaction.atomic
def start_roster(actor: Actor, place: Place, since: date) -> None:
    """From this day on a counter is open only while somebody is on duty there."""
    if since < timezone.localdate():
        raise Refused(_("Der Dienstplan gilt frühestens ab heute."))
    Roster.objects.update_or_create(place=place, defaults={"since": since})
    record("roster.started", subject=f"place:{place.pk}", actor=actor.key, data={"since": since.isoformat()})
    engine.generate_days(places=[place.pk])


@transaction.atomic
def stop_roster(actor: Actor, place: Place) -> None:
    """The opening hours alone count again."""
    gone, _each = Roster.objects.filter(place=place).delete()
    if gone:
        record("roster.stopped", subject=f"place:{place.pk}", actor=actor.key)
        engine.generate_days(places=[place.pk])


@transaction.atomic
def add_shifts(actor: Actor, staff: Staff, counter: Counter, days: Sequence[date], starts: time, ends: time) -> list[Shift]:
    """The same duty on several days; all of them or none. The database refuses a clerk at two counters at once."""
    _own(staff, counter.place)
    if not days or len(days) > MOST_DAYS or min(days) < timezone.localdate():
        raise Refused(_("Wählen Sie Tage ab heute, höchstens ein halbes Jahr."))
    if starts >= ends:
        raise Refused(_("Das Ende des Dienstes liegt nicht nach dem Anfang."))
    try:
        with transaction.atomic():
            made = [Shift.objects.create(counter=counter, staff=staff, date=day, starts=starts, ends=ends) for day in days]
    except IntegrityError as problem:
        raise Refused(_("In dieser Zeit ist die Person schon an einem Schalter eingeteilt.")) from problem
    record("shift.added", subject=f"counter:{counter.pk}", actor=actor.key, data={"staff": staff.pk, "days": len(days)})
    engine.generate_days(places=[counter.place_id])
    return made


@transaction.atomic
def end_shift(actor: Actor, shift: Shift) -> None:
    """Not on duty after all."""
    record("shift.removed", subject=f"counter:{shift.counter_id}", actor=actor.key, data={"staff": shift.staff_id})
    place = shift.counter.place_id
    Shift.objects.filter(pk=shift.pk).delete()
    engine.generate_days(places=[place])


@transaction.atomic
def add_absence(actor: Actor, staff: Staff, first: date, last: date) -> Absence:
    """Not there, for whatever reason: none is asked for."""
    if last < first or (last - first).days > 2 * MOST_DAYS:
        raise Refused(_("Das Ende liegt vor dem Anfang. Bitte prüfen Sie die Tage."))
    made = Absence.objects.create(staff=staff, first=first, last=last)
    record("absence.added", subject=f"staff:{staff.pk}", actor=actor.key, data={"absence": made.pk})
    engine.generate_days(places=_places_of(staff))
    return made


@transaction.atomic
def end_absence(actor: Actor, absence: Absence) -> None:
    """Is there after all."""
    record("absence.removed", subject=f"staff:{absence.staff_id}", actor=actor.key, data={"absence": absence.pk})
    staff = absence.staff
    Absence.objects.filter(pk=absence.pk).delete()
    engine.generate_days(places=_places_of(staff))


@transaction.atomic
def forget_duties(before: date) -> int:
    """Who sat where and who was away is nobody's business once it is long over."""
    gone = Shift.objects.filter(date__lt=before).delete()[0] + Absence.objects.filter(last__lt=before).delete()[0]
    if gone:
        record("roster.forgotten", subject="room:appointments", actor="system", data={"rows": gone})
    return gone


@transaction.atomic
def set_skills(actor: Actor, staff: Staff, matters: Collection[Matter]) -> None:
    """What this clerk can serve; none noted means everything the counter does."""
    Skill.objects.filter(staff=staff).exclude(matter__in=list(matters)).delete()
    for matter in matters:
        Skill.objects.get_or_create(staff=staff, matter=matter)
    record("skills.set", subject=f"staff:{staff.pk}", actor=actor.key, data={"matters": sorted(one.pk for one in matters)})
    engine.generate_days(places=_places_of(staff))


@transaction.atomic
def rehome(actor: Actor, rows: Sequence[Appointment]) -> tuple[int, list[Appointment]]:
    """Appointments without a counter go to another one: at the same time if one is free, else at the nearest.

    Returns how many found one, and those that did not.
    """
    found, left = 0, []
    for row in rows:
        if _elsewhere(actor, row):
            found += 1
        else:
            left.append(row)
    return found, left


def _elsewhere(actor: Actor, row: Appointment) -> bool:
    if row.status not in ("HELD", "BOOKED"):
        return False
    try:
        with transaction.atomic():
            engine.move(actor, row, row.place, row.starts_at, by_clerk=True, another_counter=True)
        return True
    except Refused:
        pass
    for other in search.instead(wish_of(row), row.place.key, row.starts_at):
        try:
            with transaction.atomic():
                engine.move(actor, row, other.place, other.starts_at, by_clerk=True)
            return True
        except Taken:
            continue
        except Refused:
            return False
    return False


def _own(staff: Staff, place: Place) -> None:
    if staff.office_id != place.office_id:
        raise Refused(_("Diese Person arbeitet in einem anderen Amt."))


def _places_of(staff: Staff) -> list[int]:
    return list(Place.objects.filter(office=staff.office_id).values_list("pk", flat=True))
