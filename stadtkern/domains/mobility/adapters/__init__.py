"""Plugs to sharing providers in the shape of TOMP; the file named in city.toml ([sharing.<system>] adapter = "…")."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, cast

from django.conf import settings

ADAPTERS = ("none", "demo", "tomp")


class Unavailable(Exception):
    """No answer now. `arrived`: it may have arrived all the same; ask before doing it again."""

    def __init__(self, message: str, *, arrived: bool = False) -> None:
        super().__init__(message)
        self.arrived = arrived


class Declined(Exception):
    """They said no; the message is for the person."""


@dataclass(frozen=True)
class Booking:
    """What the provider says: `state` is HELD, CANCELLED, EXPIRED or UNKNOWN."""

    id: str
    state: str
    until: datetime | None = None


class Provider(Protocol):
    """One provider. `once` is our number of the order: the same never reserves twice. Raises Unavailable, Declined."""

    def reserve(self, once: str, vehicle: str, lat: float, long: float) -> Booking: ...
    def look(self, once: str) -> Booking: ...
    def cancel(self, once: str) -> Booking: ...


def configured(system: str) -> Mapping[str, Any]:
    """What city.toml says of this system; {} is "not connected"."""
    told = settings.CITY_TOML.get("sharing", {}).get(system, {})
    return cast(Mapping[str, Any], told if isinstance(told, dict) else {})


def connected(system: str) -> bool:
    """Whether one can reserve there at all."""
    return configured(system).get("adapter", "none") in ("demo", "tomp")


def provider(system: str) -> Provider:
    """The provider of a system; a name that is none of ours is "not connected"."""
    told = configured(system)
    name = told.get("adapter", "none") if told.get("adapter") in ADAPTERS else "none"
    module: Any = importlib.import_module(f"stadtkern.domains.mobility.adapters.{name}")
    return cast(Provider, module.connect(system, told))
