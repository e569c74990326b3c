"""Numbered passages out of pasted text: one a paragraph, its number first. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

MOST, TITLE, TEXT = 300, 200, 6000
_NUMBER = re.compile(
    r"^(?:§+\s*)?(\d{1,3}[a-z]?(?:\.\d{1,3}[a-z]?){0,4}|[IVX]{1,6}|[A-Z]\d{0,3})[.)]?(?:\s+|$)(.*)$", re.DOTALL
)


@dataclass(frozen=True)
class Found:
    """One passage as it was typed."""

    number: str
    title: str
    text: str


class Unreadable(ValueError):
    """Says which paragraph, and what to type instead."""


def read(pasted: str) -> list[Found]:
    """Paragraphs between empty lines. "3.2 Grünflächen" in the first line, the text below. Raises Unreadable."""
    found: list[Found] = []
    for place, block in enumerate(_blocks(pasted), start=1):
        head, _newline, rest = block.partition("\n")
        match = _NUMBER.match(head.strip())
        if match is None:
            raise Unreadable(
                _("Absatz %(place)s („%(text)s“) beginnt nicht mit einer Nummer. Schreiben Sie zum Beispiel „3.2 Grünflächen“.")
                % {"place": place, "text": head.strip()[:40]}
            )
        title, text = match[2].strip(), rest.strip()
        if not text and len(title) > TITLE:
            title, text = "", title
        if len(title) > TITLE or len(text) > TEXT:
            raise Unreadable(_("Der Absatz „%s“ ist zu lang. Teilen Sie ihn auf mehrere Nummern auf.") % match[1])
        found.append(Found(match[1], title, text))
    return _checked(found)


def _blocks(pasted: str) -> list[str]:
    return [block.strip() for block in re.split(r"\n\s*\n", pasted.replace("\r\n", "\n")) if block.strip()]


def _checked(found: list[Found]) -> list[Found]:
    if len(found) > MOST:
        raise Unreadable(_("Das sind mehr als %s Stellen. Legen Sie ein zweites Dokument an.") % MOST)
    seen: set[str] = set()
    for one in found:
        if one.number in seen:
            raise Unreadable(_("Die Nummer %s kommt zweimal vor. Jede Nummer gibt es in einem Dokument einmal.") % one.number)
        seen.add(one.number)
    return found


def written(passages: Iterable[Found]) -> str:
    """The same text again, for the form."""
    return "\n\n".join("\n".join(part for part in (f"{one.number} {one.title}".strip(), one.text) if part) for one in passages)
