"""The city's seal on bytes that are no PDF: the anchors of the access log."""

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from .keys import keys


def sign(data: bytes) -> tuple[bytes, bytes]:
    """Signature (SHA-256, ECDSA or RSA) and the certificate (DER) of the day."""
    own = keys()
    certificate = own.certificate.dump()
    if isinstance(own.key, ec.EllipticCurvePrivateKey):
        return own.key.sign(data, ec.ECDSA(hashes.SHA256())), certificate
    return own.key.sign(data, padding.PKCS1v15(), hashes.SHA256()), certificate


def check(data: bytes, signature: bytes, certificate: bytes) -> str:
    """What is wrong, in words; "" for our own seal, also an earlier one whose authority lies in HOME/keys/trusted."""
    try:
        read = x509.load_der_x509_certificate(certificate)
    except ValueError:
        return "Zertifikat nicht lesbar"
    if not _ours(read):
        return "nicht mit dem Siegel der Stadt unterschrieben"
    key = read.public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
        else:
            return "Art des Schlüssels unbekannt"
    except InvalidSignature:
        return "Unterschrift passt nicht zum Inhalt"
    return ""


def _ours(certificate: x509.Certificate) -> bool:
    """Our certificate of today, or one issued by (or standing among) what we trust."""
    own = keys()
    known = [x509.load_der_x509_certificate(one.dump()) for one in (own.certificate, *own.roots)]
    if certificate in known:
        return True
    for issuer in known[1:]:
        try:
            certificate.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature):
            continue
        return True
    return False
