"""The files of a feed, from a zip or a folder, as rows: read in a stream, counted while unpacked, never trusted."""

import codecs
import csv
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import IO

from .findings import FeedRefused, Findings, Limits
from .formats import recognise

CHUNK = 1 << 20
BATCH = 1 << 15
LATITUDES = ("stop_lat", "shape_pt_lat")
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError)


class Archive:
    """The files of one feed by lower-case name, wherever they lie. Use as a context; raises FeedRefused."""

    def __init__(self, path: Path, limits: Limits, findings: Findings) -> None:
        self.limits, self.findings, self.read_bytes = limits, findings, 0
        self._zip: zipfile.ZipFile | None = None
        self._files: dict[str, Path | zipfile.ZipInfo] = {}
        if path.is_dir():
            names: list[tuple[str, Path | zipfile.ZipInfo]] = [
                (str(file.relative_to(path)), file) for file in sorted(path.rglob("*")) if file.is_file()
            ]
        else:
            names = self._open(path)
        self._choose(names, path)

    def _open(self, path: Path) -> list[tuple[str, Path | zipfile.ZipInfo]]:
        try:
            if path.stat().st_size > self.limits.archive_bytes:
                raise self.findings.refuse("too_large", path.name, bytes=path.stat().st_size)
            self._zip = zipfile.ZipFile(path)
            return [(info.filename, info) for info in self._zip.infolist()[:10_000] if not info.is_dir()]
        except BROKEN as problem:
            self._other(path)
            code = "truncated" if zip_like(path) else "not_a_feed"
            raise self.findings.refuse(code, path.name, problem=type(problem).__name__) from problem

    def _other(self, path: Path) -> None:
        """Raises FeedRefused when this is a file of another standard."""
        if format := recognise(path):
            raise self.findings.refuse("other_format", "", format=format)

    def _choose(self, names: list[tuple[str, Path | zipfile.ZipInfo]], path: Path) -> None:
        """The folder that has the stop times; of two, the one nearest to the root."""
        folders: dict[str, dict[str, Path | zipfile.ZipInfo]] = {}
        for name, where in names:
            folder, _, file = name.replace("\\", "/").rpartition("/")
            if "__MACOSX" in folder or file.startswith("."):
                continue
            found = folders.setdefault(folder, {})
            if file.lower() in found:
                self.findings.add("double_file", file.lower())
            else:
                found[file.lower()] = where
        wanted = sorted(folders, key=lambda folder: ("stop_times.txt" not in folders[folder], folder.count("/"), folder))
        if not wanted or not {"stop_times.txt", "stops.txt", "trips.txt"} & set(folders[wanted[0]]):
            self._other(path)
            raise self.findings.refuse("not_a_feed", files=", ".join(name for name, _ in names[:5]))
        self._files = folders[wanted[0]]
        if wanted[0]:
            self.findings.add("subfolder", "", 0, folder=wanted[0])

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *args: object) -> None:
        if self._zip:
            self._zip.close()

    def __contains__(self, name: str) -> bool:
        return name in self._files

    def _stream(self, name: str) -> IO[bytes]:
        where = self._files[name]
        if isinstance(where, Path):
            return where.open("rb")
        assert self._zip
        if where.flag_bits & 1 or where.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise self.findings.refuse("encrypted", name)
        return self._zip.open(where)

    def _chunks(self, name: str) -> Iterator[str]:
        """Text of a file in pieces; bytes are counted against the limits, whatever the directory claims."""
        done, decoder = 0, None
        most = self.limits.file_bytes if name in ("stop_times.txt", "shapes.txt") else self.limits.text_bytes
        try:
            with self._stream(name) as stream:
                while chunk := stream.read(CHUNK):
                    done += len(chunk)
                    self.read_bytes += len(chunk)
                    if done > most or self.read_bytes > self.limits.total_bytes:
                        raise self.findings.refuse("too_large", name, bytes=done)
                    if decoder is None:
                        wide = chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
                        decoder = codecs.getincrementaldecoder("utf-16" if wide else "utf-8-sig")("replace")
                        if wide:
                            self.findings.add("encoding", name)
                    text = decoder.decode(chunk)
                    if "\ufffd" in text:
                        self.findings.add("encoding", name)
                    yield text.replace("\0", "")
        except BROKEN as problem:
            raise self.findings.refuse("truncated", name, problem=type(problem).__name__) from problem

    def _lines(self, name: str) -> Iterator[str]:
        """Lines with their end; a line longer than the limit ends the file."""
        rest, number = "", 0
        for chunk in self._chunks(name):
            text = rest + chunk.replace("\r\n", "\n")
            if text.endswith("\r"):  # its \n may be in the next piece
                text, rest = text[:-1], "\r"
            else:
                rest = ""
            lines = text.replace("\r", "\n").split("\n")
            rest = lines.pop() + rest
            for line in lines:
                number += 1
                if len(line) > self.limits.line_characters:
                    raise csv.Error(f"line {number}")
                yield line + "\n"
            if len(rest) > self.limits.line_characters:
                raise csv.Error(f"line {number + 1}")
        if rest.strip():
            yield rest

    def batches(self, name: str, columns: tuple[str, ...], needed: tuple[str, ...], limit: int) -> Iterator["Batch"]:
        """Columns of a file (blank where the file has none), some thousand rows at a time.

        Raises FeedRefused when there are more than `limit` rows; a file that breaks off or lacks a column of `needed`
        ends with a finding, and it is the reader's part to see that nothing came.
        """
        if name not in self._files:
            return
        rows, reader = 0, None
        try:
            lines = self._lines(name)
            head, separator = self._head(name, lines)
            missing = [column for column in needed if column not in head]
            if missing:
                if head != [""]:
                    self.findings.add("column_missing", name, 1, column=missing[0])
                return
            reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
            places = [head.index(column) if column in head else -1 for column in columns]
            while many := list(islice(reader, BATCH)):
                first = reader.line_num - len(many) + 2
                many = self._straight(name, many, head, first)
                rows += len(many)
                if rows > limit:
                    raise self.findings.refuse("too_many_rows", name, rows, limit=limit)
                if many:
                    yield Batch(list(zip(*many, strict=True)), places, len(many), first)
        except csv.Error as problem:
            self.findings.add("broken_rows", name, (reader.line_num if reader else 0) + 1, problem=problem)

    def _head(self, name: str, lines: Iterator[str]) -> tuple[list[str], str]:
        line = next(lines, "").lstrip("\ufeff")
        separator = ","
        if "," not in line:
            separator = next((sign for sign in ";\t|" if sign in line), ",")
            if separator != ",":
                self.findings.add("separator", name, 1, separator=separator)
        head = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [""])
        return [column.strip().strip("\ufeff").lower() for column in head], separator

    def _straight(self, name: str, rows: list[list[str]], head: list[str], first: int) -> list[list[str]]:
        """Rows of the same length; blank lines go, and so does what stands beyond the last column."""
        width, pairs = len(head), enumerate(pairwise(head))
        place = next((at for at, (one, other) in pairs if one in LATITUDES and other.endswith("lon")), -1)
        if all(len(row) == width for row in rows):
            return rows
        out = []
        for at, row in enumerate(rows):
            if not row or (len(row) == 1 and not row[0].strip()):
                continue
            if len(row) > width and place >= 0 and (mended := untorn(row, place, width)):
                self.findings.add("decimal_comma", name, first + at, value=",".join(row[place : place + 2]))
                row = mended
            if len(row) != width:
                self.findings.add("row_length", name, first + at, columns=len(row), expected=width)
                row = row[:width] + [""] * (width - len(row))
            out.append(row)
        return out

    def rows(self, name: str, columns: tuple[str, ...], needed: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
        """Line and stripped values of each row, for the small files."""
        for batch in self.batches(name, columns, needed, self.limits.rows):
            for at, row in enumerate(zip(*(batch.column(place) for place in range(len(columns))), strict=True)):
                yield batch.line + at, [value.strip() for value in row]


class Batch:
    """Some rows by column."""

    __slots__ = ("_columns", "_places", "line", "size")

    def __init__(self, columns: list[tuple[str, ...]], places: list[int], size: int, line: int) -> None:
        self._columns, self._places, self.size, self.line = columns, places, size, line

    def has(self, at: int) -> bool:
        return self._places[at] >= 0

    def column(self, at: int) -> tuple[str, ...]:
        place = self._places[at]
        return self._columns[place] if place >= 0 else ("",) * self.size


def untorn(row: list[str], at: int, width: int) -> list[str]:
    """Coordinates whose decimal commas made four columns of two are put together; where the row is torn in another way, a whole
    number of degrees is no place. [] = nothing is torn."""
    four = [text.strip() for text in row[at : at + 4]]
    bare = [text.removeprefix("-") for text in four]
    if len(row) == width + 2 and all(text.isascii() and text.isdigit() for text in [bare[0], four[1], bare[2], four[3]]):
        return [*row[:at], f"{four[0]}.{four[1]}", f"{four[2]}.{four[3]}", *row[at + 4 :]]
    return [*row[:at], "", "", *row[at + 2 :]] if bare[0].isdigit() else []


def zip_like(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(2) == b"PK"
    except OSError:
        return False


__all__ = ["Archive", "Batch", "FeedRefused"]
