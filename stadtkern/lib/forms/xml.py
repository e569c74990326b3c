"""Reading XML from strangers: size, encoding and document type are checked before a parser sees a byte."""

import gzip
import io
import re
import zlib
from pathlib import Path

from lxml import etree

MOST_BYTES = 20 * 1024 * 1024
_GZIP = b"\x1f\x8b"
_DECLARED = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_ENCODINGS = frozenset({"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252"})
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


class SchemaError(Exception):
    """A schema that cannot be used; the message tells an operator why, in German."""


def bytes_of(source: bytes | Path) -> bytes:
    """The XML of a file or of bytes, unpacked when it is gzip; SchemaError above 20 MB."""
    if isinstance(source, Path):
        source = _from_file(source)
    if source.startswith(_GZIP):
        source = _unpacked(source)
    if len(source) > MOST_BYTES:
        raise _too_big()
    return source


def _from_file(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _too_big()
        return path.read_bytes()
    except OSError as error:
        raise SchemaError(f"Die Datei „{path.name}“ lässt sich nicht lesen.") from error


def _unpacked(packed: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as stream:
            return stream.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise SchemaError("Die gepackte Datei ist beschädigt oder unvollständig. Bitte laden Sie sie neu herunter.") from error


def _too_big() -> SchemaError:
    return SchemaError("Die Datei ist größer als 20 MB. So große Schemata werden nicht eingelesen.")


def root_of(source: bytes | Path, dropped: str | None = None) -> etree._Element:
    """The root element; elements with the tag `dropped` are thrown away while reading. SchemaError for anything unsafe."""
    data = bytes_of(source)
    _refuse_unsafe(data)
    events = etree.iterparse(
        io.BytesIO(data),
        events=("end",),
        tag=dropped or "{none}none",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for _event, element in events:
            element.clear()
            before = element.getprevious()
            if before is not None and before.tag == dropped:
                element.getparent().remove(before)
    except etree.XMLSyntaxError as error:
        raise SchemaError(
            f"Die Datei ist kein vollständiges XML (Zeile {error.lineno or 1}). Bitte laden Sie sie neu herunter."
        ) from error
    root: etree._Element | None = events.root
    if root is None:
        raise SchemaError("Die Datei ist leer.")
    return root


def _refuse_unsafe(data: bytes) -> None:
    if not data.strip():
        raise SchemaError("Die Datei ist leer.")
    if b"\x00" in data[:4] or data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SchemaError("Die Datei ist nicht in UTF-8 geschrieben. Bitte speichern Sie sie als UTF-8.")
    declared = _DECLARED.match(data.removeprefix(b"\xef\xbb\xbf"))
    if declared and declared.group(1).decode("ascii").lower() not in _ENCODINGS:
        raise SchemaError("Die Datei ist nicht in UTF-8 geschrieben. Bitte speichern Sie sie als UTF-8.")
    if _DOCTYPE.search(data):
        raise SchemaError(
            "Die Datei enthält eine Dokumenttyp-Angabe (DOCTYPE). Solche Dateien werden aus Sicherheit nicht gelesen."
        )


def text_at(element: etree._Element, path: str) -> str:
    """The text at a path below, trimmed; empty when there is none."""
    found = element.find(path)
    return "".join(str(part) for part in found.itertext()).strip() if found is not None else ""
