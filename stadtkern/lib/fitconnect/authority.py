"""A certificate authority of one's own, for the demo and for tests; the real chain comes from the Verwaltungs-PKI."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.x509.oid import NameOID

from . import jose

_USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign",
    "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip
_NEEDED = {"wrapKey": {"key_encipherment", "data_encipherment"}, "verify": {"digital_signature"}, "ca": {"key_cert_sign"}}


class Authority:
    """Issues certificates for public keys; `root` is what others have to trust."""

    def __init__(self, key: RSAPrivateKey, root: x509.Certificate) -> None:
        self.key, self.root = key, root

    @classmethod
    def new(cls, name: str, years: int = 10, bits: int = 4096) -> "Authority":
        """A new root."""
        key = generate_private_key(public_exponent=65537, key_size=bits)
        subject = _name(name)
        now = datetime.now(UTC)
        builder = _builder(subject, subject, key.public_key(), now - timedelta(days=1), now + timedelta(days=365 * years))
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        return cls(key, builder.add_extension(_usage("ca"), critical=True).sign(key, hashes.SHA512()))

    @classmethod
    def read(cls, pem: bytes) -> "Authority":
        """What `pem` wrote."""
        key = serialization.load_pem_private_key(pem, None)
        if not isinstance(key, RSAPrivateKey):
            raise ValueError("no RSA key")
        return cls(key, x509.load_pem_x509_certificates(pem)[0])

    def pem(self) -> bytes:
        """Key and root certificate; to be kept secret."""
        plain = serialization.NoEncryption()
        key = self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        return key + self.root_pem()

    def root_pem(self) -> bytes:
        """The root certificate for those who trust it."""
        return self.root.public_bytes(serialization.Encoding.PEM)

    def certified(self, jwk: jose.Jwk, name: str, *, valid_from: datetime | None = None, days: int = 730) -> dict[str, Any]:
        """The public half of `jwk` with a certificate chain (x5c) for its operation."""
        shown = jose.public(jwk)
        key = jose.key_of(shown).raw_value
        assert isinstance(key, RSAPublicKey)
        start = valid_from or datetime.now(UTC) - timedelta(days=1)
        builder = _builder(_name(name), self.root.subject, key, start, start + timedelta(days=days))
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        leaf = builder.add_extension(_usage(shown["key_ops"][0]), critical=True).sign(self.key, hashes.SHA512())
        return {**shown, "x5c": [_der(leaf), _der(self.root)]}


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(operation: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{name: name in _NEEDED[operation] for name in _USAGES})


def _der(certificate: x509.Certificate) -> str:
    return base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()


def _builder(
    subject: x509.Name, issuer: x509.Name, key: RSAPublicKey, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    return builder.serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(end)
