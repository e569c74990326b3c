"""What the operator says in city.toml: [open311]. Nobody else can name an address this server calls."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from stadtkern.kernel.city.profile import city

KEYS = "STADTKERN_OPEN311_KEYS"  # "nachbarstadt=abc,kreis=def": our keys at the neighbours' servers


class Misconfigured(ValueError):
    """The message says what to put right in city.toml."""


@dataclass(frozen=True)
class Jurisdiction:
    """A part of the city, or the whole, under its own jurisdiction_id. `districts` empty: everywhere."""

    id: str
    title: str
    districts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Neighbour:
    """A city whose server we ask and send to."""

    key: str
    title: str
    adapter: str = "none"
    url: str = ""
    jurisdiction: str = ""
    form: str = "json"
    box: tuple[float, float, float, float] | None = None  # south, west, north, east: where it lies
    categories: Mapping[str, str] = field(default_factory=dict)  # ours -> their service_code
    pull: bool = False
    listed: bool = False  # its reports stand in our lists and on our map

    @property
    def secret(self) -> str:
        """Our key there; "" where we have none."""
        pairs = [one.split("=", 1) for one in os.environ.get(KEYS, "").split(",") if "=" in one]
        return dict(pairs).get(self.key, "")

    def code_of(self, category: str) -> str:
        """Their code for one of our categories; "" where none was said."""
        return self.categories.get(category, self.categories.get("*", ""))

    def covers(self, lat: float, long: float) -> bool:
        if self.box is None:
            return False
        south, west, north, east = self.box
        return south <= lat <= north and west <= long <= east


@dataclass(frozen=True)
class Settings:
    """The whole table."""

    jurisdictions: tuple[Jurisdiction, ...]
    neighbours: tuple[Neighbour, ...] = ()
    media_hosts: tuple[str, ...] = ()  # pictures are fetched from these hosts and no others
    per_hour: int = 200  # reports of one key in an hour

    def neighbour(self, key: str) -> Neighbour | None:
        return next((one for one in self.neighbours if one.key == key), None)

    def neighbour_at(self, lat: float, long: float, category: str) -> Neighbour | None:
        """Who takes such a report of a place outside of the city."""
        return next((one for one in self.neighbours if one.covers(lat, long) and one.code_of(category)), None)


def chosen() -> Settings:
    """The settings of this city."""
    table = city().raw.get("open311", {})
    return _read(repr(table), city().name, city().contact.get("web", ""))


@lru_cache(maxsize=8)
def _read(_table: str, name: str, web: str) -> Settings:
    table: dict[str, Any] = city().raw.get("open311", {})
    host = urlsplit(web).hostname or "localhost"
    listed = table.get("jurisdictions") or [{"id": table.get("jurisdiction", host), "title": name}]
    areas = tuple(Jurisdiction(str(one["id"]), str(one.get("title", name)), tuple(one.get("districts", ()))) for one in listed)
    neighbours = tuple(_neighbour(one) for one in table.get("neighbours", ()))
    for what, keys in (("jurisdictions", [a.id for a in areas]), ("neighbours", [n.key for n in neighbours])):
        if len(keys) != len(set(keys)):
            raise Misconfigured(f"[open311] {what}: a name is there twice")
    hosts = tuple(str(one).lower() for one in table.get("media_hosts", ()))
    return Settings(areas, neighbours, hosts, int(table.get("per_hour", 200)))


def _neighbour(one: Mapping[str, Any]) -> Neighbour:
    made = Neighbour(
        str(one["key"]), str(one["title"]), str(one.get("adapter", "none")), str(one.get("url", "")).rstrip("/"),
        str(one.get("jurisdiction", "")), str(one.get("format", "json")), _box(one.get("box")), dict(one.get("categories", {})),
        bool(one.get("pull", False)), bool(one.get("list", False)),
    )  # fmt: skip
    if made.form not in ("json", "xml"):
        raise Misconfigured(f"[open311] {made.key}: format is json or xml")
    if made.adapter == "georeport" and not allowed(made.url):
        raise Misconfigured(f"[open311] {made.key}: url must begin with https:// and carry no password")
    return made


def allowed(url: str) -> bool:
    """An address we may call: https; plain http only to this machine and never in production."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.username or parts.password or not parts.hostname or parts.query or parts.fragment:
        return False
    return parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1") and not settings.PRODUCTION
    )


def _box(value: Any) -> tuple[float, float, float, float] | None:
    if not value:
        return None
    south, west, north, east = (float(one) for one in value)
    if not (south < north and west < east):
        raise Misconfigured("[open311] box is [south, west, north, east]")
    return south, west, north, east
