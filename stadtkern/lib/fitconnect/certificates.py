"""Whether a destination's key may be used: operation, length, and its certificate chain up to a root we trust.

FITKO documentation, "Verschlüsseln": JWK with `x5c`, RSA 4096, `wrapKey` for encryption and `verify` for signatures.
Not checked here: revocation (OCSP, CRL), because it needs the network of the Verwaltungs-PKI.
"""

import base64
import binascii
import itertools
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from . import jose

LEAST_BITS = 4096
LONGEST_CHAIN = 6
ALGORITHMS = {"wrapKey": "RSA-OAEP-256", "verify": "PS512"}
_TOO_WEAK = {"md5", "sha1"}


class KeyRefused(Exception):
    """This key must not be used; `code` is one of: operation, length, chain, expired, purpose, root, key."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


def check_key(
    jwk: jose.Jwk,
    roots: Sequence[x509.Certificate],
    operation: str,
    *,
    now: datetime | None = None,
    least_bits: int = LEAST_BITS,
) -> None:
    """Refuse a public key that is not made for `operation` ("wrapKey" or "verify") or not vouched for. Raises KeyRefused."""
    moment = now or datetime.now(UTC)
    if jwk.get("key_ops") != [operation] or jwk.get("alg") != ALGORITHMS[operation]:
        raise KeyRefused("operation", f"the key is not meant for {operation}")
    try:
        key = jose.key_of(jose.public(jwk)).raw_value
    except ValueError as error:
        raise KeyRefused("key", str(error)) from None
    if not isinstance(key, RSAPublicKey) or key.key_size < least_bits:
        raise KeyRefused("length", f"RSA with at least {least_bits} bits is required")
    chain = _read(jwk.get("x5c"))
    leaf = chain[0].public_key()
    if not isinstance(leaf, RSAPublicKey) or leaf.public_numbers() != key.public_numbers():
        raise KeyRefused("chain", "the certificate is for another key")
    _purpose(chain[0], operation)
    for certificate in chain:
        if not certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc:
            raise KeyRefused("expired", f"a certificate is valid only until {certificate.not_valid_after_utc:%Y-%m-%d}")
    _links(chain, roots, moment)


def load(text: bytes) -> list[x509.Certificate]:
    """Root certificates from PEM."""
    return x509.load_pem_x509_certificates(text)


def _read(listed: Any) -> list[x509.Certificate]:
    if not isinstance(listed, list) or not 1 <= len(listed) <= LONGEST_CHAIN:
        raise KeyRefused("chain", "no certificate chain (x5c)")
    try:
        return [x509.load_der_x509_certificate(base64.b64decode(one, validate=True)) for one in listed]
    except (ValueError, TypeError, binascii.Error):
        raise KeyRefused("chain", "a certificate cannot be read") from None


def _purpose(leaf: x509.Certificate, operation: str) -> None:
    try:
        usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return  # older certificates of the PKI carry no restriction
    fits = usage.digital_signature if operation == "verify" else usage.key_encipherment or usage.data_encipherment
    if not fits:
        raise KeyRefused("purpose", f"the certificate does not allow {operation}")


def _links(chain: list[x509.Certificate], roots: Sequence[x509.Certificate], moment: datetime) -> None:
    """Every certificate is issued by the next, the last by a root (or is one); issuers are authorities."""
    for below, above in itertools.pairwise(chain):
        _issued(below, above)
    last = chain[-1]
    if any(last == root for root in roots):
        return
    for root in roots:
        if last.issuer == root.subject and root.not_valid_before_utc <= moment <= root.not_valid_after_utc:
            _issued(last, root)
            return
    raise KeyRefused("root", "the chain does not end at a trusted root")


def _issued(below: x509.Certificate, above: x509.Certificate) -> None:
    digest = below.signature_hash_algorithm
    if digest is None or digest.name in _TOO_WEAK:
        raise KeyRefused("chain", "a certificate is signed with a weak hash")
    try:
        authority = above.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        below.verify_directly_issued_by(above)
    except (x509.ExtensionNotFound, ValueError, TypeError, InvalidSignature):
        raise KeyRefused("chain", "a certificate was not issued by the next one") from None
    if not authority:
        raise KeyRefused("chain", "an issuer is not an authority")
