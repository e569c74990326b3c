"""Envelope encryption with one key per person and matter: `seal`, `open_`, and nothing opens after `shred`.

Sealed bytes describe themselves: `SK` version, id of the key, nonce, AES-256-GCM. What is authenticated besides is the place
the bytes belong to ("document:17"), so that nobody can move them to another row.
"""

import secrets
import time
import uuid
from collections.abc import Collection, Iterable
from threading import Lock

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .models import Key
from .sealing import actions, kek

HEAD = b"SK\x01"
NONCE = 12
SECONDS = 30.0  # how long an opened key stays in this process: at most so long does a shredded one still work elsewhere
MOST = 2000

_opened: dict[uuid.UUID, tuple[float, bytes]] = {}
_lock = Lock()


class CannotOpen(RuntimeError):
    """Not sealed by us, moved from another place, or changed."""


class KeyShredded(CannotOpen):
    """The key was destroyed on purpose; what was sealed with it is gone."""


class KeyMissing(CannotOpen):
    """The key is not in this database: restore the archive of keys."""


def seal(owner: str, data: bytes, *, about: str = "", place: str = "") -> bytes:
    """Encrypt for `owner` ("account:17"; without an account "case:17").

    `about` is the matter that decides how long it is kept ("case:17"): it has a key of its own. `place` is the row the
    bytes belong to; the same must be said when opening. Belongs into the transaction that stores the result.
    """
    key_id, raw = actions.key_for(owner, about)
    head, nonce = HEAD + key_id.bytes, secrets.token_bytes(NONCE)
    return head + nonce + AESGCM(raw).encrypt(nonce, data, head + place.encode())


def open_(sealed: bytes, *, place: str = "") -> bytes:
    """The data again. Raises KeyShredded, KeyMissing, CannotOpen."""
    key_id = key_id_of(sealed)
    return _open(sealed, _keys([key_id])[key_id], place)


def open_many(parts: Iterable[tuple[bytes, str]]) -> list[bytes | None]:
    """(sealed, place) of a whole page with one query; None where the key was shredded."""
    pairs = list(parts)
    found = _keys({key_id_of(sealed) for sealed, _ in pairs}, strict=False)
    return [_open(sealed, raw, place) if (raw := found.get(key_id_of(sealed))) else None for sealed, place in pairs]


def is_sealed(data: bytes) -> bool:
    """Whether these bytes look like ours."""
    return data[: len(HEAD)] == HEAD and len(data) > len(HEAD) + 16 + NONCE


def key_id_of(sealed: bytes) -> uuid.UUID:
    """Which key opens these bytes. Raises CannotOpen."""
    if not is_sealed(sealed):
        raise CannotOpen("These bytes were not sealed by this platform")
    return uuid.UUID(bytes=sealed[len(HEAD) : len(HEAD) + 16])


def forget(ids: Collection[uuid.UUID] | None = None) -> None:
    """Drop opened keys from this process."""
    with _lock:
        for key_id in list(_opened) if ids is None else ids:
            _opened.pop(key_id, None)


def _open(sealed: bytes, raw: bytes, place: str) -> bytes:
    at = len(HEAD) + 16
    try:
        return AESGCM(raw).decrypt(sealed[at : at + NONCE], sealed[at + NONCE :], sealed[:at] + place.encode())
    except InvalidTag:
        raise CannotOpen("These bytes were changed, or belong to another place") from None


def _keys(ids: Collection[uuid.UUID], *, strict: bool = True) -> dict[uuid.UUID, bytes]:
    now = time.monotonic()
    with _lock:
        found = {key_id: raw for key_id in ids if (kept := _opened.get(key_id)) and kept[0] > now and (raw := kept[1])}
    if wanted := [key_id for key_id in ids if key_id not in found]:
        for row in Key.objects.filter(pk__in=wanted):
            if row.shredded_at is None:
                found[row.pk] = kek.unwrap(row.kek, bytes(row.wrapped), row.pk.bytes)
            elif strict:
                raise KeyShredded(f"{row} was destroyed")
        _keep({key_id: found[key_id] for key_id in wanted if key_id in found}, now)
    if strict and (missing := [key_id for key_id in ids if key_id not in found]):
        raise KeyMissing(f"key:{missing[0]} is not in this database")
    return found


def _keep(fresh: dict[uuid.UUID, bytes], now: float) -> None:
    with _lock:
        if len(_opened) + len(fresh) > MOST:
            _opened.clear()
        _opened.update({key_id: (now + SECONDS, raw) for key_id, raw in fresh.items()})
