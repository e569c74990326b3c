"""The journal of erasures outside the database: numbers only, appended before anything goes, replayed after a restore."""

import fcntl
import json
import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone


def place() -> Path:
    """STADTKERN_JOURNAL, else HOME/erasures.jsonl; it belongs on another disk than the database, and into every backup."""
    return Path(os.environ.get("STADTKERN_JOURNAL") or Path(settings.HOME) / "erasures.jsonl")


def write(kind: str, **numbers: Any) -> None:
    """One line, on the disk when this returns. Raises OSError: then nothing may be erased."""
    file = place()
    file.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"at": timezone.now().isoformat(timespec="seconds"), "kind": kind, **numbers}) + "\n"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a") as out:
        fcntl.flock(out, fcntl.LOCK_EX)
        out.write(line)
        out.flush()
        os.fsync(out.fileno())


def lines(more: Collection[Path] = ()) -> Iterator[dict[str, Any]]:
    """Everything ever erased, oldest first, also from copies kept elsewhere; a line cut off by a crash is left out."""
    seen = set()
    for file in [place(), *more]:
        for line in file.read_text().splitlines() if file.exists() else []:
            if line not in seen:
                seen.add(line)
                try:
                    yield json.loads(line)
                except ValueError:
                    continue
