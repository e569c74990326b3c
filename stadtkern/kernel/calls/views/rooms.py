"""The page of a video appointment: too early, agree, the call itself, over."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stadtkern.kernel.accounts import throttle
from stadtkern.kernel.accounts.access import everyone
from stadtkern.kernel.appointments.models import Appointment
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.privacy.actions import note_owned
from stadtkern.kernel.registers.blocks import is_hidden, mask
from stadtkern.ui.permissions import policy

from .. import actions, turn
from ..models import Call, Seat
from ..room import Phase, Refused, is_warm, phase, times
from ..texts import spoken
from ..who import Participant, admit, participant

WRONG = 30  # codes of one address per minute
MAY = policy("camera", "microphone", "display-capture", "autoplay")


@require_http_methods(["GET", "HEAD", "POST"])
@everyone
@never_cache
def by_code(request: HttpRequest, code: str) -> HttpResponse:
    """The link of the appointment, without an account. Looking changes nothing: mail programs open links too."""
    if throttle.misses(request, "calls:code") > WRONG:
        return render(request, "429.html", status=429)
    found = Appointment.objects.by_code(code).filter(channel="video").exclude(status="HELD")
    appointment = found.select_related("place__office", "matter").first()
    if appointment is None:
        throttle.miss(request, "calls:code")
        raise Http404
    if request.method != "POST":
        return render(request, "calls/link.html", {"appointment": appointment})
    response = redirect("calls:room", appointment.pk)
    admit(request, response, appointment, by_link=True)
    return response


@require_safe
@everyone
@never_cache
def room(request: HttpRequest, pk: int) -> HttpResponse:
    """What this participant sees now."""
    me = participant(request, pk)
    if not me.is_staff:
        note_owned(me.actor, [me.appointment], source="appointments", fields=("appointment",))
    call = Call.objects.filter(appointment=me.appointment).first()
    now, context = timezone.now(), _frame(me, call)
    found = phase(me.appointment, now)
    if (call and call.ended_at) or found in (Phase.OVER, Phase.CANCELLED):
        return render(request, "calls/over.html", context | {"cancelled": found == Phase.CANCELLED})
    if found == Phase.EARLY:
        return render(request, "calls/early.html", context)
    seat = Seat.objects.filter(call=call, role=me.role).first() if call else None
    if seat and seat.holder != me.holder and is_warm(seat, now):
        return render(request, "calls/occupied.html", context, status=409)
    if seat is None or not me.holder or seat.holder != me.holder:
        return render(request, "calls/consent.html", context)
    response = render(request, "calls/call.html", context | {"spoken": spoken(me.is_staff)} | _other_side(me))
    response["Permissions-Policy"] = MAY
    return response


@require_POST
@everyone
@never_cache
def agree(request: HttpRequest, pk: int) -> HttpResponse:
    """ "Einverstanden, weiter": the seat is taken, and the page with the camera follows."""
    me = participant(request, pk)
    response = redirect("calls:room", pk)
    holder = admit(request, response, me.appointment, by_link=False)
    try:
        actions.agree(me.actor, me.appointment, me.role, holder)
    except Refused as refused:
        if refused.why == "occupied":
            return render(request, "calls/occupied.html", _frame(me, None), status=409)
        return redirect("calls:room", pk)  # the page says what is: too early, or over
    return response


@require_POST
@everyone
@never_cache
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Get up; one may come back as long as the room is open."""
    me = participant(request, pk)
    actions.leave(me.appointment, me.role, me.holder)
    return render(request, "calls/left.html", _frame(me, None))


def _other_side(me: Participant) -> dict[str, Any]:
    """Whom the clerk talks to, noted in the access log; of a hidden person (§ 51 BMG) neither name nor number."""
    if not me.is_staff:
        return {}
    if is_hidden(me.appointment.account_id):
        return {"person": mask(), "hidden": True}
    actions.look_at(me.actor, me.appointment)
    return {"person": me.appointment.name, "person_phone": me.appointment.phone}


def _frame(me: Participant, call: Call | None) -> dict[str, Any]:
    """What every page of the room says: what it is about, when, whom to call instead."""
    office = me.appointment.place.office
    return {
        "me": me,
        "appointment": me.appointment,
        "call": call,
        "office": office,
        "phone": office.phone or city().contact.get("phone", ""),
        "opens_at": times(me.appointment).opens_at,
        "relay": turn.relay(),
        "has_case": me.appointment.about.startswith("case:"),
        "who": _("die Mitarbeiterin oder den Mitarbeiter") if not me.is_staff else _("die Bürgerin oder den Bürger"),
    }
