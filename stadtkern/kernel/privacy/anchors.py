"""Anchors: the end of the chain, signed once a day, in the database and in a file outside it.

Whoever may change everything in the database still cannot change the file, nor sign: that is what finds a chain written anew.
"""

import base64
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings


class Seal(Protocol):
    """The city's seal, from a room above (site/wiring.py)."""

    def sign(self, data: bytes) -> tuple[bytes, bytes]:
        """Signature and the certificate (DER) it can be checked with."""

    def check(self, data: bytes, signature: bytes, certificate: bytes) -> str:
        """What is wrong with the signature or its certificate, in words; "" when it is ours."""


SEAL: list[Seal] = []  # filled once at start


@dataclass(frozen=True)
class Line:
    """One anchor as it stands in the file."""

    seq: int
    hash: str
    at: str
    previous: str
    remark: str
    signature: str
    certificate: str

    @property
    def signed(self) -> bytes:
        return canonical(self.seq, self.hash, self.at, self.previous, self.remark)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.signed + self.signature.encode()).hexdigest()

    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)


def canonical(seq: int, digest: str, at: str, previous: str, remark: str) -> bytes:
    """What is signed."""
    return json.dumps(["stadtkern.access-log.anchor", 1, seq, digest, at, previous, remark], ensure_ascii=False).encode()


def folder() -> Path:
    """STADTKERN_ANCHORS (best on another machine), otherwise beside the data."""
    return Path(os.environ.get("STADTKERN_ANCHORS") or settings.HOME / "anchors")


def lines() -> Iterator[Line]:
    """Every line of every file, oldest first; a line that cannot be read raises ValueError with its place."""
    for file in sorted(folder().glob("*.jsonl")):
        for number, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if text.strip():
                try:
                    yield Line(**json.loads(text))
                except (ValueError, TypeError):
                    raise ValueError(f"{file.name}:{number}") from None


def append(line: Line) -> Path:
    """One more line, on the disk before anybody relies on it."""
    file = folder() / f"{line.at[:4]}.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    values: dict[str, Any] = dict(line.__dict__)
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps(values, ensure_ascii=False) + "\n")
        out.flush()
        os.fsync(out.fileno())
    return file


def signed(seq: int, digest: str, at: str, previous: str, remark: str) -> Line:
    signature, certificate = SEAL[0].sign(canonical(seq, digest, at, previous, remark))
    return Line(seq, digest, at, previous, remark, base64.b64encode(signature).decode(), base64.b64encode(certificate).decode())


def wrong_with(line: Line) -> str:
    """ "" for a line signed with the city's seal."""
    try:
        signature, certificate = base64.b64decode(line.signature), base64.b64decode(line.certificate)
    except ValueError:
        return "nicht lesbar"
    return SEAL[0].check(line.signed, signature, certificate)
