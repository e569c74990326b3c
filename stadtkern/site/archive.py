"""Archives of the database: what pg_dump says, encrypted piece by piece with a key of its own that the city's key wraps."""

import base64
import json
import os
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection
from django.utils import timezone

from stadtkern.kernel.privacy.models import Key
from stadtkern.kernel.privacy.sealing import kek
from stadtkern.lib.postgres import find_bin

PIECE = 1 << 20
KEYS = Key._meta.db_table
PASSING = "calls_signal"  # network addresses of a call that is just going on: no archive keeps them
DATA = ["--format=custom", f"--exclude-table-data={KEYS}", f"--exclude-table-data={PASSING}"]
ONLY_KEYS = ["--format=custom", "--data-only", f"--table={KEYS}"]


class BrokenArchive(RuntimeError):
    """Cut off, changed, or encrypted with a key that is not here; the message is for the operator."""


def dump(target: Path, options: list[str]) -> int:
    """Write one archive, whole or not at all, readable by its owner alone; returns its size."""
    fresh = target.with_name(f".{target.name}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with (
        os.fdopen(descriptor, "wb") as out,
        subprocess.Popen([program("pg_dump"), *options], stdout=subprocess.PIPE, env=place()) as pg,
    ):
        assert pg.stdout is not None
        _encrypt(pg.stdout, out)
        if pg.wait():
            raise BrokenArchive(f"pg_dump ended with {pg.returncode}")
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(target)
    return target.stat().st_size


def load(source: Path, *options: str) -> None:
    """Feed one archive to pg_restore; `check` it before anything is emptied."""
    command = [program("pg_restore"), "--no-owner", "--exit-on-error", *options, f"--dbname={connection.settings_dict['NAME']}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=place()) as pg:
        assert pg.stdin is not None
        for piece in pieces(source):
            pg.stdin.write(piece)
        pg.stdin.close()
        if pg.wait():
            raise BrokenArchive(f"pg_restore ended with {pg.returncode}")


def check(source: Path) -> None:
    """Raises BrokenArchive unless the whole archive is genuine and the city key for it is here."""
    for _piece in pieces(source):
        pass


def pieces(source: Path) -> Iterator[bytes]:
    """The plain dump, piece by piece; every piece is checked, and so is that none is missing at the end."""
    with source.open("rb") as file:
        try:
            head = json.loads(file.readline())
            raw = kek.unwrap(head["kek"], base64.b64decode(head["key"]), b"archive")
        except (ValueError, KeyError, TypeError) as error:
            raise BrokenArchive(f"{source} is no archive of this platform") from error
        except kek.NoMasterKey as error:
            raise BrokenArchive(f"{source}: {error}") from error
        number, last = 0, False
        while size := int.from_bytes(file.read(4), "big"):
            if last:
                raise BrokenArchive(f"{source} goes on behind its end")
            sealed = file.read(size)
            last = not file.peek(1)
            try:
                yield AESGCM(raw).decrypt(number.to_bytes(12, "big"), sealed, b"last" if last else b"more")
            except InvalidTag:
                raise BrokenArchive(f"{source} was changed or cut off in piece {number}") from None
            number += 1
        if not last:
            raise BrokenArchive(f"{source} is cut off")


def _encrypt(plain: IO[bytes], out: IO[bytes]) -> None:
    raw = secrets.token_bytes(kek.BYTES)
    name, wrapped = kek.wrap(raw, b"archive")
    sealed_key = base64.b64encode(wrapped).decode()
    head: dict[str, Any] = {"stadtkern": 1, "at": timezone.now().isoformat(), "kek": name, "key": sealed_key}
    out.write(json.dumps(head).encode() + b"\n")
    number, piece = 0, plain.read(PIECE)
    while piece or number == 0:
        more = plain.read(PIECE)
        sealed = AESGCM(raw).encrypt(number.to_bytes(12, "big"), piece, b"more" if more else b"last")
        out.write(len(sealed).to_bytes(4, "big") + sealed)
        number, piece = number + 1, more


def program(name: str) -> str:
    """PostgreSQL's own program, of the embedded server or the installed one."""
    return str(find_bin() / name)


def place() -> dict[str, str]:
    """Where the database is, for PostgreSQL's own programs; the password is not seen in the list of processes."""
    told = connection.settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    return {**os.environ, **{name: str(told[key]) for name, key in names.items() if told[key]}}
