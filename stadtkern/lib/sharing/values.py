"""Values of a feed as they really come: numbers as text, 0/1 for yes and no, texts in several languages."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .system import Finding

MOST_BYTES = 64 * 1024 * 1024
MOST_ITEMS = 200_000
DEEPEST = 60


class Notes:
    """Findings while reading: one line for each kind of mistake, with the first place and how often."""

    def __init__(self) -> None:
        self.many: Counter[tuple[str, str]] = Counter()
        self.first: dict[tuple[str, str], tuple[str, str]] = {}

    def add(self, code: str, feed: str, place: object = "", value: object = "") -> None:
        self.many[code, feed] += 1
        self.first.setdefault((code, feed), (clean(place)[:100], clean(value)[:100]))

    def all(self) -> tuple[Finding, ...]:
        return tuple(Finding(code, feed, self.first[code, feed][0], many, self.first[code, feed][1])
                     for (code, feed), many in self.many.items())  # fmt: skip


def clean(value: object) -> str:
    """A text that can be stored and shown: no half characters, no NUL."""
    text = value if isinstance(value, str) else "" if value is None else str(value)
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "").strip()


def table(document: object, feed: str, notes: Notes) -> dict[str, Any]:
    """The whole document; {} where it cannot be read."""
    if isinstance(document, Mapping):
        return dict(document)
    if not isinstance(document, bytes | str) or len(document) > MOST_BYTES:
        notes.add("unreadable", feed)
        return {}
    try:
        found = json.loads(document.lstrip(b"\xef\xbb\xbf") if isinstance(document, bytes) else document)
    except (ValueError, RecursionError):
        notes.add("unreadable", feed)
        return {}
    if not isinstance(found, dict):
        notes.add("unreadable", feed)
        return {}
    return found


def rows(value: object, feed: str, notes: Notes) -> list[Mapping[str, Any]]:
    """Of a list the entries that are objects."""
    if value is None:
        return []
    if not isinstance(value, list):
        notes.add("no_list", feed)
        return []
    if len(value) > MOST_ITEMS:
        notes.add("too_many", feed, value=len(value))
    some = [one for one in value[:MOST_ITEMS] if isinstance(one, Mapping)]
    if len(some) < min(len(value), MOST_ITEMS):
        notes.add("no_object", feed)
    return some


def number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def count(value: object, feed: str, place: str, notes: Notes) -> int | None:
    """How many; None where the feed does not know, which some say by -1."""
    found = number(value)
    if found is None:
        if value is not None:
            notes.add("no_number", feed, place, value)
        return None
    if found < 0 or found > 1_000_000:
        notes.add("unknown_count" if found == -1 else "bad_count", feed, place, found)
        return None
    return int(found)


def yes(value: object, usual: bool) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return bool(value)
    if isinstance(value, str):
        return value.strip().lower() in {"true", "1", "yes"}
    return usual


def text(value: object, language: str = "de") -> str:
    """A text, or of several languages the wished one, else the first."""
    if isinstance(value, list):
        told = {clean(one.get("language"))[:2]: clean(one.get("text")) for one in value if isinstance(one, Mapping)}
        return told.get(language) or told.get("en") or next(iter(told.values()), "")
    return clean(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def identity(value: object) -> str:
    """An id; some feeds write numbers."""
    return clean(value)[:200] if isinstance(value, str | int) and not isinstance(value, bool) else ""


def point(row: Mapping[str, Any]) -> tuple[float, float] | None:
    lat, long = number(row.get("lat")), number(row.get("lon"))
    if lat is None or long is None or abs(lat) > 90 or abs(long) > 180 or (lat == 0 and long == 0):
        return None
    return lat, long


def moment(value: object) -> float | None:
    """Seconds since 1970, from a number or from RFC 3339."""
    found = number(value)
    if found is not None:
        return found / 1000 if found > 1e11 else found
    try:
        return datetime.fromisoformat(clean(value)).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def link(value: object) -> str:
    """Where a vehicle is rented: the web address, else that of an app."""
    if not isinstance(value, Mapping):
        return ""
    for key in ("web", "android", "ios"):
        found = clean(value.get(key))
        if found.startswith("https://") and len(found) < 2000:
            return found
    return ""
