"""The city's rules for plates: `cities/<city>/plates.toml`, read again when the file changes."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from stadtkern.lib.plate_choice import Rules

FILE = "plates.toml"


@dataclass(frozen=True)
class Table:
    """Rules, and how long something is kept for somebody."""

    rules: Rules
    hold_minutes: int
    reserve_days: int
    most_holds: int


def table() -> Table | None:
    """None where the city gives out no plates."""
    file = settings.CITY_FOLDER / FILE
    return _read(file, file.stat().st_mtime_ns) if file.is_file() else None


@lru_cache(maxsize=4)
def _read(file: Path, changed: int) -> Table:
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    out = {name: frozenset(str(one) for one in raw.get(name, ())) for name in ("letters_out", "numbers_out", "words_out")}
    rules = Rules(tuple(str(code) for code in raw["codes"]), **out)
    return Table(rules, int(raw.get("hold_minutes", 30)), int(raw.get("reserve_days", 90)), int(raw.get("most_holds", 2)))
