"""Two JSON Schemas of the same form side by side: what the one demands and the other does not, path by path."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stadtkern.lib.forms.export.pattern import ecma
from stadtkern.lib.forms.export.tree import asks, certain, hideable, whole
from stadtkern.lib.forms.model import Element, Field, Form, Group

REASONS = {
    "zero": "A minimum of 0 says nothing: it is left out.",
    "anchored": "Patterns of XML Schema mean the whole text; JSON Schema searches. Ours are anchored and in ECMA-262.",
    "format": "A date has `format: date` here; the other side says it in the description only.",
    "list": "The code list was not at hand (XDatenfelder 2 has no lists inside): a text of at most 255 characters here.",
    "locked": "A locked field without a value asks nothing, so no application can have an answer there.",
    "sometimes": "A rule of the schema may hide it; a complete application may leave it out, so it is not `required`.",
    "choice": "Of a choice group one child is given: `minProperties` and `maxProperties` instead of `required`.",
    "repeated": "The same block twice in one place: our second one has a number (`_2`), theirs is lost (duplicate key).",
}
_WORDS = ("type", "minLength", "maxLength", "pattern", "minimum", "maximum", "format", "minItems", "maxItems")
_DEEPEST = 40
_SHORT = re.compile(r"^([A-Z]\d{2})(\d{6})(?=$|_)")
_VERSION = re.compile(r"V\d+(?:\.\d+)*(?=$|_)")


@dataclass(frozen=True, slots=True)
class Difference:
    """One keyword at one path (names of properties, "[]" = in every entry); None = not said."""

    path: str
    word: str
    ours: Any
    theirs: Any


def differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[Difference]:
    """All of them in the order of our schema. `required` and `property` stand at the property that is (not) demanded."""
    return list(_compare(ours, theirs, ours, theirs, "", 0))


def reason(difference: Difference, form: Form) -> str:
    """The key of REASONS that explains it; empty where nothing does."""
    path, word, ours, theirs = difference.path.replace("[]", ""), difference.word, difference.ours, difference.theirs
    element, place = _element(form, path)
    if word in ("minItems", "minLength") and ours is None and theirs == 0:
        return "zero"
    if word == "pattern" and isinstance(theirs, str) and ours == ecma(theirs):
        return "anchored"
    if word == "format" and theirs is None:
        return "format"
    listed = isinstance(element, Field) and element.code_list
    if listed and ((word == "maxLength" and theirs is None) or (word == "codes" and ours is None)):
        return "list"
    if word == "property" and ours and re.search(r"_\d+$", path):
        return "repeated"
    if word in ("required", "minItems") and theirs and not ours and element is not None:
        return _not_always(form, place, element)
    return ""


def _not_always(form: Form, path: str, element: Element) -> str:
    hidden = hideable(form)
    above, _place = _element(form, path.rpartition("/")[0])
    if isinstance(above, Group) and above.choice:
        return "choice"
    if path in hidden or (isinstance(element, Group) and not certain(element, path, hidden)):
        return "sometimes"
    return "locked" if isinstance(element, Field) and not asks(element) else ""


def _element(form: Form, path: str) -> tuple[Element | None, str]:
    """The element at a path of plain ids, and its path in the form."""
    children, found, place = whole(form), None, ""
    for key in path.split("/"):
        found = next((child for child in children if _plain(child.key) == key), None)
        if found is None:
            return None, ""
        children, place = found.children if isinstance(found, Group) else (), f"{place}/{found.key}".lstrip("/")
    return found, place


def _compare(a: Any, b: Any, ours: Mapping[str, Any], theirs: Mapping[str, Any], path: str, depth: int) -> Iterator[Difference]:
    a, b = _resolved(a, ours), _resolved(b, theirs)
    if depth > _DEEPEST:
        return
    for word in _WORDS:
        if a.get(word) != b.get(word):
            yield Difference(path, word, a.get(word), b.get(word))
    if _codes(a) != _codes(b):
        yield Difference(path, "codes", _codes(a), _codes(b))
    if "items" in a and "items" in b:
        yield from _compare(a["items"], b["items"], ours, theirs, f"{path}[]", depth + 1)
    mine, other = _by_id(a.get("properties", {})), _by_id(b.get("properties", {}))
    for name in (*mine, *(name for name in other if name not in mine)):
        place = f"{path}/{name}".lstrip("/")
        if name not in mine or name not in other:
            yield Difference(place, "property", name in mine, name in other)
            continue
        needed = name in _by_id(a.get("required", ())), name in _by_id(b.get("required", ()))
        if needed[0] != needed[1]:
            yield Difference(place, "required", *needed)
        yield from _compare(mine[name], other[name], ours, theirs, place, depth + 1)


def _by_id(names: Any) -> dict[str, Any]:
    """Properties (or required names) by their id alone: both styles of keys are the same here."""
    return {_plain(name): names[name] if isinstance(names, Mapping) else None for name in names}


def _plain(name: str) -> str:
    """The id without its version, in the eleven digits of XDatenfelder 3 (eight in XDatenfelder 2: 2 + 6)."""
    return _SHORT.sub(r"\g<1>000\g<2>", _VERSION.sub("", name))


def _resolved(part: Any, root: Mapping[str, Any]) -> Mapping[str, Any]:
    for _ in range(_DEEPEST):
        reference = part.get("$ref")
        if not isinstance(reference, str):
            break
        name = reference.removeprefix("#/$defs/").replace("%20", " ").replace("%25", "%").replace("~1", "/").replace("~0", "~")
        part = root["$defs"][name]
    found: Mapping[str, Any] = part
    return found


def _codes(part: Mapping[str, Any]) -> tuple[str, ...] | None:
    if "enum" in part:
        return tuple(part["enum"])
    return tuple(one.get("const") for one in part["oneOf"]) if "oneOf" in part else None
