"""The place for tickets of VDV-KA (eTicket Deutschland): one file per connection, named in tickets.toml (`vdv = "none"`).

Their barcodes are signed with message recovery (ISO 9796-2) under certificates that only VDV eTicket Service hands out, to
operators who have joined. Without these keys nobody can issue such a ticket or say whether one is genuine; so there is none
that pretends to.
"""

import importlib
from dataclasses import dataclass
from typing import Protocol

NAMES = ("none",)


class NotConnected(RuntimeError):
    """The operator's keys are missing; the message says what is needed."""


@dataclass(frozen=True)
class Entitlement:
    """What a VDV barcode says, once somebody can read it."""

    number: str
    product: str
    genuine: bool


class Vdv(Protocol):
    """What an operator's connection can do; each call may raise NotConnected."""

    connected: bool

    def words(self) -> str:
        """Whether it works, in a sentence for inspectors."""
        ...

    def issue(self, number: str, product: str) -> bytes:
        """The barcode of an entitlement."""
        ...

    def read(self, barcode: bytes) -> Entitlement:
        """What a barcode says, and whether its certificate holds."""
        ...


def chosen(name: str) -> Vdv:
    """The connection of this city. ValueError for one that does not exist."""
    if name not in NAMES:
        raise ValueError(f"tickets.toml: vdv is one of {', '.join(NAMES)}")
    found: Vdv = importlib.import_module(f"{__name__}.{name}").connect()
    return found
