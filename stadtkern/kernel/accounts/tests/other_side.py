"""An OpenID provider on an invented internet, its tokens made by Authlib: the independent other side of our staff sign-in."""

import base64
import hashlib
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx
from authlib.jose import JsonWebKey, JsonWebToken

from stadtkern.kernel.accounts import openid

ISSUER = "https://login.stadt.example/realms/stadt"
CLIENT = openid.Client(ISSUER, "stadtkern", "geheimes-wort", "https://stadt.example/konto/ausweisen/zurueck/")


class Provider:
    """Answers like a real one; a test changes what it says before it says it."""

    def __init__(self) -> None:
        self.key = JsonWebKey.generate_key("RSA", 2048, {"kid": "a"}, is_private=True)
        self.stranger = JsonWebKey.generate_key("RSA", 2048, {"kid": "a"}, is_private=True)
        self.about = {
            "issuer": ISSUER, "authorization_endpoint": f"{ISSUER}/auth", "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
        }  # fmt: skip
        self.codes: dict[str, dict[str, str]] = {}
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "a"}
        self.signs_with: Any = self.key
        self.by_hand: Callable[[dict[str, Any], dict[str, Any]], str] | None = None
        self.token: Any = None  # instead of a token of its own
        self.userinfo: dict[str, Any] = {}
        self.asked: list[str] = []

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    def ask(self, question: dict[str, str]) -> str:
        """The person agrees: a code for this question."""
        code = f"code-{len(self.codes)}"
        self.codes[code] = question
        return code

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        if request.url.path.endswith("/.well-known/openid-configuration"):
            return httpx.Response(200, json=self.about)
        if request.url.path.endswith("/keys"):
            return httpx.Response(200, json={"keys": [self.key.as_dict(is_private=False)]})
        if request.url.path.endswith("/userinfo"):
            return httpx.Response(200, json=self.userinfo)
        assert request.url.path.endswith("/token"), request.url
        return self.redeem(request)

    def redeem(self, request: httpx.Request) -> httpx.Response:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        secret = base64.b64encode(f"{CLIENT.id}:{CLIENT.secret}".encode()).decode()
        asked = self.codes.pop(form.get("code", ""), None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        same = asked and asked["redirect_uri"] == form.get("redirect_uri") and asked["code_challenge"] == proof
        if request.headers.get("Authorization") != f"Basic {secret}" or not same or form["grant_type"] != "authorization_code":
            return httpx.Response(400, json={"error": "invalid_grant"})
        token = self.token or self.id_token(asked["nonce"])
        return httpx.Response(200, json={"access_token": "access", "token_type": "Bearer", "id_token": token})

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        half = base64.urlsafe_b64encode(hashlib.sha256(b"access").digest()[:16]).rstrip(b"=").decode()
        told = {"iss": ISSUER, "sub": "emp-4711", "aud": CLIENT.id, "iat": now, "exp": now + 300, "nonce": nonce,
                "email": "clerk@stadt.example", "email_verified": True, "at_hash": half}  # fmt: skip
        told = {name: value for name, value in {**told, **self.claims}.items() if value is not None}
        if self.by_hand:  # what a decent library refuses to make
            return self.by_hand(self.header, told)
        return JsonWebToken(["RS256"]).encode(self.header, told, self.signs_with).decode()
