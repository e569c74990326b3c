"""A delivery service in the house, and a Land behind it that answers; state and keys lie in HOME/fitconnect."""

import json
import uuid
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.urls import reverse

from stadtkern.kernel.city.profile import city
from stadtkern.lib.fitconnect import certificates, jose
from stadtkern.lib.fitconnect.authority import Authority
from stadtkern.lib.fitconnect.client import Client
from stadtkern.lib.fitconnect.fake import App, Service
from stadtkern.lib.fitconnect.fake.land import answer_all

from . import Connection

LAND = "7b1f2c0a-5d7e-4a39-9a55-0d5e2f3c4b10"  # in cities/musterstadt/city.toml
OWN = "c2a4e6f8-1b3d-4f5a-8c7e-9d0b2a4c6e81"
BASE = "http://zustelldienst.demo"
SECRET = "demo"  # noqa: S105 - of a service that only exists in this process


def connect() -> Connection:
    """The demo as this city sees it; the first time keys are made, which takes some seconds."""
    return _connect(settings.HOME / "fitconnect")


def callback_secret() -> str:
    """Nobody calls back in the demo, unless a test wants it."""
    return str(city().raw.get("exchange", {}).get("callback_secret", ""))


def state() -> str:
    """What is missing: nothing."""
    return ""


def heartbeat() -> None:
    """The Land looks into its post, unless its outage is rehearsed."""
    if not (settings.HOME / "outage" / "land").exists():
        place = settings.HOME / "fitconnect"
        _connect(place)
        answer_all(client("land", place), LAND, _key(place, "land", "unwrapKey"), _key(place, "land", "sign"))


@cache
def _connect(place: Path) -> Connection:
    authority, service = _authority(place), delivery_service(place)
    for name, destination in (("land", LAND), ("stadt", OWN)):
        service.register_client(name, SECRET)
        keys = [authority.certified(_key(place, name, purpose), f"Demo {name}") for purpose in ("unwrapKey", "sign")]
        service.register_destination(destination, name, keys[0], keys[1])
    own = _key(place, "stadt", "unwrapKey")
    return Connection(
        delivery=client("stadt", place),
        roots=certificates.load(authority.root_pem()),
        own=OWN,
        decryption={own["kid"]: own},
        signature=_key(place, "stadt", "sign"),
        callback_url=f"{settings.BASE_URL}{reverse('exchange:callback')}",
        callback_secret=callback_secret(),
        issuers=[BASE],
    )


def delivery_service(place: Path) -> Service:
    """The fake itself, with the state of this installation; nobody is called back, the clock looks every minute."""
    return Service(place / "zustelldienst.sqlite", BASE, bits=2048)  # half the waiting; nobody checks the demo for its length


def client(name: str, place: Path) -> Client:
    """The real client, talking to the fake in this process: "stadt", "land"."""
    transport = _Away(httpx.WSGITransport(app=App(delivery_service(place))))
    return Client(base=BASE, token_url=f"{BASE}/token", client_id=name, secret=SECRET, transport=transport)


class _Away(httpx.BaseTransport):
    """The operator may rehearse an outage."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self.inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if (settings.HOME / "outage" / "exchange").exists():
            raise httpx.ConnectError("zur Probe abgeschaltet", request=request)
        return self.inner.handle_request(request)


def _authority(place: Path) -> Authority:
    return Authority.read(_once(place / "wurzel.pem", lambda: Authority.new("Demo-Wurzel Stadtkern", bits=2048).pem()))


def _key(place: Path, name: str, purpose: str) -> Mapping[str, Any]:
    def make() -> bytes:
        return json.dumps(jose.new_key(f"{name}-{uuid.uuid4()}", purpose)).encode()

    found: dict[str, Any] = json.loads(_once(place / f"{name}-{purpose}.json", make))
    return found


def _once(file: Path, make: Any) -> bytes:
    """The file; made by whoever comes first, complete or not at all."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        spare = file.with_name(f".{uuid.uuid4()}")
        spare.touch(mode=0o600)
        spare.write_bytes(make())
        try:
            file.hardlink_to(spare)
        except FileExistsError:
            pass
        finally:
            spare.unlink()
    return file.read_bytes()
