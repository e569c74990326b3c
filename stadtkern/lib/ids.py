"""Numbers people read aloud, and secrets only a browser knows."""

import hashlib
import re
import secrets

# No vowels (no words by accident), no I, L, O, 1; 29 characters: a prime, so that the check finds every single
# wrong character and every swap of two.
ALPHABET = "023456789BCDFGHJKMNPQRSTVWXYZ"
_RANDOM, _GROUP = 7, 4


def reference(prefix: str) -> str:
    """A new reference such as "MS-7F3K-9QXM": seven random characters and one check character (1.7 · 10^10 values)."""
    body = drawn(_RANDOM)
    return _written(prefix, body + check_character(prefix, body))


def check_character(prefix: str, body: str) -> str:
    """Weighted sum modulo 29 over the body; the prefix counts too, so that another city's number is not taken for ours."""
    start = sum((place + 11) * ord(letter) for place, letter in enumerate(prefix))
    total = start + sum((place + 2) * ALPHABET.index(letter) for place, letter in enumerate(body))
    return ALPHABET[total % len(ALPHABET)]


def read_reference(text: str, prefix: str) -> str | None:
    """The reference somebody typed (small letters, spaces, O for 0), or None when it cannot be one."""
    plain = re.sub(r"[^0-9A-Z]", "", text.upper())
    if not plain.startswith(prefix):
        return None
    plain = plain[len(prefix) :].replace("O", "0")
    if len(plain) != _RANDOM + 1 or any(letter not in ALPHABET for letter in plain):
        return None
    return _written(prefix, plain) if check_character(prefix, plain[:-1]) == plain[-1] else None


def drawn(length: int) -> str:
    """So many letters by lot, for a code somebody types."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def typed(code: str) -> str:
    """The letters of a code somebody typed: spaces, dashes, small letters and O for 0 do not matter."""
    return "".join(letter for letter in code[:100].upper().replace("O", "0") if letter in ALPHABET)


def _written(prefix: str, body: str) -> str:
    return f"{prefix}-{body[:_GROUP]}-{body[_GROUP:]}"


def secret() -> str:
    """256 random bits, for a cookie or a link."""
    return secrets.token_urlsafe(32)


def digest(text: str) -> str:
    """SHA-256 in hex: what the database keeps of a secret."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
