"""Lines and cells of a .pb file: bounded, whatever its ends of lines, its marks at the start or its quotes."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from .model import BallotError

MOST_BYTES = 300 * 2**20
MOST_IN_A_LINE = 2**20
MOST_CONTINUED = 40  # lines of one quoted cell
_MARKS = (b"\xff\xfe", b"\xfe\xff")


def content(file: Path, most: int = MOST_BYTES) -> str:
    """The text of a file, unpacked if it is a gzip, and never more than `most` bytes of it."""
    try:
        with file.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
        with gzip.open(file) if packed else file.open("rb") as source:
            data = source.read(most + 1)
    except (OSError, EOFError, zlib.error) as problem:
        raise BallotError(f"Die Datei {file.name} lässt sich nicht lesen: {problem}") from problem
    if len(data) > most:
        raise BallotError(f"Die Datei {file.name} ist größer als {most // 2**20} MB.")
    return decoded(data)


def decoded(data: bytes) -> str:
    """UTF-8, with or without a mark at the start; UTF-16 only with one."""
    if data[:2] in _MARKS:
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as problem:
            raise BallotError("Die Datei gibt sich als UTF-16 aus, ist es aber nicht.") from problem
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise BallotError(f"Zeile {line}: Die Datei ist nicht in UTF-8 gespeichert.") from problem


def rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each line that has any."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    at = 0
    while at < len(lines):
        line, number = lines[at], at + 1
        at += 1
        if len(line) > MOST_IN_A_LINE:
            raise BallotError(f"Zeile {number}: Die Zeile ist länger als {MOST_IN_A_LINE} Zeichen.")
        if "\x00" in line:
            raise BallotError(f"Zeile {number}: Die Zeile enthält ein NUL-Zeichen.")
        if '"' in line:
            cells, used = _quoted(lines, at - 1)
            at += used
        else:
            cells = line.split(";")
        if any(cell and not cell.isspace() for cell in cells):
            yield number, cells


def _quoted(lines: list[str], start: int) -> tuple[list[str], int]:
    """Cells of a line with quotes and how many further lines belong to it. A quote without an end is a letter."""
    for more in range(MOST_CONTINUED):
        if start + more >= len(lines):
            break
        if (cells := _cells("\n".join(lines[start : start + more + 1]))) is not None:
            return cells, more
    return lines[start].split(";"), 0


def _cells(line: str) -> list[str] | None:
    """Splits at semicolons outside quotes; nothing if a quoted cell is still open at the end."""
    cells: list[str] = []
    rest: str | None = line
    while rest is not None:
        if rest.startswith('"'):
            if (found := _until_quote(rest)) is None:
                return None
            cell, rest = found
        else:
            cell, more, rest = rest.partition(";")
            rest = rest if more else None
        cells.append(cell)
    return cells


def _until_quote(rest: str) -> tuple[str, str | None] | None:
    at = 1
    while (at := rest.find('"', at)) >= 0:
        if rest[at + 1 : at + 2] == '"':
            at += 2
            continue
        after, more, following = rest[at + 1 :].partition(";")
        return rest[1:at].replace('""', '"') + after, following if more else None
    return None
