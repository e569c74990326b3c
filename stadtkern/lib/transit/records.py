"""Bytes of a table to rows of text, whatever its encoding, quotes and line ends are; bounded in memory for any bytes.

Rules (GTFS reference, File Requirements): UTF-8, with or without a byte order mark; quoted as in RFC 4180; no line breaks in
values. What breaks them is read where its meaning is plain, and said.
"""

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator

from .findings import Findings

MOST_JOINED = 50  # lines a quoted text may have
BLANKS = "\n" * 64
WIDE = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
ESCAPED = re.compile("[\udc80-\udcff]")  # bytes that are no UTF-8
WESTERN = {0xDC00 + byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(128, 256)}


class Decoder:
    """Text of a file's bytes, piece by piece. What is not UTF-8 is read as Windows-1252, byte for byte: ids stay different."""

    def __init__(self, name: str, findings: Findings) -> None:
        self.name, self.findings = name, findings
        self._decoder: codecs.IncrementalDecoder | None = None

    def __call__(self, chunk: bytes) -> str:
        if self._decoder is None:
            wide = encoding_of(chunk)
            self._decoder = codecs.getincrementaldecoder(wide or "utf-8-sig")("replace" if wide else "surrogateescape")
            self.findings.add("encoding", self.name, 0, int(bool(wide)), encoding=wide)
        text = self._decoder.decode(chunk)
        if not text.isascii():
            if ESCAPED.search(text):
                self.findings.add("encoding", self.name, encoding="Windows-1252")
                text = text.translate(WESTERN)
            self.findings.add("lost_letters", self.name, 0, text.count("\ufffd"))
        return text.replace("\0", "")


def encoding_of(start: bytes) -> str:
    """The wide encoding a file begins with; "" for UTF-8 and what is like it."""
    found = next((name for mark, name in WIDE.items() if start.startswith(mark)), "")
    if not found and len(start) > 3 and (start[0] == 0) != (start[1] == 0):  # a letter and a zero, without a mark
        return "utf-16-be" if start[0] == 0 else "utf-16-le"
    return found


class Lines:
    """Lines with their end, whatever ends them; `number` and `characters` tell how far it is. Raises csv.Error for a line that
    is longer than `most`."""

    def __init__(self, chunks: Iterable[str], most: int) -> None:
        self.number = self.characters = 0
        self.most = most
        self._lines = self._split(chunks)

    def __iter__(self) -> Iterator[str]:
        return self._lines

    def __next__(self) -> str:
        return next(self._lines)

    def _split(self, chunks: Iterable[str]) -> Iterator[str]:
        rest = ""
        for chunk in chunks:
            text = rest + chunk.replace("\r\n", "\n")
            if text.endswith("\r"):  # its \n may be in the next piece
                text, rest = text[:-1], "\r"
            else:
                rest = ""
            text = text.replace("\r", "\n")
            if BLANKS in text:
                text = re.sub("\n{64,}", "\n\n", text)
            lines = text.split("\n")
            rest = lines.pop() + rest
            for line in lines:
                yield self._counted(line + "\n")
            if len(rest) > self.most:
                raise csv.Error(f"line {self.number + 1}")
        if rest.strip():
            yield self._counted(rest)

    def _counted(self, line: str) -> str:
        self.number += 1
        self.characters += len(line)
        if len(line) > self.most + 1:
            raise csv.Error(f"line {self.number}")
        return line


def closed(lines: Lines, separator: str, width: int, name: str, findings: Findings) -> Iterator[str]:
    """Lines in which every quote that was opened is closed: a text over several lines becomes one line where the row is whole
    then; a quote that nobody closes is taken for a letter, so that it costs its own row at most and not all that follow."""
    waiting: deque[str] = deque()
    while line := waiting.popleft() if waiting else next(lines, ""):
        if '"' not in line or line.count('"') % 2 == 0:
            yield line
            continue
        parts = [line]
        while len(parts) < MOST_JOINED and sum(map(len, parts)) < lines.most:
            if not (more := waiting.popleft() if waiting else next(lines, "")):
                break
            parts.append(more)
            if more.count('"') % 2:
                break
        whole = " ".join(part.rstrip("\n") for part in parts) + "\n"
        if len(parts) > 1 and parts[-1].count('"') % 2 and columns(whole, separator, strict=True) == width:
            yield whole
            continue
        waiting.extendleft(reversed(parts[1:]))
        if columns(line, separator) == width:
            yield line
        else:
            findings.add("broken_quotes", name, lines.number - len(waiting))
            yield line.replace('"', "")


def columns(line: str, separator: str, strict: bool = False) -> int:
    """How many columns a line has; 0 where a quote in it stays open."""
    try:
        row = next(csv.reader([line], delimiter=separator, skipinitialspace=True, strict=strict), [])
    except csv.Error:
        return 0
    return 0 if row and row[-1].endswith("\n") else len(row)
