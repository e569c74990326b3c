"""The pages of the queue: each is rendered once per process and language; afterwards only numbers are put in."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from html import escape

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from stadtkern.kernel.city.profile import city

_MARK = re.compile("⟦([a-z_]+)⟧")


def page(request: HttpRequest, name: str, status: int = 200, **values: object) -> HttpResponse:
    """The page with these values, escaped. Never kept in a cache: it is about one person."""
    parts, names = _skeleton(name, language_of(request))
    filled = [parts[0]]
    for mark, text in zip(names, parts[1:], strict=True):
        filled += [escape(str(values.get(mark, ""))), text]
    response = HttpResponse("".join(filled).encode(), status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def language_of(request: HttpRequest) -> str:
    """The reader's: chosen by cookie, else by the browser, else German."""
    chosen = request.COOKIES.get("django_language") or request.META.get("HTTP_ACCEPT_LANGUAGE", "")
    return "en" if chosen[:2].lower() == "en" else "de"


@contextmanager
def spoken(request: HttpRequest) -> Iterator[None]:
    """The light pages run without the middleware that chooses the language."""
    with translation.override(language_of(request)):
        yield


@lru_cache(maxsize=64)
def _skeleton(name: str, language: str) -> tuple[list[str], list[str]]:
    """Fixed parts and the names between them."""
    marks = {f"n_{mark}": f"⟦{mark}⟧" for mark in NAMES}
    with translation.override(language):
        texts = {**city().texts, **city().raw.get("texts_en", {})} if language == "en" else city().texts
        context = {**marks, "city": city(), "city_title": texts.get("title", city().name), "texts": texts}
        text = render_to_string(f"appointments/queue/{name}.html", context)
    pieces = _MARK.split(text)
    return pieces[::2], pieces[1::2]


NAMES = (
    "again", "ahead", "at", "drawn", "free", "from", "here", "matter", "next", "number", "people", "place", "said", "slots",
    "title", "token", "turn", "until", "where", "book", "given", "list", "held", "opens",
)  # fmt: skip
