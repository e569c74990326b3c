"""A wallet written from the specifications alone (OpenID4VCI 1.0, OpenID4VP 1.0, SD-JWT VC), on libraries the server does not
use: jwcrypto and the reference implementation of SD-JWT. It knows no address of the server but what it is told.
"""

import base64
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS
from sd_jwt.holder import SDJWTHolder
from sd_jwt.verifier import SDJWTVerifier

PRE_AUTHORISED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"


@dataclass
class Reply:
    status: int
    text: str
    headers: dict[str, str]

    def json(self) -> Any:
        return json.loads(self.text)


# (method, url, headers, body) -> Reply; body is a form (dict), JSON text (str) or nothing
Send = Callable[[str, str, dict[str, str], Any], Reply]


class Problem(Exception):
    """The server said no, or something a wallet must not accept."""

    def __init__(self, said: Any) -> None:
        super().__init__(str(said))
        self.said = said


def well_known(identifier: str, name: str) -> str:
    parts = urlsplit(identifier)
    return f"{parts.scheme}://{parts.netloc}/.well-known/{name}{parts.path}"


@dataclass
class Wallet:
    """Holds keys and credentials of one person."""

    send: Send
    credentials: list[tuple[JWK, str]] = field(default_factory=list)

    def _get(self, url: str, kind: str = "application/json") -> Reply:
        reply = self.send("GET", url, {"Accept": kind}, None)
        if reply.status != 200 or not reply.headers["content-type"].startswith(kind):
            raise Problem((url, reply.status, reply.headers.get("content-type")))
        return reply

    # -------------------------------------------------------------- issuance

    def read_offer(self, link: str) -> dict[str, Any]:
        query = parse_qs(urlsplit(link).query)
        if "credential_offer" in query:
            return json.loads(query["credential_offer"][0])
        return self._get(query["credential_offer_uri"][0]).json()

    def metadata(self, offer: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        identifier = offer["credential_issuer"]
        issuer = self._get(well_known(identifier, "openid-credential-issuer")).json()
        server = self._get(well_known(identifier, "oauth-authorization-server")).json()
        if issuer["credential_issuer"] != identifier or server["issuer"] != identifier:
            raise Problem("the metadata are of somebody else")
        return issuer, server

    def token(self, offer: dict[str, Any], server: dict[str, Any], pin: str | None) -> dict[str, Any]:
        grant = offer["grants"][PRE_AUTHORISED]
        form = {"grant_type": PRE_AUTHORISED, "pre-authorized_code": grant["pre-authorized_code"]}
        if pin is not None:
            form["tx_code"] = pin
        reply = self.send("POST", server["token_endpoint"], {}, form)
        if reply.status != 200:
            raise Problem((reply.status, reply.json()))
        assert "no-store" in reply.headers["cache-control"]
        return reply.json()

    def nonce(self, issuer: dict[str, Any]) -> str:
        reply = self.send("POST", issuer["nonce_endpoint"], {}, {})
        assert reply.status == 200 and "no-store" in reply.headers["cache-control"]
        return reply.json()["c_nonce"]

    def proof(self, key: JWK, issuer: dict[str, Any], nonce: str, **changes: Any) -> str:
        header = {
            "typ": "openid4vci-proof+jwt",
            "alg": "ES256",
            "jwk": key.export_public(as_dict=True) if key.has_public else None,
        }
        claims = {"aud": issuer["credential_issuer"], "iat": int(time.time()), "nonce": nonce}
        header |= changes.pop("header", {})
        claims |= changes
        claims = {name: value for name, value in claims.items() if value is not None}
        token = JWS(json.dumps(claims))
        token.add_signature(key, None, json.dumps(header))
        return token.serialize(compact=True)

    def request(self, issuer: dict[str, Any], token: str, body: Any) -> Reply:
        text = body if isinstance(body, str) else json.dumps(body)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return self.send("POST", issuer["credential_endpoint"], headers, text)

    def fetch(self, link: str, pin: str, keys: int = 1) -> list[str]:
        """The whole way from the QR code to checked credentials in the wallet."""
        offer = self.read_offer(link)
        issuer, server = self.metadata(offer)
        kind = offer["credential_configuration_ids"][0]
        described = issuer["credential_configurations_supported"][kind]
        assert described["format"] == "dc+sd-jwt" and "ES256" in described["credential_signing_alg_values_supported"]
        token = self.token(offer, server, pin)
        nonce = self.nonce(issuer)
        own = [JWK.generate(kty="EC", crv="P-256") for _ in range(keys)]
        proofs = {"jwt": [self.proof(key, issuer, nonce) for key in own]}
        reply = self.request(issuer, token["access_token"], {"credential_configuration_id": kind, "proofs": proofs})
        if reply.status != 200:
            raise Problem((reply.status, reply.json()))
        answer = reply.json()
        found = [one["credential"] for one in answer["credentials"]]
        for key, text in zip(own, found, strict=True):
            self._accept(text, key, offer["credential_issuer"], described["vct"])
            self.credentials.append((key, text))
        told = {"notification_id": answer["notification_id"], "event": "credential_accepted"}
        headers = {"Authorization": f"Bearer {token['access_token']}", "Content-Type": "application/json"}
        assert self.send("POST", issuer["notification_endpoint"], headers, json.dumps(told)).status == 204
        return found

    def _accept(self, text: str, key: JWK, issuer: str, vct: str) -> None:
        """A wallet checks what it gets: signature by a published key, its own key inside, the kind it was promised."""
        keys = self._get(well_known(issuer, "jwt-vc-issuer")).json()
        assert keys["issuer"] == issuer
        claims = SDJWTVerifier(text, lambda iss, header: _by_kid(keys["jwks"], header["kid"])).get_verified_payload()
        assert claims["iss"] == issuer and claims["vct"] == vct
        assert JWK(**claims["cnf"]["jwk"]).thumbprint() == key.thumbprint()
        described = self._get(vct).json()
        assert described["vct"] == vct

    # -------------------------------------------------------------- presentation

    def question(self, link: str) -> dict[str, Any]:
        """Fetch and check the signed question behind a QR code."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
        form = {"wallet_nonce": "n-123"}
        headers = {"Accept": "application/oauth-authz-req+jwt"}
        reply = self.send("POST", query["request_uri"], headers, form)
        if reply.status != 200 or reply.headers["content-type"] != "application/oauth-authz-req+jwt":
            raise Problem(reply.status)
        token = JWS()
        token.deserialize(reply.text)
        header = json.loads(token.objects["protected"])
        leaf = base64.b64decode(header["x5c"][0])
        named = "x509_hash:" + base64.urlsafe_b64encode(hashlib.sha256(leaf).digest()).rstrip(b"=").decode()
        token.verify(JWK.from_pem(_pem(leaf)))
        asked = json.loads(token.payload)
        assert asked["client_id"] == query["client_id"] == named and header["typ"] == "oauth-authz-req+jwt"
        assert asked["wallet_nonce"] == "n-123" and asked["response_mode"] == "direct_post.jwt"
        assert asked["exp"] > time.time() and len(asked["nonce"]) >= 22
        return asked

    def presentation(self, asked: dict[str, Any], number: int = 0, **changes: Any) -> str:
        """One credential with only the claims that are asked for, bound to this question."""
        key, text = self.credentials[number]
        wanted: dict[str, Any] = {}
        for claim in asked["dcql_query"]["credentials"][0]["claims"]:
            place = wanted
            for part in claim["path"][:-1]:
                place = place.setdefault(part, {})
            place[claim["path"][-1]] = True
        holder = SDJWTHolder(text)
        aud, nonce = changes.get("aud", asked["client_id"]), changes.get("nonce", asked["nonce"])
        holder.create_presentation(changes.get("wanted", wanted), nonce=nonce, aud=aud, holder_key=changes.get("key", key))
        return holder.sd_jwt_presentation

    def answer(self, asked: dict[str, Any], presentation: str, **changes: Any) -> Reply:
        """Encrypted for the key in the question (OpenID4VP 1.0, 8.3)."""
        name = asked["dcql_query"]["credentials"][0]["id"]
        claims = {"vp_token": {name: [presentation]}, "state": asked["state"], **changes}
        metadata = asked["client_metadata"]
        key = metadata["jwks"]["keys"][0]
        enc = metadata["encrypted_response_enc_values_supported"][0]
        token = JWE(json.dumps(claims), json.dumps({"alg": key["alg"], "enc": enc, "kid": key["kid"]}))
        token.add_recipient(JWK(**key))
        return self.send("POST", asked["response_uri"], {}, {"response": token.serialize(compact=True)})


def _by_kid(jwks: dict[str, Any], kid: str) -> JWK:
    return next(JWK(**key) for key in jwks["keys"] if key["kid"] == kid)


def _pem(der: bytes) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from cryptography.x509 import load_der_x509_certificate

    key = load_der_x509_certificate(der).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
