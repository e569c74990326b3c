"""The pages of the catalogue: one service, all services, and the form on paper."""

import logging
from collections.abc import Callable
from functools import wraps
from time import monotonic
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from stadtkern.kernel.accounts.access import actor_of, everyone
from stadtkern.kernel.accounts.models import Role
from stadtkern.kernel.documents.render import Unrenderable
from stadtkern.lib.words import plain

from . import catalogue, paper, words
from .directory import books, general
from .offices import hours_in_words, office
from .service import AUDIENCES, LIFE_EVENTS, Service

log = logging.getLogger(__name__)
View = Callable[..., HttpResponse]
MOST_PAGES = 2000
SHARED_SECONDS = 0 if settings.MODE == "test" else 60
_pages: dict[tuple[Any, ...], tuple[float, bytes]] = {}


def shared(view: View) -> View:
    """A visitor's page is the same for all visitors: rendered once a minute, per address, language and look.

    Only for requests without a session, without waiting messages and without a query string.
    """

    @wraps(view)
    def cached(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        known = {settings.SESSION_COOKIE_NAME, "messages"} & set(request.COOKIES)
        if known or request.META.get("QUERY_STRING") or not SHARED_SECONDS:
            return view(request, *args, **kwargs)
        theme = request.COOKIES.get("theme")  # any other word looks like none, and must not fill the memory
        key = (request.path, get_language(), theme if theme in ("light", "dark") else "", catalogue.version())
        made, body = _pages.get(key, (0.0, b""))
        if not body or monotonic() - made > SHARED_SECONDS:
            response = view(request, *args, **kwargs)
            if response.status_code != 200:
                return response
            body = response.content
            if len(_pages) >= MOST_PAGES:
                _pages.clear()
            _pages[key] = (monotonic(), body)
        response = HttpResponse(body)
        patch_vary_headers(response, ["Cookie"])
        return response

    return cached


@everyone
@require_safe
@shared
def page(request: HttpRequest, key: str) -> HttpResponse:
    """Everything about one service before its first question."""
    if entry := general.entry_of(key):  # its entry's page says everything
        return redirect("services:entry", entry.key)
    service = _service(key)
    actor = actor_of(request)
    may_assist = actor.staff is not None and actor.staff.role in (Role.CLERK, Role.LEAD)
    return render(request, "services/page.html", {**shown(service), "may_assist": may_assist})


def shown(service: Service) -> dict[str, Any]:
    """What the page of a service tells; its preview tells the same."""
    place = office(service.office)
    return {
        "service": service,
        "facts": words.facts(service),
        "effort": words.effort(service),
        "sign_in": words.sign_in(service),
        "register": words.asked_of_register(service),
        "kept": words.kept(service),
        "office": place,
        "hours": hours_in_words(place.hours) if place else [],
    }


@everyone
@require_safe
def blank(request: HttpRequest, key: str) -> HttpResponse:
    """The form to print and fill in by hand; for all the same, so anybody may keep it."""
    service = _found(key)  # German, as the city's papers are
    try:
        pdf, digest = paper.blank_form(service)
    except (paper.TooLong, Unrenderable) as error:
        log.error("No form on paper for %s: %s", key, error)
        place = office(service.office)
        return render(request, "services/no_paper.html", {"service": service, "office": place}, status=503)
    tag = f'"{digest[:40]}"'
    if request.headers.get("If-None-Match") == tag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(pdf, content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="{service.key}.pdf"'
    response["ETag"] = tag
    response["Cache-Control"] = "public, max-age=600"
    return response


@everyone
@require_safe
@shared
def index(request: HttpRequest) -> HttpResponse:
    """The directory by Lage, and the online services from A to Z; `?fuer=` one audience, `?lage=` one life event."""
    audience, life_event = request.GET.get("fuer", ""), request.GET.get("lage", "")
    audience, life_event = audience if audience in AUDIENCES else "", life_event if life_event in LIFE_EVENTS else ""
    found = [service.in_language(get_language() or "de") for service in catalogue.matching(audience, life_event)]
    letters: dict[str, list[Service]] = {}
    for service in sorted(found, key=lambda one: plain(one.title)):
        letters.setdefault(plain(service.title)[:1].upper() or "#", []).append(service)
    everything = catalogue.all_services().values()
    context = {
        "letters": letters,
        "count": len(found),
        "audiences": {key: title for key, title in AUDIENCES.items() if any(key in one.audiences for one in everything)},
        "life_events": {key: title for key, title in LIFE_EVENTS.items() if any(key in one.life_events for one in everything)},
        "audience": audience,
        "life_event": life_event,
        "lives": books.shelves(business=False),
        "trades": books.shelves(business=True),
        "entries": len(books.entries()),
    }
    return render(request, "services/index.html", context)


def _service(key: str) -> Service:
    return _found(key).in_language(get_language() or "de")


def _found(key: str) -> Service:
    try:
        return catalogue.find(key)
    except catalogue.UnknownService as error:
        raise Http404 from error
