"""The city's parking zones: `cities/<city>/parking.toml`, read again when the file changes."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

FILE = "parking.toml"


@dataclass(frozen=True)
class Zone:
    """One zone: its letter on the signs, its name."""

    key: str
    title: str


def zones() -> Mapping[str, Zone]:
    """Zones by key; none where the city has none."""
    file = settings.CITY_FOLDER / FILE
    return _read(file, file.stat().st_mtime_ns) if file.is_file() else {}


@lru_cache(maxsize=4)
def _read(file: Path, changed: int) -> Mapping[str, Zone]:
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    return {key: Zone(key, str(table.get("title", key))) for key, table in raw.get("zones", {}).items()}
