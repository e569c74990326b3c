"""Whom we believe: our own proofs, and those of issuers named in city.toml. Nobody else is ever asked for anything.

[[credentials.trusted]]
issuer = "https://nachbarstadt.example/nachweise"
title = "Stadt Nachbarstadt"
jwks = "nachbarstadt.jwks.json"   # file in the folder of the city; without it the issuer's metadata are fetched
"""

import json
import re
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.core.cache import caches

from stadtkern.kernel.city.profile import city
from stadtkern.lib.sdjwt import Jwk, Reason, Refused, Verified, status
from stadtkern.lib.sdjwt.strict import read_object

from . import keys, places
from .models import StatusList

MOST_BYTES = 3_000_000
TIMEOUT = 5.0
KEEP_KEYS = 3600  # seconds
_UUID = "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
KEEP_LIST = 300  # at most, whatever the list says


@dataclass(frozen=True)
class Issuer:
    """Somebody whose proofs count here."""

    url: str
    title: str
    jwks: str = ""  # file; "" = fetch


def ours() -> Issuer:
    return Issuer(places.issuer(), city().texts.get("title", city().name))


def issuers() -> dict[str, Issuer]:
    """By their `iss`, ourselves included."""
    listed = city().raw.get("credentials", {}).get("trusted", [])
    others = {one["issuer"]: Issuer(one["issuer"], one["title"], one.get("jwks", "")) for one in listed}
    return {**others, places.issuer(): ours()}


def keys_of(issuer: str, kid: str) -> Iterable[Jwk]:
    """For `verify`: the keys of a trusted issuer with this name. Raises Refused."""
    known = issuers().get(issuer)
    if known is None:
        raise Refused(Reason.UNKNOWN_ISSUER, issuer[:100])
    if known.url == places.issuer():
        own = keys.by_kid(kid)
        if own is None:
            raise Refused(Reason.UNKNOWN_KEY, kid[:60])
        return [own.jwk]
    found = [key for key in _their_keys(known) if not kid or key.get("kid") in (kid, None)]
    if not found:
        raise Refused(Reason.UNKNOWN_KEY, kid[:60])
    return found


def _their_keys(issuer: Issuer) -> list[Jwk]:
    if issuer.jwks:
        return _listed(json.loads((city().folder / issuer.jwks).read_text(encoding="utf-8")))
    cached = caches["local"].get(f"credentials:jwks:{issuer.url}")
    if cached is None:
        cached = _fetched_keys(issuer.url)
        caches["local"].set(f"credentials:jwks:{issuer.url}", cached, KEEP_KEYS)
    found: list[Jwk] = cached
    return found


def _fetched_keys(url: str) -> list[Jwk]:
    """JWT VC Issuer Metadata: the well-known word stands between host and path."""
    parts = urlsplit(url)
    metadata = read_object(
        fetch(f"{parts.scheme}://{parts.netloc}/.well-known/jwt-vc-issuer{parts.path.rstrip('/')}"), MOST_BYTES
    )
    if metadata.get("issuer") != url:
        raise Refused(Reason.UNKNOWN_ISSUER, "the metadata are of somebody else")
    if "jwks" in metadata:
        return _listed(metadata["jwks"])
    address = metadata.get("jwks_uri")
    if not isinstance(address, str) or _origin(address) != _origin(url):
        raise Refused(Reason.UNKNOWN_KEY, "keys lie elsewhere")
    return _listed(read_object(fetch(address), MOST_BYTES))


def _listed(jwks: Any) -> list[Jwk]:
    listed = jwks.get("keys") if isinstance(jwks, dict) else None
    return [key for key in listed if isinstance(key, dict)] if isinstance(listed, list) else []


def demand_valid(seen: Verified) -> None:
    """The status list says that this credential still holds; otherwise Refused(REVOKED), or STATUS where it says nothing."""
    if (entry := seen.status) is None:
        return
    uri, index = entry
    found = _own_status(uri, index) if seen.issuer == places.issuer() else _their_status(seen, uri, index)
    if found == status.VALID:
        return
    raise Refused(Reason.REVOKED, f"status {found}")


def _own_status(uri: str, index: int) -> int:
    """From the table, without the detour over a token."""
    row = StatusList.objects.filter(key__in=list_keys(uri)).first()
    if row is None or not 0 <= index < len(row.bits) * 8:
        raise Refused(Reason.STATUS, "no such list")
    return bytes(row.bits)[index // 8] >> index % 8 & 1


def list_keys(uri: str) -> list[str]:
    """The key in the address of a list of ours; empty for any other address."""
    found = re.fullmatch(
        re.escape(places.address("status", uuid.UUID(int=0))).replace(re.escape(str(uuid.UUID(int=0))), _UUID), uri
    )
    return [found[1]] if found else []


def _their_status(seen: Verified, uri: str, index: int) -> int:
    if _origin(uri) != _origin(seen.issuer):
        raise Refused(Reason.STATUS, "the list lies with somebody else")
    key = f"credentials:list:{uri}"
    token = caches["local"].get(key)
    if token is None:
        try:
            token = fetch(uri, accept=status.MEDIA_TYPE).decode("ascii")
        except UnicodeDecodeError:
            raise Refused(Reason.STATUS, "no token") from None
        caches["local"].set(key, token, KEEP_LIST)
    return status.status(token, uri=uri, index=index, keys=_their_keys(issuers()[seen.issuer]), now=time.time())


def _origin(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc


def fetch(url: str, *, accept: str = "application/json") -> bytes:
    """A document of a trusted issuer: https, no redirects, bounded in time and size. Raises Refused(STATUS)."""
    if urlsplit(url).scheme != "https":
        raise Refused(Reason.STATUS, "not https")
    try:
        with httpx.stream("GET", url, headers={"Accept": accept}, timeout=TIMEOUT, follow_redirects=False) as response:
            if response.status_code != 200:
                raise Refused(Reason.STATUS, f"HTTP {response.status_code}")
            found = bytearray()
            for chunk in response.iter_bytes():
                found += chunk
                if len(found) > MOST_BYTES:
                    raise Refused(Reason.STATUS, "too large")
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        raise Refused(Reason.STATUS, type(problem).__name__) from None
    return bytes(found)
