"""Reading XML from strangers: size, encoding and document type are checked before a parser sees a byte."""

import gzip
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from lxml import etree

MOST_BYTES = 64 * 1024 * 1024  # of a file, unpacked: a large federal schema has 20 MB, most of it derivations
MOST_PARSED = 20 * 1024 * 1024  # of what a parser is given
MOST_MARKS = 700_000  # "<" and "=" in a document once the derivations are cut out; the largest federal schema has 23,317
_HEAD = 64 * 1024  # bytes that hold the start tag of the root
_GZIP = b"\x1f\x8b"
_DECLARED = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_ENCODINGS = frozenset({"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252"})
_COMMENT = re.compile(rb"<!--(?:[^-]|-(?!-))*+-->")
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


_SAFE: dict[str, Any] = {
    "resolve_entities": False, "no_network": True, "load_dtd": False, "dtd_validation": False, "huge_tree": False,
    "remove_comments": True, "remove_pis": True,
}  # fmt: skip


class SchemaError(Exception):
    """A schema that cannot be used; the message tells an operator why, in German."""


def bytes_of(source: bytes | Path) -> bytes:
    """The XML of a file or of bytes, unpacked when it is gzip; SchemaError above 64 MB."""
    if isinstance(source, Path):
        source = _from_file(source)
    if source.startswith(_GZIP):
        source = _unpacked(source)
    if len(source) > MOST_BYTES:
        raise _too_big(MOST_BYTES)
    return source


def _from_file(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _too_big(MOST_BYTES)
        return path.read_bytes()
    except OSError as error:
        raise SchemaError(f"Die Datei „{path.name}“ lässt sich nicht lesen.") from error


def _unpacked(packed: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as stream:
            return stream.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise SchemaError("Die gepackte Datei ist beschädigt oder unvollständig. Bitte laden Sie sie neu herunter.") from error


def _too_big(most: int) -> SchemaError:
    text = f"Die Datei ist größer als {most >> 20} MB"
    return SchemaError(
        f"{text}. So große Dateien werden nicht eingelesen." if most == MOST_BYTES else f"{text}, auch ohne Ableitungen."
    )


def root_of(source: bytes | Path) -> etree._Element:
    """The root element of a small document; SchemaError for anything unsafe."""
    data = bytes_of(source)
    refuse_unsafe(data)
    refuse_crowded(data)
    with _told_in_german():
        return etree.fromstring(data, etree.XMLParser(**_SAFE))


def ended(data: bytes, tags: Sequence[str], dropped: str) -> Iterator[etree._Element]:
    """Elements with one of the tags, each as soon as it is read whole; the last one is the root, whatever its tag.

    Whoever takes an element clears it, so that a document is never in memory as a whole. `data` has passed
    `refuse_unsafe`; elements with the tag `dropped` (namespace in braces) are thrown away while reading.
    """
    data = without(data, dropped)
    refuse_crowded(data)
    with _told_in_german():
        events = etree.iterparse(io.BytesIO(data), events=("end",), tag=[*tags, dropped], **_SAFE)
        for _event, element in events:
            if element.tag == dropped:
                _drop(element)
            else:
                yield element
        root: etree._Element | None = events.root
    if root is None:
        raise SchemaError("Die Datei ist leer.")
    yield root


def namespace_of(data: bytes) -> str:
    """The namespace of the root element, "" for none; with one, nothing more than the head of the document is read."""
    found = None
    with _told_in_german():
        for _event, root in etree.iterparse(io.BytesIO(data[:_HEAD]), events=("start",), **_SAFE):
            found = str(root.tag).rpartition("}")[0].removeprefix("{")
            break
    if not found:  # none of ours: say first whether it is XML at all
        root_of(data)
    return found or ""


def _drop(element: etree._Element) -> None:
    """Empty it, and take out the one before: an element must not be removed while the parser still stands at its end."""
    element.clear()
    before, parent = element.getprevious(), element.getparent()
    if before is not None and parent is not None and before.tag == element.tag:
        parent.remove(before)


def without(data: bytes, dropped: str) -> bytes:
    """The document without the derivations of XDatenfelder 3 (`relation`: 83 % of the bytes of the federal schemas).

    Only what has exactly the form of the standard is cut out before a parser sees it, and only where a start tag
    cannot be anything else (comments gone, no CDATA, no second prefix); all the rest is left to the parser.
    """
    space, _, name = dropped[1:].partition("}")
    if b"<!--" in data and data.count(b"<?") <= 1 and b"<![CDATA[" not in data:
        data = _COMMENT.sub(_line_breaks, data)
    prefixes = re.findall(rb"xmlns(?::([A-Za-z_][\w.-]*))?\s*=\s*[\"']" + re.escape(space.encode()) + rb"[\"']", data[:4096])
    if len(prefixes) != 1 or b"<!" in data or data.count(b"<?") > 1 or data.count(b"xmlns:" + prefixes[0]) > 1:
        return data
    prefix = prefixes[0].decode() + ":" if prefixes[0] else ""
    return _relations(prefix, name).sub(_line_breaks, data)


@lru_cache(maxsize=8)
def _relations(prefix: str, name: str) -> re.Pattern[bytes]:
    """One or more relations beside each other: predicate with a code, object with id and version."""
    text = "[^<>&]*+"
    tag = f"<{prefix}{{0}}(?:\\s{text})?+>\\s*+{{1}}</{prefix}{{0}}>\\s*+".format
    inside = tag("praedikat", f"<code>{text}</code>\\s*+") + tag("objekt", f"(?:{tag('id', text)})(?:{tag('version', text)})?+")
    return re.compile(f"(?:{tag(name, inside)})++".encode())


def _line_breaks(gone: re.Match[bytes]) -> bytes:
    """Lines keep their numbers."""
    return b"\n" * gone[0].count(b"\n")


@contextmanager
def _told_in_german() -> Iterator[None]:
    try:
        yield
    except etree.XMLSyntaxError as error:
        text = f"Die Datei ist kein vollständiges XML (Zeile {error.lineno or 1}). Bitte laden Sie sie neu herunter."
        raise SchemaError(text) from error


def refuse_crowded(data: bytes) -> None:
    """SchemaError where the elements and attributes of a document would fill the memory, however small the file is."""
    if len(data) > MOST_PARSED:
        raise _too_big(MOST_PARSED)
    if data.count(b"<") + data.count(b"=") > MOST_MARKS:
        raise SchemaError("Die Datei hat ungewöhnlich viele Elemente. So große Dateien werden nicht eingelesen.")


def refuse_unsafe(data: bytes) -> None:
    """SchemaError for an empty document, another encoding than UTF-8 and its like, and any document type."""
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
