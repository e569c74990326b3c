"""Keys, certificates and a delivery service for tests; keys are made once and kept beside the test database."""

import json
import os
import uuid
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from stadtkern.lib.fitconnect import jose
from stadtkern.lib.fitconnect.authority import Authority
from stadtkern.lib.fitconnect.client import Client
from stadtkern.lib.fitconnect.fake import App, Service


@cache
def folder() -> Path:
    home = os.environ.get("STADTKERN_HOME") or Path(__file__).resolve().parents[4] / ".data"
    place = Path(home) / "test-keys"
    place.mkdir(parents=True, exist_ok=True)
    return place


@cache
def key(name: str, purpose: str, bits: int = 4096) -> dict[str, Any]:
    """A private key, the same in every run on this machine."""
    file = folder() / f"{name}-{purpose}-{bits}.json"
    if not file.exists():
        spare = file.with_suffix(f".{uuid.uuid4()}")
        spare.write_text(json.dumps(jose.new_key(f"{name}-{purpose}", purpose, bits)))
        spare.rename(file)
    return json.loads(file.read_text())


@cache
def authority(name: str = "root") -> Authority:
    file = folder() / f"{name}.pem"
    if not file.exists():
        spare = file.with_suffix(f".{uuid.uuid4()}")
        spare.write_bytes(Authority.new(f"Wurzel {name}", bits=2048).pem())
        spare.rename(file)
    return Authority.read(file.read_bytes())


@cache
def shown(name: str, purpose: str) -> dict[str, Any]:
    """The certified public half."""
    return authority().certified(key(name, purpose), name)


@cache
def expired(name: str, purpose: str) -> dict[str, Any]:
    start = datetime.now(UTC) - timedelta(days=400)
    return authority().certified(key(name, purpose), name, valid_from=start, days=300)


LAND = "11111111-1111-4111-8111-111111111111"
CITY = "22222222-2222-4222-8222-222222222222"
LEIKA = "urn:de:fim:leika:leistung:99000000000000"


def service(path: Path, post: Any = None) -> Service:
    """A fake with two clients, each the owner of a destination; its own key is the one kept for tests."""
    first = Service.__new__(Service)
    from stadtkern.lib.fitconnect.fake.store import Store

    first.store = Store(path)
    first.store.set("key", key("zustelldienst", "sign"))
    found = Service(path, post=post)
    for name, destination in (("land", LAND), ("city", CITY)):
        found.register_client(name, f"geheim-{name}")
        spoiled = {
            "expired": expired(name, "unwrapKey"),
            "stranger": authority("other").certified(key(name, "unwrapKey"), name),
        }
        found.register_destination(
            destination, name, shown(name, "unwrapKey"), shown(name, "sign"),
            callback={"url": f"http://{name}.example/callback", "secret": f"callback-{name}"}, spoiled=spoiled,
        )  # fmt: skip
    return found


def client(fake: Service, name: str, version: str = "v1") -> Client:
    transport = httpx.WSGITransport(app=App(fake))
    return Client(
        base="http://zustelldienst.demo", token_url="http://zustelldienst.demo/token", client_id=name,
        secret=f"geheim-{name}", version=version, transport=transport,
    )  # fmt: skip
