"""How a case is addressed: by its reference, in pages and in the API alike; and what stands at an address."""

from django.urls import Resolver404, register_converter, resolve
from django.utils.translation import get_language

from stadtkern.kernel.services import catalogue


class Reference:
    """MS-7F3K-9QXM; nothing else reaches the database."""

    regex = "[A-Za-z]{1,6}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}"

    def to_python(self, value: str) -> str:
        return value.upper()

    def to_url(self, value: str) -> str:
        return value


register_converter(Reference, "reference")


def what_is_at(address: str) -> str:
    """The title of the service behind an address of ours ("/leistungen/…", "/vorgang/neu/…"); "" for anything else.

    The address of a case says nothing to whoever only scanned a code.
    """
    try:
        found = resolve(address.partition("?")[0].partition("#")[0])
    except Resolver404:
        return ""
    if found.view_name not in ("services:page", "cases:start"):
        return ""
    try:
        return catalogue.find(str(found.kwargs["key"])).in_language(get_language() or "de").title
    except catalogue.UnknownService:
        return ""
