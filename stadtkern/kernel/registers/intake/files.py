"""CSV and JSON lines as rows of text, however the file was written; one row in memory at a time."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

DELIMITERS = ";,\t"
LONGEST = 1_000_000  # characters of one line


class Unreadable(Exception):
    """The file as a whole cannot be read; the sentence is for the operator."""


@dataclass(frozen=True)
class Raw:
    """One row as written: values by column, or what is wrong with it."""

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    problem: str = ""


def rows(path: Path, encoding: str = "") -> Iterator[Raw]:
    """Rows of a .csv or .jsonl file. Raises Unreadable, at the latest at the line where it happens."""
    try:
        with path.open("rb") as file:
            text = _text(file, encoding)
            yield from _json_lines(text) if path.suffix in (".jsonl", ".ndjson", ".json") else _csv(text)
    except OSError as away:
        raise Unreadable(f"{path.name} lässt sich nicht öffnen: {away.strerror}.") from away


def _text(file: BinaryIO, encoding: str) -> io.TextIOWrapper:
    """UTF-8 with or without a byte order mark, unless told otherwise; bytes that do not fit are noticed row by row."""
    start = file.read(4)
    file.seek(0)
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = encoding or "utf-16"
    try:
        return io.TextIOWrapper(file, encoding or "utf-8-sig", errors="surrogateescape", newline="")
    except LookupError as unknown:
        raise Unreadable(f"Die Zeichenkodierung „{encoding}“ gibt es nicht.") from unknown


def _csv(text: io.TextIOWrapper) -> Iterator[Raw]:
    head = _head(text)
    if not head.strip():
        raise Unreadable("Die Datei ist leer.")
    delimiter = max(DELIMITERS, key=head.count)
    csv.field_size_limit(LONGEST)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    names = [name.strip() for name in next(csv.reader([head], delimiter=delimiter))]
    if len({name for name in names if name}) != len(names):
        raise Unreadable("Zeile 1: Jede Spalte braucht einen eigenen Namen.")
    try:
        for cells in reader:
            line = reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(names):
                yield Raw(line, problem=f"{len(cells)} Werte statt {len(names)}.")
                continue
            yield _checked(Raw(line, dict(zip(names, cells, strict=True))))
    except (csv.Error, UnicodeError) as broken:
        raise Unreadable(f"Zeile {reader.line_num + 1}: Das ist keine lesbare CSV-Datei ({broken}).") from broken


def _head(text: io.TextIOWrapper) -> str:
    try:
        head = text.readline(LONGEST)
    except UnicodeError as broken:
        raise Unreadable(f"Die Datei ist nicht in der Zeichenkodierung {text.encoding} geschrieben.") from broken
    if _strange(head):
        raise Unreadable("Zeile 1 ist nicht in UTF-8 geschrieben. Versuchen Sie --encoding cp1252.")
    return head


def _json_lines(text: io.TextIOWrapper) -> Iterator[Raw]:
    for number, line in enumerate(iter(lambda: text.readline(LONGEST), ""), 1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            yield Raw(number, problem="Das ist kein JSON.")
            continue
        if not isinstance(told, dict):
            yield Raw(number, problem="Das ist kein JSON-Objekt.")
            continue
        yield _checked(Raw(number, told))


def _checked(row: Raw) -> Raw:
    if any(isinstance(value, str) and _strange(value) for value in row.values.values()):
        return Raw(row.line, problem="Nicht in UTF-8 geschrieben. Versuchen Sie --encoding cp1252.")
    if any(isinstance(value, str) and "\x00" in value for value in row.values.values()):
        return Raw(row.line, problem="Enthält ein Zeichen, das kein Text ist (NUL).")
    return row


def _strange(text: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in text)
