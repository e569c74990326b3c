"""Files that are seen whole or not at all, and folders where one works at a time."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

PRIVATE = 0o600


def put(target: Path, data: bytes, *, mode: int | None = None) -> None:
    """Write the file; whoever reads meanwhile, or after a crash, finds the old one or the new one. Raises OSError.

    With PRIVATE others cannot read it, not even for a moment.
    """
    fresh = target.with_name(f".{target.name}.{os.getpid()}.new")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666 if mode is None else PRIVATE)
        with os.fdopen(descriptor, "wb") as file:
            if mode is not None:
                os.fchmod(descriptor, mode)
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        fresh.replace(target)
    except OSError:
        if os.access(target.parent, os.W_OK):
            fresh.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def alone(folder: Path, name: str = "lock") -> Iterator[Path]:
    """Nobody else is in here meanwhile: two workers starting at once make one key. The folder is made, for its owner only."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / name).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
