"""Files that are no GTFS but that transport companies send for it: recognised by their first bytes and names, never read."""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

HEAD = 2048  # bytes looked at
LOOKED = 25  # files of an archive
MARKS = (  # what stands near the beginning, in small letters; the first that fits counts
    ("NeTEx", (b"publicationdelivery", b"netex.org.uk/netex", b"<compositeframe")),
    ("SIRI", (b"<siri", b"siri.org.uk/siri", b":siri")),
    ("VDV 454", (b"ausnachricht", b"datenabrufenantwort", b"vdv454")),
    ("TransXChange", (b"transxchange",)),
    ("GBFS", (b'"last_updated"',)),
    ("OpenStreetMap", (b"osmheader", b"<osm ")),
)
VDV_452 = (b"mod;", b"src;", b"chs;", b"ver;", b"ifv;", b"dve;", b"fft;", b"tbl;")  # lines of a table in the VDV's export form
HAFAS = {"fplan", "bitfeld", "eckdaten", "bfkoord", "betrieb"}


def recognise(path: Path) -> str:
    """The name of the format, "" when it is none we know. Reads a few bytes of a few files; never raises."""
    try:
        return next((found for found in map(named, samples(path)) if found), "")
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, ValueError, EOFError):
        return ""


def samples(path: Path) -> Iterator[tuple[str, bytes]]:
    """(lower-case name, first bytes) of the files."""
    if path.is_dir():
        for file in sorted(path.rglob("*"))[:LOOKED]:
            if file.is_file():
                with file.open("rb") as stream:
                    yield file.name.lower(), stream.read(HEAD)
        return
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if head[:2] != b"PK":
        yield path.name.lower(), head
        return
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist()[:LOOKED]:
            name = info.filename.replace("\\", "/").rpartition("/")[2].lower()
            if not info.is_dir() and not info.flag_bits & 1:
                with archive.open(info) as packed:
                    yield name, packed.read(HEAD)


def named(sample: tuple[str, bytes]) -> str:
    name, data = sample
    head = data.replace(b"\0", b"").lower()  # UTF-16 as well
    if name.endswith(".x10") or sum(line.strip().startswith(VDV_452) for line in head.splitlines()) >= 3:
        return "VDV 452"
    if name in HAFAS:
        return "HAFAS"
    return next((format for format, marks in MARKS if any(mark in head for mark in marks)), "")
