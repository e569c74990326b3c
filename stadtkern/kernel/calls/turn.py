"""The relay (TURN) for networks that let no direct connection through: whose, and the way in for one appointment.

Credentials are those of coturn's shared secret (draft-uberti-behave-turn-rest): the name says until when they hold, the
password proves that the city made them. They are worked out when a participant comes in, and handed to nobody else.
"""

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from stadtkern.kernel.city.profile import city

SCHEMES = ("turn:", "turns:")


@dataclass(frozen=True)
class Relay:
    """`[calls]` in city.toml, and the secret of the environment."""

    addresses: tuple[str, ...]
    secret: str
    only: bool  # every call goes over the relay, so that neither side learns the address of the other

    @property
    def connected(self) -> bool:
        return bool(self.addresses and self.secret)


def relay() -> Relay:
    """What this city has set up; not connected unless both address and secret are there."""
    table = city().raw.get("calls", {})
    addresses = tuple(one for one in table.get("turn", ()) if str(one).startswith(SCHEMES))
    return Relay(addresses, settings.TURN_SECRET, bool(table.get("relay_only", False)))


def servers(label: str, until: datetime) -> list[dict[str, Any]]:
    """For the browser of one participant; an empty list without a relay. No server of somebody else is ever named."""
    known = relay()
    if not known.connected:
        return []
    name = f"{int(until.timestamp())}:{label}"
    proof = hmac.digest(known.secret.encode(), name.encode(), "sha1")  # coturn knows SHA-1 here and nothing else
    return [{"urls": list(known.addresses), "username": name, "credential": base64.b64encode(proof).decode()}]
