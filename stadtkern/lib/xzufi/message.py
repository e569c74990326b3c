"""The transfer message of XZuFi: a head, then objects to write (`schreibe`) and ids to delete (`loesche`), read one by one."""

import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from lxml import etree

from .codec import (
    SPACE,
    XSI,
    Attributes,
    Code,
    Identifier,
    Node,
    Part,
    Reader,
    Text,
    Writer,
    XzufiError,
    made_with,
    many,
    one,
    own,
    safe,
    split,
)
from .model import Leistung
from .places import Formular, Onlinedienst, Organisationseinheit, Spezialisierung, Zustaendigkeit, ZustaendigkeitTransferObjekt

MOST_BYTES = 200 * 1024 * 1024  # unpacked; a full delivery of a Land is cut into many files
ROOT = "transfer"  # the name of the root element in 2.2 could not be checked; every reader seen takes any name
_SPACES = re.compile(r"http://xoev\.de/schemata/xzufi/2_[1-3]_\d")
_ENCODINGS = frozenset({"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252"})
_DECLARED = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
KINDS: dict[str, type[Part]] = {
    "leistung": Leistung,
    "organisationseinheit": Organisationseinheit,
    "onlinedienst": Onlinedienst,
    "spezialisierung": Spezialisierung,
    "formular": Formular,
    "zustaendigkeitTransferObjekt": ZustaendigkeitTransferObjekt,
    "zustaendigkeit": Zustaendigkeit,
}
_TAGS = {kind: tag for tag, kind in KINDS.items()}


@dataclass(frozen=True, kw_only=True)
class Nachrichtenkopf(Part):
    nachricht_uuid: str | None = one("nachrichtUUID", str)
    erstellt_datum_zeit: str | None = one("erstelltDatumZeit", str)
    empfaenger: tuple[str, ...] = many("empfaenger", str)
    sender: str | None = one("sender", str)


@dataclass(frozen=True, slots=True)
class Schreibe:
    """Create or replace this object; a Node where the kind of object is unknown. `rest` as in Part."""

    objekt: Part | Node
    rest: tuple[Node, ...] = ()
    attributes: Attributes = ()


@dataclass(frozen=True, slots=True)
class Loesche:
    """Delete the object with this id; `klasse`: "Leistung", "Organisationseinheit", "Onlinedienst", "Zustaendigkeit", …"""

    id: Identifier
    klasse: str = ""
    rest: tuple[Node, ...] = ()
    attributes: Attributes = ()


Operation = Schreibe | Loesche


@dataclass
class Nachricht:
    """A message being read: iterate once. Head and root are known after the first step, `unknown` after the last."""

    operations: Iterator[Operation]
    space: str = ""
    root: str = ROOT
    attributes: tuple[tuple[str, str], ...] = ()
    head: Nachrichtenkopf = field(default_factory=Nachrichtenkopf)
    rest: list[Node] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)  # "leistung/neu": how often; kept, but not understood

    def __iter__(self) -> Iterator[Operation]:
        return self.operations


def read(source: bytes | Path) -> Nachricht:
    """A message from a file or bytes (also gzip), object by object; XzufiError says in German what is wrong.

    Memory is that of one object. Namespaces 2.1 to 2.3 are read, 2.2.0 is what the model knows best.
    """
    message = Nachricht(iter(()))
    message.operations = _operations(source, message)
    return message


def _operations(source: bytes | Path, message: Nachricht) -> Iterator[Operation]:
    with _stream(source) as stream:
        events = etree.iterparse(
            stream,
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        reader: Reader | None = None
        depth = 0
        try:
            for event, element in events:
                depth += 1 if event == "start" else -1
                if reader is None:
                    reader = _begin(element, message)
                elif event == "end" and depth == 1:
                    found = _child(element, reader, message)
                    if found is not None:
                        yield found
                    _forget(element)
        except etree.XMLSyntaxError as error:
            raise XzufiError(
                f"Die Datei ist kein vollständiges XML (Zeile {error.lineno or 1}). Bitte laden Sie sie neu."
            ) from error
        if reader is None:
            raise XzufiError("Die Datei ist leer.")


def _begin(root: etree._Element, message: Nachricht) -> Reader:
    if root.getroottree().docinfo.doctype:  # type: ignore[attr-defined]
        raise XzufiError(
            "Die Datei enthält eine Dokumenttyp-Angabe (DOCTYPE). Solche Dateien werden aus Sicherheit nicht gelesen."
        )
    space, name = split(root.tag)
    if not _SPACES.fullmatch(space):
        raise XzufiError("Das ist keine Datei im Format XZuFi 2.2.")
    reader = Reader(space, lambda place: message.unknown.update([place]))
    message.space, message.root, message.attributes = space, name, reader.attributes(root)
    return reader


def _child(element: etree._Element, reader: Reader, message: Nachricht) -> Operation | None:
    name = own(element.tag, reader.space)
    if name == "nachrichtenkopf":
        message.head = reader.part(element, Nachrichtenkopf)
    elif name == "schreibe" and len(element):
        return _schreibe(element, reader)
    elif name == "loesche" and (where := element.find("{*}id")) is not None:
        others = tuple(replace(reader.node(child), tail="") for child in element if child is not where)
        left = dict(reader.attributes(element))
        klasse = left.pop("klasse", "")
        return Loesche(_id(where, reader), klasse, (*reader.stray(element), *others), tuple(left.items()))
    else:
        reader.note(f"{message.root}/{split(element.tag)[1]}")
        message.rest.append(reader.node(element))
    return None


def _schreibe(element: etree._Element, reader: Reader) -> Schreibe:
    first, *others = element
    kind = KINDS.get(own(first.tag, reader.space))
    if kind is None:
        reader.note(f"schreibe/{split(first.tag)[1]}")
    for child in others:
        reader.note(f"schreibe/{split(child.tag)[1]}")
    objekt = reader.part(first, kind) if kind else replace(reader.node(first), tail="")
    rest = (*reader.stray(element), *(replace(reader.node(child), tail="") for child in others))
    return Schreibe(objekt, rest, reader.attributes(element))


def _id(element: etree._Element, reader: Reader) -> Identifier:
    left = dict(reader.attributes(element))
    value = "".join(str(part) for part in element.itertext()).strip()
    return Identifier(value, left.pop("schemeAgencyID", ""), left.pop("schemeID", ""), tuple(left.items()))


def _forget(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


class _Guarded(io.RawIOBase):
    """A stream that refuses to give more than MOST_BYTES."""

    def __init__(self, inner: IO[bytes]) -> None:
        self.inner, self.given = inner, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            data = self.inner.read(size)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise XzufiError(
                "Die gepackte Datei ist beschädigt oder unvollständig. Bitte laden Sie sie neu herunter."
            ) from error
        if not self.given:
            _refuse_encoding(data)
        self.given += len(data)
        if self.given > MOST_BYTES:
            raise XzufiError("Die Datei ist größer als 200 MB. So große Dateien werden nicht eingelesen.")
        return data

    def close(self) -> None:
        self.inner.close()
        super().close()


def _stream(source: bytes | Path) -> _Guarded:
    try:
        plain: IO[bytes] = source.open("rb") if isinstance(source, Path) else io.BytesIO(source)
    except OSError as error:
        raise XzufiError("Die Datei lässt sich nicht lesen.") from error
    packed = plain.read(2) == b"\x1f\x8b"
    plain.seek(0)
    return _Guarded(gzip.GzipFile(fileobj=plain) if packed else plain)  # type: ignore[arg-type]


def _refuse_encoding(start: bytes) -> None:
    if not start.strip():
        raise XzufiError("Die Datei ist leer.")
    declared = _DECLARED.match(start.removeprefix(b"\xef\xbb\xbf"))
    known = not declared or declared.group(1).decode("ascii").lower() in _ENCODINGS
    if b"\x00" in start[:4] or start.startswith((b"\xff\xfe", b"\xfe\xff")) or not known:
        raise XzufiError("Die Datei ist nicht in UTF-8 geschrieben. Bitte speichern Sie sie als UTF-8.")


def write(
    operations: Iterable[Operation],
    head: Nachrichtenkopf | None = None,
    *,
    root: str = ROOT,
    attributes: Iterable[tuple[str, str]] = (),
    rest: Iterable[Node] = (),
) -> bytes:
    """A message in XZuFi 2.2.0, UTF-8; XzufiError for characters XML cannot carry."""
    given = {**dict(attributes), "xzufiVersion": "2.2.0"}
    top = etree.Element(f"{{{SPACE}}}{root}", nsmap={"xzufi": SPACE, "xsi": XSI})
    for name, value in given.items():
        top.set(name, safe(value))
    writer = Writer()
    writer.element("nachrichtenkopf", head or Nachrichtenkopf(), top)
    writer.nodes(top, rest)
    for operation in operations:
        if isinstance(operation, Schreibe):
            _write_object(writer, operation, top)
        else:
            klasse = (("klasse", operation.klasse),) if operation.klasse else ()
            made = made_with(top, f"{{{SPACE}}}loesche", (*klasse, *operation.attributes))
            writer.element("id", operation.id, made)
            writer.nodes(made, operation.rest)
    return bytes(etree.tostring(top, xml_declaration=True, encoding="UTF-8", pretty_print=False))


def _write_object(writer: Writer, operation: Schreibe, top: etree._Element) -> None:
    made = made_with(top, f"{{{SPACE}}}schreibe", operation.attributes)
    value: Any = operation.objekt
    if isinstance(value, Node):
        writer.nodes(made, [value])
    else:
        writer.element(_TAGS[type(value)], value, made)
    writer.nodes(made, operation.rest)


__all__ = [
    "KINDS", "MOST_BYTES", "ROOT", "Code", "Identifier", "Loesche", "Nachricht", "Nachrichtenkopf", "Node", "Operation",
    "Schreibe", "Text", "XzufiError", "read", "write",
]  # fmt: skip
