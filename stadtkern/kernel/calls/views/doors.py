"""Where the page of a call talks to us: short JSON questions, no connection that stays open (ADR 0017)."""

from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import everyone, staff
from stadtkern.kernel.accounts.models import DESK_ROLES

from .. import actions, turn
from ..lines import read
from ..models import Role
from ..room import Refused, times
from ..who import participant


@require_POST
@everyone
@never_cache
def come_in(request: HttpRequest, pk: int) -> JsonResponse:
    """A page begins: its number, and the relay's credentials of this participant for the time of the appointment."""
    me = participant(request, pk)
    try:
        seat = actions.come_in(me.appointment, me.role, me.holder)
    except Refused as refused:
        return _refused(refused)
    label = f"{me.appointment.pk}-{me.role.lower()}"
    until = times(me.appointment).closes_at
    known = turn.relay()
    return JsonResponse(
        {
            "epoch": seat.epoch,
            "polite": me.role == Role.CITIZEN,
            "ice": turn.servers(label, until),
            "relay_only": known.only,
        }
    )


@require_POST
@everyone
@never_cache
def exchange(request: HttpRequest, pk: int) -> JsonResponse:
    """Say and hear."""
    me = participant(request, pk)
    try:
        heard = actions.exchange(me.appointment.pk, me.role, me.holder, read(request.body))
    except Refused as refused:
        return _refused(refused)
    since = heard.waiting_since.isoformat() if heard.waiting_since else None
    told: dict[str, Any] = {"open": heard.open, "here": heard.here, "ready": heard.ready, "peer": heard.peer, "since": since}
    return JsonResponse(told | {"next": heard.next_ms, "lines": heard.lines})


@require_POST
@staff(*DESK_ROLES)
@never_cache
def let_in(request: HttpRequest, pk: int) -> JsonResponse:
    """The clerk opens the door."""
    me = participant(request, pk)
    if not me.is_staff:
        raise Http404
    try:
        actions.let_in(me.actor, me.appointment, me.holder)
    except Refused as refused:
        return _refused(refused)
    return JsonResponse({"open": True})


def _refused(refused: Refused) -> JsonResponse:
    return JsonResponse({"why": refused.why, "text": str(refused)}, status=refused.status)
