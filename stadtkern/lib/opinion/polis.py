"""Conversations in the form Polis exports them: comments.csv, votes.csv, participants.csv; plain or gzip-compressed."""

import csv
import gzip
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from .votes import Vote

MOST_BYTES = 200_000_000  # unpacked, per file
VOTE_COLUMNS = ("timestamp", "comment-id", "voter-id", "vote")
COMMENT_COLUMNS = ("timestamp", "comment-id", "author-id", "agrees", "disagrees", "moderated", "comment-body")


class NotAnExport(ValueError):
    """The folder or file is none that Polis would write; says what is missing."""


@dataclass(frozen=True)
class Statement:
    """A row of comments.csv."""

    number: int
    text: str
    author: int | None = None
    moderated: int = 0  # 1 accepted, 0 not looked at, -1 taken out
    agrees: int = 0
    disagrees: int = 0
    at: int = 0


@dataclass(frozen=True)
class Conversation:
    """A whole export; `groups` are those that Polis published, where it did."""

    statements: list[Statement]
    votes: list[Vote]
    groups: dict[int, int]

    @property
    def moderated_out(self) -> list[int]:
        return [statement.number for statement in self.statements if statement.moderated < 0]


def read(folder: Path) -> Conversation:
    """Everything of a folder; raises NotAnExport."""
    statements = list(statements_of(rows_of(_file(folder, "comments.csv"), ("comment-id", "comment-body"))))
    votes = list(votes_of(rows_of(_file(folder, "votes.csv"), ("comment-id", "voter-id", "vote"))))
    people = _find(folder, "participants.csv") or _find(folder, "participants-votes.csv")
    groups: dict[int, int] = {}
    if people:
        for row in rows_of(people, ("participant", "group-id")):
            person, group = _number(row["participant"]), _number(row["group-id"])
            if person is not None and group is not None:
                groups[person] = group
    return Conversation(statements, votes, groups)


def statements_of(rows: Iterable[dict[str, str]]) -> Iterator[Statement]:
    """Rows of comments.csv; one without a number or without words is left out."""
    for row in rows:
        number, text = _number(row["comment-id"]), row["comment-body"].replace("\x00", "").strip()
        if number is None or not text:
            continue
        yield Statement(
            number,
            text,
            _number(row.get("author-id", "")),
            _number(row.get("moderated", "")) or 0,
            _number(row.get("agrees", "")) or 0,
            _number(row.get("disagrees", "")) or 0,
            _number(row.get("timestamp", "")) or 0,
        )


def votes_of(rows: Iterable[dict[str, str]]) -> Iterator[Vote]:
    """Rows of votes.csv; a value that is no number becomes one that is no vote, so that it is counted as refused."""
    for row in rows:
        person, statement, value = _number(row["voter-id"]), _number(row["comment-id"]), _number(row["vote"])
        if person is None or statement is None:
            person, statement, value = -1, -1, 9
        yield Vote(person, statement, 9 if value is None else value, _number(row.get("timestamp", "")) or 0)


def rows_of(source: Path | bytes, needed: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """The rows of a CSV file as dictionaries of text; raises NotAnExport when a column is missing."""
    with _text(source) as text:
        reader = csv.DictReader(text, restval="")
        try:
            missing = [name for name in needed if name not in (reader.fieldnames or [])]
            if missing:
                raise NotAnExport(f"no column {', '.join(missing)}")
            for row in reader:
                yield {key: value for key, value in row.items() if isinstance(key, str) and isinstance(value, str)}
        except (csv.Error, EOFError, OSError) as error:
            raise NotAnExport(str(error)) from error


def _text(source: Path | bytes) -> TextIO:
    data = source if isinstance(source, bytes) else source.read_bytes()
    if data[:2] == b"\x1f\x8b":
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
                data = packed.read(MOST_BYTES + 1)
        except (EOFError, OSError) as error:
            raise NotAnExport(str(error)) from error
    if len(data) > MOST_BYTES:
        raise NotAnExport("too large")
    return io.StringIO(data.decode("utf-8-sig", "replace").replace("\x00", ""), newline="")


def _find(folder: Path, name: str) -> Path | None:
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def _file(folder: Path, name: str) -> Path:
    found = _find(folder, name)
    if found is None:
        raise NotAnExport(f"no {name}")
    return found


def _number(text: str) -> int | None:
    """The text 3 or 3.0 is 3; anything else, and what no database holds, is None."""
    try:
        value = float(text)
        return int(value) if value == int(value) and abs(value) < 2**62 else None
    except (ValueError, OverflowError):
        return None
