"""XDatenfelder 2.0 (FIM), the older standard, read into the same form model.

Source: XDatenfelder 2, namespace urn:xoev-de:fim:standard:xdatenfelder_2. Particular to it: ids of 8 digits; every element
stands there though empty; limits are JSON inside `praezisierung`, often broken; code lists are always outside; all legal
sources stand in one `bezug`; the sentence of a rule is its `definition`.
"""

import json
import re
from collections.abc import Iterator, Mapping

from stadtkern.lib.forms.text import tidy
from stadtkern.lib.forms.xdf_field import Dialect, Parts

_LIMITS = ("minLength", "maxLength", "minValue", "maxValue", "pattern")
_MEMBER = re.compile(
    r'[{,]\s*"(minLength|maxLength|minValue|maxValue|pattern)"\s*:\s*'
    r'(?:"(.*?)"|([^",}\s]{1,30}))\s*(?=,\s*"(?:minLength|maxLength|minValue|maxValue|pattern)"|,?\s*}\s*$)',
    re.DOTALL,
)
_LONGEST = 5_000  # characters of JSON that are looked at


def _precise(parts: Parts) -> Mapping[str, str]:
    return limits(parts.raw("praezisierung"))


def limits(text: str) -> dict[str, str]:
    """The limits of a field out of JSON as it is found in the wild; what cannot be made out is left away.

    Many published files hold the backslashes of a pattern unescaped ("\\d{5}"), which is no JSON: there the members are
    found by their names, and backslashes stand for themselves.
    """
    if not text.startswith("{") or len(text) > _LONGEST:
        return {}
    try:
        found = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        found = {name: quoted or bare for name, quoted, bare in _MEMBER.findall(text)}
    if not isinstance(found, dict):
        return {}
    return {name: _plain(name, found[name]) for name in _LIMITS if isinstance(found.get(name), str | int | float)}


def _plain(name: str, value: str | int | float) -> str:
    text = str(value).strip()
    return text.replace(",", ".") if name in ("minValue", "maxValue") and re.fullmatch(r"-?\d+,\d+", text) else text


def _reference(parts: Parts) -> tuple[str, str]:
    element = parts.first("codelisteReferenz")
    named = Parts(element, parts.space).first("genericodeIdentification") if element is not None else None
    if named is None:
        return "", ""
    inside = Parts(named, parts.space)
    return inside.raw("canonicalIdentification"), inside.raw("canonicalVersionUri")


def _sources(parts: Parts) -> tuple[str, ...]:
    return tuple(source for text in parts.texts("bezug", lines=True) for source in _separate(text))


def _separate(text: str) -> Iterator[str]:
    """Sources are separated by semicolons; addresses in brackets behind them are those of the converter."""
    for each in text.split(";"):
        if source := tidy(re.sub(r"\s*\(https?://[^()\s]*\)\s*$", "", each.strip())):
            yield source


XDF2 = Dialect("2.0", "urn:xoev-de:fim:standard:xdatenfelder_2", "definition", _precise, _reference, _sources)
