"""The modules as a page shows them: label, safe HTML, and the language they are really in."""

import re
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from stadtkern.lib.xzufi import html

from ..directory.entry import Entry
from ..service import Service
from .fields import FIELDS
from .store import Modules, modules

_HEADING = re.compile(r"<h([1-6])>")
HEADING = 2  # the label of a module is the summary of an accordion, no heading


@dataclass(frozen=True)
class Shown:
    """One module on a page; `language` only where it is not that of the page."""

    key: str
    label: Any
    body: SafeString
    language: str = ""


def shown(
    found: Modules, language: str, *, without: tuple[str, ...] = (), alone: bool = False, top: int = HEADING
) -> list[Shown]:
    """The modules in this language, German where one is missing; `alone`: only those that are in this language."""
    result = []
    for field in FIELDS:
        own = found.own(field.key, language)
        text = own or ("" if alone else found.get(field.key, language))
        if text and field.shown and field.key not in without:
            result.append(
                Shown(field.key, field.heading or field.label, safe(text, top), "" if own or language == "de" else "de")
            )
    return result


def safe(text: str, top: int = HEADING) -> SafeString:
    """HTML of a module for a page; cleaned again here, whatever stands in the file."""
    cleaned = html.clean(text, top).replace("<a ", '<a rel="noopener" ')
    return mark_safe(_HEADING.sub(r'<h\1 class="kern-heading-small">', cleaned))  # noqa: S308 - built from an allow-list


def of_page(thing: Entry | Service) -> list[Shown]:
    """What the page of an entry or a service adds to what it shows by itself."""
    language = (get_language() or "de").split("-")[0]
    found = modules(thing.leika or (thing.key if isinstance(thing, Entry) else ""))
    without = ["title", "name", "teaser"]
    if isinstance(thing, Service):
        without += ["short", "costs", "duration", "office", "contact", "forms"]
        said = {"full": thing.description, "documents": thing.documents_needed, "legal_basis": thing.legal_basis}
        without += [name for name, there in said.items() if there]
    return shown(found, language, without=tuple(without))


def plain_language(thing: Entry | Service) -> list[Shown]:
    """The texts in Leichte Sprache, empty where there are none."""
    found = modules(thing.leika or (thing.key if isinstance(thing, Entry) else ""))
    return shown(found, "leicht", without=("title", "name"), alone=True)
