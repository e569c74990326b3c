"""The city's key for packages to other cities: Ed25519, files in HOME/keys/exchange, the newest signs."""

import re
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from stadtkern.lib.files import PRIVATE, alone, put


def signing() -> Ed25519PrivateKey:
    """The key of this city; made the first time it is needed. Back the folder up: others know the city by it."""
    if not _files():
        with alone(_folder()) as folder:
            if not _files():  # two workers at once make one key
                pem = Ed25519PrivateKey.generate().private_bytes(
                    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
                )
                put(folder / "0001.pem", pem, mode=PRIVATE)
    newest = _files()[-1]
    return _read(str(newest), newest.stat().st_mtime_ns)


def _folder() -> Path:
    return Path(settings.HOME) / "keys" / "exchange"


def _files() -> list[Path]:
    return sorted(file for file in _folder().glob("*.pem") if re.fullmatch(r"\d{4}", file.stem))


@lru_cache(maxsize=8)
def _read(file: str, _stamp: int) -> Ed25519PrivateKey:
    key = serialization.load_pem_private_key(Path(file).read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{file} must hold an Ed25519 key")
    return key
