"""Keys for SAML: the city's own (PKCS#12), and in demo and test those of the simulators, made at first use."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings

from stadtkern.kernel.city.profile import city
from stadtkern.lib.files import PRIVATE, alone, put

LEAST_BITS = 2048  # what we accept of others; our own keys have 3072
OWN_BITS = 3072


class NoKey(RuntimeError):
    """The key or certificate cannot be used; the message is for the operator."""


@dataclass(frozen=True)
class Pair:
    key: bytes  # PEM, unencrypted
    certificate: bytes  # PEM

    @property
    def bare_certificate(self) -> str:
        """Base64 without the frame, as metadata wants it."""
        return "".join(line for line in self.certificate.decode().splitlines() if "-----" not in line)


def own() -> Pair:
    """The city's key: STADTKERN_SAML_P12 with STADTKERN_SAML_PASSWORD, otherwise (never in production) one made here."""
    if file := os.environ.get("STADTKERN_SAML_P12"):
        return _read(Path(file), os.environ.get("STADTKERN_SAML_PASSWORD", ""))
    if settings.PRODUCTION:
        raise NoKey("STADTKERN_SAML_P12 is not set: in production the city signs its questions with its own key")
    return _made("saml-demo")


def simulator(name: str) -> Pair:
    """The key of one of our simulators; there are none in production."""
    if settings.PRODUCTION:
        raise NoKey("Simulators have no place in production")
    return _made(f"{name}-simulator")


def _made(name: str) -> Pair:
    folder = settings.HOME / "keys"
    file = folder / f"{name}.p12"
    with alone(folder):
        if not file.exists():
            put(file, _new(f"{city().name}: {name}"), mode=PRIVATE)
    return _read(file, "")


@cache
def _read(file: Path, password: str) -> Pair:
    try:
        key, certificate, _others = pkcs12.load_key_and_certificates(file.read_bytes(), password.encode() or None)
    except (OSError, ValueError) as problem:
        raise NoKey(f"The key in {file} cannot be read: {problem}") from problem
    if certificate is None or not isinstance(key, rsa.RSAPrivateKey) or key.key_size < LEAST_BITS:
        raise NoKey(f"{file} must hold an RSA key of {LEAST_BITS} bits or more with its certificate")
    plain = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Pair(plain, certificate.public_bytes(serialization.Encoding.PEM))


def _new(common: str) -> bytes:
    key = rsa.generate_private_key(65537, OWN_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])
    start = datetime.now(UTC) - timedelta(hours=1)  # clocks differ
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(b"saml", key, certificate, None, serialization.NoEncryption())
