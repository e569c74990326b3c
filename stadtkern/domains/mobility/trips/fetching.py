"""Fetching a source: http(s) only, no inner network unless the operator named the host, bounded in size and time.

[mobility]                       # city.toml
inner_hosts = ["gtfs.intern"]    # hosts of the city's own network that may be asked
"""

import hashlib
import ipaddress
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urljoin

import httpx
from django.conf import settings
from django.utils.translation import gettext as _

from stadtkern.kernel.events.outgoing import Forbidden, check_address

TIMEOUT = httpx.Timeout(30, connect=10)
MOST_BYTES, MOST_SECONDS, MOST_REDIRECTS = 400_000_000, 900.0, 3
transport: httpx.BaseTransport | None = None  # tests put another one here


class NotFetched(Exception):
    """It did not work; the message is for the clerk."""


@dataclass(frozen=True)
class Fetched:
    """A file that came; `fresh` is False where the source says that nothing has changed."""

    fresh: bool
    etag: str = ""
    last_modified: str = ""
    digest: str = ""
    size: int = 0


def fetch(
    url: str,
    target: Path,
    *,
    etag: str = "",
    last_modified: str = "",
    most: int = MOST_BYTES,
    seconds: float = MOST_SECONDS,
) -> Fetched:
    """Into the file `target`. Raises NotFetched."""
    asked = {"user-agent": "Stadtkern-Mobility/1"}
    asked |= {"if-none-match": etag} if etag else {}
    asked |= {"if-modified-since": last_modified} if last_modified else {}
    until = time.monotonic() + seconds
    try:
        with httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False, transport=transport) as client:
            for _turn in range(MOST_REDIRECTS + 1):
                parts = check_address(url)
                found = _ask(client, parts, asked, target, most, until)
                if isinstance(found, Fetched):
                    return found
                url = urljoin(url, found)
    except Forbidden as no:
        raise NotFetched(str(no)) from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
        raise NotFetched(_("Keine Verbindung zur Adresse (%s).") % type(error).__name__) from None
    raise NotFetched(_("Die Adresse leitet immer weiter. Bitte nehmen Sie die endgültige Adresse."))


def _ask(
    client: httpx.Client, parts: SplitResult, asked: dict[str, str], target: Path, most: int, until: float
) -> Fetched | str:
    """The file, or where it is instead."""
    where = parts.geturl() if transport is not None else _pinned(parts)
    headers, extensions = asked | {"host": parts.netloc}, {"sni_hostname": parts.hostname}
    with client.stream("GET", where, headers=headers, extensions=extensions) as answer:
        if answer.status_code == 304:
            return Fetched(False, asked.get("if-none-match", ""), asked.get("if-modified-since", ""))
        if answer.is_redirect:
            return str(answer.headers.get("location", ""))
        if answer.status_code != 200:
            raise NotFetched(_("Die Adresse antwortet mit Fehler %s.") % answer.status_code)
        digest, size = hashlib.sha256(), 0
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            for chunk in answer.iter_bytes():
                size += len(chunk)
                if size > most:
                    raise NotFetched(_("Die Datei ist größer als %d MB. So große lesen wir nicht.") % (most // 1_000_000))
                if time.monotonic() > until:
                    raise NotFetched(_("Die Datei kam nicht in %d Minuten.") % (MOST_SECONDS // 60))
                digest.update(chunk)
                file.write(chunk)
        told = [answer.headers.get(name, "").replace("\x00", "") for name in ("etag", "last-modified")]
        return Fetched(True, told[0][:300], told[1][:100], digest.hexdigest(), size)


def _pinned(parts: SplitResult) -> str:
    """The address with the number that was checked in place of the name, so that the name cannot change its mind."""
    rows = socket.getaddrinfo(parts.hostname, parts.port or (443 if parts.scheme == "https" else 80), type=socket.SOCK_STREAM)
    addresses = [str(row[4][0]).partition("%")[0] for row in rows]
    inner = parts.hostname in settings.CITY_TOML.get("mobility", {}).get("inner_hosts", [])
    if not addresses or not (inner or all(map(_public, addresses))):
        raise NotFetched(_("Die Adresse führt in ein privates Netz. Erlaubt sind nur öffentliche Adressen."))
    host = f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]
    return parts._replace(netloc=f"{host}:{parts.port}" if parts.port else host).geturl()


def _public(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    inside = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    return (inside or ip).is_global and not ip.is_multicast
