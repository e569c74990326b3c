"""The pages of the queue: each is rendered once per process and language; afterwards only numbers are put in."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from html import escape

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import get_language_from_request

from stadtkern.kernel.city.profile import city

_MARK = re.compile("⟦([a-z_]+)⟧")


def page(request: HttpRequest, name: str, status: int = 200, **values: object) -> HttpResponse:
    """The page with these values, escaped. Never kept in a cache: it is about one person."""
    parts, names = _skeleton(name, get_language_from_request(request))
    filled = [parts[0]]
    for mark, text in zip(names, parts[1:], strict=True):
        filled += [escape(str(values.get(mark, ""))), text]
    response = HttpResponse("".join(filled).encode(), status=status)
    response["Cache-Control"] = "private, no-store"
    return response


@contextmanager
def spoken(request: HttpRequest) -> Iterator[None]:
    """The light pages run without the middleware that chooses the language."""
    with translation.override(get_language_from_request(request)):
        yield


@lru_cache(maxsize=64)
def _skeleton(name: str, language: str) -> tuple[list[str], list[str]]:
    """Fixed parts and the names between them."""
    marks = {f"n_{mark}": f"⟦{mark}⟧" for mark in NAMES}
    with translation.override(language):
        texts = city().texts_in(language)
        context = {**marks, "city": city(), "city_title": texts.get("title", city().name), "texts": texts}
        text = render_to_string(f"appointments/queue/{name}.html", context)
    pieces = _MARK.split(text)
    return pieces[::2], pieces[1::2]


NAMES = (
    "again", "ahead", "at", "book", "free", "from", "given", "here", "list", "matter", "next", "number", "opens", "people",
    "place", "said", "slots", "title", "token", "turn", "until", "where",
)  # fmt: skip
