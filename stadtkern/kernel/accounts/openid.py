"""OpenID Connect as a client who has read the list of attacks: discovery, code with PKCE, an ID token believed after checks."""

import base64
import hashlib
import json
import logging
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

import httpx
from django.conf import settings
from django.core.cache import caches
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from .adapters import SIMULATES, Refused, Unavailable

log = logging.getLogger(__name__)
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
SKEW = 60
LONGEST = 600  # seconds an ID token may be old when it comes
PATIENCE = 5.0
MOST_BYTES = 256 * 1024
KEPT = 600  # seconds what a provider says about itself is believed
AGAIN = 60  # seconds before its keys are asked for once more because of an unknown one
TRANSPORT: httpx.BaseTransport | None = None  # tests put an invented internet here


@dataclass(frozen=True)
class Client:
    """Who we are at this provider."""

    issuer: str
    id: str
    secret: str
    redirect_uri: str
    scope: str = "openid email profile"


def discover(client: Client) -> dict[str, Any]:
    """What the provider says about itself, if it is the one we mean. Raises Unavailable or Refused."""
    address = client.issuer.rstrip("/") + "/.well-known/openid-configuration"
    known: dict[str, Any] | None = caches["local"].get(f"openid:{address}")
    if known is None:
        known = _fetch("GET", address)
        if known.get("issuer") != client.issuer:
            raise Refused("issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            _guard(str(known.get(name, "")))
        caches["local"].set(f"openid:{address}", known, KEPT)
    return known


def question(client: Client, state: str) -> tuple[str, dict[str, str]]:
    """The address to send the browser to, and what must be remembered until it comes back."""
    about = discover(client)
    nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code", "client_id": client.id, "redirect_uri": client.redirect_uri, "scope": client.scope,
        "state": state, "nonce": nonce, "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    endpoint = str(about["authorization_endpoint"])
    address = f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"
    return address, {"nonce": nonce, "verifier": verifier, "issuer": client.issuer}


def claims(client: Client, kept: Mapping[str, str], query: Mapping[str, str]) -> dict[str, Any]:
    """Who it is, from the code in the query. Raises Refused or Unavailable."""
    about = discover(client)
    stated = query.get("iss")
    if kept.get("issuer") != client.issuer or stated not in (None, client.issuer):
        raise Refused("mix-up")
    if stated is None and about.get("authorization_response_iss_parameter_supported"):
        raise Refused("mix-up")
    code, verifier = query.get("code", ""), kept.get("verifier", "")
    if not code or len(code) > 2000 or not verifier:
        raise Refused("code")
    tokens = _redeem(client, about, code, verifier)
    told = checked(client, about, str(tokens.get("id_token", "")), kept.get("nonce", ""), str(tokens.get("access_token", "")))
    return {**_more(about, tokens, told), **told}


def _redeem(client: Client, about: Mapping[str, Any], code: str, verifier: str) -> dict[str, Any]:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": client.redirect_uri,
            "client_id": client.id, "code_verifier": verifier}  # fmt: skip
    answer = _fetch("POST", about["token_endpoint"], data=form, auth=(client.id, client.secret))
    if answer.get("error") or str(answer.get("token_type", "")).lower() != "bearer":
        raise Refused("code")
    return answer


def checked(client: Client, about: Mapping[str, Any], token: str, nonce: str, access: str) -> dict[str, Any]:
    """The claims of an ID token, all of its promises kept."""
    if not token or len(token) > 20_000 or not nonce:
        raise Refused("token")
    header, told = _opened(about, token)
    now = time.time()
    if told.get("iss") != client.issuer:
        raise Refused("issuer")
    audience = told.get("aud")
    audience = audience if isinstance(audience, list) else [audience]
    if client.id not in audience:
        raise Refused("audience")
    if (len(audience) > 1 or "azp" in told) and told.get("azp") != client.id:
        raise Refused("azp")
    if not _number(told.get("exp")) or told["exp"] + SKEW <= now:
        raise Refused("expired")
    if not _number(told.get("iat")) or not now - LONGEST - SKEW <= told["iat"] <= now + SKEW:
        raise Refused("issued")
    if "nbf" in told and (not _number(told["nbf"]) or told["nbf"] > now + SKEW):
        raise Refused("not yet")
    if not secrets.compare_digest(str(told.get("nonce", "")).encode(), nonce.encode()):
        raise Refused("nonce")
    subject = told.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 200:
        raise Refused("subject")
    if "at_hash" in told and told["at_hash"] != _half_hash(access, str(header["alg"])):
        raise Refused("at_hash")
    return told


def _opened(about: Mapping[str, Any], token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    for again in (False, True):  # keys are changed now and then: ask once more, but not for every odd token
        try:
            keys = _keys(about["jwks_uri"], again)
            found = jwt.decode(token, keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError, TypeError, KeyError) as problem:
            if again or not _unknown_key(token, about):
                log.warning("ID token refused: %s", problem)
                raise Refused("signature") from problem
            continue
        if not isinstance(found.claims, dict) or "crit" in found.header:
            raise Refused("token")
        return dict(found.header), dict(found.claims)
    raise Refused("signature")


def _unknown_key(token: str, about: Mapping[str, Any]) -> bool:
    try:
        kid = jwt_header(token).get("kid")
    except ValueError:
        return False
    known = {key.get("kid") for key in (caches["local"].get(f"openid:{about['jwks_uri']}") or {}).get("keys", [])}
    return kid not in known and caches["local"].add(f"openid:again:{about['jwks_uri']}", True, AGAIN)


def jwt_header(token: str) -> dict[str, Any]:
    """Unverified. Raises ValueError."""
    first = token.split(".", 1)[0]
    header = json.loads(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    if not isinstance(header, dict):
        raise ValueError("header")
    return header


def _keys(address: str, again: bool) -> KeySet:
    known = None if again else caches["local"].get(f"openid:{address}")
    if known is None:
        known = _fetch("GET", address)
        caches["local"].set(f"openid:{address}", known, KEPT)
    usable = [
        key
        for key in known.get("keys", [])
        if isinstance(key, dict) and key.get("kty") in ("RSA", "EC") and key.get("use", "sig") == "sig"
    ]
    return KeySet.import_key_set({"keys": usable})


def _more(about: Mapping[str, Any], tokens: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """The provider's page about the person, only where the token says no address and only about the same person."""
    if "email" in told or not about.get("userinfo_endpoint"):
        return {}
    more = _fetch("GET", str(about["userinfo_endpoint"]), headers={"Authorization": f"Bearer {tokens.get('access_token', '')}"})
    if more.get("sub") != told["sub"]:
        raise Refused("userinfo")
    return {name: more[name] for name in ("email", "email_verified") if name in more}


def _half_hash(access: str, algorithm: str) -> str:
    digest = hashlib.new(f"sha{algorithm[2:]}", access.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**12


def _guard(address: str) -> None:
    parts = urlsplit(address)
    plain = settings.MODE in SIMULATES and parts.scheme == "http"
    if not parts.hostname or not (parts.scheme == "https" or plain):
        raise Refused("address")


def _fetch(method: str, address: str, **more: Any) -> dict[str, Any]:
    _guard(address)
    try:
        with (
            httpx.Client(transport=TRANSPORT, timeout=PATIENCE, follow_redirects=False) as web,
            web.stream(method, address, **more) as answer,
        ):
            body = b"".join(_bounded(answer))
            if answer.status_code >= 500:
                raise Unavailable(str(answer.status_code))
            found = httpx.Response(answer.status_code, content=body).json()
    except (httpx.HTTPError, httpx.InvalidURL) as away:
        raise Unavailable(type(away).__name__) from away
    except ValueError as odd:
        raise Refused("answer") from odd
    if not isinstance(found, dict) or (method == "GET" and answer.status_code != 200):
        raise Refused("answer")
    return cast(dict[str, Any], found)


def _bounded(answer: httpx.Response) -> list[bytes]:
    parts, size = [], 0
    for part in answer.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > MOST_BYTES:
            raise Refused("answer")
    return parts
