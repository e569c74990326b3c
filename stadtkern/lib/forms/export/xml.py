"""The answers of an application as XML, in the shape of FIM's conversion of a schema to XSD ("XFall"), and back.

Shape: vs5000/FIM-XSLT, XDF3_2_XFall_1_01 (which makes the XSD out of XDatenfelder 3): the root element is the schema with
its version, every element is named by its id, all in one namespace, in the order of the schema, repeated for several.
With versions in the names the namespace is the same for all schemas, without them each schema has its own.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lxml import etree

from stadtkern.lib.forms.export.data import NotThisForm, from_data, to_data
from stadtkern.lib.forms.export.tree import Keys, name_of, whole
from stadtkern.lib.forms.model import Answers, Element, Field, Form, Group, Kind
from stadtkern.lib.forms.text import REFUSED
from stadtkern.lib.forms.xml import SchemaError, root_of

_ALL_SCHEMAS = "urn:fim-de:xfall:datenschema:xdf3"
_ONE_SCHEMA = "urn:fim-de:xfall:xdf3:"
_OWN = "urn:stadtkern:antrag:"
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, production 2
_INTEGER = re.compile(r"[+-]?\d{1,40}")
_NUMBER = re.compile(r"[+-]?\d{1,40}(?:\.\d{1,40})?")
_WORDS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Origin:
    """Which form it is: id and version of a schema of FIM, or the key of the city's own service without a version."""

    key: str
    version: str = ""

    def root(self) -> str:
        """The name of the root element."""
        return f"{self.key}V{self.version}" if self.version else self.key

    def space(self, keys: Keys) -> str:
        """The namespace of all elements."""
        if not self.version:
            return f"{_OWN}{self.key}"
        return _ALL_SCHEMAS if keys is Keys.VERSIONED else f"{_ONE_SCHEMA}{self.root()}"


def to_xml(form: Form, answers: Mapping[str, Any], origin: Origin, keys: Keys = Keys.ID) -> bytes:
    """The XML of answers that were cleaned, UTF-8; a character that XML cannot hold becomes U+FFFD."""
    space = origin.space(keys)
    root = etree.Element(f"{{{space}}}{origin.root()}", nsmap={None: space})  # type: ignore[dict-item]  # None is the default namespace
    _write(root, to_data(form, answers, keys), f"{{{space}}}")
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _write(parent: etree._Element, data: Mapping[str, Any], space: str) -> None:
    for name, value in data.items():
        for one in value if isinstance(value, list) else [value]:
            element = etree.SubElement(parent, f"{space}{name}")
            if isinstance(one, Mapping):
                _write(element, one, space)
            else:
                element.text = _text(one)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return _NO_XML.sub(REFUSED, str(value))


def from_xml(form: Form, source: bytes, origin: Origin) -> Answers:
    """The flat answers of an XML in either style of names; NotThisForm where it is none, or another form's."""
    try:
        root = root_of(source)
    except SchemaError as error:
        raise NotThisForm([("", str(error))]) from error
    spaces = {origin.space(keys) for keys in Keys}
    name = etree.QName(root)
    if name.namespace not in spaces or name.localname != origin.root():
        raise NotThisForm([("", f"Das sind keine Daten zu „{origin.root()}“, sondern zu „{name.localname[:100]}“.")])
    return from_data(form, _read(root, whole(form), name.namespace or ""))


def _read(parent: etree._Element, children: tuple[Element, ...], space: str) -> dict[str, Any]:
    names = {name_of(child, keys): child for keys in Keys for child in children}
    found: dict[str, Any] = {}
    for part in parent.iterchildren("*"):
        name = etree.QName(part)
        child = names.get(name.localname) if name.namespace == space else None
        if child is None:
            found[part.tag] = ""  # `from_data` says that the form does not know it
            continue
        value = _read(part, child.children, space) if isinstance(child, Group) else _value(child, part)
        if child.maximum != 1:
            found.setdefault(name.localname, []).append(value)
        elif name.localname in found:
            raise NotThisForm([(name.localname, "Diese Angabe ist nur einmal möglich.")])
        else:
            found[name.localname] = value
    return found


def _value(field: Field, part: etree._Element) -> Any:
    if len(part):
        raise NotThisForm([(field.key, "Hier wird ein einzelner Wert erwartet.")])
    text = part.text or ""
    if field.kind is Kind.YES_NO:
        return _WORDS.get(text.strip(), text)
    if field.kind is Kind.NUMBER and _INTEGER.fullmatch(text.strip()):
        return int(text)
    if field.kind in (Kind.DECIMAL, Kind.MONEY) and _NUMBER.fullmatch(text.strip()):
        return Decimal(text.strip())
    return text
