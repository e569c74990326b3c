"""When you come: the appointment as a page of the application, before sending or afterwards."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts.access import actor_of, everyone
from stadtkern.kernel.appointments.refusals import Refused, Taken
from stadtkern.kernel.appointments.views.choose import show_times
from stadtkern.kernel.appointments.views.held import lost, place_and_time

from .. import actions, visits
from ..progress import VISIT, open_step, pages
from .reach import begun_on, go_on, own_case


@everyone
@never_cache
def visit(request: HttpRequest, reference: str) -> HttpResponse:
    """Free times for what this service needs; the chosen one is held until the application is sent."""
    case = own_case(request, reference)
    service = begun_on(case)
    matter = visits.matter_of(service, case.answers)
    booked = visits.of(case)
    if matter is None or not visits.may_choose(case) or (booked and booked.status not in ("HELD", "EXPIRED", "MISSED")):
        return redirect("cases:review" if case.is_draft else "cases:track", case.reference)
    if case.is_draft and open_step(service.form, case.answers, case.steps_done):
        return go_on(request, case, service)
    here = reverse("cases:visit", args=[case.reference])
    around: dict[str, Any] = {
        "action": here,
        "page": here,
        "above": "cases/_visit_head.html",
        "case": case,
        "service": service,
        "pages": pages(case, service, VISIT) if case.is_draft else [],
        "skip": reverse("cases:review" if case.is_draft else "cases:track", args=[case.reference]),
    }
    wish = visits.wish_of(service, matter, request.POST if request.method == "POST" else request.GET)
    if request.method != "POST":
        return show_times(request, wish, **around)
    place, at = place_and_time(request)
    if place is None or at is None:
        return redirect(here)
    try:
        actions.choose_visit(actor_of(request), case, wish, place, at)
    except Taken as taken:
        return lost(request, wish, taken, **around)
    except (Refused, actions.Refused) as refused:
        return show_times(request, wish, status=409, refused=str(refused), **around)
    if not case.is_draft:
        messages.success(request, _("Ihr Termin ist gebucht."))
    return redirect("cases:review" if case.is_draft else "cases:track", case.reference)
