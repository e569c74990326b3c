"""Pictures that come with a request: files always, addresses only from hosts the operator names."""

import ipaddress
import socket
from urllib.parse import urlsplit

import httpx

from .configuration import chosen

MOST_BYTES, SECONDS = 15_000_000, 8.0


def may_fetch(url: str) -> bool:
    """https, a host named in city.toml, the usual port, nothing else in it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    host = (parts.hostname or "").lower()
    return parts.scheme == "https" and port in (None, 443) and not parts.username and host in chosen().media_hosts


def fetch(url: str) -> bytes | None:
    """The picture, or None for whatever did not work; no redirects, no inner networks, bounded in time and size."""
    if not may_fetch(url) or not _outside(urlsplit(url).hostname or ""):
        return None
    found = bytearray()
    try:
        with httpx.stream("GET", url, timeout=SECONDS, follow_redirects=False, trust_env=False) as answer:
            if answer.status_code != 200:
                return None
            for chunk in answer.iter_bytes():
                found += chunk
                if len(found) > MOST_BYTES:
                    return None
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
    return bytes(found)


def _outside(host: str) -> bool:
    """Every address behind the name is a public one."""
    try:
        addresses = {entry[4][0] for entry in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)}
    except OSError:
        return False
    return bool(addresses) and all(ipaddress.ip_address(str(one).split("%")[0]).is_global for one in addresses)
