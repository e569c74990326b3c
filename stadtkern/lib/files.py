"""Files that are seen whole or not at all."""

import os
from pathlib import Path


def put(target: Path, data: bytes) -> None:
    """Write the file; whoever reads meanwhile, or after a crash, finds the old one or the new one. Raises OSError."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}.new")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with fresh.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)
    except OSError:
        if os.access(target.parent, os.W_OK):
            fresh.unlink(missing_ok=True)
        raise
