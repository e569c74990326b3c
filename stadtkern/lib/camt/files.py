"""From what was uploaded to XML text: zip archives, encodings, limits; nothing hostile gets further than here."""

import codecs
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

from .model import Statement

MOST_BYTES = 20_000_000  # of one XML file; a thousand movements are about 2 MB
MOST_FILES = 200  # in one archive
# What a damaged or locked archive raises; UnicodeDecodeError (a ValueError) where a name inside is no text.
BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError,
    OverflowError,
)  # fmt: skip
MOST_RATIO = 200  # bank statements shrink to a tenth or twentieth, bombs to a thousandth
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_ENCODING = re.compile(rb"""\A\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{2,40})["']""")
_BOMS = [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")]


class CamtError(Exception):
    """The file is not taken; the message (German) says where and why."""


def read_file(name: str, data: bytes) -> list[Statement]:
    """All statements of an XML file or a zip of them, in the order of account and number. Raises CamtError."""
    from .reader import read_statements

    found = [one for _, text in texts(name, data) for one in read_statements(text)]
    if not found:
        raise CamtError("In der Datei ist kein Kontoauszug.")
    return sorted(found, key=lambda one: (one.iban, one.opening_on or one.closing_on, one.number or 0, one.page))


def texts(name: str, data: bytes) -> Iterator[tuple[str, str]]:
    """(file name, XML text) of each file inside. Raises CamtError."""
    if not data.strip():
        raise CamtError("Die Datei ist leer.")
    if not data.startswith(b"PK\x03\x04"):
        yield name, decoded(data)
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from _unpacked(archive)
    except BROKEN as error:
        raise CamtError("Das ZIP-Archiv ist beschädigt oder mit einem Passwort geschützt.") from error


def _unpacked(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    members = [one for one in archive.infolist() if not one.is_dir() and one.filename.lower().endswith(".xml")]
    if not members:
        raise CamtError("Im ZIP-Archiv ist keine XML-Datei.")
    if len(members) > MOST_FILES or sum(one.file_size for one in members) > 5 * MOST_BYTES:
        raise CamtError(f"Im ZIP-Archiv ist zu viel: höchstens {MOST_FILES} Dateien und {5 * MOST_BYTES // 1_000_000} MB.")
    for one in sorted(members, key=lambda one: one.filename):
        if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise CamtError("Das ZIP-Archiv ist ungewöhnlich gepackt. Packen Sie die Dateien neu.")
        if one.file_size > MOST_BYTES or one.file_size > MOST_RATIO * max(one.compress_size, 1):
            raise CamtError(f"„{one.filename[:80]}“ im ZIP-Archiv ist zu groß.")
        with archive.open(one) as file:
            content = file.read(MOST_BYTES + 1)  # what the archive says about its size is not believed
        yield one.filename, decoded(content)


def decoded(data: bytes) -> str:
    """The text without declaration; DOCTYPE and entities are refused, statements have neither. Raises CamtError."""
    if len(data) > MOST_BYTES:
        raise CamtError(
            f"Die Datei ist zu groß (höchstens {MOST_BYTES // 1_000_000} MB). Teilen Sie den Abruf in kürzere Zeiträume."
        )
    text = _text(data)
    text = _DECLARATION.sub(lambda found: "\n" * found[0].count("\n"), text, count=1)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise CamtError("Die Datei enthält eine DOCTYPE-Angabe. Kontoauszüge haben keine; die Datei wird nicht gelesen.")
    return text


def _text(data: bytes) -> str:
    for mark, name in _BOMS:
        if data.startswith(mark):
            return _decode(data[len(mark) :], name)
    if data[:4] == b"<\0?\0":
        return _decode(data, "utf-16-le")
    if data[:4] == b"\0<\0?":
        return _decode(data, "utf-16-be")
    declared = _ENCODING.match(data)
    return _decode(data, declared[1].decode("ascii") if declared else "utf-8")


def _decode(data: bytes, encoding: str) -> str:
    try:
        if codecs.lookup(encoding).name not in {
            "utf-8",
            "utf-16-le",
            "utf-16-be",
            "ascii",
            "iso8859-1",
            "iso8859-15",
            "cp1252",
        }:
            raise CamtError(f"Die Zeichenkodierung „{encoding}“ wird nicht gelesen. Üblich ist UTF-8.")
        return data.decode(encoding)
    except LookupError as error:
        raise CamtError(f"Die Zeichenkodierung „{encoding}“ gibt es nicht.") from error
    except UnicodeDecodeError as error:
        raise CamtError(f"Die Zeichen passen nicht zur Kodierung {encoding} (Stelle {error.start + 1}).") from error
