"""Short secrets the platform must be able to read again (signing secrets, seeds): sealed with keys derived from others."""

import base64
from collections.abc import Iterable

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def sealer(secrets: Iterable[str], purpose: str) -> MultiFernet:
    """Seals with the first secret and opens what any of them sealed; another purpose has other keys."""
    keys = []
    for secret in secrets:
        raw = HKDF(SHA256(), 32, salt=None, info=f"stadtkern {purpose}".encode()).derive(secret.encode())
        keys.append(Fernet(base64.urlsafe_b64encode(raw)))
    return MultiFernet(keys)
