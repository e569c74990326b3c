"""A wish in the address line: everything chosen so far stands there, so that back, a second tab and a bookmark all work."""

import re
from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from django.http import QueryDict

from .models import Channel
from .wish import Wish

MOST = 6
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


def keys_of(told: QueryDict) -> tuple[str, ...]:
    """Keys of the chosen matters, each once; what cannot be a key is left out."""
    found = [key for key in told.getlist("anliegen") if _KEY.fullmatch(key)]
    return tuple(dict.fromkeys(found))[: MOST + 1]


def wish_of(told: QueryDict) -> Wish:
    """What stands in the address; without matters a wish nobody can fulfil."""
    channel = told.get("art", "") or Channel.DESK
    place = told.get("ort", "") or ""
    return Wish(
        tuple((key, persons_of(told, key)) for key in keys_of(told)),
        channel if channel in Channel.values else Channel.DESK,
        (place,) if _KEY.fullmatch(place) else (),
    )


def persons_of(told: QueryDict, key: str) -> int:
    """How many persons for this matter; 1 for what is no number."""
    return number(told.get(f"personen.{key}", "") or "", 50) or 1


def number(text: str, most: int = 10**9) -> int:
    """A number somebody may have typed; 0 for anything else."""
    if not (text.isascii() and text.isdecimal() and len(text) < 12):
        return 0
    return min(int(text), most)


def day_of(text: str | None) -> date | None:
    """2026-12-02; None for what is no day."""
    if not text or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def pairs(wish: Wish) -> list[tuple[str, str]]:
    """The wish as names and values, for an address or hidden fields."""
    found = [("anliegen", key) for key, _count in wish.matters]
    found += [(f"personen.{key}", str(count)) for key, count in wish.matters if count > 1]
    if wish.channel != Channel.DESK:
        found.append(("art", wish.channel))
    return found + [("ort", place) for place in wish.places]


def query(wish: Wish, more: Mapping[str, str] | None = None) -> str:
    """The wish for an address, with whatever else stands there."""
    return urlencode([*pairs(wish), *(more or {}).items()])


def without_place(wish: Wish) -> Wish:
    """The same anywhere."""
    return Wish(wish.matters, wish.channel)
