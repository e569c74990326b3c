"""The telephone: whoever carries the call hands us a turn, and says or plays what we answer."""

from dataclasses import dataclass
from typing import Literal, Protocol

from django.http import HttpRequest, HttpResponse

from .. import module

Event = Literal["start", "speech", "digits", "silence", "hangup"]


class Stranger(Exception):
    """The request does not come from the gateway we know."""


class Unreadable(Exception):
    """The request says nothing we understand."""


@dataclass(frozen=True)
class Turn:
    """What happened on the line. `text` where the gateway recognises speech itself, else `sound`."""

    call: str  # id of the call, the same in every turn
    event: Event
    caller: str = ""  # telephone number, as the network shows it
    text: str = ""
    digits: str = ""
    sound: bytes = b""
    mark: str = ""  # the same only when the gateway sends the very same request again


@dataclass(frozen=True)
class Answer:
    """What is said now, and whether we then listen or hang up. `sound` is a WAV file where we speak ourselves."""

    say: str
    sound: bytes = b""
    hangup: bool = False


class TelephoneGateway(Protocol):
    """What an adapter offers, as functions of its module."""

    def problem(self) -> str:
        """Why it does not work here; empty where it does."""

    def read(self, request: HttpRequest) -> Turn:
        """One turn. Raises NotConnected, Stranger, Unreadable."""

    def write(self, answer: Answer) -> HttpResponse:
        """In the words of the gateway."""


def gateway() -> TelephoneGateway:
    """The one this city has chosen."""
    return module("telephone")
