"""Fetching a file from an address that an operator typed: https only, public hosts only, never more than 64 MB."""

import ipaddress
import socket
from collections.abc import Callable
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx

from stadtkern.lib.forms.xml import MOST_BYTES, SchemaError

TIMEOUT = httpx.Timeout(30, connect=10)
MOST_REDIRECTS = 3
Resolve = Callable[[str, int], list[str]]


class NotFetched(SchemaError):
    """The address may not be called, or did not give the file; German."""

    def __init__(self, text: str, status: int = 0, retry_after: str = "") -> None:
        super().__init__(text)
        self.status, self.retry_after = status, retry_after


def fetch(url: str, *, transport: httpx.BaseTransport | None = None, resolve: Resolve | None = None) -> bytes:
    """The bytes behind an https address; NotFetched for private networks, redirects out of https, more than 64 MB.

    Connects to the very address that was checked, so that a name cannot change its mind in between; the certificate
    is checked against the name. A `transport` stands in for the network in demo and tests.
    """
    find = resolve or (_addresses if transport is None else lambda host, port: [])
    with httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False, transport=transport) as client:
        for _ in range(MOST_REDIRECTS + 1):
            parts = _checked(url)
            target = _pinned(parts, find(str(parts.hostname), parts.port or 443))
            found = _ask(client, parts, target)
            if isinstance(found, bytes):
                return found
            url = urljoin(url, found)
    raise NotFetched("Die Adresse leitet immer weiter. Bitte nehmen Sie die endgültige Adresse.")


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotFetched("Die Adresse lässt sich nicht lesen.") from None
    if parts.scheme != "https" or not parts.hostname or port == 0:
        raise NotFetched("Nur Adressen mit https:// werden abgerufen.")
    if parts.username or parts.password:
        raise NotFetched("Die Adresse darf keinen Benutzernamen und kein Passwort enthalten.")
    return parts._replace(fragment="")


def _addresses(host: str, port: int) -> list[str]:
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotFetched(f"Der Rechner „{host[:100]}“ wurde nicht gefunden.") from error
    return [str(row[4][0]).partition("%")[0] for row in rows]


def _pinned(parts: SplitResult, addresses: list[str]) -> str:
    """The address with the checked number in place of the name; as it is where a stand-in plays the network."""
    if not addresses:
        return parts.geturl()
    if not all(map(_public, addresses)):
        raise NotFetched("Die Adresse führt in ein privates Netz. Erlaubt sind nur öffentliche Adressen.")
    host = f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]
    return parts._replace(netloc=f"{host}:{parts.port}" if parts.port else host).geturl()


def _public(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    inside = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    return (inside or ip).is_global and not ip.is_multicast


def _ask(client: httpx.Client, parts: SplitResult, target: str) -> bytes | str:
    """The file, or where to look instead."""
    name = str(parts.hostname)
    headers = {"host": parts.netloc, "user-agent": "Stadtkern", "accept": "application/xml, application/json, */*;q=0.5"}
    try:
        with client.stream("GET", target, headers=headers, extensions={"sni_hostname": name}) as answer:
            if answer.has_redirect_location:
                return str(answer.headers["location"])
            if not answer.is_success:
                retry = answer.headers.get("retry-after", "")
                raise NotFetched(f"{name} antwortet mit Status {answer.status_code}.", answer.status_code, retry)
            return _limited(answer, name)
    except httpx.HTTPError as error:
        raise NotFetched(f"Keine Verbindung zu {name} ({error.__class__.__name__}).", 503) from error
    except (ValueError, httpx.InvalidURL) as error:
        raise NotFetched("Die Adresse lässt sich nicht lesen.") from error


def _limited(answer: httpx.Response, name: str) -> bytes:
    found = bytearray()
    for piece in answer.iter_bytes(65_536):
        found += piece
        if len(found) > MOST_BYTES:
            raise NotFetched(f"Die Datei von {name} ist größer als 64 MB.")
    return bytes(found)
