"""How open data are answered: any page of the world may read them, what has not changed is not sent again, in moderation."""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _

from .brake import WINDOW, too_many

View = Callable[..., HttpResponseBase]
METHODS = "GET, HEAD, OPTIONS"
WHOLE_DAY = 86_400
NO_SUCH = "NotFound"


def door(name: str) -> Callable[[View], View]:
    """Reading only, from anywhere, as often as `brake.MOST[name]` allows."""

    def around(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
            answer = _asked(request, name) or view(request, *args, **named)
            answer["Access-Control-Allow-Origin"] = "*"
            answer["Access-Control-Expose-Headers"] = "ETag, Link, Retry-After"
            return answer

        return opened

    return around


def shared(seconds: int) -> Callable[[View], View]:
    """For a public operation of the API: read from anywhere, kept for `seconds` (0: see `kept`)."""

    def around(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
            answer = view(request, *args, **named)
            if isinstance(answer, HttpResponse) and answer.status_code == 200:
                answer = kept(request, answer, answer.content, seconds)
            answer["Access-Control-Allow-Origin"] = "*"
            answer["Access-Control-Expose-Headers"] = "ETag, Retry-After"
            return answer

        return opened

    return around


def _asked(request: HttpRequest, name: str) -> HttpResponseBase | None:
    """What needs no view: a browser that asks whether it may, other verbs, too many questions."""
    if request.method == "OPTIONS":
        answer = HttpResponse(status=204)
        answer["Access-Control-Allow-Methods"] = answer["Allow"] = METHODS
        answer["Access-Control-Allow-Headers"] = "Accept, If-None-Match, If-Modified-Since"
        answer["Access-Control-Max-Age"] = str(WHOLE_DAY)
        return answer
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(METHODS.split(", "))
    return slow_down() if too_many(request, name) else None


def slow_down() -> HttpResponse:
    """429, and when to come again (RFC 6585)."""
    answer = problem(429, "TooManyRequests", _("Das waren sehr viele Fragen. Warten Sie bitte eine Minute."))
    answer["Retry-After"] = str(int(WINDOW))
    return answer


def problem(status: int, code: str, description: str) -> HttpResponse:
    """An error as OGC API Features wants it (17-069r4, 7.5.1)."""
    answer = data({"code": code, "description": description})
    answer.status_code = status
    answer["Cache-Control"] = "no-store"
    return answer


def data(content: Any, kind: str = "application/json") -> HttpResponse:
    """JSON with umlauts as they are."""
    return HttpResponse(
        json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":")), content_type=kind
    )


def told(
    request: HttpRequest, content: Any, kind: str = "application/json", *, seconds: int = 60, same: Any = None
) -> HttpResponseBase:
    """JSON that may be kept for `seconds`; 304 where the reader has it. `same`: what decides about that, else all of it."""
    return kept(request, data(content, kind), data(content if same is None else same).content, seconds)


def kept(request: HttpRequest, answer: HttpResponse, same: bytes, seconds: int) -> HttpResponseBase:
    """With ETag and Cache-Control (RFC 9110, 9111); 0 seconds: by the reader alone, and asked for again every time."""
    tag = f'"{hashlib.sha256(answer.headers["Content-Type"].encode() + same).hexdigest()[:32]}"'
    answer["ETag"] = tag
    patch_vary_headers(answer, ("Accept-Language", "Cookie"))  # the language may be chosen by either
    answer["Cache-Control"] = f"public, max-age={seconds}" if seconds else "private, no-cache"
    found: HttpResponseBase = get_conditional_response(request, etag=tag, response=answer) or answer
    return found
