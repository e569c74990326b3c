"""Who asks: the certificate that signs our questions to wallets. The demo makes its own; a city needs an access certificate."""

import base64
import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwe import JWERegistry
from joserfc.jwk import ECKey

from stadtkern.kernel.city.profile import city
from stadtkern.lib.files import PRIVATE, put
from stadtkern.lib.sdjwt import Binding, Reason, Refused
from stadtkern.lib.sdjwt.jose import sign
from stadtkern.lib.sdjwt.strict import read_object

from . import codes, places
from .models import Query
from .questions import ID, Question

MEDIA_TYPE = "oauth-authz-req+jwt"
RESPONSE_MODE = "direct_post.jwt"  # encrypted for us: what stands before our server reads nothing
ENCRYPTION = ("A256GCM", "A128GCM")
MOST_BYTES = 200_000  # of an answer
SECONDS = 300  # a question is open so long


# Order of P-256 (FIPS 186-5): a private key is a number below it.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class _Registry(JWERegistry):
    max_ciphertext_length = MOST_BYTES


_JWE = _Registry(algorithms=["ECDH-ES", *ENCRYPTION], strict_check_header=False)  # no "zip": nothing to blow up


class NotConnected(RuntimeError):
    """There is no certificate to ask with; the message is for the operator."""


@dataclass(frozen=True)
class Certificate:
    key: ECKey
    chain: tuple[bytes, ...]  # DER, our own first

    @property
    def client_id(self) -> str:
        """x509_hash: the name wallets know us by."""
        digest = hashlib.sha256(self.chain[0]).digest()
        return f"x509_hash:{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def certificate() -> Certificate:
    """STADTKERN_VERIFIER_P12 with STADTKERN_VERIFIER_PASSWORD; outside of production one of our own making."""
    if named := os.environ.get("STADTKERN_VERIFIER_P12"):
        return _read(Path(named), os.environ.get("STADTKERN_VERIFIER_PASSWORD", ""))
    if settings.PRODUCTION:
        raise NotConnected("STADTKERN_VERIFIER_P12 is not set: wallets answer only verifiers with an access certificate")
    file = settings.HOME / "keys" / "verifier.p12"
    if not file.exists():
        _make(file)
    return _read(file, "")


@lru_cache(maxsize=4)
def _read(file: Path, password: str) -> Certificate:
    try:
        key, own, others = pkcs12.load_key_and_certificates(file.read_bytes(), password.encode() or None)
    except (OSError, ValueError) as problem:
        raise NotConnected(f"{file} cannot be read: {problem}") from problem
    if own is None or not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise NotConnected(f"{file} must hold a P-256 key with its certificate")
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    chain = tuple(one.public_bytes(serialization.Encoding.DER) for one in (own, *others))
    return Certificate(ECKey.import_key(pem), chain)


def _make(file: Path) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{city().name}: Demo"[:64])])
    host = urlsplit(places.base()).hostname or "localhost"
    own = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    data = pkcs12.serialize_key_and_certificates(b"verifier", key, own, None, serialization.NoEncryption())
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    put(file, data, mode=PRIVATE)


def request_object(query: Query, question: Question, wallet_nonce: str = "") -> str:
    """The signed question (RFC 9101, OpenID4VP 1.0)."""
    known = certificate()
    claims: dict[str, Any] = {
        "iss": known.client_id,
        "aud": "https://self-issued.me/v2",
        "client_id": known.client_id,
        "response_type": "vp_token",
        "response_mode": RESPONSE_MODE,
        "response_uri": places.address("answer", query.handle),
        "nonce": query.nonce,
        "state": codes.state_of(str(query.handle)),
        "iat": int(query.created_at.timestamp()),
        "exp": int(query.expires_at.timestamp()),
        "dcql_query": question.dcql(),
        "client_metadata": {
            "client_name": city().texts.get("title", city().name),
            "purpose": query.purpose,
            "jwks": {"keys": [_answer_key(query).as_dict(private=False) | {"kid": "1", "use": "enc", "alg": "ECDH-ES"}]},
            "encrypted_response_enc_values_supported": list(ENCRYPTION),
            "vp_formats_supported": {"dc+sd-jwt": {"sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"]}},
        },
    }
    if wallet_nonce:
        claims["wallet_nonce"] = wallet_nonce
    listed = [base64.b64encode(one).decode() for one in known.chain]
    return sign(claims, known.key, MEDIA_TYPE, x5c=listed)


def wanted(query: Query) -> Binding:
    """What the holder's signature must say to answer this question."""
    return Binding(certificate().client_id, query.nonce, within=SECONDS)


def _answer_key(query: Query) -> ECKey:
    """The key wallets encrypt the answer to this one question for; worked out, stored nowhere."""
    number = 1 + int(codes.answer_key(str(query.handle)), 16) % (_ORDER - 1)
    key = ec.derive_private_key(number, ec.SECP256R1())
    return ECKey.import_key(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))  # fmt: skip


def opened(query: Query, response: str) -> dict[str, Any]:
    """What stands in an encrypted answer. Raises Refused."""
    if len(response) > MOST_BYTES:
        raise Refused(Reason.TOO_LARGE)
    try:
        found = jwe.decrypt_compact(response.encode("ascii"), _answer_key(query), registry=_JWE)
    except (JoseError, ValueError, TypeError, KeyError):
        raise Refused(Reason.MALFORMED, "cannot be opened") from None
    return read_object(found.plaintext or b"")


def presentation_in(vp_token: Any) -> str:
    """The one presentation in a `vp_token`. Raises Refused."""
    found = vp_token if isinstance(vp_token, dict) else {}
    listed = found.get(ID)
    if set(found) != {ID} or not isinstance(listed, list) or len(listed) != 1 or not isinstance(listed[0], str):
        raise Refused(Reason.MALFORMED, "not the one presentation asked for")
    text: str = listed[0]
    return text
