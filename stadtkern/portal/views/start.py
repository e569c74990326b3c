"""The way in: the question, suggestions while typing, life situations, target groups."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from stadtkern.kernel.accounts.access import everyone
from stadtkern.kernel.services.directory import books
from stadtkern.kernel.services.directory.offer import Line, line_of
from stadtkern.kernel.services.directory.search import find, warm
from stadtkern.kernel.services.service import LIFE_EVENTS
from stadtkern.kernel.services.views import shared
from stadtkern.portal import shelf

SUGGESTIONS, HITS = 6, 20
LONGEST = 200


@everyone
@shared
def start(request: HttpRequest) -> HttpResponse:
    warm()  # whoever is here searches next
    places = {"situations": shelf.situations(), "audiences": shelf.audiences(), "selection": shelf.selection()}
    return render(request, "portal/start.html", places)


@everyone
def search(request: HttpRequest) -> HttpResponse:
    """All hits for the words; without words the way to the whole catalogue."""
    words = _words(request)
    found = {"words": words, "hits": _find(words), "situations": shelf.situations()}
    return render(request, "portal/search.html", found)


@everyone
def suggest(request: HttpRequest) -> HttpResponse:
    """A few hits while typing; a browser without JavaScript never comes here, a copied address goes to the search page."""
    words = _words(request)
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('portal:search')}?{urlencode({'q': words})}")
    hits = _find(words, SUGGESTIONS + 1) if len(words) > 1 else []
    return render(
        request, "portal/_suggestions.html", {"words": words, "hits": hits[:SUGGESTIONS], "more": len(hits) > SUGGESTIONS}
    )


@everyone
@shared
def life_event(request: HttpRequest, key: str) -> HttpResponse:
    if key not in LIFE_EVENTS:
        raise Http404
    place = next((place for place in shelf.situations() if place.key == key), shelf.Place(key, LIFE_EVENTS[key], ()))
    context = {"place": place, "others": shelf.situations(), "view": "portal:life_event", "deeper": books.of_event(key)}
    return render(request, "portal/place.html", context)


@everyone
@shared
def audience(request: HttpRequest, key: str) -> HttpResponse:
    if key not in shelf.AUDIENCES:
        raise Http404
    place = next((place for place in shelf.audiences() if place.key == key), shelf.Place(key, shelf.AUDIENCES[key][1], ()))
    return render(request, "portal/place.html", {"place": place, "others": shelf.audiences(), "view": "portal:audience"})


def _words(request: HttpRequest) -> str:
    return " ".join(request.GET.get("q", "").replace("\0", " ").split())[:LONGEST]


def _find(words: str, limit: int = HITS) -> list[Line]:
    """Services and entries of the directory, best first, said in the reader's language."""
    return [line_of(hit) for hit in find(words, limit=limit)] if words else []
