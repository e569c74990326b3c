"""The real FIT-Connect delivery service (FITKO), Submission API version 1 or 2.

Environment (docs/fitconnect.md): STADTKERN_FITCONNECT_URL, STADTKERN_FITCONNECT_TOKEN_URL, STADTKERN_FITCONNECT_CLIENT,
STADTKERN_FITCONNECT_SECRET, STADTKERN_FITCONNECT_ROOTS (PEM file); to receive also STADTKERN_FITCONNECT_DESTINATION and
STADTKERN_FITCONNECT_KEYS (folder with our private JWKs); STADTKERN_FITCONNECT_CALLBACK_SECRET, STADTKERN_FITCONNECT_VERSION.
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse

from stadtkern.lib.fitconnect import certificates, jose
from stadtkern.lib.fitconnect.client import Client

from . import Connection, NotConnected

NAME = "STADTKERN_FITCONNECT_"
NEEDED = ("URL", "TOKEN_URL", "CLIENT", "SECRET", "ROOTS")


def connect() -> Connection:
    """One client per process. NotConnected names what is missing."""
    missing = [NAME + name for name in NEEDED if not os.environ.get(NAME + name)]
    if missing:
        raise NotConnected(f"Es fehlt: {', '.join(missing)}.")
    return _connect(tuple(sorted((name, value) for name, value in os.environ.items() if name.startswith(NAME))))


def callback_secret() -> str:
    """The secret entered at the self-service portal; "" where nobody may call."""
    return os.environ.get(NAME + "CALLBACK_SECRET", "")


def state() -> str:
    """What is missing, without asking anybody."""
    try:
        connect()
    except NotConnected as error:
        return str(error)
    return ""


def heartbeat() -> None:
    """Nothing to do."""


@cache
def _connect(environment: tuple[tuple[str, str], ...]) -> Connection:
    said = {name.removeprefix(NAME): value for name, value in environment}
    try:
        roots = certificates.load(Path(said["ROOTS"]).read_bytes())
        decryption, signature = _keys(Path(said["KEYS"])) if said.get("KEYS") else ({}, {})
        delivery = Client(
            base=said["URL"], token_url=said["TOKEN_URL"], client_id=said["CLIENT"], secret=said["SECRET"],
            version=said.get("VERSION", "v1"),
        )  # fmt: skip
    except (OSError, ValueError) as error:
        raise NotConnected(f"Schlüssel oder Zertifikate sind nicht lesbar: {error}") from None
    if said.get("DESTINATION") and not (decryption and signature):
        raise NotConnected("Zum Empfangen fehlt ein Schlüssel zum Entschlüsseln (unwrapKey) oder zum Signieren (sign).")
    return Connection(
        delivery=delivery,
        roots=roots,
        own=said.get("DESTINATION", ""),
        decryption=decryption,
        signature=signature,
        callback_url=f"{settings.BASE_URL}{reverse('exchange:callback')}",
        callback_secret=said.get("CALLBACK_SECRET", ""),
        issuers=[issuer for issuer in (said.get("ISSUER", ""), said["URL"].rstrip("/")) if issuer],
    )


def _keys(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Private keys by what they are for: all that decrypt, by kid, and the newest file that signs."""
    decryption: dict[str, Any] = {}
    signature: dict[str, Any] = {}
    for file in sorted(folder.glob("*.json")):
        jwk = json.loads(file.read_text(encoding="utf-8"))
        jose.key_of(jwk)
        if "unwrapKey" in jwk.get("key_ops", ()):
            decryption[str(jwk["kid"])] = jwk
        elif "sign" in jwk.get("key_ops", ()):
            signature = jwk
    return decryption, signature
