"""The shape of a plug to the delivery service: `connect()` in each adapter returns what this city may use, or None."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from cryptography import x509

from stadtkern.kernel.city.profile import city
from stadtkern.lib.fitconnect.client import Announced, Delivered, Waiting


class Delivery(Protocol):
    """A delivery service (Zustelldienst); every call may raise client.Unavailable or client.Refused."""

    base: str

    def destination(self, destination: str) -> dict[str, Any]: ...
    def key(self, destination: str, kid: str) -> dict[str, Any]: ...
    def service_keys(self) -> list[dict[str, Any]]: ...
    def announce(
        self, destination: str, service: str, name: str, attachments: Sequence[str], callback: Mapping[str, str] | None = None
    ) -> Announced: ...
    def upload(self, submission: str, attachment: str, token: str) -> None: ...
    def submit(self, submission: str, metadata: str, data: str) -> None: ...
    def waiting(self, destination: str) -> list[Waiting]: ...
    def fetch(self, submission: str) -> Delivered: ...
    def fetch_attachment(self, submission: str, attachment: str) -> str: ...
    def events(self, case: str) -> list[str]: ...
    def report(self, case: str, token: str) -> None: ...


@dataclass(frozen=True)
class Connection:
    """The delivery service as this city knows it.

    `own` = id of our destination, "" where we only send; `decryption` = kid to private key, the old one stays until nothing
    is encrypted for it; `callback_secret` = "" where nobody may call us back.
    """

    delivery: Delivery
    roots: Sequence[x509.Certificate]
    own: str = ""
    decryption: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    signature: Mapping[str, Any] = field(default_factory=dict)
    callback_url: str = ""
    callback_secret: str = ""
    issuers: Sequence[str] = ()  # names under which the service signs


class Adapter(Protocol):
    """What a file in this folder offers as a module."""

    def connect(self) -> Connection: ...
    def heartbeat(self) -> None: ...
    def callback_secret(self) -> str: ...
    def state(self) -> str: ...


class NotConnected(Exception):
    """This city has no delivery service, or its configuration is incomplete; the message says what is missing."""


def connection() -> Connection:
    """What `[exchange] adapter` in city.toml names. Raises NotConnected. May take seconds the first time (keys of the demo)."""
    return adapter().connect()


def adapter() -> Adapter:
    """The chosen file."""
    return cast(Adapter, city().adapter("exchange"))
