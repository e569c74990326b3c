"""Signed parcels between cities: one way to write a JSON value down, Ed25519 over exactly those bytes, names for keys.

A parcel is `{"format", "package", "key", "signature"}`; what is signed is a label, then the package written by `canonical`.
Everything that comes from strangers is read strictly (lib/sdjwt/strict.py), and nothing in it is believed before `opened`.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .sdjwt.refused import Refused
from .sdjwt.strict import decoded, encoded, read_object

FORMAT = "stadtkern-paket/1"
LABEL = b"stadtkern-paket/1\n"  # what this key signs can be taken for nothing else
MOST_BYTES = 8_000_000


class NotAParcel(ValueError):
    """No parcel at all: not JSON, parts missing, another format."""


class NotGenuine(ValueError):
    """The signature does not hold: changed on the way, or signed by another key."""


def canonical(value: Any) -> bytes:
    """The only way this value is written: sorted names, no blanks, UTF-8, no floats (they differ between languages)."""
    _sound(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def _sound(value: Any) -> None:
    if isinstance(value, float):
        raise ValueError("no floats in a package")
    for one in value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ():
        _sound(one)


def sealed(package: Mapping[str, Any], key: Ed25519PrivateKey) -> bytes:
    """The parcel as a file; the same package and key give the same bytes."""
    signature = key.sign(LABEL + canonical(package))
    told = {"format": FORMAT, "key": public_text(key), "package": dict(package), "signature": encoded(signature)}
    return canonical(told) + b"\n"


def opened(data: bytes) -> tuple[dict[str, Any], str]:
    """The package and the key that signed it. Raises NotAParcel, NotGenuine. Whose key that is, is another question."""
    try:
        told = read_object(data, MOST_BYTES)
    except Refused as refused:
        raise NotAParcel(str(refused)) from None
    if set(told) != {"format", "key", "package", "signature"} or told["format"] != FORMAT:
        raise NotAParcel("another format")
    package, key, signature = told["package"], told["key"], told["signature"]
    if not isinstance(package, dict) or not isinstance(key, str) or not isinstance(signature, str):
        raise NotAParcel("parts of other kinds")
    try:
        signed = LABEL + canonical(package)
        loaded(key).verify(decoded(signature), signed)
    except (ValueError, Refused, InvalidSignature):
        raise NotGenuine from None
    return package, key


def loaded(text: str) -> Ed25519PublicKey:
    """The key behind its text. Raises ValueError."""
    try:
        raw = decoded(text)
    except Refused:
        raise ValueError("no key") from None
    return Ed25519PublicKey.from_public_bytes(raw)


def public_text(key: Ed25519PrivateKey) -> str:
    """The half that may be shown, as text."""
    return encoded(key.public_key().public_bytes_raw())


def fingerprint(text: str) -> str:
    """What two people read to each other: eight groups of four letters, 128 bits of the SHA-256 of the key."""
    letters = hashlib.sha256(decoded(text)).hexdigest()[:32]
    return " ".join(letters[place : place + 4] for place in range(0, 32, 4))


def digest(package: Mapping[str, Any]) -> str:
    """SHA-256 of the package as it is signed."""
    return hashlib.sha256(canonical(package)).hexdigest()
