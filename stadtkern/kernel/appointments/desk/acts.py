"""Buttons of the day: each runs one action and shows the day again; a refusal says why."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import Actor, actor_of

from ..models import Appointment, Counter, Matter, Place, Visit
from ..refusals import Refused
from ..typed import key_of, open_counter_of
from ..walkin import actions as waiting
from . import actions
from .pages import clerks, member_of, my_counter, of_office


@of_office(clerks)
@require_POST
def sit(request: HttpRequest, place: Place) -> HttpResponse:
    """The counter this clerk works at, remembered in the session."""
    counter = open_counter_of(place, request.POST.get("schalter", ""))
    key = f"counter:{place.pk}"
    if counter:
        request.session[key] = counter.pk
    else:
        request.session.pop(key, None)
    return _to(request, place)


@of_office(clerks)
@require_POST
def next_one(request: HttpRequest, place: Place) -> HttpResponse:
    """Finish the one at the counter and call the next."""
    counter = my_counter(request, place)
    if counter is None:
        messages.warning(request, _("Wählen Sie zuerst Ihren Schalter."))
        return _to(request, place)
    visit = waiting.call_next(actor_of(request), counter)
    if visit:
        messages.success(request, _("Aufgerufen: %(label)s") % {"label": visit.label})
    else:
        messages.info(request, _("Es wartet niemand, den Sie an diesem Schalter bedienen können."))
    return _to(request, place)


@of_office(clerks)
@require_POST
def tickets(request: HttpRequest, place: Place) -> HttpResponse:
    """End the day for tickets, or open it again."""
    closed = request.POST.get("aus") == "1"
    waiting.end_day(actor_of(request), place, closed=closed)
    said = _("Heute gibt es keine Wartenummern mehr.") if closed else _("Wartenummern werden wieder ausgegeben.")
    messages.success(request, said)
    return _to(request, place)


@clerks
@require_POST
def appointment(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """A step of an appointment: arrive, call, done, missed, back."""
    office = member_of(request).office_id
    row = Appointment.objects.select_related("place").filter(pk=pk, place__office=office, erased_at=None).first()
    acts: dict[str, Callable[[Actor, Appointment], Any]] = {
        "arrive": actions.arrive, "done": actions.done, "missed": actions.missed, "back": actions.back,
    }  # fmt: skip
    if row is None or verb not in {*acts, "call"}:
        raise Http404
    try:
        if verb == "call":
            actions.call(actor_of(request), row, _mine(request, row.place))
        else:
            acts[verb](actor_of(request), row)
    except Refused as refused:
        messages.warning(request, str(refused))
    return _to(request, row.place)


@clerks
@require_POST
def visit(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """A step of somebody in the waiting room: call, recall, done, missed, back, send_on."""
    row = Visit.objects.select_related("place").filter(pk=pk, place__office=member_of(request).office_id).first()
    acts: dict[str, Callable[[Actor, Visit], Any]] = {
        "recall": waiting.recall, "done": waiting.done, "missed": waiting.missed, "back": waiting.back,
    }  # fmt: skip
    if row is None or verb not in {*acts, "call", "send_on"}:
        raise Http404
    actor = actor_of(request)
    try:
        if verb == "call":
            waiting.call(actor, _mine(request, row.place), row)
        elif verb == "send_on":
            counter = open_counter_of(row.place, request.POST.get("schalter", ""))
            waiting.send_on(actor, row, counter=counter, matter=_matter(request.POST.get("anliegen", "")))
        elif row.appointment is not None and verb in ("missed", "back"):
            acts_of = {"missed": actions.missed, "back": actions.back}
            acts_of[verb](actor, row.appointment)
        else:
            acts[verb](actor, row)
    except Refused as refused:
        messages.warning(request, str(refused))
    return _to(request, row.place)


def _mine(request: HttpRequest, place: Place) -> Counter:
    counter = my_counter(request, place)
    if counter is None:
        raise Refused(_("Wählen Sie zuerst Ihren Schalter."))
    return counter


def _matter(number: str) -> Matter | None:
    key = key_of(number)
    return None if key is None else Matter.objects.filter(pk=key, active=True).first()


def _to(request: HttpRequest, place: Place) -> HttpResponse:
    """Back to the day as it was shown."""
    kept = {name: request.GET[name][:20] for name in ("tag", "schalter") if request.GET.get(name)}
    return redirect(reverse("counter:day", args=[place.key]) + (f"?{urlencode(kept)}" if kept else ""))
