"""One appointment: the confirmation, the link without sign-in, another time, cancelled, in one's calendar."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts import throttle
from stadtkern.kernel.accounts.access import actor_of, everyone

from .. import actions, asked, calendar_file, joining, link, reach, say
from ..models import Appointment
from ..refusals import Refused
from .held import times_or

DOOR, MISSES = "appointments", 20


@everyone
@never_cache
def show(request: HttpRequest, number: str) -> HttpResponse:
    """When, where, what to bring, the number; what can still be changed."""
    found = reach.appointment(request, number)
    row = found.row
    if row.status == "HELD":
        return redirect("appointments:data", row.number)
    return render(request, "appointments/show.html", context_of(row, found.by_link))


def context_of(row: Appointment, by_link: bool = False) -> dict[str, Any]:
    """Facts of one appointment for its page."""
    past = row.ends_at <= timezone.now()
    code = link.code_of(row)
    return {
        "row": row,
        "told": say.told(row),
        "past": past,
        "can_change": row.status == "BOOKED" and not past,
        "reminded": row.booked_at is not None and row.starts_at - row.booked_at > actions.telling.FRESH,
        "link": reverse("appointments:open", args=[code]) if code else "",
        "by_link": by_link,
        "again": asked.query(actions.booking.wish_of(row)),
        "join": joining.address_of(row),
    }


@everyone
@never_cache
def open_link(request: HttpRequest, code: str) -> HttpResponse:
    """The link of the confirmation: keeps the code in a cookie and out of every further address."""
    row = Appointment.objects.by_code(code).only("pk", "number").first()
    if row is None:
        if throttle.another_miss(request, DOOR, MISSES):
            return render(request, "429.html", status=429)
        return render(request, "appointments/no_link.html", status=404)
    response = redirect("appointments:show", row.number)
    reach.keep_open(request, response, code)
    return response


@everyone
@never_cache
def move(request: HttpRequest, number: str) -> HttpResponse:
    """Another time for the same visit; the old one stays until the new one is certain."""
    row = reach.appointment(request, number).row
    if row.status != "BOOKED" or row.ends_at <= timezone.now():
        return redirect("appointments:show", row.number)
    here = reverse("appointments:move", args=[row.number])
    wish = actions.booking.wish_of(row)
    around: dict[str, Any] = {"action": here, "page": here, "moving": row, "told": say.told(row)}
    told = _("Für diese Tage gibt es eine Warteschlange. Dorthin können Sie erst verschieben, wenn sie vorbei ist.")
    if again := times_or(lambda place, at: actions.move(actor_of(request), row, place, at), request, wish, around, queued=told):
        return again
    messages.success(request, _("Ihr Termin ist verschoben. Die alte Zeit ist wieder frei."))
    return redirect("appointments:show", row.number)


@everyone
@never_cache
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Give it back, after asking."""
    row = reach.appointment(request, number).row
    if request.method == "POST":
        try:
            actions.cancel(actor_of(request), row)
        except Refused as refused:
            messages.warning(request, str(refused))
        return redirect("appointments:show", row.number)
    if row.status != "BOOKED" or row.ends_at <= timezone.now():
        return redirect("appointments:show", row.number)
    return render(request, "appointments/cancel.html", {"row": row, "told": say.told(row)})


@everyone
@never_cache
def calendar(request: HttpRequest, number: str) -> HttpResponse:
    """The .ics of this appointment."""
    row = reach.appointment(request, number).row
    if row.booked_at is None:
        return redirect("appointments:data", row.number)
    return ics_response(calendar_file.file_of(row), f"termin-{row.number.lower()}.ics", row.status in calendar_file.GONE)


def ics_response(data: bytes, name: str, cancelled: bool) -> HttpResponse:
    """With the method told in the type, as calendars like it."""
    method = "CANCEL" if cancelled else "PUBLISH"
    response = HttpResponse(data, content_type=f"text/calendar; charset=utf-8; method={method}")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
