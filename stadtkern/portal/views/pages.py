"""What every public site must say, "report a problem", and how a page looks to me."""

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from stadtkern.kernel.accounts.access import actor_of, everyone
from stadtkern.kernel.accounts.actions import choose_language
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.services.views import shared
from stadtkern.portal.context import THEMES
from stadtkern.ui.words import moment

PAGES = ("impressum", "datenschutz", "barrierefreiheit", "leichte-sprache", "gebaerdensprache", "hilfe")


@everyone
@shared
def page(request: HttpRequest, name: str) -> HttpResponse:
    """A page of text; names, addresses and dates come from city.toml."""
    if name not in PAGES:
        raise Http404
    context = {
        "details": _details(),
        "city_title_de": city().texts.get("title", city().name),
        "offices": Office.objects.exclude(phone="") if name == "hilfe" else None,
    }
    return render(request, f"portal/pages/{name}.html", context)


def _details() -> dict[str, Any]:
    """city.toml; what the city says in the reader's language (`[accessibility_en]`) goes before the German."""
    raw = city().raw
    said = raw.get(f"accessibility_{get_language()}")
    return {**raw, "accessibility": {**raw["accessibility"], **said, "translated": True}} if said else raw


@everyone
def problem(request: HttpRequest) -> HttpResponse:
    """How to reach a human, with what they will ask already written down; nothing is sent by this page."""
    place = request.GET.get("seite", "").replace("\0", "")[:300]
    place = place if place.startswith("/") and not place.startswith("//") else ""
    context: dict[str, Any] = {
        "place": place,
        "at": timezone.now(),
        "number": request.GET.get("nummer", "") if request.GET.get("nummer", "").isalnum() else "",
    }
    return render(request, "portal/problem.html", {**context, "mail": _mail(context)})


def _mail(context: dict[str, Any]) -> str:
    lines = [
        gettext("Was ist passiert? Was wollten Sie tun?"),
        "",
        "",
        gettext("Seite: %s") % (settings.BASE_URL.rstrip("/") + context["place"]),
        gettext("Zeit: %s") % moment(context["at"]),
    ]
    if context["number"]:
        lines.append(gettext("Fehlernummer: %s") % context["number"])
    subject, body = gettext("Problem auf der Website"), "\r\n".join(lines)
    return f"mailto:{city().contact['email']}?subject={quote(subject)}&body={quote(body)}"


@everyone
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """German or English, for this browser; remembered in a cookie, and with the account of whoever is signed in."""
    if (chosen := request.POST.get("language", "")) in dict(settings.LANGUAGES):
        choose_language(actor_of(request), chosen)
    return set_language(request)


@everyone
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the device has it; remembered in a cookie that holds just this word."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    response = redirect(wanted if safe else reverse("portal:start"))
    if (chosen := request.POST.get("theme")) in THEMES:
        response.set_cookie("theme", chosen, max_age=365 * 86400, httponly=True, samesite="Lax", secure=request.is_secure())
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response
