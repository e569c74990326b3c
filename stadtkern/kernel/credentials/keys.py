"""Whose signature it is: the city's keys for proofs. The newest signs; older ones stay published while a proof needs them.

Files `HOME/keys/credentials/*.pem` (made by themselves outside of production), or the folder STADTKERN_CREDENTIAL_KEYS, with
STADTKERN_CREDENTIAL_PASSWORD where they are encrypted. `manage.py credential_keys rotate` adds one.
"""

import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from stadtkern.lib.files import PRIVATE, put
from stadtkern.lib.sdjwt import new_key, public, thumbprint


class NoKeys(RuntimeError):
    """There is no key to sign with; the message is for the operator."""


@dataclass(frozen=True)
class Key:
    """One key pair; `kid` is its thumbprint, `since` the day it came into use."""

    kid: str
    since: datetime
    private: ECKey
    file: Path

    @property
    def jwk(self) -> dict[str, Any]:
        return {**public(self.private), "kid": self.kid, "alg": "ES256", "use": "sig"}


def folder() -> Path:
    """Where the keys lie."""
    return Path(os.environ.get("STADTKERN_CREDENTIAL_KEYS") or settings.HOME / "keys" / "credentials")


def ring() -> tuple[Key, ...]:
    """Every key, the newest first. Raises NoKeys."""
    files = _files()
    if not files and not settings.PRODUCTION:
        rotate()
        files = _files()
    if not files:
        raise NoKeys("No key for proofs: run manage.py credential_keys rotate")
    return _read(files)


def signing() -> Key:
    """The key that signs today."""
    return ring()[0]


def by_kid(kid: str) -> Key | None:
    return next((key for key in ring() if key.kid == kid), None)


def rotate() -> Key:
    """Add a new key; from now on it signs. What the old ones signed stays valid."""
    place = folder()
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    private = new_key()
    kid, now = thumbprint(public(private)), datetime.now(UTC)
    file = place / f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}.pem"
    put(file, private.as_pem(private=True, password=_password() or None), mode=PRIVATE)
    return Key(kid, now, private, file)


def _files() -> tuple[tuple[Path, int], ...]:
    found = sorted(folder().glob("*.pem"), reverse=True)
    return tuple((file, file.stat().st_mtime_ns) for file in found)


@lru_cache(maxsize=4)
def _read(files: tuple[tuple[Path, int], ...]) -> tuple[Key, ...]:
    return tuple(_key(file) for file, _ in files)


def _key(file: Path) -> Key:
    try:
        private = ECKey.import_key(file.read_bytes(), password=_password() or None)
        since = datetime.strptime(file.name.split("-")[0], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
        if private.curve_name != "P-256" or not private.is_private:
            raise ValueError("not a private key on P-256")
    except (OSError, ValueError, TypeError, JoseError) as problem:
        raise NoKeys(f"{file} cannot be used as a key for proofs: {problem}") from problem
    return Key(thumbprint(public(private)), since, private, file)


def _password() -> str:
    return os.environ.get("STADTKERN_CREDENTIAL_PASSWORD", "")
