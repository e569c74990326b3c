"""Public pages of the waiting room: draw a ticket, follow it on the phone, the display that calls. No name on any of them."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts import throttle
from stadtkern.kernel.accounts.access import everyone
from stadtkern.lib import ids, qr

from ..models import Kiosk, Matter, Place, Visit
from ..typed import key_of
from . import actions, room

COOKIE = "kiosk"
COOKIE_AGE = 400 * 86400
MOST = {"kiosk": 40, "browser": 4}  # tickets in ten minutes, per device or address
WINDOW = 600
SHOWN = 6  # calls on the display
FRESH_SECONDS = 45  # so long a call is marked as new


@everyone
@never_cache
def kiosk(request: HttpRequest, place: str) -> HttpResponse:
    """Which matter? Big buttons, one touch."""
    row = _place(place)
    look = room.Room(row, timezone.now())
    closed = room.tickets_closed(row, look.day)
    offers = [] if closed else [_offer(matter, look.expected(matter)) for matter in look.matters()]
    context = {
        "place": row,
        "offers": offers,
        "open": any(not one["full"] for one in offers),
        "stopped": closed,
        "may": _may_draw(request, row),
        "device": _kiosk_of(request, row),
    }
    return render(request, "appointments/walkin/kiosk.html", context)


@everyone
@require_POST
def draw(request: HttpRequest, place: str) -> HttpResponse:
    """A number; the address of the ticket is its only key."""
    row = _place(place)
    number = request.POST.get("anliegen", "")
    key = key_of(number)
    matter = None if key is None else Matter.objects.filter(pk=key, active=True).first()
    if matter is None:
        raise Http404
    if not _may_draw(request, row):
        return _no_ticket(request, row, _("Wartenummern gibt es hier nur am Gerät im Haus."), HTTPStatus.FORBIDDEN)
    if _too_many(request, row):
        text = _("Von hier kamen gerade sehr viele Nummern. Bitte warten Sie einige Minuten, oder fragen Sie am Empfang.")
        return _no_ticket(request, row, text, HTTPStatus.TOO_MANY_REQUESTS)
    try:
        _visit, code = actions.draw(row, matter)
    except actions.NoTicket as none:
        return _no_ticket(request, row, str(none), HTTPStatus.CONFLICT)
    return redirect("walkin:ticket", code)


@everyone
@never_cache
def ticket(request: HttpRequest, code: str) -> HttpResponse:
    """The number, how many are ahead, how long it takes; refreshes itself. Also on the phone, by the QR code."""
    visit = _visit(code)
    return render(request, "appointments/walkin/ticket.html", _ticket_context(request, visit, code))


@everyone
@never_cache
def ticket_state(request: HttpRequest, code: str) -> HttpResponse:
    """The same as a fragment."""
    visit = _visit(code)
    return render(request, "appointments/walkin/_ticket.html", _ticket_context(request, visit, code))


@everyone
@require_POST
def give_back(request: HttpRequest, code: str) -> HttpResponse:
    """Somebody else moves up."""
    if actions.give_back(code) is None:
        raise Http404
    return redirect("walkin:ticket", code)


@everyone
@never_cache
def display(request: HttpRequest, place: str) -> HttpResponse:
    """The screen on the wall: number and counter, nothing else; refreshes itself with and without JavaScript."""
    row = _place(place)
    return render(request, "appointments/walkin/display.html", {**_calls(row), "chime": request.GET.get("ton") == "1"})


@everyone
@never_cache
def display_state(request: HttpRequest, place: str) -> HttpResponse:
    """The calls alone; 204 while nothing has changed, so that a screen reader says each call once."""
    context = _calls(_place(place))
    if request.GET.get("stand") == context["mark"]:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return render(request, "appointments/walkin/_calls.html", context)


@everyone
@never_cache
def become_kiosk(request: HttpRequest, secret: str) -> HttpResponse:
    """The address the head of the office opens once on the device: from then on this browser draws tickets."""
    device = Kiosk.objects.filter(digest=ids.digest(secret), ended_at=None).select_related("place").first()
    if device is None:
        raise Http404
    if request.method != "POST":
        return render(request, "appointments/walkin/device.html", {"kiosk": device, "place": device.place})
    response = redirect("walkin:kiosk", device.place.key)
    response.set_cookie(
        COOKIE, secret, max_age=COOKIE_AGE, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
    return response


def _ticket_context(request: HttpRequest, visit: Visit, code: str) -> dict[str, Any]:
    address = settings.BASE_URL.rstrip("/") + reverse("walkin:ticket", args=[code])
    found = room.expected(visit.place, visit.matter, timezone.now(), visit) if visit.status == "WAITING" else None
    return {
        "visit": visit,
        "code": code,
        "place": visit.place,
        "expected": found,
        "today": visit.date == timezone.localdate(),
        "qr": qr.address(address),
        "address": address,
        "at_kiosk": _kiosk_of(request, visit.place) is not None,
        "now": timezone.now(),
    }


def _calls(place: Place) -> dict[str, Any]:
    now = timezone.now()
    rows = Visit.objects.today(place).filter(status="CALLED").exclude(counter=None).select_related("counter")
    calls = list(rows.order_by("-announced_at")[:SHOWN])
    for call in calls:
        call.is_new = (now - call.announced_at).total_seconds() < FRESH_SECONDS  # type: ignore[attr-defined,operator]
    mark = ids.digest("|".join(f"{one.pk}.{one.counter_id}.{one.recalls}.{one.is_new}" for one in calls))[:16]  # type: ignore[attr-defined]
    waiting = Visit.objects.today(place).waiting().count()
    return {"place": place, "calls": calls, "mark": mark, "now": now, "waiting": waiting}


def _offer(matter: Matter, found: room.Expected) -> dict[str, Any]:
    return {"matter": matter, "expected": found, "full": found.full}


def _may_draw(request: HttpRequest, place: Place) -> bool:
    """A device of this place; any browser where the place has none."""
    return _kiosk_of(request, place) is not None or not Kiosk.objects.filter(place=place, ended_at=None).exists()


def _kiosk_of(request: HttpRequest, place: Place) -> Kiosk | None:
    secret = request.COOKIES.get(COOKIE, "")
    return Kiosk.objects.filter(digest=ids.digest(secret), place=place, ended_at=None).first() if secret else None


def _too_many(request: HttpRequest, place: Place) -> bool:
    device = _kiosk_of(request, place)
    if device:
        return throttle.count(f"tickets:kiosk:{device.pk}", WINDOW) > MOST["kiosk"]
    return throttle.miss(request, f"tickets:{place.pk}", WINDOW) > MOST["browser"]


def _no_ticket(request: HttpRequest, place: Place, why: str, status: int) -> HttpResponse:
    return render(request, "appointments/walkin/none.html", {"place": place, "why": why}, status=status)


def _place(key: str) -> Place:
    row = Place.objects.filter(key=key, active=True).first()
    if row is None:
        raise Http404
    return row


def _visit(code: str) -> Visit:
    row = Visit.objects.by_code(code).select_related("place", "matter", "counter").first()
    if row is None:
        raise Http404
    return row
