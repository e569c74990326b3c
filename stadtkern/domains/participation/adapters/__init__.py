"""Plugs to other cities' servers of reports: the file named in city.toml ([[open311.neighbours]] adapter = "…")."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, cast

from stadtkern.lib.georeport.shapes import Request, Row

from ..open311.configuration import Neighbour

ADAPTERS = ("none", "demo", "georeport")


class Unavailable(Exception):
    """No answer now; the message is for the clerk. `arrived`: it may have arrived all the same (never send again unseen)."""

    def __init__(self, message: str, *, arrived: bool = False) -> None:
        super().__init__(message)
        self.arrived = arrived


class Declined(Exception):
    """They answered no; the message says what they said."""


@dataclass(frozen=True)
class Receipt:
    """What came back for a report: its number there, or a token, or neither."""

    id: str = ""
    token: str = ""
    notice: str = ""


class Server(Protocol):
    """A neighbour's server. Every call may raise Unavailable or Declined."""

    def changed(self, after: datetime, page: int, size: int) -> list[Row]: ...
    def some(self, numbers: list[str]) -> list[Request]: ...
    def send(self, fields: Mapping[str, str], once: str = "") -> Receipt: ...
    def number_behind(self, token: str) -> str: ...


class Adapter(Protocol):
    """What a file in this folder offers as a module."""

    def connect(self, neighbour: Neighbour) -> Server: ...
    def state(self, neighbour: Neighbour) -> str: ...


def adapter(neighbour: Neighbour) -> Adapter:
    """The chosen file; a name that is none of ours is "not connected"."""
    name = neighbour.adapter if neighbour.adapter in ADAPTERS else "none"
    return cast(Adapter, importlib.import_module(f"stadtkern.domains.participation.adapters.{name}"))


def server(neighbour: Neighbour) -> Server:
    return adapter(neighbour).connect(neighbour)
