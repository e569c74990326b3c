"""Whose seal it is: a demo authority made at first run, or the city's own certificate (PKCS#12)."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings

from stadtkern.kernel.city.profile import city
from stadtkern.lib.files import PRIVATE, alone, put

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
DEMO_YEARS = 10


class NoSeal(RuntimeError):
    """The seal's key or certificate cannot be used; the message is for the operator."""


@dataclass(frozen=True)
class Keys:
    """Loaded once per process: parsing a key for every letter costs ten times the signing."""

    key: Key
    certificate: asn1.Certificate
    chain: tuple[asn1.Certificate, ...]  # issuers that go into the seal, nearest first
    roots: tuple[asn1.Certificate, ...]  # what we ourselves trust when checking

    @property
    def name(self) -> str:
        """Common name on the certificate."""
        return str(self.certificate.subject.native.get("common_name", ""))


@cache
def keys() -> Keys:
    """The city's key: STADTKERN_SEAL_P12 with STADTKERN_SEAL_PASSWORD, otherwise (never in production) the demo's."""
    if file := os.environ.get("STADTKERN_SEAL_P12"):
        return _from_file(Path(file), os.environ.get("STADTKERN_SEAL_PASSWORD", ""))
    if settings.PRODUCTION:
        raise NoSeal("STADTKERN_SEAL_P12 is not set: in production the city seals with its own certificate")
    folder = settings.HOME / "keys"
    with alone(folder):
        if not (folder / "seal.p12").exists():
            _make_demo(folder)
    return _from_file(folder / "seal.p12", "")


def _from_file(file: Path, password: str) -> Keys:
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(file.read_bytes(), password.encode() or None)
    except (OSError, ValueError) as problem:
        raise NoSeal(f"The seal in {file} cannot be read: {problem}") from problem
    if certificate is None or not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise NoSeal(f"{file} must hold an RSA or elliptic curve key with its certificate")
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < 3000:
        raise NoSeal(f"{file}: RSA keys need 3000 bits or more (BSI TR-02102-1)")
    now = datetime.now(UTC)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise NoSeal(f"The certificate in {file} is valid from {certificate.not_valid_before_utc} to "
                     f"{certificate.not_valid_after_utc} only")  # fmt: skip
    chain = tuple(_plain(other) for other in others)
    own_roots = tuple(other for other in chain if other.self_signed != "no")
    return Keys(key, _plain(certificate), chain, own_roots + _trusted_besides())


def _trusted_besides() -> tuple[asn1.Certificate, ...]:
    """Authorities of earlier seals: every HOME/keys/trusted/*.pem, so that old papers still check."""
    folder = settings.HOME / "keys" / "trusted"
    return tuple(_plain(found) for file in sorted(folder.glob("*.pem"))
                 for found in x509.load_pem_x509_certificates(file.read_bytes()))  # fmt: skip


def _plain(certificate: x509.Certificate) -> asn1.Certificate:
    return asn1.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


# ------------------------------------------------------------------ the demo authority


def _make_demo(folder: Path) -> None:
    """An authority and a seal certificate, P-256; the authority's own key is thrown away at once."""
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority_name = _name(f"{city().name}: Demo-Zertifizierungsstelle")
    authority = _build(authority_name, authority_name, authority_key.public_key(), authority_key, is_authority=True)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _build(_name(f"{city().name}: Demo-Siegel"), authority_name, key.public_key(), authority_key)
    bundle = pkcs12.serialize_key_and_certificates(b"seal", key, certificate, [authority], serialization.NoEncryption())
    put(folder / "ca.pem", authority.public_bytes(serialization.Encoding.PEM), mode=0o644)
    put(folder / "seal.p12", bundle, mode=PRIVATE)


def _name(common: str) -> x509.Name:
    parts = [(NameOID.COUNTRY_NAME, "DE"), (NameOID.ORGANIZATION_NAME, city().name), (NameOID.COMMON_NAME, common[:64])]
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in parts])


def _build(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    signer: ec.EllipticCurvePrivateKey,
    *,
    is_authority: bool = False,
) -> x509.Certificate:
    start = datetime.now(UTC) - timedelta(hours=1)  # clocks differ
    usage = x509.KeyUsage(
        digital_signature=not is_authority, content_commitment=not is_authority, key_cert_sign=is_authority,
        crl_sign=is_authority, key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=365 * DEMO_YEARS + (3 if is_authority else 0)))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
