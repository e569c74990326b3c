"""Reading what other servers send, JSON or XML, with the deviations they have: nothing is lost, nothing dangerous is done."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from .shapes import Fault, Row, text_of

MOST_BYTES, DEEPEST = 30_000_000, 20
MOST_REPAIRED = 1_000_000  # larger answers must be JSON as they stand
# Lists that are lists even when there is one entry or none.
LISTS = {"attributes", "values", "notes", "media_urls", "formats", "endpoints"}
WRAPPERS = (
    "service_requests",
    "requests",
    "services",
    "service_request_updates",
    "request_updates",
    "updates",
    "errors",
    "tokens",
)
ENTRIES = ("request", "service_request", "service", "request_update", "update", "error", "token")
# Two ways at once so that text in quotes is passed over: "..." | a number that JSON does not allow, such as 001.
# Text that never ends is taken to the end and not tried again from every quote in it.
_BARE = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\Z)|(?<=[:\[,\s])(0\d+)(?=\s*[,}\]])', re.DOTALL)


class NotGeoReport(ValueError):
    """Cannot be read as an answer of GeoReport; the message says why, for the operator."""


class Refusal(Exception):
    """The server answered with errors."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(one.description for one in faults) or "no reason given")
        self.faults = faults


def rows(data: bytes) -> list[Row]:
    """The rows of an answer, whichever form it has. Raises NotGeoReport, or Refusal when they are errors."""
    if len(data) > MOST_BYTES:
        raise NotGeoReport("the answer is too large")
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise NotGeoReport("the answer is empty")
    name, found = _xml(start) if start[:1] == b"<" else ("", _json(start))
    listed = _unwrapped(found, name)
    faults = [Fault(_code(one.get("code")), text_of(one.get("description"))) for one in listed if _is_fault(one)]
    if listed and len(faults) == len(listed):
        raise Refusal(faults)
    return listed


def _is_fault(row: Row) -> bool:
    return "code" in row and "description" in row and set(row) <= {"code", "description"}


def _code(value: Any) -> int:
    plain = text_of(value).strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 10 else 0


def _json(data: bytes) -> Any:
    try:
        return _loaded(data)
    except (ValueError, RecursionError) as problem:
        if len(data) > MOST_REPAIRED:
            raise NotGeoReport(f"no JSON: {str(problem)[:80]}") from None
    try:  # codes written as 001
        return _loaded(_BARE.sub(lambda found: b'"' + found[1] + b'"' if found[1] else found[0], data))
    except (ValueError, RecursionError) as problem:
        raise NotGeoReport(f"no JSON: {str(problem)[:80]}") from None


def _loaded(data: bytes) -> Any:
    return json.loads(data.decode("utf-8"), parse_constant=lambda _name: None, parse_float=_finite)


def _finite(text: str) -> float | None:
    """1e999 is no number anybody can keep."""
    found = float(text)
    return found if math.isfinite(found) else None


def _unwrapped(found: Any, root: str) -> list[Row]:
    """A list of tables out of a list, a table around a list, or a single table."""
    for _step in range(4):
        if isinstance(found, list):
            return [one if isinstance(one, dict) else {"value": one} for one in found if one not in (None, "")]
        if not isinstance(found, dict):
            if found is None and root:
                return []  # <service_requests/>
            raise NotGeoReport("neither a list nor a table")
        inner = next((name for name in (*WRAPPERS, *ENTRIES) if name in found and len(found) <= 2), None)
        if inner is None or isinstance(found[inner], str | int | float):  # {"token": "abc", …} is a row itself
            return [found]
        if inner in ENTRIES and isinstance(found[inner], dict):
            return [found[inner]]
        found, root = found[inner], inner
    raise NotGeoReport("too many tables around the list")


def _xml(data: bytes) -> tuple[str, Any]:
    """Without entities, document types, or anything fetched."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True)
    try:
        tree = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as problem:
        raise NotGeoReport(f"no XML: {str(problem)[:80]}") from None
    if getattr(tree.getroottree().docinfo, "doctype", ""):
        raise NotGeoReport("a document type is not allowed")
    name = etree.QName(tree).localname
    return name, _value(tree, name, 0, True)


def _value(element: Any, name: str, depth: int, root: bool = False) -> Any:
    if depth > DEEPEST:
        raise NotGeoReport("nested too deep")
    children = [child for child in element if isinstance(child.tag, str)]
    notes = {} if root else {f"@{etree.QName(key).localname}": value for key, value in element.attrib.items()}
    if not children:
        return (notes | {"#text": element.text or ""} if notes else element.text or None) if name not in LISTS else []
    if name in LISTS or (root and name in WRAPPERS):
        return [_value(child, etree.QName(child).localname, depth + 1) for child in children]
    made: Row = dict(notes)
    for child in children:
        label = etree.QName(child).localname
        value = _value(child, label, depth + 1)
        if label in made:  # said twice: a list
            before = made[label]
            made[label] = [*before, value] if isinstance(before, list) and label not in LISTS else [before, value]
        else:
            made[label] = value
    return made


def table(data: bytes) -> Mapping[str, Any]:
    """An answer that is one table (discovery, a service definition)."""
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    found = _xml(start)[1] if start[:1] == b"<" else _json(start)
    found = found[0] if isinstance(found, list) and len(found) == 1 else found
    if not isinstance(found, dict):
        raise NotGeoReport("no table")
    return found
