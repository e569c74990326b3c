"""One diary line over the wire: signed as Standard Webhooks 1.0 says, and never into the city's own network.

Headers: `webhook-id` (the same on every retry: receivers drop what they have seen), `webhook-timestamp` (Unix seconds),
`webhook-signature` = "v1," + base64(HMAC-SHA256(secret, "<id>.<timestamp>.<body>")); the secret is base64 after "whsec_".
"""

import base64
import hashlib
import hmac
import ipaddress
import json
import secrets
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpx
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from .models import Event, Webhook

TIMEOUT = httpx.Timeout(10, connect=5)


class Forbidden(ValueError):
    """This address may not be called; the message says why."""


@dataclass(frozen=True)
class Sent:
    """What the receiver said; `error` is empty when it accepted (2xx). Unreachable: the next line would fare no better."""

    error: str = ""
    unreachable: bool = False


def new_secret() -> str:
    """32 random bytes in the notation of the standard."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def body_of(event: Event) -> bytes:
    """The line as JSON; of the actor only the kind, because ids of people are nobody's business outside."""
    data: dict[str, Any] = {"id": event.pk, "subject": event.subject, "actor": event.actor.split(":")[0], **event.data}
    return json.dumps({"type": event.name, "timestamp": event.at.isoformat(), "data": data}, ensure_ascii=False).encode()


def check_address(url: str) -> SplitResult:
    """The parts of a callable address, its host in ASCII, or Forbidden: http(s) only, no credentials inside, a host."""
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode() if ":" not in (parts.hostname or "") else f"[{parts.hostname}]"
    except ValueError:
        raise Forbidden(_("Diese Adresse lässt sich nicht lesen. Beispiel: https://stadt.example/eingang")) from None
    if parts.scheme not in ("https", "http") or not parts.hostname or port == 0:
        raise Forbidden(_("Die Adresse muss mit https:// oder http:// beginnen und einen Rechnernamen enthalten."))
    if settings.PRODUCTION and parts.scheme != "https":
        raise Forbidden(_("Im laufenden Betrieb ist nur https:// erlaubt."))
    if parts.username or parts.password:
        raise Forbidden(_("Die Adresse darf keinen Benutzernamen und kein Passwort enthalten."))
    return parts._replace(netloc=f"{host}:{port}" if port else host, fragment="")


def resolve(parts: SplitResult) -> str:
    """One public IP address of the host; Forbidden if any of its addresses is private, OSError if it has none."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    addresses = [str(row[4][0]).split("%")[0] for row in found]
    if settings.MODE not in ("demo", "test") and not all(_public(address) for address in addresses):
        raise Forbidden(_("Die Adresse führt in ein privates Netz. Erlaubt sind nur öffentliche Adressen."))
    return addresses[0]


def _public(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    mapped = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    return (mapped or ip).is_global and not ip.is_multicast


def send(webhook: Webhook, event: Event) -> Sent:
    """POST one line. Follows no redirect, reads no answer, uses no proxy; connects to the address that was checked."""
    try:
        parts = check_address(webhook.url)
        address = resolve(parts)
    except Forbidden as error:
        return Sent(str(error), unreachable=True)
    except OSError as error:
        return Sent(f"Rechnername nicht gefunden ({error.__class__.__name__})", unreachable=True)
    body = body_of(event)
    message_id, timestamp = f"event_{event.pk}", int(timezone.now().timestamp())
    headers = {
        "host": parts.netloc,
        "content-type": "application/json",
        "user-agent": "Stadtkern-Webhook/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(webhook.secret, message_id, timestamp, body),
    }
    host = f"[{address}]" if ":" in address else address
    target = parts._replace(netloc=f"{host}:{parts.port}" if parts.port else host).geturl()
    try:
        with (
            httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client,
            # The certificate is checked against the name, although we connect to the number.
            client.stream("POST", target, content=body, headers=headers, extensions={"sni_hostname": parts.hostname}) as answer,
        ):
            return Sent("" if answer.is_success else f"Antwort {answer.status_code}")
    except httpx.HTTPError as error:
        return Sent(f"Keine Verbindung ({error.__class__.__name__})", unreachable=True)
    except (ValueError, httpx.InvalidURL) as error:
        return Sent(f"Adresse nicht nutzbar ({error.__class__.__name__})", unreachable=True)
