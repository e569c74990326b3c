"""Plugs of this department: who makes identity cards and passports, and the locker they are collected from."""

import importlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from stadtkern.kernel.city.profile import city


class Unavailable(Exception):
    """No answer now; try again later."""


class NotConnected(Exception):
    """This city has not connected anything here; people enter by hand what happens."""


class Refused(Exception):
    """The other side will never take this; the message says why, in its words."""


class Word(StrEnum):
    """What the maker says of an order."""

    ORDERED = "ordered"
    IN_PRODUCTION = "in_production"
    SENT = "sent"
    DELIVERED = "delivered"  # to the office
    REJECTED = "rejected"


@dataclass(frozen=True)
class Said:
    """The maker's answer about one order."""

    word: Word
    reason: str = ""


class Maker(Protocol):
    """Whoever makes the document. Biometric data never pass through here: they go from the counter's own device."""

    def order(self, number: str, kind: str, *, express: bool) -> Said:
        """Order once; the same number again is the same order."""

    def look(self, number: str) -> Said:
        """Where the order is."""


class Locker(Protocol):
    """A machine at the door that hands out what was put in, against a code."""

    def put_in(self, number: str, until: date) -> str:
        """A compartment for this document; returns the code that opens it. The same number again gets the same code."""

    def collected(self, number: str) -> bool:
        """Whether it was taken out with the code."""

    def take_out(self, number: str) -> None:
        """The office takes it back; the code ends."""


def maker() -> Maker:
    """The plug of `[production] adapter`; none where city.toml names none."""
    made: Maker = _plug("production").connect_maker()
    return made


def locker() -> Locker:
    """The plug of `[locker] adapter`."""
    made: Locker = _plug("locker").connect_locker()
    return made


def has_locker() -> bool:
    """Whether this city has a locker at all."""
    return city().adapters.get("locker", "none") != "none"


def _plug(room: str) -> Any:
    return importlib.import_module(f"{__name__}.{city().adapters.get(room, 'none')}")
