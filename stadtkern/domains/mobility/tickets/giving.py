"""Give a ticket to somebody, and take one that somebody gives."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts import throttle
from stadtkern.kernel.accounts.access import actor_of, signed_in

from ..actions import ticket_transfers as actions
from ..models import Ticket
from .quoting import Refused

TRIES = 10  # wrong codes an address may type in ten minutes


@signed_in
@require_POST
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """A code for somebody else, shown once; or the offer is taken back."""
    actor = actor_of(request)
    row = get_object_or_404(Ticket.objects.visible_to(actor), pk=min(pk, 2**63 - 1))
    if "zurueck" in request.POST:
        actions.take_back(actor, row)
        messages.info(request, _("Sie behalten den Fahrschein. Der Code gilt nicht mehr."))
        return redirect("mobility:ticket", row.pk)
    try:
        code = actions.offer(actor, row)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        text = _("Ihr Code: %s. Er gilt 24 Stunden und steht nur dieses eine Mal hier.")
        messages.info(request, text % code)
    return redirect("mobility:ticket", row.pk)


@signed_in
@never_cache
def accept(request: HttpRequest) -> HttpResponse:
    """Type the code."""
    typed, problem = request.POST.get("code", "").replace("\x00", "")[:30], ""
    if request.method == "POST":
        if throttle.misses(request, "ticket_code") >= TRIES:
            return render(request, "429.html", status=429)
        try:
            row = actions.accept(actor_of(request), typed)
        except Refused as refused:
            throttle.miss(request, "ticket_code", 600)
            problem = str(refused)
        else:
            messages.info(request, _("Der Fahrschein gehört jetzt Ihnen."))
            return redirect("mobility:ticket", row.pk)
    context = {"typed": typed, "problem": problem}
    return render(request, "mobility/tickets/accept.html", context, status=422 if problem else 200)
