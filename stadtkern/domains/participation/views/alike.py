"""Similar contributions before a second one is sent, and "that is what I mean too": a support instead."""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts.access import actor_of, everyone

from .. import actions
from ..alike import similar
from ..models import Contribution
from .common import contribution_of, counted, process_of

LOOKS = 120  # of one network in a minute


@everyone
@never_cache
def alike(request: HttpRequest, key: str) -> HttpResponse:
    """While somebody writes: what is there already. A part of a page with htmx, a whole page without."""
    row = process_of(request, key)
    title, text = (request.GET.get(name, "").replace("\x00", "")[:1000].strip() for name in ("title", "text"))
    found = []
    if len(title) >= 5 and counted(request, "alike", 60) <= LOOKS:
        found = similar(title, text, row)
    context = {"process": row, "alike": found, "title": title, "whole": not request.headers.get("HX-Request")}
    return render(request, "participation/opinion/alike.html", context)


@everyone
def same(request: HttpRequest, key: str, reference: str) -> HttpResponseBase:
    """ "Das meine ich auch": a support of the one that is there; the own draft is thrown away."""
    row = contribution_of(request, key, reference)
    page = reverse("participation:contribution", args=[key, row.reference])
    if request.method != "POST":
        return redirect(page)
    actor = actor_of(request)
    try:
        fresh = actions.support(actor, row)
    except actions.Refused as refused:
        if refused.sign_in and actor.account is None:
            messages.info(request, _("Melden Sie sich an, dann zählt Ihre Unterstützung. Ihr Entwurf bleibt gespeichert."))
            return redirect_to_login(page)
        messages.warning(request, str(refused))
        return redirect(page)
    if row.process is not None:
        draft = actions.draft_of(Contribution.objects.all(), actor, row.process)
        if draft is not None and request.POST.get("entwurf") == str(draft.pk):
            actions.discard(actor, draft)
    text = _("Sie unterstützen diesen Beitrag.") if fresh else _("Sie unterstützen diesen Beitrag schon.")
    messages.success(request, text)
    return redirect(page)
