"""Whose signature a ticket bears: the issuer's keys, files like the city's other sealing keys. The newest signs.

`HOME/keys/tickets/0001.pem` …, or the folder STADTKERN_TICKET_KEYS. Made by themselves outside of production; a new one with
`manage.py ticket_keys rotate`. Older ones stay as long as tickets they signed are about. Of a revoked key only the public half
stays (`0001.revoked`), so that its number is never given again.
"""

import base64
import hashlib
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from stadtkern.lib.files import PRIVATE, alone, put
from stadtkern.lib.uic.barcode import public_bytes

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the curve P-256


class NoKeys(RuntimeError):
    """There is no key to sign with; the message is for the operator."""


@dataclass(frozen=True)
class Issuer:
    """One key pair and its number in the barcode."""

    number: int
    private: ec.EllipticCurvePrivateKey

    @property
    def point(self) -> bytes:
        """The public half, as phones of inspectors import it."""
        return public_bytes(self.private.public_key())

    def of_copy(self, reference: str) -> ec.EllipticCurvePrivateKey:
        """The moving key of a copy that our server shows: derived, so that none has to be kept. Gone with the issuer's key."""
        secret = self.private.private_numbers().private_value.to_bytes(32, "big")
        stretched = HKDF(hashes.SHA256(), 48, b"stadtkern ticket copy", reference.encode()).derive(secret)
        return ec.derive_private_key(int.from_bytes(stretched, "big") % (ORDER - 1) + 1, ec.SECP256R1())


def folder() -> Path:
    """Where the keys lie."""
    return Path(os.environ.get("STADTKERN_TICKET_KEYS") or settings.HOME / "keys" / "tickets")


def ring() -> tuple[Issuer, ...]:
    """All keys, the newest first. Raises NoKeys."""
    files = _files()
    if not files and not settings.PRODUCTION:
        rotate()
        files = _files()
    if not files:
        raise NoKeys("No key for tickets: run manage.py ticket_keys rotate")
    return _read(files)


def signing() -> Issuer:
    """The key that signs today."""
    return ring()[0]


def rotate() -> int:
    """A new key signs from now on; returns its number."""
    place = folder()
    before = len(_files())
    with alone(place):
        files = _files()
        if not before and files:  # two workers starting at once make one key
            return int(files[0][0].stem)
        number = max([int(file.stem) for file, _changed in files] + revoked(), default=0) + 1
        pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        put(place / f"{number:04}.pem", pem, mode=PRIVATE)
        return number


def revoke(number: int) -> int:
    """A key that others may know: nothing it signed is accepted any more. Returns the number of the key that signs now.

    ValueError for a number that is none.
    """
    lost = next((one for one in ring() if one.number == number), None)
    if lost is None:
        raise ValueError(f"there is no key {number}")
    if len(ring()) == 1 or signing().number == number:
        rotate()
    public = lost.private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    with alone(folder()):
        put(folder() / f"{number:04}.revoked", public, mode=PRIVATE)
        (folder() / f"{number:04}.pem").unlink(missing_ok=True)
    return signing().number


def revoked() -> list[int]:
    """Numbers of keys that were revoked."""
    return sorted(int(file.stem) for file in folder().glob("*.revoked") if re.fullmatch(r"\d{4}", file.stem))


def public_list(issuer: str) -> dict[str, Any]:
    """What partners need to check tickets of this city: keys that hold, and those that do no more. Nothing secret."""
    return {
        "issuer": issuer, "algorithm": "ECDSA P-256 SHA-256", "revoked": revoked(),
        "keys": [
            {
                "number": one.number,
                "fingerprint": hashlib.sha256(one.point).hexdigest(),
                "publicKey": base64.b64encode(one.private.public_key().public_bytes(
                    serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
                )).decode(),
            }
            for one in ring()
        ],
    }  # fmt: skip


def _files() -> tuple[tuple[Path, int], ...]:
    found = sorted((file for file in folder().glob("*.pem") if re.fullmatch(r"\d{4}", file.stem)), reverse=True)
    return tuple((file, file.stat().st_mtime_ns) for file in found)


@lru_cache(maxsize=4)
def _read(files: tuple[tuple[Path, int], ...]) -> tuple[Issuer, ...]:
    return tuple(Issuer(int(file.stem), _key(file)) for file, _changed in files)


def _key(file: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), None)
    except (OSError, ValueError, TypeError) as problem:
        raise NoKeys(f"{file} cannot be used as a key for tickets: {problem}") from problem
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise NoKeys(f"{file} must hold a P-256 key")
    return key
