"""Plugs to sharing providers in the shape of TOMP; the file named in city.toml ([sharing.<system>] adapter = "…")."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, cast

from django.conf import settings

from ..sharing.prices import Part

ADAPTERS = ("none", "demo", "tomp")


class Unavailable(Exception):
    """No answer now. `arrived`: it may have arrived all the same; ask before doing it again."""

    def __init__(self, message: str, *, arrived: bool = False) -> None:
        super().__init__(message)
        self.arrived = arrived


class Declined(Exception):
    """They said no; the message is for the person."""


@dataclass(frozen=True)
class Offered:
    """What the provider would give: `id` is its number of the offer and of the booking made of it."""

    id: str
    until: datetime | None = None
    fare: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Booking:
    """What the provider says of one booking: reserved, driven, over.

    `state` is PENDING (not yet committed), HELD, RIDING, PAUSED, ENDING, ENDED, CANCELLED, EXPIRED, WAITING (the provider
    cannot say yet) or UNKNOWN (it does not know the number). `leg` is its number of the ride.
    """

    id: str
    state: str
    until: datetime | None = None
    leg: str = ""
    began: datetime | None = None
    ended: datetime | None = None
    vehicle: str = ""  # its number of the vehicle, where we asked for any


@dataclass(frozen=True)
class BillLine:
    """One entry of the provider's journal that we charge: gross cents, below zero what it gives back."""

    category: str  # FARE, EXTRA_USAGE, REFUND, CREDIT, VOUCHER
    cents: int
    tax_bp: int = 0


@dataclass(frozen=True)
class Bill:
    """What a ride cost by the provider's journal; `fare` is how it says it came to that, `left_out` what we do not charge."""

    lines: tuple[BillLine, ...]
    seconds: int | None = None
    fare: tuple[Part, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def cents(self) -> int:
        return sum(line.cents for line in self.lines)


class Provider(Protocol):
    """One provider. Raises Unavailable, Declined. `offer` changes nothing there; all else is about a number it gave us."""

    def offer(self, vehicle: str, lat: float, long: float) -> Offered: ...
    def book(self, number: str) -> Booking:
        """Make a booking of the offer, and commit it."""
        ...

    def commit(self, number: str) -> Booking: ...
    def look(self, number: str) -> Booking: ...
    def cancel(self, number: str) -> Booking: ...
    def drive(self, number: str, leg: str, event: str) -> Booking:
        """SET_IN_USE (unlock, go on), PAUSE or FINISH."""
        ...

    def bill(self, leg: str) -> Bill | None:
        """None: there is none yet."""
        ...


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
