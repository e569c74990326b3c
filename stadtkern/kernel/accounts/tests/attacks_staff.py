"""The table of attacks on the staff's sign-in by OpenID Connect: what the other side, or somebody between, tries."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from .other_side import CLIENT, Provider


@dataclass(frozen=True)
class Attack:
    name: str
    what: str
    refused_by: str
    provider: Callable[[Provider], Any] | None = None  # the provider, or a thief of its traffic, behaves differently
    query: Callable[[dict[str, str]], dict[str, str]] | None = None  # the way back is bent
    kept: Callable[[dict[str, str]], dict[str, str]] | None = None  # what our session remembers is another question's
    claims: dict[str, Any] | None = None  # in the ID token; None takes a claim away


def _compact(header: dict[str, Any], told: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    signed = f"{part(json.dumps(header).encode())}.{part(json.dumps(told).encode())}"
    return f"{signed}.{part(sign(signed.encode()))}"


def _rsa(provider: Provider) -> Callable[[bytes], bytes]:
    key = provider.key.get_private_key()
    return lambda data: key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def hs256(provider: Provider) -> None:
    public = provider.key.as_pem(is_private=False)
    provider.header = {"alg": "HS256", "kid": "a"}
    provider.by_hand = lambda head, told: _compact(head, told, lambda data: hmac.new(public, data, "sha256").digest())


def none(provider: Provider) -> None:
    provider.header = {"alg": "none"}
    provider.by_hand = lambda head, told: _compact(head, told, lambda data: b"")


def stranger(provider: Provider) -> None:
    provider.signs_with = provider.stranger


def header(**more: Any) -> Callable[[Provider], None]:
    def change(provider: Provider) -> None:
        provider.header = {**provider.header, **more}
        provider.by_hand = lambda head, told: _compact(head, told, _rsa(provider))

    return change


def own_key_in_header(provider: Provider) -> None:
    provider.header = {**provider.header, "jwk": provider.stranger.as_dict(is_private=False)}
    provider.signs_with = provider.stranger


def says(**more: Any) -> Callable[[Provider], None]:
    def change(provider: Provider) -> None:
        provider.about = {**provider.about, **more}

    return change


def token(text: Any) -> Callable[[Provider], None]:
    def change(provider: Provider) -> None:
        provider.token = text

    return change


def other_userinfo(provider: Provider) -> None:
    provider.about["userinfo_endpoint"] = f"{CLIENT.issuer}/userinfo"
    provider.userinfo = {"sub": "somebody-else", "email": "clerk@stadt.example", "email_verified": True}
    provider.claims = {"email": None, "email_verified": None}


def later(seconds: int) -> int:
    return int(time.time()) + seconds


ATTACKS = [
    Attack("nonce", "ID token of another sign-in (nonce)", "nonce", claims={"nonce": "another"}),
    Attack("no nonce", "ID token without nonce", "nonce", claims={"nonce": None}),
    Attack("issuer", "ID token of another issuer", "issuer", claims={"iss": "https://boese.example"}),
    Attack("mix-up", "The way back names another provider (RFC 9207)", "mix-up", query=lambda q: q | {"iss": "https://boese.example"}),
    Attack("silent mix-up", "The provider promises its name and it is missing", "mix-up",
           provider=says(authorization_response_iss_parameter_supported=True)),
    Attack("other contract", "The question was put to another provider", "mix-up", kept=lambda k: k | {"issuer": "https://alt.example"}),
    Attack("audience", "ID token for another client", "audience", claims={"aud": "andere-anwendung"}),
    Attack("azp", "Several audiences, made for another one of them", "azp", claims={"aud": [CLIENT.id, "x"], "azp": "x"}),
    Attack("no azp", "Several audiences and nobody it was made for", "azp", claims={"aud": [CLIENT.id, "x"]}),
    Attack("alg none", "ID token without a signature", "signature", provider=none),
    Attack("hs256", "HMAC with the public key as secret", "signature", provider=hs256),
    Attack("foreign key", "Signed by a stranger under the known key id", "signature", provider=stranger),
    Attack("key in header", "The token brings its own key", "signature", provider=own_key_in_header),
    Attack("kid unknown", "A key id the provider does not publish", "signature", provider=header(kid="b")),
    Attack("kid path", "A key id that is a path", "signature", provider=header(kid="../../etc/passwd")),
    Attack("crit", "A header that must be understood and is not", "signature", provider=header(crit=["exp2"], exp2=1)),
    Attack("expired", "ID token past its time", "expired", claims={"exp": later(-3600)}),
    Attack("no end", "ID token without an end", "expired", claims={"exp": None}),
    Attack("end as text", "An end that is no number", "expired", claims={"exp": "9999999999"}),
    Attack("endless", "An end beyond all numbers", "expired", claims={"exp": 10**30}),
    Attack("old", "Issued an hour ago", "issued", claims={"iat": later(-3600)}),
    Attack("future", "Issued tomorrow", "issued", claims={"iat": later(86400)}),
    Attack("not before", "Not valid yet", "not yet", claims={"nbf": later(3600)}),
    Attack("at_hash", "Access token swapped", "at_hash", claims={"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}),
    Attack("no subject", "ID token about nobody", "subject", claims={"sub": None}),
    Attack("subject as list", "A subject that is no word", "subject", claims={"sub": ["emp-4711"]}),
    Attack("userinfo", "The page about the person speaks of somebody else", "userinfo", provider=other_userinfo),
    Attack("code replay", "The same code a second time", "code", query=lambda q: q | {"code": "code-used"}),
    Attack("stolen code", "A code stolen from another browser: the verifier does not fit", "code",
           kept=lambda k: k | {"verifier": "x" * 64}),
    Attack("no verifier", "No PKCE verifier", "code", kept=lambda k: k | {"verifier": ""}),
    Attack("no code", "The way back without a code", "code", query=lambda q: {"state": "s"}),
    Attack("not a token", "Something that is no token", "signature", provider=token("a.b.c")),
    Attack("token as object", "An object where a token should be", "signature", provider=token({"a": 1})),
    Attack("huge token", "A token of 1 MB", "answer", provider=token("a" * 1_000_000)),
    Attack("false discovery", "Discovery speaks of another issuer", "issuer", provider=says(issuer="https://boese.example")),
    Attack("unencrypted endpoint", "Discovery sends the code to a plain file", "address", provider=says(token_endpoint="file:///etc/passwd")),
]  # fmt: skip
