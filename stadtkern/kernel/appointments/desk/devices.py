"""Devices that draw tickets, and the addresses of the public pages, for the head of an office."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import actor_of

from ..models import Kiosk, Place
from ..walkin import actions
from .pages import head, of_office

MOST = 20


@of_office(head)
def devices(request: HttpRequest, place: Place) -> HttpResponse:
    """The list, and a new one: its address is shown once."""
    if request.method != "POST":
        return _page(request, place)
    title = " ".join(request.POST.get("name", "").replace("\0", "").split())[:100]
    if not title or Kiosk.objects.filter(place=place, ended_at=None).count() >= MOST:
        return _page(request, place, refused=_("Geben Sie dem Gerät einen Namen, zum Beispiel „Eingang“."), status=422)
    _kiosk, secret = actions.admit_kiosk(actor_of(request), place, title)
    address = settings.BASE_URL.rstrip("/") + reverse("walkin:become_kiosk", args=[secret])
    return _page(request, place, address=address, made=title)


@of_office(head)
@require_POST
def end(request: HttpRequest, place: Place, pk: int) -> HttpResponse:
    """The device draws no more."""
    kiosk = Kiosk.objects.filter(pk=pk, place=place).first()
    if kiosk is None:
        raise Http404
    actions.end_kiosk(actor_of(request), kiosk)
    messages.success(request, _("Das Gerät gibt keine Nummern mehr aus."))
    return redirect("counter:devices", place.key)


def _page(request: HttpRequest, place: Place, *, status: int = 200, **more: Any) -> HttpResponse:
    base = settings.BASE_URL.rstrip("/")
    context = {
        "place": place,
        "office": place.office,
        "kiosks": Kiosk.objects.filter(place=place, ended_at=None).order_by("title"),
        "kiosk_url": base + reverse("walkin:kiosk", args=[place.key]),
        "display_url": base + reverse("walkin:display", args=[place.key]),
    }
    return render(request, "appointments/desk/devices.html", {**context, **more}, status=status)
