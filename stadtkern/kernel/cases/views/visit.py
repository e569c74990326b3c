"""When you come: the appointment as a page of the application, before sending or afterwards."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts.access import actor_of, everyone
from stadtkern.kernel.appointments.models import Place
from stadtkern.kernel.appointments.views.held import times_or

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

    def choose(place: Place, at: datetime) -> None:
        actions.choose_visit(actor_of(request), case, wish, place, at)

    if again := times_or(choose, request, wish, around, also=(actions.Refused,)):
        return again
    if not case.is_draft:
        messages.success(request, _("Ihr Termin ist gebucht."))
    return redirect("cases:review" if case.is_draft else "cases:track", case.reference)
