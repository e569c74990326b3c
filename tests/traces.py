"""Search everything the platform keeps for traces of one person: every table, sealed or not, and every file beside it."""

import base64
import io
import json
import pickle
import re
import unicodedata
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
from django.core import signing
from django.db import connection

from stadtkern.kernel.cases.models import search_text
from stadtkern.kernel.documents.models import Content, UploadContent
from stadtkern.kernel.privacy import keys
from stadtkern.kernel.registers.actions import records_of
from stadtkern.kernel.registers.models import Proof


@dataclass(frozen=True)
class Trace:
    """One personal value at one place."""

    place: str  # "cases_case", "file"
    row: Mapping[str, Any]
    kind: str  # which value

    def __str__(self) -> str:
        return f"{self.kind} in {self.place} {self.row.get('id') or self.row.get('name') or self.row}"


def find(values: Mapping[str, str], *folders: Path) -> list[Trace]:
    """Every place where one of the values stands, in whatever spelling."""
    wanted = {kind: spellings(value) for kind, value in values.items()}
    return [
        Trace(place, row, kind)
        for place, row, text in [*_rows(), *_files(folders)]
        for kind, forms in wanted.items()
        if any(form in text for form in forms)
    ]


def spellings(value: str) -> set[str]:
    """As typed, without accents, as the search index folds it, as JSON escapes it; all folded."""
    plain = fold(value)
    found = {plain, _unaccented(plain), search_text(value), fold(json.dumps(value)[1:-1])}
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        year, month, day = value.split("-")
        found |= {f"{day}.{month}.{year}", f"'{day}':* '{month}'"}
    if re.fullmatch(r"[A-Z]{2}\d{20}", value):
        found.add(fold(" ".join(value[i : i + 4] for i in range(0, 22, 4))))
    return {form for form in found if len(form) > 3}


def fold(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _unaccented(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _rows() -> Iterator[tuple[str, dict[str, Any], str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        tables = cursor.fetchall()
        for schema, table in tables:
            cursor.execute(f'SELECT t::text, t.* FROM "{schema}"."{table}" t')
            names = [column.name for column in cursor.description][1:]
            for whole, *cells in cursor.fetchall():
                row = dict(zip(names, cells, strict=True))
                text = fold(f"{whole} {' '.join(_inside(table, row))}")
                yield table, row, f"{text} {_unaccented(text)}"


def _inside(table: str, row: dict[str, Any]) -> Iterator[str]:
    """What the text of a row hides: bytes raw and opened, sessions, pickles of the cache."""
    for value in row.values():
        if isinstance(value, bytes | memoryview):
            yield from _texts(bytes(value))
    if table == "documents_content":
        yield from _opened(Content.objects.get(pk=row["document_id"]))
    if table == "documents_uploadcontent":
        yield from _opened(UploadContent.objects.get(pk=row["upload_id"]))
    if table == "registers_proof":
        yield str(records_of(Proof.objects.get(pk=row["id"])))
    if table == "django_session":
        yield str(signing.loads(row["session_data"], salt="django.contrib.sessions.SessionStore", max_age=None))
    if table == "accounts_attempts":
        yield str(pickle.loads(base64.b64decode(row["value"])))  # our own test database


def _opened(content: Any) -> Iterator[str]:
    try:
        yield from _texts(content.data)
    except keys.KeyShredded:
        return


def _texts(data: bytes) -> Iterator[str]:
    yield data.decode("utf-8", "ignore")
    yield data.decode("latin-1")
    yield data.decode("utf-16-be", "ignore")
    if data.startswith(b"%PDF"):
        yield pdf_text(data)
    try:
        yield zlib.decompress(data).decode("utf-8", "ignore")
    except zlib.error:
        return


def pdf_text(data: bytes) -> str:
    """Everything a PDF says: its text as a reader shows it, its properties, its streams."""
    import subprocess

    shown = subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True).stdout.decode("utf-8", "ignore")
    with pikepdf.open(io.BytesIO(data)) as pdf:
        streams = [bytes(o.read_bytes()).decode("latin-1") for o in pdf.objects if isinstance(o, pikepdf.Stream) and _plain(o)]
        return " ".join([shown, " ".join(shown.split()), str(dict(pdf.docinfo)), *streams])


def _plain(stream: pikepdf.Stream) -> bool:
    return str(stream.get("/Filter", "")) in ("", "/FlateDecode")


def _files(folders: tuple[Path, ...]) -> Iterator[tuple[str, dict[str, Any], str]]:
    import email
    from email.policy import default

    for folder in folders:
        for file in folder.rglob("*"):
            if not file.is_file():
                continue
            data = file.read_bytes()
            text = " ".join(_texts(data))
            if file.suffix in (".eml", ".log"):
                mail = email.message_from_bytes(data, policy=default)
                text += " ".join(str(value) for value in mail.values())
                text += " ".join(str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text")
            yield "file", {"name": str(file)}, fold(f"{file.name} {text} {_unaccented(text)}")
