"""The city's own look as files: colours as a style sheet, the arms, robots.txt, security.txt."""

import hashlib
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from stadtkern.kernel.accounts.access import everyone
from stadtkern.kernel.city.profile import city
from stadtkern.ui.colour import ink, mix, readable

WHITE, BLACK = "#ffffff", "#101218"  # page backgrounds, light and dark


def palette(colours: dict[str, str]) -> dict[str, dict[str, str]]:
    """CSS variables by theme; every text colour reaches 4.5:1 on the background it is used on, however the city chose."""
    primary, accent = colours.get("primary", "#171a2b"), colours.get("accent", "#0f6a5b")
    themes = {}
    for theme, page in (("light", WHITE), ("dark", BLACK)):
        tint = mix(accent, page, 0.08 if theme == "light" else 0.22)
        action = readable(accent, tint, 5.0)
        band = primary if theme == "light" else mix(primary, page, 0.6)
        themes[theme] = {
            "sk-page": page,
            "sk-tint": tint,
            "sk-band": band,
            "sk-on-band": ink(band),
            "sk-mark": accent,
            "kern-color-layout-background-default": page,
            "kern-color-action-default": action,
            "kern-color-action-on-default": ink(action),
            "kern-color-action-visited": action,
            "kern-color-action-focus-default": readable(primary, page, 4.5),
        }
    return themes


@cache
def sheet() -> str:
    """The style sheet made from city.toml."""
    themes = palette(city().colours)
    light, dark = ("".join(f"--{name}:{value};" for name, value in themes[theme].items()) for theme in ("light", "dark"))
    return (
        f":root,[data-kern-theme=light]{{{light}color-scheme:light}}"
        f"@media(prefers-color-scheme:dark){{:root:not([data-kern-theme=light]){{{dark}color-scheme:dark}}}}"
        f":root[data-kern-theme=dark]{{{dark}color-scheme:dark}}"
        f"@media print{{:root,:root[data-kern-theme=dark]{{{light}color-scheme:light}}}}"
    )


@cache
def look_url() -> str:
    """Address of the style sheet; changes with its content, so browsers may keep it for a year."""
    return f"{reverse('portal:look')}?{hashlib.sha256(sheet().encode()).hexdigest()[:10]}"


@everyone
def look(request: HttpRequest) -> HttpResponse:
    return _kept(sheet(), "text/css; charset=utf-8", days=365)


@everyone
def arms(request: HttpRequest) -> HttpResponse:
    """The city's arms; also the icon of the browser tab."""
    return _kept(_arms(), "image/svg+xml", days=1)


@cache
def _arms() -> str:
    return (city().folder / "arms.svg").read_text(encoding="utf-8")


@everyone
def robots(request: HttpRequest) -> HttpResponse:
    return _kept(
        "User-agent: *\nDisallow: /konto/\nDisallow: /vorgang/\nDisallow: /api/\n", "text/plain; charset=utf-8", days=1
    )


@everyone
def security(request: HttpRequest) -> HttpResponse:
    """RFC 9116: where to report a weakness."""
    contact = city().contact.get("security") or city().contact["email"]
    expires = (timezone.now() + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    address = settings.BASE_URL.rstrip("/") + request.path
    text = f"Contact: mailto:{contact}\nExpires: {expires}\nPreferred-Languages: de, en\nCanonical: {address}\n"
    return _kept(text, "text/plain; charset=utf-8", days=1)


def _kept(body: str, media_type: str, *, days: int) -> HttpResponse:
    response = HttpResponse(body, content_type=media_type)
    response["Cache-Control"] = f"public, max-age={days * 86400}"
    return response
