"""The plug to an identity provider: it proves who somebody is, at a level of trust."""

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
    """The provider's answer is not valid, not for this question, or used before."""


@dataclass(frozen=True)
class Identity:
    """Who it is, as the provider states it."""

    register_key: uuid.UUID  # pseudonym of the person for this city
    trust: Trust
    facts: dict[str, Any] = field(default_factory=dict)  # fields of Person: names, birth date, address


class IdentityProvider(Protocol):
    NAME: str  # kept as `proved_by`
    TITLE: str
    TRUST: Trust

    def begin(self, request: HttpRequest, *, state: str, return_url: str) -> str:
        """Address to send the browser to; the provider comes back to `return_url` with `state` in the query."""
        ...

    def finish(self, *, state: str, query: Mapping[str, str]) -> Identity:
        """Read the answer. Raises Cancelled, PinBlocked, TimedOut or Refused."""
        ...


def provider() -> IdentityProvider | None:
    """The provider this city has connected; none in production until a real one is named in city.toml."""
    name = city().adapters.get("accounts", "demo")
    if name == "demo" and settings.MODE not in ("demo", "test"):
        return None
    return cast(IdentityProvider, city().adapter("accounts"))
