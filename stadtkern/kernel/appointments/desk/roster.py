"""The roster for the head of an office: who is at which counter this week, who is away, who can do what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.kernel.accounts.models import Role, Staff

from ..models import Absence, Counter, Matter, Place, Roster, Shift, Skill
from ..outside import outside
from ..refusals import Refused
from ..typed import day_of, key_of, open_counter_of
from . import actions
from .pages import day_asked, head, of_office

WORKS = (Role.CLERK, Role.LEAD)
MOST_WEEKS = 26


@dataclass(frozen=True)
class Cell:
    day: date
    shifts: list[Shift]


@dataclass(frozen=True)
class Row:
    counter: Counter
    cells: list[Cell]


@dataclass(frozen=True)
class Person:
    """A clerk with what they can do and when they are away."""

    staff: Staff
    skills: frozenset[int]
    absences: list[Absence]


@of_office(head)
def roster(request: HttpRequest, place: Place) -> HttpResponse:
    """One week as a table, the people below."""
    return _page(request, place)


@of_office(head)
@require_POST
def add(request: HttpRequest, place: Place) -> HttpResponse:
    """A duty, on one day or on the same weekdays of some weeks."""
    staff, counter = _staff(place, request.POST.get("wer", "")), open_counter_of(place, request.POST.get("schalter", ""))
    try:
        if staff is None or counter is None:
            raise Refused(_("Wählen Sie, wer an welchem Schalter Dienst hat."))
        starts, ends = _time(request, "von"), _time(request, "bis")
        days = _days(request)
        actions.add_shifts(actor_of(request), staff, counter, days, starts, ends)
    except Refused as refused:
        return _page(request, place, refused=str(refused), typed=request.POST, status=422)
    messages.success(request, _("Der Dienst steht im Plan. Die freien Zeiten richten sich jetzt danach."))
    return _to(place, days[0])


@of_office(head)
@require_POST
def remove(request: HttpRequest, place: Place, pk: int) -> HttpResponse:
    """A duty is off; appointments of that counter may need another one."""
    shift = Shift.objects.filter(pk=pk, counter__place=place).select_related("counter").first()
    if shift is None:
        raise Http404
    actions.end_shift(actor_of(request), shift)
    _warn(request, place)
    return _to(place, shift.date)


@of_office(head)
@require_POST
def absent(request: HttpRequest, place: Place) -> HttpResponse:
    """Somebody is away; why is not asked."""
    staff = _staff(place, request.POST.get("wer", ""))
    try:
        if staff is None:
            raise Refused(_("Wählen Sie, wer nicht da ist."))
        first = day_of(request.POST.get("erster", ""))
        last = day_of(request.POST.get("letzter", "") or request.POST.get("erster", ""))
        actions.add_absence(actor_of(request), staff, first, last)
    except Refused as refused:
        return _page(request, place, refused=str(refused), typed=request.POST, status=422)
    messages.success(request, _("Die Abwesenheit ist eingetragen."))
    _warn(request, place)
    return _to(place, first)


@of_office(head)
@require_POST
def present(request: HttpRequest, place: Place, pk: int) -> HttpResponse:
    """There after all."""
    absence = Absence.objects.filter(pk=pk, staff__office=place.office_id).first()
    if absence is None:
        raise Http404
    actions.end_absence(actor_of(request), absence)
    messages.success(request, _("Die Abwesenheit ist aufgehoben."))
    return _to(place, absence.first)


@of_office(head)
@require_POST
def skills(request: HttpRequest, place: Place, pk: int) -> HttpResponse:
    """What somebody can do; nothing ticked means everything their counter does."""
    staff = _staff(place, str(pk))
    if staff is None:
        raise Http404
    keys = [key for text in request.POST.getlist("anliegen") if (key := key_of(text)) is not None]
    actions.set_skills(actor_of(request), staff, list(_matters(place).filter(pk__in=keys)))
    messages.success(request, _("Gespeichert. Die freien Zeiten richten sich jetzt danach."))
    _warn(request, place)
    return _to(place, None)


@of_office(head)
@require_POST
def switch(request: HttpRequest, place: Place) -> HttpResponse:
    """Whether the counters of this place follow the roster."""
    actor = actor_of(request)
    try:
        if request.POST.get("was") == "aus":
            actions.stop_roster(actor, place)
            messages.success(request, _("Es gelten wieder allein die Öffnungszeiten."))
        else:
            actions.start_roster(actor, place, day_of(request.POST.get("ab", "")))
            messages.success(request, _("Der Dienstplan gilt. Ohne Dienst ist ein Schalter geschlossen."))
    except Refused as refused:
        return _page(request, place, refused=str(refused), typed=request.POST, status=422)
    _warn(request, place)
    return _to(place, None)


def _page(request: HttpRequest, place: Place, *, status: int = 200, **more: Any) -> HttpResponse:
    on = day_asked(request)
    monday = on - timedelta(days=on.weekday())
    days = [monday + timedelta(days=number) for number in range(6)]
    people = _people(place)
    context = {
        "place": place,
        "office": place.office,
        "rows": _rows(place, days),
        "days": days,
        "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7),
        "people": people,
        "away": _away(people, days),
        "gone_soon": any(person.absences for person in people),
        "counters": list(Counter.objects.filter(place=place, active=True).order_by("id")),
        "matters": list(_matters(place).order_by("title")),
        "valid": Roster.objects.filter(place=place).first(),
        "lost": len(outside([place.pk])),
        "today": timezone.localdate(),
        "weeks_most": MOST_WEEKS,
        "typed": {},
    }
    return render(request, "appointments/desk/roster.html", {**context, **more}, status=status)


def _rows(place: Place, days: Sequence[date]) -> list[Row]:
    shifts = list(
        Shift.objects.filter(counter__place=place, date__range=(days[0], days[-1]))
        .select_related("staff__account")
        .order_by("starts")
    )
    return [
        Row(counter, [Cell(day, [one for one in shifts if one.counter_id == counter.pk and one.date == day]) for day in days])
        for counter in Counter.objects.filter(place=place, active=True).order_by("id")
    ]


def _people(place: Place) -> list[Person]:
    rows = list(
        Staff.objects.filter(office=place.office_id, role__in=WORKS).select_related("account").order_by("account__name")
    )
    known: dict[int, set[int]] = {}
    for staff, matter in Skill.objects.filter(staff__in=rows).values_list("staff", "matter"):
        known.setdefault(staff, set()).add(matter)
    gone = list(Absence.objects.filter(staff__in=rows, last__gte=timezone.localdate()))
    return [Person(row, frozenset(known.get(row.pk, ())), [one for one in gone if one.staff_id == row.pk]) for row in rows]


def _away(people: Sequence[Person], days: Sequence[date]) -> set[int]:
    """Whoever is away on one of these days."""
    gone = [one for person in people for one in person.absences]
    return {one.staff_id for one in gone if one.first <= days[-1] and one.last >= days[0]}


def _matters(place: Place) -> "QuerySet[Matter]":
    """What the counters of this office do."""
    return Matter.objects.filter(counters__place__office=place.office_id, active=True).distinct()


def _warn(request: HttpRequest, place: Place) -> None:
    """Appointments that have no counter any more are named at once."""
    if count := len(outside([place.pk])):
        text = _("%d Termine haben keinen Schalter mehr. Unter „Öffnungszeiten“ finden Sie einen anderen für sie.")
        messages.warning(request, text % count)


def _days(request: HttpRequest) -> list[date]:
    first = day_of(request.POST.get("tag", ""))
    weeks = request.POST.get("wochen", "1")
    count = int(weeks) if weeks.isascii() and weeks.isdigit() and len(weeks) < 4 else 1
    if not 1 <= count <= MOST_WEEKS:
        raise Refused(_("Wiederholen geht für 1 bis %d Wochen.") % MOST_WEEKS)
    return [first + timedelta(weeks=number) for number in range(count)]


def _time(request: HttpRequest, name: str) -> time:
    try:
        return time.fromisoformat(request.POST.get(name, ""))
    except ValueError as problem:
        raise Refused(_("Geben Sie Anfang und Ende als Uhrzeit an, zum Beispiel 08:00 und 12:30.")) from problem


def _staff(place: Place, number: str) -> Staff | None:
    key = key_of(number)
    return None if key is None else Staff.objects.filter(pk=key, office=place.office_id, role__in=WORKS).first()


def _to(place: Place, on: date | None) -> HttpResponse:
    return redirect(reverse("counter:roster", args=[place.key]) + (f"?tag={on.isoformat()}" if on else ""))
