"""A page on the home screen of a phone: its service worker and its web app manifest (W3C), the same for every such page."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static


def worker(request: HttpRequest, template: str) -> HttpResponse:
    """The service worker; its address decides which pages it governs. A new one is noticed at once."""
    response = render(request, template, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


def manifest(name: str, short: str, place: str, icon: str) -> HttpResponse:
    """What the phone needs: both names, the address that is opened and governed, and an SVG among the static files."""
    told = {
        "name": name, "short_name": short, "id": place, "start_url": place, "scope": place,
        "display": "standalone", "background_color": "#ffffff", "theme_color": "#171a2b",
        "icons": [{"src": static(icon), "sizes": "any", "type": "image/svg+xml"}],
    }  # fmt: skip
    return JsonResponse(told, content_type="application/manifest+json")
