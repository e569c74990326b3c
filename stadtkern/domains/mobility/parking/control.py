"""The wardens' page for the phone: works without network once the list is loaded."""

from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stadtkern.kernel.accounts.access import actor_of, everyone, staff
from stadtkern.kernel.accounts.models import Role
from stadtkern.kernel.documents import codes
from stadtkern.kernel.privacy.actions import note_accesses
from stadtkern.kernel.registers.models import ParkingPermit
from stadtkern.ui import installed

from ..actions import parking as actions
from .verdict import Verdict, look, words
from .zones import zones

OFFICE = "ordnungsamt"
wardens = staff(Role.CLERK, Role.LEAD, office=OFFICE)
# The camera here and nowhere else; the rest as on every page (site/headers.py).
PERMISSIONS = "camera=(self), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()"


@wardens
@never_cache
@csp_update({"worker-src": [SELF]})
def control(request: HttpRequest) -> HttpResponse:
    """The page itself; without JavaScript it asks the server instead of its list."""
    verdict = _asked(request) if request.method == "POST" else None
    context: dict[str, Any] = {
        "zones": zones().values(),
        "zone": request.POST.get("zone", ""),
        "typed": request.POST.get("text", "")[:40] if request.method == "POST" else "",
        "verdict": verdict,
        "words": {"states": words(), **_more_words()},
    }
    response = render(request, "mobility/control.html", context)
    response["Permissions-Policy"] = PERMISSIONS
    return response


def _asked(request: HttpRequest) -> Verdict:
    """A look at one permit, noted for its holder."""
    verdict = look(request.POST.get("text", ""), request.POST.get("zone", ""), timezone.localdate())
    if verdict.plate:
        held = ParkingPermit.objects.filter(plate=verdict.plate)
        note_accesses(
            actor=actor_of(request),
            person_keys=held.values_list("person_key", flat=True)[:20],
            purpose="Verkehrsüberwachung",
            legal_basis="§ 45 Abs. 1b StVO, § 53 OWiG",
            source="parking",
            fields=["plate", "zone", "valid_until"],
        )
    return verdict


def _more_words() -> dict[str, str]:
    return {
        "age": _("Stand {time}, {ago}"),
        "now": _("gerade eben"),
        "minutes": _("vor {n} Min."),
        "hours": _("vor {n} Std."),
        "old": _("Die Liste ist älter als eine Stunde. Laden Sie sie neu, sobald Sie Netz haben."),
        "none": _("Noch keine Liste auf diesem Gerät."),
        "gone": _("Die Liste war zu alt und ist gelöscht. Laden Sie eine neue."),
        "signed_out": _("Sie sind abgemeldet. Die Liste ist von diesem Gerät gelöscht."),
        "offline": _("Kein Netz. Wir prüfen mit der Liste auf diesem Gerät."),
        "bad_list": _("Die Liste trägt nicht die Unterschrift der Stadt. Sie wird nicht benutzt."),
        "no_camera": _("Dieses Gerät kann hier keine Codes lesen. Tippen Sie das Kennzeichen."),
        "plate": _("Kennzeichen"),
        "zone": _("Zone"),
        "until": _("Gültig bis"),
    }


@wardens
@never_cache
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The signed list and the keys to check it and the permits with."""
    made = actions.fetch_list(actor_of(request))
    return JsonResponse({"list": made.token, "keys": codes.public_keys()})


@everyone
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker; its address decides that it governs this page and no other."""
    return installed.worker(request, "mobility/sw.js")


@everyone
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What the phone needs to put the page on its home screen."""
    return installed.manifest(_("Parkausweise prüfen"), _("Parkkontrolle"), reverse("mobility:control"), "mobility/control.svg")
