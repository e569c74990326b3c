"""FHIR's XML beside its JSON, for the resources we read and write: the same dictionaries, element by element.

The schema of FHIR wants its order; resources.py writes in it. What comes in is read by the table in rules.py.
"""

from collections.abc import Callable, Mapping
from typing import Any

from defusedxml.ElementTree import fromstring  # no entities, no DTD
from lxml import etree

from . import rules
from .rules import ELEMENT, RESOURCE, TABLE, Invalid

NAMESPACE = "http://hl7.org/fhir"
_SPACE = f"{{{NAMESPACE}}}"
# Values that are numbers or booleans in JSON.
_TYPED: dict[str, Callable[[str], Any]] = {
    "priority": int,
    "minutesDuration": int,
    "userSelected": lambda text: {"true": True, "false": False}[text],
}
_DEFAULT: Any = {None: NAMESPACE}


def written(resource: Mapping[str, Any]) -> bytes:
    """One resource as a document."""
    root = etree.Element(f"{_SPACE}{resource['resourceType']}", nsmap=_DEFAULT)
    _fill(root, {name: value for name, value in resource.items() if name != "resourceType"}, resource=True)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _fill(node: Any, value: Mapping[str, Any], *, resource: bool = False) -> None:
    done = set()
    for name, inner in value.items():
        plain = name.removeprefix("_")
        if plain in done:
            continue
        done.add(plain)
        if not resource and plain in ("id", "url") and _is_attribute(node, plain):
            node.set(plain, str(inner))
            continue
        beside = value.get(f"_{plain}")
        main = value.get(plain)
        for number, one in enumerate(main if isinstance(main, list) else [main]):
            extra = beside[number] if isinstance(beside, list) else beside
            _child(node, plain, one, extra)


def _is_attribute(node: Any, name: str) -> bool:
    """`id` of every element but a resource, `url` of an extension."""
    return name == "id" or etree.QName(node).localname in ("extension", "modifierExtension")


def _child(node: Any, name: str, value: Any, extra: Any) -> None:
    child = etree.SubElement(node, f"{_SPACE}{name}")
    if extra:
        _fill(child, extra)
    if isinstance(value, dict):
        if "resourceType" in value:
            inner = etree.SubElement(child, f"{_SPACE}{value['resourceType']}")
            _fill(inner, {key: one for key, one in value.items() if key != "resourceType"}, resource=True)
        else:
            _fill(child, value)
    elif isinstance(value, bool):
        child.set("value", "true" if value else "false")
    elif value is not None:
        child.set("value", str(value))


def parsed(body: bytes) -> dict[str, Any]:
    """A document as the dictionary JSON would have given; only Appointment and Parameters come in this way."""
    try:
        root = fromstring(body, forbid_dtd=True)
    except Exception as problem:  # defusedxml raises of many kinds, all of them "not readable"
        raise Invalid(400, "structure", "Das ist kein lesbares XML.") from problem
    return _resource(root, 0)


def _resource(node: Any, depth: int) -> dict[str, Any]:
    kind = _name(node)
    if kind not in ("Appointment", "Parameters") or depth > 3:
        raise Invalid(400, "structure", "Erwartet wird ein Appointment oder Parameters.")
    return {"resourceType": kind, **_element(node, kind, RESOURCE, depth)}


def _element(node: Any, kind: str, common: Mapping[str, str], depth: int) -> dict[str, Any]:
    if depth > rules.MOST_DEEP:
        raise Invalid(400, "structure", "Die Anfrage ist zu tief verschachtelt.")
    known = {**common, **TABLE.get(kind, {})}
    found: dict[str, Any] = {}
    for name in ("id", "url"):
        if name in node.attrib and kind not in ("Appointment", "Parameters"):
            found[name] = node.attrib[name]
    for child in node:
        name = _name(child)
        repeats = f"{name}*" in known or name == "extension"
        value, extra = _read(name, child, known.get(f"{name}*" if repeats else name, "any"), depth + 1)
        if name in found and not repeats:
            raise Invalid(400, "structure", f"{name[:60]} steht doppelt da.")
        if extra:
            found[f"_{name}"] = extra
        if value is not None:
            found.setdefault(name, []).append(value) if repeats else found.__setitem__(name, value)
    return found


def _read(name: str, child: Any, type_: str, depth: int) -> tuple[Any, Any]:
    """The value, and id and extensions beside a primitive."""
    if name == "resource" and len(child) == 1:
        return _resource(child[0], depth), None
    if type_ in TABLE:
        return _element(child, type_, ELEMENT, depth), None
    if type_ in ("Extension", "any") and "value" not in child.attrib:
        return _element(child, _value_type(name), ELEMENT, depth), None
    extra = _element(child, "", ELEMENT, depth) if len(child) else None
    text = child.attrib.get("value")
    if text is None:
        return None, extra
    try:
        return _TYPED.get(name, str)(text), extra
    except (ValueError, KeyError) as problem:
        raise Invalid(400, "value", f"{name[:60]} hat keinen lesbaren Wert.") from problem


def _value_type(name: str) -> str:
    """Inside extensions: the type stands in the name."""
    return name.removeprefix("value") if name.removeprefix("value") in TABLE else ""


def _name(node: Any) -> str:
    tag = str(node.tag)
    if not tag.startswith(_SPACE):
        raise Invalid(400, "structure", f"Das Element {tag[:60]} gehört nicht zu FHIR.")
    return tag.removeprefix(_SPACE)
