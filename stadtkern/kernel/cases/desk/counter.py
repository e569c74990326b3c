"""With somebody at the counter or on the phone: begin, finish, or give it home by a code; and the page for that code."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts import draft_cookie
from stadtkern.kernel.accounts.access import actor_of, everyone
from stadtkern.kernel.accounts.models import Staff
from stadtkern.lib import qr

from .. import actions
from ..models import Case
from ..text import title_of
from . import listing
from .pages import clerks, member_of

MOST = 50


@clerks
def assist(request: HttpRequest) -> HttpResponse:
    """Begin an application for somebody, or go on with one."""
    member = member_of(request)
    drafts = Case.objects.assisted_by(member).only("pk", "reference", "service", "updated_at").order_by("-pk")[:MOST]
    rows = [{"case": draft, "title": title_of(draft)} for draft in drafts]
    context = {"drafts": rows, "own": listing.services_of(member), "others": listing.services_of(member, others=True)}
    return render(request, "cases/desk_assist.html", context)


@clerks
@never_cache
def give_code(request: HttpRequest, reference: str) -> HttpResponse:
    """The paper with the code. It is shown once; whoever loses it gets a new one."""
    case = _draft(member_of(request), reference)
    if request.method != "POST":
        return render(request, "cases/desk_hand_over.html", {"case": case, "title": title_of(case)})
    try:
        code = actions.give_code(actor_of(request), case)
    except actions.Refused as refused:
        messages.warning(request, str(refused))
        return redirect("cases:desk_assist")
    address = settings.BASE_URL.rstrip("/") + reverse("cases:pick_up")
    context = {"case": case, "title": title_of(case), "code": code, "address": address}
    return render(request, "cases/desk_code.html", context | {"picture": qr.address(f"{address}?{urlencode({'code': code})}")})


def _draft(member: Staff, reference: str) -> Case:
    case = Case.objects.assisted_by(member).filter(reference=reference).first()
    if case is None:
        raise Http404
    return case


@everyone
@never_cache
def pick_up(request: HttpRequest) -> HttpResponse:
    """The citizen at home types the code from the paper and goes on where the conversation ended."""
    if request.method != "POST":
        return render(request, "cases/pick_up.html", {"code": request.GET.get("code", "")[:60]})
    code = request.POST.get("code", "")[:60]
    try:
        case, secret = actions.pick_up(actor_of(request), code)
    except actions.Refused as refused:
        return render(request, "cases/pick_up.html", {"code": code, "wrong": str(refused)}, status=422)
    messages.success(request, _("Ihr Antrag ist da. Alles, was wir gemeinsam eingetragen haben, ist gespeichert."))
    response = redirect("cases:track", case.reference)
    if secret:
        draft_cookie.remember(response, secret)
    return response
