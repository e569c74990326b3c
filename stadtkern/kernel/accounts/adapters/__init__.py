"""The plug to whatever proves who somebody is: several connected at once, each for its people and at its level of trust."""

import importlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from django.conf import settings
from django.http import HttpRequest

from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.city.profile import city


class Cancelled(Exception):
    """The person broke it off at the provider."""


class PinBlocked(Exception):
    """Three wrong PINs; the card wants its PUK first."""


class TimedOut(Exception):
    """The provider gave up waiting."""


class Refused(Exception):
    """The provider's answer is not valid, not for this question, or used before; the text is a word for log and tests."""


class WrongLevel(Exception):
    """The proof is real but worth less than was asked for."""

    def __init__(self, got: Trust = Trust.BASIC) -> None:
        super().__init__(got.name)
        self.got = got


class Unavailable(Exception):
    """The provider does not answer now; trying again later may help."""


@dataclass(frozen=True)
class Identity:
    """Who it is, as the provider states it."""

    register_key: uuid.UUID | None  # only the demo's card knows our register; everybody else is matched
    trust: Trust
    facts: dict[str, Any] = field(default_factory=dict)  # fields of Person: names, birth date, address
    subject: str = ""  # the stable pseudonym; empty: a proof for now that opens no account later
    email: str = ""  # as stated; never a reason to join anything but a workplace (email_confirmed)
    email_confirmed: bool = False
    post_box: str = ""
    birth_place: str = ""
    company: dict[str, Any] | None = None  # fields of Company
    second_factor: bool = False  # the provider itself says that it asked for more than a password


@dataclass(frozen=True)
class Departure:
    """Where the browser goes, and what the question remembers until the answer comes."""

    url: str
    fields: dict[str, str] = field(default_factory=dict)  # sent by POST when there are any
    keep: dict[str, Any] = field(default_factory=dict)
    origins: list[str] = field(default_factory=list)  # where the form may lead (content security policy)
    own: bool = False  # a page of our own: no page in between


class Means(Protocol):
    NAME: str  # kept as `proved_by` and in ExternalIdentity.means
    TITLE: Any
    TEXT: Any  # one sentence for the person who chooses
    AUDIENCE: str  # "citizens" · "companies" · "staff"
    TRUST: Trust  # the most it can prove
    SIGNS_IN: bool  # opens the account; otherwise only raises the trust of a session
    STEPS_UP: bool  # proves who somebody is in the middle of a form

    def connected(self) -> bool:
        """Whether it works here: with the city's own contract, or with the simulator in demo and test."""
        ...

    def begin(self, request: HttpRequest, *, state: str, trust: Trust, return_url: str) -> Departure:
        """Ask. The answer comes back to `return_url` with `state` in the query. Raises Unavailable."""
        ...

    def finish(self, *, question: Mapping[str, Any], query: Mapping[str, str]) -> Identity:
        """Read the answer. Raises Cancelled, PinBlocked, TimedOut, WrongLevel, Unavailable or Refused."""
        ...


KNOWN = ("bundid", "organisation", "staff")
SIMULATES = ("demo", "test")  # modes in which a means without contract is played by our own simulator


def table(name: str) -> dict[str, Any]:
    """`[accounts.<name>]` of city.toml."""
    settled: dict[str, Any] = city().raw.get("accounts", {}).get(name, {})
    return settled


def listed() -> list[str]:
    """`[accounts] means`: what this city wants to offer."""
    return [name for name in city().raw.get("accounts", {}).get("means", ()) if name in KNOWN]


def load(name: str) -> Means:
    return cast(Means, importlib.import_module(f"{__name__}.{name}"))


def offered() -> list[Means]:
    """Everything a person may choose from here, connected or not; the demo's card reader first."""
    names = ["demo"] if settings.MODE in SIMULATES and city().adapters.get("accounts", "demo") == "demo" else []
    return [load(name) for name in (*names, *listed())]


def connected(name: str) -> Means | None:
    """The means of this name, if it works here."""
    return next((means for means in offered() if name == means.NAME and means.connected()), None)
