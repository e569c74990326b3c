"""The files of a feed, from a zip or a folder, as rows: read in a stream, counted while unpacked, never trusted."""

import csv
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice, pairwise
from pathlib import Path
from typing import IO

from .findings import FeedRefused, Findings, Limits
from .formats import recognise
from .records import Decoder, Lines, closed

CHUNK = 1 << 20
BATCH, STEP = 1 << 15, 512  # rows kept together, and turned into columns at once
CHARACTERS = 16 << 20  # of a batch, so that long rows take no more memory than short ones
SOME = 100_000  # lines beyond twice the rows: nothing but blank ones
MOST_FILES = 200_000
LATITUDES = ("stop_lat", "shape_pt_lat")
Where = Path | zipfile.ZipInfo
Names = list[tuple[str, Where]]
Files = dict[str, Where]
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError)


class Archive:
    """The files of one feed by lower-case name, wherever they lie. Use as a context; raises FeedRefused."""

    def __init__(self, path: Path, limits: Limits, findings: Findings) -> None:
        self.limits, self.findings, self.read_bytes = limits, findings, 0
        self._zip: zipfile.ZipFile | None = None
        self._held = ExitStack()
        self._files: Files = {}
        if path.is_dir():
            found = islice(path.rglob("*"), MOST_FILES)
            names: Names = [(str(file.relative_to(path)), file) for file in sorted(found) if file.is_file()]
        else:
            names = self._open(path)
        if not self._choose(names):
            inner = [(name, where) for name, where in names if name.lower().endswith(".zip") and "__MACOSX" not in name]
            if len(inner) > 1:
                raise self.findings.refuse("several_zips", "", files=", ".join(name for name, _ in inner[:5]))
            if not inner or not self._choose(self._unpack(*inner[0])):
                self._other(path)
                raise self.findings.refuse("not_a_feed", files=", ".join(name for name, _ in names[:5]))

    def _open(self, path: Path) -> Names:
        try:
            if not path.exists():
                raise self.findings.refuse("no_file", path.name)
            if path.stat().st_size > self.limits.archive_bytes:
                raise self.findings.refuse("too_large", path.name, bytes=path.stat().st_size)
            self._zip = self._held.enter_context(zipfile.ZipFile(path))
            return listed(self._zip)
        except BROKEN as problem:
            self._other(path)
            code = "truncated" if zip_like(path) else "not_a_feed"
            raise self.findings.refuse(code, path.name, problem=type(problem).__name__) from problem

    def _unpack(self, name: str, where: Where) -> Names:
        """The zip that lies in the archive or folder."""
        self.findings.add("zip_in_zip", name)
        place = Path(self._held.enter_context(tempfile.TemporaryDirectory())) / "inner.zip"
        try:
            with self._stream(name, where) as stream, place.open("wb") as packed:
                while chunk := stream.read(CHUNK):
                    packed.write(chunk)
                    if packed.tell() > self.limits.archive_bytes:
                        raise self.findings.refuse("too_large", name, bytes=packed.tell())
            self._zip = self._held.enter_context(zipfile.ZipFile(place))
            return listed(self._zip)
        except BROKEN as problem:
            raise self.findings.refuse("truncated", name, problem=type(problem).__name__) from problem

    def _other(self, path: Path) -> None:
        """Raises FeedRefused when this is a file of another standard."""
        if format := recognise(path):
            raise self.findings.refuse("other_format", "", format=format)

    def _choose(self, names: Names) -> bool:
        """Takes the folder that has the stop times; of two, the one nearest to the root. Whether there is one."""
        folders: dict[str, Files] = {}
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
            return False
        self._files = folders[wanted[0]]
        if wanted[0]:
            self.findings.add("subfolder", "", 0, folder=wanted[0])
        others = [folder for folder in wanted[1:] if "stop_times.txt" in folders[folder]]
        self.findings.add("several_feeds", "", 0, len(others), taken=wanted[0], left=", ".join(others[:3]))
        return True

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *args: object) -> None:
        self._held.close()

    def __contains__(self, name: str) -> bool:
        return name in self._files

    def _stream(self, name: str, where: Where) -> IO[bytes]:
        if isinstance(where, Path):
            return where.open("rb")
        assert self._zip
        if where.flag_bits & 1 or where.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise self.findings.refuse("encrypted", name)
        return self._zip.open(where)

    def _chunks(self, name: str) -> Iterator[str]:
        """Text of a file in pieces; bytes are counted against the limits, whatever the directory claims."""
        done, decode = 0, Decoder(name, self.findings)
        most = self.limits.file_bytes if name in ("stop_times.txt", "shapes.txt") else self.limits.text_bytes
        try:
            with self._held.enter_context(self._stream(name, self._files[name])) as stream:  # closed even where nobody reads on
                while chunk := stream.read(CHUNK):
                    done += len(chunk)
                    self.read_bytes += len(chunk)
                    if done > most or self.read_bytes > self.limits.total_bytes:
                        raise self.findings.refuse("too_large", name, bytes=done)
                    yield decode(chunk)
        except BROKEN as problem:
            raise self.findings.refuse("truncated", name, problem=type(problem).__name__) from problem

    def batches(self, name: str, columns: tuple[str, ...], needed: tuple[str, ...], limit: int) -> Iterator["Batch"]:
        """Columns of a file (blank where the file has none), some thousand rows at a time.

        Raises FeedRefused when there are more than `limit` rows; a file that breaks off or lacks a column of `needed`
        ends with a finding, and it is the reader's part to see that nothing came.
        """
        if name not in self._files:
            return
        lines = Lines(self._chunks(name), self.limits.line_characters)
        rows = 0
        try:
            head, separator = self._head(name, lines)
            missing = [column for column in needed if column not in head]
            if missing:
                if head != [""]:
                    self.findings.add("column_missing", name, 1, column=missing[0])
                return
            whole = closed(lines, separator, len(head), name, self.findings)
            reader = csv.reader(whole, delimiter=separator, skipinitialspace=True)
            places = [head.index(column) if column in head else -1 for column in columns]
            while (batch := self._batch(name, lines, reader, head, places)) is not None:
                rows += batch.size
                if rows > limit or lines.number > 2 * limit + SOME:
                    raise self.findings.refuse("too_many_rows", name, rows, limit=limit)
                if batch.size:
                    yield batch
        except csv.Error as problem:
            self.findings.add("broken_rows", name, lines.number, problem=problem)

    def _batch(
        self, name: str, lines: Lines, reader: Iterator[list[str]], head: list[str], places: list[int]
    ) -> "Batch | None":
        """The next rows, of which only the wanted columns are kept; None at the end."""
        first, until = lines.number + 1, lines.characters + CHARACTERS
        kept: dict[int, list[str]] = {place: [] for place in places}
        size = seen = 0
        while size < BATCH and seen < 4 * BATCH and lines.characters < until and (some := list(islice(reader, STEP))):
            at, seen = first + seen, seen + len(some)
            some = self._straight(name, some, head, at)
            size += len(some)
            turned = list(zip(*some, strict=True))
            for place, column in kept.items():
                if place >= 0 and some:
                    column.extend(turned[place])
        return Batch([tuple(kept[place]) for place in places], places, size, first) if seen else None

    def _head(self, name: str, lines: Lines) -> tuple[list[str], str]:
        line = next((line for line in lines if line.strip(" ,;\t|\ufeff\n")), "").lstrip("\ufeff")
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
        if all(len(row) == width for row in rows):
            return rows
        place = next((at for at, (one, other) in pairs if one in LATITUDES and other.endswith("lon")), -1)
        out = []
        for at, row in enumerate(rows):
            if not any(map(str.strip, row)):
                continue
            while len(row) > width and not row[-1].strip():
                row.pop()
            if len(row) > width and place >= 0 and (mended := untorn(row, place, width)):
                self.findings.add("decimal_comma", name, first + at, value=",".join(row[place : place + 2]))
                row = mended
            if len(row) != width:
                self.findings.add("row_length", name, first + at, columns=len(row), expected=width)
            out.append(row[:width] + [""] * (width - len(row)))
        return out

    def rows(self, name: str, columns: tuple[str, ...], needed: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
        """Line and stripped values of each row, for the small files."""
        for batch in self.batches(name, columns, needed, self.limits.rows):
            for at, row in enumerate(zip(*(batch.column(place) for place in range(len(columns))), strict=True)):
                values = [value.strip() for value in row]
                if any(values):
                    yield batch.line + at, values


class Batch:
    """Some rows by column."""

    __slots__ = ("_columns", "_places", "line", "size")

    def __init__(self, columns: list[tuple[str, ...]], places: list[int], size: int, line: int) -> None:
        self._columns, self._places, self.size, self.line = columns, places, size, line

    def has(self, at: int) -> bool:
        return self._places[at] >= 0

    def column(self, at: int) -> tuple[str, ...]:
        return self._columns[at] if self._places[at] >= 0 else ("",) * self.size


def untorn(row: list[str], at: int, width: int) -> list[str]:
    """Coordinates whose decimal commas made four columns of two are put together; where the row is torn in another way, a whole
    number of degrees is no place. [] = nothing is torn."""
    four = [text.strip() for text in row[at : at + 4]]
    bare = [text.removeprefix("-") for text in four]
    if len(row) == width + 2 and all(text.isascii() and text.isdigit() for text in [bare[0], four[1], bare[2], four[3]]):
        return [*row[:at], f"{four[0]}.{four[1]}", f"{four[2]}.{four[3]}", *row[at + 4 :]]
    return [*row[:at], "", "", *row[at + 2 :]] if bare[0].isdigit() else []


def listed(archive: zipfile.ZipFile) -> Names:
    return [(info.filename, info) for info in archive.infolist()[:MOST_FILES] if not info.is_dir()]


def zip_like(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(2) == b"PK"
    except OSError:
        return False


__all__ = ["Archive", "Batch", "FeedRefused"]
