"""The city's key (KEK) that wraps the keys of people; it lies outside the database: STADTKERN_KEK or HOME/keys/kek."""

import base64
import binascii
import hashlib
import os
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from stadtkern.lib.files import PRIVATE, alone, put

BYTES = 32
NONCE = 12


class NoMasterKey(RuntimeError):
    """The city's key is missing or unreadable; the message is for the operator."""


def place() -> Path:
    """The file with the city's keys, one per line in base64, the newest first; readable by its owner alone."""
    return Path(settings.HOME) / "keys" / "kek"


def names() -> list[str]:
    """What the known keys are called, the one in use first."""
    return list(_known())


def wrap(raw: bytes, bound_to: bytes) -> tuple[str, bytes]:
    """Encrypt one person's key with the city's newest; returns the name of that and the wrapped key."""
    name, kek = next(iter(_known().items()))
    nonce = secrets.token_bytes(NONCE)
    return name, nonce + AESGCM(kek).encrypt(nonce, raw, bound_to)


def unwrap(name: str, wrapped: bytes, bound_to: bytes) -> bytes:
    """Raises NoMasterKey where the city's key of that name is not here any more, or the row was tampered with."""
    if (kek := _known().get(name)) is None:
        raise NoMasterKey(f"The city's key {name} is not here; put it back behind the newest one (docs/operate.md)")
    try:
        return AESGCM(kek).decrypt(wrapped[:NONCE], wrapped[NONCE:], bound_to)
    except InvalidTag:
        raise NoMasterKey(f"A key wrapped with {name} was changed or belongs to another row") from None


def add_new() -> str:
    """A fresh key in front of the others in the file; returns its name. With STADTKERN_KEK the operator does that."""
    if os.environ.get("STADTKERN_KEK"):
        raise NoMasterKey("STADTKERN_KEK is set: put the new key in front of the old one there, separated by a comma")
    with alone(place().parent, "kek.lock"):
        _write([_fresh(), *_lines()])
    return names()[0]


def forget(name: str) -> None:
    """Take an old key out of the file: what was wrapped with it and lies in old archives is dead from now on."""
    if name == names()[0]:
        raise NoMasterKey("The key in use cannot be forgotten")
    with alone(place().parent, "kek.lock"):
        _write([line for line in _lines() if _name(_decode(line)) != name])


def _known() -> dict[str, bytes]:
    if given := os.environ.get("STADTKERN_KEK"):
        return _parse(given.replace(",", "\n"))
    file = place()
    if not file.exists():
        if settings.PRODUCTION:
            raise NoMasterKey(f"Neither STADTKERN_KEK nor {file} exists; make one with manage.py rotate_kek --first")
        make_first()
    return _parse(_text(file, file.stat().st_mtime_ns))


def make_first() -> None:
    """The first key of this installation; an existing one is left alone."""
    with alone(place().parent, "kek.lock"):
        if not place().exists():
            _write([_fresh()])


@lru_cache(maxsize=4)
def _text(file: Path, _changed: int) -> str:
    return file.read_text()


@lru_cache(maxsize=4)
def _parse(text: str) -> dict[str, bytes]:
    keys = [_decode(line) for line in text.split()]
    if not keys:
        raise NoMasterKey("The city's key is empty")
    return {_name(key): key for key in keys}


def _decode(line: str) -> bytes:
    try:
        key = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != BYTES:
        raise NoMasterKey("The city's key must be 32 random bytes in base64")
    return key


def _name(key: bytes) -> str:
    return hashlib.sha256(b"stadtkern kek" + key).hexdigest()[:16]


def _fresh() -> str:
    return base64.b64encode(secrets.token_bytes(BYTES)).decode()


def _lines() -> list[str]:
    return place().read_text().split() if place().exists() else []


def _write(lines: list[str]) -> None:
    put(place(), ("\n".join(lines) + "\n").encode(), mode=PRIVATE)
