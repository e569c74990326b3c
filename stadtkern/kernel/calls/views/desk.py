"""The clerk's side: today's video appointments, the end of a call, the note."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from stadtkern.kernel.accounts.access import actor_of, staff
from stadtkern.kernel.accounts.models import DESK_ROLES

from .. import actions, turn
from ..listing import for_day
from ..room import Refused
from ..who import Participant, participant


@require_safe
@staff(*DESK_ROLES)
@never_cache
def today(request: HttpRequest) -> HttpResponse:
    """Who waits, who comes later today."""
    actor = actor_of(request)
    rows = for_day(actor, timezone.localdate())
    return render(request, "calls/desk.html", {"rows": rows, "relay": turn.relay()})


@require_POST
@staff(*DESK_ROLES)
@never_cache
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End the call for both; the note comes next."""
    me = _clerk(request, pk)
    try:
        actions.end(me.actor, me.appointment, me.holder)
    except Refused as refused:
        if refused.why != "over":
            messages.warning(request, str(refused))
    return redirect("calls:room", pk)


@require_POST
@staff(*DESK_ROLES)
@never_cache
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """The note, on its way into the file of the case."""
    me = _clerk(request, pk)
    text = request.POST.get("note", "")
    try:
        actions.write_note(me.actor, me.appointment, text)
    except Refused as refused:
        context: dict[str, Any] = {"me": me, "appointment": me.appointment, "problem": str(refused), "note": text[:10_000]}
        return render(request, "calls/note_again.html", context, status=refused.status)
    messages.success(request, _("Der Vermerk liegt im Vorgang. Hier ist er gelöscht."))
    return redirect("calls:room", pk)


def _clerk(request: HttpRequest, pk: int) -> Participant:
    me = participant(request, pk)
    if not me.is_staff:
        raise Http404
    return me
