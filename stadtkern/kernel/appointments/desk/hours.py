"""Opening hours for the head of an office: weekly hours, exceptions, what happens to appointments, undo."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import pairwise
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.kernel.registers.blocks import hidden, mask

from .. import actions as engine
from ..actions.changing import InTheWay, Weekday
from ..actions.changing import remove_exception as remove
from ..models import Appointment, Counter, Hours, HoursChange, Place, SpecialDay
from ..outside import outside
from ..plan import Span
from ..refusals import Refused
from ..typed import counter_of, day_of, key_of
from . import actions, day
from .actions.hours import Choice
from .pages import head, of_office

WEEKDAYS = [
    gettext_lazy("Montag"), gettext_lazy("Dienstag"), gettext_lazy("Mittwoch"), gettext_lazy("Donnerstag"),
    gettext_lazy("Freitag"), gettext_lazy("Samstag"), gettext_lazy("Sonntag"),
]  # fmt: skip
SPANS = 2  # a morning and an afternoon
LISTED = 20


class Unreadable(Refused):
    """What was typed is no hours; the sentence names the field."""


@dataclass(frozen=True)
class Row:
    """One weekday of the form, or the one row of an exception."""

    number: int
    title: str
    spans: list[tuple[str, str]]  # as typed or as they are


@of_office(head)
def hours(request: HttpRequest, place: Place) -> HttpResponse:
    """Show and change the weekly hours; where appointments would fall outside, ask before anything is saved."""
    if request.method != "POST":
        return _page(request, place)
    counter = counter_of(place, request.POST.get("schalter", ""))
    typed = [Row(number, str(title), _typed(request, f"{number}")) for number, title in enumerate(WEEKDAYS)]
    shown = {"rows": typed, "counter": counter, "since": request.POST.get("ab", "")}
    try:
        since = day_of(request.POST.get("ab", ""))
        entered: list[Weekday] = [
            (row.number, opens, closes) for row in typed for opens, closes in _spans(row.spans, row.title)
        ]
        left = actions.change_hours(
            actor_of(request), place, entered, counter=counter, valid_from=since, choice=_choice(request)
        )
    except InTheWay as found:
        return _page(request, place, in_the_way=_named(request, found.rows), form="hours", status=409, **shown)
    except Refused as refused:
        return _page(request, place, refused=str(refused), status=422, **shown)
    return _saved(request, place, left, _("Die Öffnungszeiten sind gespeichert."), counter)


@of_office(head)
@require_POST
def exception(request: HttpRequest, place: Place) -> HttpResponse:
    """Closed, shorter, longer or an extra counter on some days."""
    counter = counter_of(place, request.POST.get("schalter", ""))
    spans = _typed(request, "a")
    typed = {name: request.POST.get(name, "")[:200] for name in ("erster", "letzter", "grund")}
    try:
        first = day_of(typed["erster"])
        last = day_of(typed["letzter"]) if typed["letzter"] else first
        left = actions.set_exception(
            actor_of(request), place, first, last, _spans(spans, _("Ausnahme")), counter=counter, reason=typed["grund"],
            choice=_choice(request),
        )  # fmt: skip
    except InTheWay as found:
        named = _named(request, found.rows)
        return _page(request, place, in_the_way=named, form="exception", typed=typed, spans=spans, status=409, extra=counter)
    except Refused as refused:
        return _page(request, place, refused=str(refused), typed=typed, spans=spans, status=422, extra=counter)
    return _saved(request, place, left, _("Die Ausnahme ist gespeichert."), None)


@of_office(head)
@require_POST
def remove_exception(request: HttpRequest, place: Place, pk: int) -> HttpResponse:
    """The usual hours again."""
    special = SpecialDay.objects.filter(pk=pk, place=place).first()
    if special is None:
        raise Http404
    remove(actor_of(request), special)
    return _saved(request, place, list(outside([place.pk])), _("Die Ausnahme ist aufgehoben."), None)


@of_office(head)
@require_POST
def undo(request: HttpRequest, place: Place, pk: int) -> HttpResponse:
    """The newest change of the weekly hours, taken back."""
    change = HoursChange.objects.filter(pk=pk, place=place, undone_at=None).first()
    if change is None:
        raise Http404
    try:
        left = actions.undo_hours(actor_of(request), change)
    except Refused as refused:
        messages.warning(request, str(refused))
        return _to(place, change.counter)
    return _saved(request, place, left, _("Es gelten wieder die früheren Zeiten."), change.counter)


@of_office(head)
@require_POST
def settle(request: HttpRequest, place: Place) -> HttpResponse:
    """Appointments without a counter: to another one, or called off. The persons are told."""
    chosen = {key_of(text) for text in request.POST.getlist("termin")}
    rows = [row for row in outside([place.pk]) if row.pk in chosen]
    actor = actor_of(request)
    try:
        if request.POST.get("was") == "absagen":
            for row in rows:
                engine.cancel(actor, row)
            messages.success(request, ngettext("%d Termin ist abgesagt.", "%d Termine sind abgesagt.", len(rows)) % len(rows))
        else:
            found, left = actions.rehome(actor, rows)
            said = ngettext("%d Termin hat einen Schalter.", "%d Termine haben einen Schalter.", found) % found
            messages.success(request, said)
            if left:
                text = _("%d finden keine freie Zeit. Rufen Sie an, oder sagen Sie ab.")
                messages.warning(request, text % len(left))
    except Refused as refused:
        messages.warning(request, str(refused))
    return _to(place, None)


def _page(request: HttpRequest, place: Place, *, status: int = 200, **more: Any) -> HttpResponse:
    counter = more.get("counter") or counter_of(place, request.GET.get("schalter", ""))
    today = timezone.localdate()
    lost = list(outside([place.pk]))
    context: dict[str, Any] = {
        "place": place,
        "office": place.office,
        "counter": counter,
        "counters": list(Counter.objects.filter(place=place, active=True).order_by("id")),
        "rows": _current(place, counter, today),
        "periods": _periods(place, counter),
        "since": (today + timedelta(days=1)).isoformat(),
        "specials": _specials(place, today),
        "changes": HoursChange.objects.filter(place=place, undone_at=None).select_related("counter")[:3],
        "lost": _named(request, lost),
        "spans": [("", "")] * SPANS,
        "typed": {},
        "choices": [(Choice.MOVE, _("Verschieben auf die nächste freie Zeit, mit Nachricht")),
                    (Choice.CANCEL, _("Absagen, mit Nachricht")),
                    (Choice.KEEP, _("Stehen lassen; ich kümmere mich selbst darum"))],
    }  # fmt: skip
    return render(request, "appointments/desk/hours.html", {**context, **more}, status=status)


def _named(request: HttpRequest, rows: list[Appointment]) -> list[Appointment]:
    """Appointments with names, on the page and in the access log."""
    keys = [row.pk for row in rows]
    found = list(
        Appointment.objects.filter(pk__in=keys)
        .select_related("counter", "matter")
        .annotate(hidden=hidden())
        .order_by("starts_at")
    )
    day.note(actor_of(request), found)
    for row in found:
        row.shown = mask() if row.hidden else row.name or "–"  # type: ignore[attr-defined]
    return found


def _current(place: Place, counter: Counter | None, on: date) -> list[Row]:
    """The weekly hours in force, as the form shows them."""
    rows = Hours.objects.filter(place=place, counter=counter)
    valid = [
        one for one in rows if (not one.valid_from or one.valid_from <= on) and (not one.valid_until or on <= one.valid_until)
    ]
    found = []
    for number, title in enumerate(WEEKDAYS):
        spans = sorted((one.opens, one.closes) for one in valid if one.weekday == number)
        told = [(f"{opens:%H:%M}", f"{closes:%H:%M}") for opens, closes in spans]
        found.append(Row(number, str(title), (told + [("", "")] * SPANS)[: max(SPANS, len(told))]))
    return found


def _specials(place: Place, today: date) -> list[SpecialDay]:
    """Exceptions that are not over."""
    rows = SpecialDay.objects.filter(place=place, last__gte=today).select_related("counter")
    return list(rows.order_by("first", "pk")[:LISTED])


def _periods(place: Place, counter: Counter | None) -> list[date]:
    """From which days on other hours are entered already."""
    later = Hours.objects.filter(place=place, counter=counter, valid_from__gt=timezone.localdate())
    return sorted({one for one in later.values_list("valid_from", flat=True) if one})


def _typed(request: HttpRequest, name: str) -> list[tuple[str, str]]:
    opens, closes = request.POST.getlist(f"von-{name}")[:6], request.POST.getlist(f"bis-{name}")[:6]
    return [(one[:10], other[:10]) for one, other in zip(opens, closes, strict=False)]


def _spans(typed: list[tuple[str, str]], title: str) -> list[Span]:
    found: list[Span] = []
    for opens, closes in typed:
        if not opens and not closes:
            continue
        try:
            span = time.fromisoformat(opens), time.fromisoformat(closes)
        except ValueError as problem:
            text = _("%(day)s: Geben Sie Anfang und Ende als Uhrzeit an, zum Beispiel 08:00 und 12:30.")
            raise Unreadable(text % {"day": title}) from problem
        if span[0] >= span[1]:
            raise Unreadable(_("%(day)s: Das Ende liegt nicht nach dem Anfang.") % {"day": title})
        found.append(span)
    found.sort()
    if any(one[1] > other[0] for one, other in pairwise(found)):
        raise Unreadable(_("%(day)s: Die Zeiten überschneiden sich.") % {"day": title})
    return found


def _choice(request: HttpRequest) -> Choice:
    chosen = request.POST.get("dann", "")
    return Choice(chosen) if chosen in list(Choice) else Choice.ASK


def _saved(request: HttpRequest, place: Place, left: list[Appointment], said: str, counter: Counter | None) -> HttpResponse:
    messages.success(request, said)
    if left:
        text = ngettext("%d Termin liegt außerhalb der Zeiten.", "%d Termine liegen außerhalb der Zeiten.", len(left))
        messages.warning(request, text % len(left))
    return _to(place, counter)


def _to(place: Place, counter: Counter | None) -> HttpResponse:
    return redirect(reverse("counter:hours", args=[place.key]) + (f"?schalter={counter.pk}" if counter else ""))
