"""Keys that sign ID tokens: files in HOME/keys/openid, the newest active one signs, older ones stay readable for a while."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from allauth.idp.oidc.models import PrivateKey
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

from stadtkern.lib.files import PRIVATE, alone, put

BITS = 3072  # BSI TR-02102-1
AHEAD = timedelta(hours=1)  # apps keep our list of keys for an hour: a new key is shown before it signs
KEPT = timedelta(days=90)  # after a younger key took over
FORMAT = "%Y%m%dT%H%M%S%fZ"


def folder() -> Path:
    place: Path = settings.HOME / "keys" / "openid"
    return place


def listed() -> list[PrivateKey]:
    """All keys that may sign or be checked, oldest first; the first one is made when there is none."""
    files = _files()
    if not files:
        _make(only_first=True)
        files = _files()
    made = [datetime.strptime(file.stem, FORMAT).replace(tzinfo=UTC) for file in files]
    found = []
    for number, (file, moment) in enumerate(zip(files, made, strict=True)):
        starts = moment if number == 0 else moment + AHEAD
        ends = made[number + 1] + AHEAD + KEPT if number + 1 < len(made) else None
        found.append(PrivateKey(pem=_read(str(file), file.stat().st_mtime_ns), issued_at=moment, not_before=starts,
                                 expires_at=ends))  # fmt: skip
    return found


def rotate() -> Path:
    """Make a new key; it signs after an hour (the very first one at once)."""
    return _make()


def _make(*, only_first: bool = False) -> Path:
    with alone(folder()):
        if only_first and (present := _files()):
            return present[0]  # another process was quicker
        pem = rsa.generate_private_key(65537, BITS).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file = folder() / f"{datetime.now(UTC).strftime(FORMAT)}.pem"
        put(file, pem, mode=PRIVATE)
        return file


def _files() -> list[Path]:
    return sorted(folder().glob("*Z.pem")) if folder().is_dir() else []


@lru_cache(maxsize=32)
def _read(file: str, _changed: int) -> str:
    return Path(file).read_text(encoding="ascii")
