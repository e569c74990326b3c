"""Between elements and frozen dataclasses: known children by a table, everything else kept as it stands.

Source: XZuFi 2.2.0, namespace http://xoev.de/schemata/xzufi/2_2_0. Inside a code `code` and `name` have no namespace (XÖV).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from lxml import etree

SPACE = "http://xoev.de/schemata/xzufi/2_2_0"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
TYPE = f"{{{XSI}}}type"
_QNAME = re.compile(r"([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
Attributes = tuple[tuple[str, str], ...]
Note = Callable[[str], None]
P = TypeVar("P", bound="Part")


class XzufiError(Exception):
    """A file or a value that cannot be used; the message tells an editor why, in German."""


@dataclass(frozen=True, slots=True)
class Node:
    """An element the model does not know, kept with everything below it; tags in Clark notation."""

    tag: str
    text: str = ""
    attributes: Attributes = ()
    children: tuple["Node", ...] = ()
    tail: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in one language; `value` may be HTML (see `html.clean`). `language` as in the file: "de", "en", "de-x-ls"."""

    value: str
    language: str = "de"
    attributes: Attributes = ()


@dataclass(frozen=True, slots=True)
class Identifier:
    """An id, unique only together with its editorial office (`agency`); the other attributes are kept."""

    value: str
    agency: str = ""  # schemeAgencyID
    scheme: str = ""  # schemeID
    attributes: Attributes = ()


@dataclass(frozen=True, slots=True)
class Code:
    """A value of a code list. `value` is the code, `name` its text as the sender wrote it."""

    value: str
    name: str = ""
    uri: str = ""  # listURI
    version: str = ""  # listVersionID
    attributes: Attributes = ()


@dataclass(frozen=True, slots=True)
class Betrag:
    """An amount of money as written ("12.50"); the currency stands in its attributes."""

    value: str
    attributes: Attributes = ()


@dataclass(frozen=True, kw_only=True)
class Part:
    """An element with known children. What is not known is not lost: it stands in `attributes` and `rest`."""

    attributes: Attributes = ()
    rest: tuple[Node, ...] = ()


def one(tag: str, kind: type) -> Any:
    """A child that occurs at most once."""
    return field(default=None, metadata={"tag": tag, "kind": kind, "many": False})


def many(tag: str, kind: type) -> Any:
    """A child that may occur again and again."""
    return field(default=(), metadata={"tag": tag, "kind": kind, "many": True})


@dataclass(frozen=True, slots=True)
class Slot:
    name: str
    tag: str
    kind: type
    many: bool


_slots: dict[type, tuple["Slot", ...]] = {}


def slots_of(kind: type[Part]) -> tuple[Slot, ...]:
    """The children a part knows, in the order they are written."""
    if kind not in _slots:
        _slots[kind] = tuple(Slot(f.name, **f.metadata) for f in fields(kind) if "tag" in f.metadata)
    return _slots[kind]


def split(tag: str) -> tuple[str, str]:
    """Namespace and local name; XzufiError for a prefix nobody declared (the parser lets it pass)."""
    space, _, local = tag.rpartition("}")
    if ":" in local:
        raise XzufiError(f"Der Namensraum von „{local[:60]}“ ist in der Datei nicht erklärt.")
    return space.removeprefix("{"), local


def own(tag: str, space: str) -> str:
    """The local name of a tag of this message, "" for another namespace. A child without namespace counts as own."""
    namespace, local = split(tag)
    return local if namespace in (space, "") else ""


class Reader:
    """Reads the elements of one message; `note` is told of everything that is only kept, not understood."""

    def __init__(self, space: str, note: Note) -> None:
        self.space, self.note = space, note

    def part(self, element: etree._Element, kind: type[P]) -> P:
        """A part with all its known children."""
        slots = {slot.tag: slot for slot in slots_of(kind)}
        found: dict[str, list[Any]] = {}
        rest: list[Node] = []
        for child in element:
            slot = slots.get(own(child.tag, self.space)) if isinstance(child.tag, str) else None
            value = self._value(child, slot.kind) if slot and (slot.many or slot.name not in found) else None
            if slot is not None and value is not None:
                found.setdefault(slot.name, []).append(value)
            elif isinstance(child.tag, str):
                self.note(f"{split(element.tag)[1]}/{split(child.tag)[1]}")
                rest.append(replace(self.node(child), tail=""))
        rest = [*self.stray(element), *rest]
        values = {slot.name: tuple(found.get(slot.name, ())) for slot in slots.values() if slot.many}
        values |= {slot.name: found[slot.name][0] for slot in slots.values() if not slot.many and slot.name in found}
        return kind(**values, attributes=self.attributes(element), rest=tuple(rest))

    def stray(self, element: etree._Element) -> list[Node]:
        """Text between the children, where none belongs: kept as one node without a tag."""
        text = " ".join(text.strip() for text in (element.text, *(child.tail for child in element)) if text and text.strip())
        if text:
            self.note(f"{split(element.tag)[1]}/text()")
        return [Node("", text)] if text else []

    def _value(self, element: etree._Element, kind: type) -> Any:
        """The value of a child, or None where it has another shape than the model says: then it is kept as a node."""
        if issubclass(kind, Part):
            return self.part(element, kind)
        if kind is Code:
            return self._code(element)
        if len(element):
            return None
        text = element.text or ""
        if kind is str:
            return None if element.attrib else text.strip()
        left = dict(self.attributes(element))
        if kind is Betrag:
            return Betrag(text.strip(), tuple(left.items()))
        if kind is Text:
            return Text(text, left.pop("languageCode", ""), tuple(left.items()))
        return Identifier(text.strip(), left.pop("schemeAgencyID", ""), left.pop("schemeID", ""), tuple(left.items()))

    def _code(self, element: etree._Element) -> Code | None:
        inner: dict[str, str] = {}
        for child in element:
            name = own(child.tag, self.space) if isinstance(child.tag, str) else ""
            if name not in ("code", "name") or name in inner or len(child) or child.attrib:
                return None
            inner[name] = (child.text or "").strip()
        left = dict(self.attributes(element))
        value = inner.get("code", (element.text or "").strip())
        return Code(value, inner.get("name", ""), left.pop("listURI", ""), left.pop("listVersionID", ""), tuple(left.items()))

    def attributes(self, element: etree._Element) -> Attributes:
        """Attributes by their Clark names; the prefix in xsi:type is resolved."""
        for name in element.attrib:
            split(str(name))
        return tuple((str(name), self._resolved(element, str(name), str(value))) for name, value in element.attrib.items())

    def _resolved(self, element: etree._Element, name: str, value: str) -> str:
        match = _QNAME.fullmatch(value.strip()) if name == TYPE else None
        if not match:
            return value
        prefix = match[1][:-1] if match[1] else None
        space = element.nsmap.get(prefix) or (self.space if prefix == "xzufi" else None)
        return f"{{{SPACE if space == self.space else space}}}{match[2]}" if space else value

    def node(self, element: etree._Element) -> Node:
        """An unknown element as it stands."""
        space, local = split(element.tag)
        tag = f"{{{SPACE}}}{local}" if space == self.space else str(element.tag)
        children = tuple(self.node(child) for child in element if isinstance(child.tag, str))
        return Node(
            tag, element.text or "", self.attributes(element), children, (element.tail or "") if children_mixed(element) else ""
        )


def children_mixed(element: etree._Element) -> bool:
    """Whether the text after this element means something, not only line breaks between elements."""
    parent = element.getparent()
    if parent is None:
        return False
    return any((child.tail or "").strip() for child in parent) or bool((parent.text or "").strip())


class Writer:
    """Writes values as elements of XZuFi 2.2.0; XzufiError for characters XML cannot carry."""

    def __init__(self, space: str = SPACE) -> None:
        self.space = space

    def element(self, tag: str, value: Any, parent: etree._Element) -> etree._Element:
        """One value as a child of `parent`."""
        made = made_with(parent, f"{{{self.space}}}{tag}", _attributes_of(value))
        if isinstance(value, Part):
            self._fill(made, value)
        elif isinstance(value, Code):
            for name, text in (("code", value.value), ("name", value.name)):
                if text or name == "code":
                    etree.SubElement(made, name).text = safe(text)
        else:
            made.text = safe(value if isinstance(value, str) else value.value)
        return made

    def _fill(self, made: etree._Element, part: Part) -> None:
        for slot in slots_of(type(part)):
            value = getattr(part, slot.name)
            for item in value if slot.many else () if value is None else (value,):
                self.element(slot.tag, item, made)
        self.nodes(made, part.rest)

    def nodes(self, parent: etree._Element, nodes: Iterable[Node]) -> None:
        """Kept elements, put back as they were."""
        for node in nodes:
            if not node.tag:
                parent.text = (parent.text or "") + safe(node.text)
                continue
            made = made_with(parent, node.tag, node.attributes)
            made.text, made.tail = safe(node.text) or None, safe(node.tail) or None
            self.nodes(made, node.children)


def _attributes_of(value: Any) -> Attributes:
    if isinstance(value, str):
        return ()
    given: Attributes = ()
    if isinstance(value, Code):
        given = (("listURI", value.uri), ("listVersionID", value.version))
    elif isinstance(value, Identifier):
        given = (("schemeAgencyID", value.agency), ("schemeID", value.scheme))
    elif isinstance(value, Text):
        given = (("languageCode", value.language),)
    return (*((name, text) for name, text in given if text), *value.attributes)


def made_with(parent: etree._Element, tag: str, attributes: Attributes) -> etree._Element:
    """A child with these attributes, Clark names written out."""
    kind = dict(attributes).get(TYPE, "")
    space, local = kind[1:].split("}", 1) if kind.startswith("{") else ("", kind)
    made = etree.SubElement(parent, tag, nsmap={"typ": space} if space not in ("", SPACE) else None)
    for name, value in attributes:
        if name == TYPE and space:
            value = f"{'xzufi' if space == SPACE else 'typ'}:{local}"
        made.set(name, safe(value))
    return made


def safe(text: str) -> str:
    """The text, if XML can carry it."""
    if _FORBIDDEN.search(text):
        raise XzufiError("Ein Text enthält ein Steuerzeichen, das in XML nicht erlaubt ist.")
    return text


def typed(local: str) -> Attributes:
    """`xsi:type` for one of the types of XZuFi."""
    return ((TYPE, f"{{{SPACE}}}{local}"),)


def said(texts: Iterable[Text], language: str = "de") -> str:
    """The first text in this language, or the first there is; "" for none."""
    found = list(texts)
    return next((text.value for text in found if text.language == language), found[0].value if found else "")
