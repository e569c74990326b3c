"""Where signals stand and what is known of them: `mobility/signals.geojson` in the folder of the city (docs/traffic.md)."""

import json
import logging
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

log = logging.getLogger(__name__)
CYCLE, GREEN = 90.0, 30.0  # seconds, where the file says nothing
MOST = 5000


@dataclass(frozen=True)
class Signal:
    """A signal as a bus meets it: `green` of its direction in a `cycle`; `priority`: it waits for buses already."""

    key: str
    title: str
    lat: float
    long: float
    cycle: float
    green: float
    priority: bool
    known: bool  # cycle and green are the city's, not assumed

    @property
    def waiting(self) -> float:
        """Mean wait for green of who comes at any moment: red² / (2 · cycle), the uniform part of Webster's delay."""
        red = max(0.0, self.cycle - self.green)
        return red * red / (2 * self.cycle)


def signals() -> tuple[Signal, ...]:
    """Empty where the city has no such file."""
    file = Path(settings.CITY_FOLDER) / "mobility" / "signals.geojson"
    return _read(file, file.stat().st_mtime_ns) if file.is_file() else ()


@lru_cache(maxsize=2)
def _read(file: Path, changed: int) -> tuple[Signal, ...]:
    try:
        features = json.loads(file.read_text(encoding="utf-8"))["features"][:MOST]
        return tuple(_signal(one) for one in features)
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        log.exception("signals of %s cannot be read", file)
        return ()


def _signal(feature: dict[str, Any]) -> Signal:
    told, (long, lat) = feature["properties"], feature["geometry"]["coordinates"][:2]
    cycle, green = float(told.get("cycle") or CYCLE), float(told.get("green") or GREEN)
    key = str(told["key"])
    return Signal(
        key, str(told.get("title") or key), float(lat), float(long), max(20.0, cycle), min(max(0.0, green), cycle),
        bool(told.get("priority")), bool(told.get("cycle") and told.get("green")),
    )  # fmt: skip
