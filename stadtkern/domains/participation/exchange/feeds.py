"""Where packages of other cities come from by themselves: [[cities]] in city.toml, one adapter each. Nobody else names one."""

import importlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, cast

from stadtkern.kernel.city.profile import city

ADAPTERS = {"https": "exchange_https", "demo": "exchange_demo"}


class FeedAway(Exception):
    """No answer, or none we can read; the message is for the clerk."""


@dataclass(frozen=True)
class Source:
    """One city we fetch from."""

    key: str
    title: str
    adapter: str
    url: str = ""


@dataclass(frozen=True)
class Entry:
    """A package the other city offers."""

    number: str
    version: int
    digest: str
    url: str


@dataclass(frozen=True)
class Listing:
    """What a feed says: whose it is, by which key, and what there is. None of it is believed before a signature holds."""

    city_id: str
    title: str
    key: str
    entries: tuple[Entry, ...]


class Feed(Protocol):
    """What an adapter connects to."""

    def listing(self) -> Listing:
        """Raises FeedAway."""
        ...

    def fetch(self, entry: Entry) -> bytes:
        """The file, as it is. Raises FeedAway."""
        ...


def sources() -> tuple[Source, ...]:
    """The cities of city.toml."""
    return _read(repr(city().raw.get("cities", ())))


@lru_cache(maxsize=8)
def _read(_table: str) -> tuple[Source, ...]:
    listed: list[dict[str, Any]] = city().raw.get("cities", [])
    made = tuple(Source(str(one["key"]), str(one["title"]), str(one["adapter"]), str(one.get("url", ""))) for one in listed)
    if any(one.adapter not in ADAPTERS for one in made):
        raise ValueError(f"[[cities]]: adapter is one of {', '.join(ADAPTERS)}")
    return made


def feed(source: Source) -> Feed:
    """The adapter of this source, connected."""
    module = importlib.import_module(f"stadtkern.domains.participation.adapters.{ADAPTERS[source.adapter]}")
    return cast(Feed, module.connect(source))


def listing_of(told: Any) -> Listing:
    """A feed as our own page writes it. Raises FeedAway for anything else."""
    try:
        if told["format"] != "stadtkern-feed/1":
            raise FeedAway("another format")
        where = told["city"]
        rows = [
            Entry(str(one["number"])[:150], int(one["version"]), str(one["digest"])[:64], str(one["url"])[:500])
            for one in told["packages"][:500]
        ]
        return Listing(str(where["id"])[:8], str(where["name"])[:120], str(told["key"])[:60], tuple(rows))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise FeedAway("not a feed") from None
