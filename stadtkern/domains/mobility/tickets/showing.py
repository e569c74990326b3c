"""The page that shows tickets on this phone, with and without network; its shell holds nothing about anybody."""

from csp.constants import SELF
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from stadtkern.kernel.accounts.access import everyone
from stadtkern.ui import installed


@everyone
@csp_update({"worker-src": [SELF], "manifest-src": [SELF]})
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Whoever is signed in gets their tickets by the script; a visitor reads that they have to sign in."""
    return render(request, "mobility/tickets/show.html", {"words": _words(), "next": reverse("mobility:ticket_show")})


def _words() -> dict[str, str]:
    return {
        "none": _("Auf diesem Handy liegt gerade kein Fahrschein."),
        "offline": _("Ohne Netz. Der Code gilt trotzdem."),
        "signed_out": _("Melden Sie sich an, damit Ihre Fahrscheine auf dieses Handy kommen."),
        "elsewhere": _("Auf einem anderen Handy: {titles}. Sperren Sie es zuerst unter „Meine Fahrscheine“."),
        "until": _("bis {time}"),
        "from": _("ab {time}"),
        "zone": _("Zone"),
        "renew": _("Gehen Sie kurz ins Netz: Dieser Fahrschein war zu lange ohne."),
        "loading": _("Ihre Fahrscheine werden geladen …"),
        "fresh": _("neuer Code in {n} s"),
        "over": _("Abgelaufen"),
        "early": _("Gilt noch nicht"),
        "valid": _("Gültig"),
        "clock": _("Die Uhr dieses Handys geht falsch. Stellen Sie sie, sonst wird der Code nicht angenommen."),
    }


@everyone
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker; its address decides that it governs this page and no other."""
    return installed.worker(request, "mobility/tickets/sw.js")


@everyone
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What the phone needs to put the page on its home screen."""
    return installed.manifest(_("Meine Fahrscheine"), _("Fahrscheine"), reverse("mobility:ticket_show"), "mobility/control.svg")
