"""Signed codes on papers, checked without any network: compact JWS (ES256), a few short claims, keys with ids that rotate."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from django.conf import settings

from stadtkern.lib.files import PRIVATE, alone, put

SIZE = 32  # bytes of a P-256 coordinate
LONGEST = 2000
HASH = ec.ECDSA(hashes.SHA256())
Key = ec.EllipticCurvePrivateKey


class NotGenuine(ValueError):
    """No code of ours: other key, other algorithm, changed, or no code at all."""


def sign(claims: Mapping[str, Any]) -> str:
    """A code with the newest key."""
    number, key = _newest()
    head = _pack({"alg": "ES256", "kid": number})
    body = _pack(claims)
    r, s = decode_dss_signature(key.sign(f"{head}.{body}".encode(), HASH))
    return f"{head}.{body}.{_text(r.to_bytes(SIZE, 'big') + s.to_bytes(SIZE, 'big'))}"


def read(token: str) -> dict[str, Any]:
    """What a code says, once its signature holds with one of our keys; NotGenuine otherwise."""
    try:
        head, body, signature = token[: LONGEST + 1].encode("ascii").split(b".")
        told, raw = json.loads(_bytes(head)), _bytes(signature)
        key = _all().get(str(told["kid"])) if set(told) == {"alg", "kid"} and told["alg"] == "ES256" else None
        if key is None or len(raw) != 2 * SIZE or len(token) > LONGEST:
            raise NotGenuine
        r, s = int.from_bytes(raw[:SIZE], "big"), int.from_bytes(raw[SIZE:], "big")
        key.public_key().verify(encode_dss_signature(r, s), head + b"." + body, HASH)
        claims = json.loads(_bytes(body))
    except (ValueError, KeyError, TypeError, RecursionError, InvalidSignature) as wrong:
        raise NotGenuine from wrong
    if not isinstance(claims, dict):
        raise NotGenuine
    return claims


def public_keys() -> list[dict[str, str]]:
    """All keys that codes out there may bear, as JWK (RFC 7517), newest first."""
    found = []
    for number, key in reversed(list(_all().items())):
        numbers = key.public_key().public_numbers()
        x, y = (_text(value.to_bytes(SIZE, "big")) for value in (numbers.x, numbers.y))
        found.append({"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": number, "x": x, "y": y})
    return found


def rotate() -> str:
    """A new key signs from now on; what the older ones signed still checks. Returns its id."""
    with alone(_folder()) as folder:
        return _make(folder)


def _newest() -> tuple[str, Key]:
    if not _all():
        with alone(_folder()) as folder:
            if not _all():  # two workers starting at once make one key
                _make(folder)
    return list(_all().items())[-1]


_known: dict[tuple[tuple[str, int], ...], dict[str, Key]] = {}


def _all() -> dict[str, Key]:
    """Id -> key, oldest first; read again when a file came or went."""
    files = sorted(file for file in _folder().glob("*.pem") if re.fullmatch(r"\d{4}", file.stem))
    stamp = tuple((str(file), file.stat().st_mtime_ns) for file in files)
    if stamp not in _known:
        _known.clear()
        _known[stamp] = {file.stem: _load(file) for file in files}
    return _known[stamp]


def _load(file: Path) -> Key:
    key = serialization.load_pem_private_key(file.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise ValueError(f"{file} must hold a P-256 key")
    return key


def _folder() -> Path:
    folder = settings.HOME / "keys" / "codes"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _make(folder: Path) -> str:
    number = f"{max([0, *(int(file.stem) for file in folder.glob('[0-9]*.pem'))]) + 1:04}"
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    put(folder / f"{number}.pem", pem, mode=PRIVATE)
    return number


def _pack(table: Mapping[str, Any]) -> str:
    return _text(json.dumps(dict(table), separators=(",", ":"), ensure_ascii=False).encode())


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: bytes) -> bytes:
    return urlsafe_b64decode(text + b"=" * (-len(text) % 4))
