"""What a pairing shows: the code in the QR, the short one to type, three numbers; worked out, never stored."""

import base64
import secrets
from collections.abc import Callable

from cryptography.fernet import InvalidToken, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from stadtkern.lib import ids
from stadtkern.lib.secret_text import sealer

SALT = "stadtkern pairing"
ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"  # RFC 8628 section 6.1: no vowels, nothing that looks alike
LETTERS = 8
TITLES: list[Callable[[str], str]] = []  # filled by site/wiring.py: what an address of ours is called, "" for no idea


def code(nonce: str) -> str:
    """For the QR: 132 bits."""
    return base64.urlsafe_b64encode(_draw(nonce, "code"))[:22].decode()


def short(nonce: str) -> str:
    """For the keyboard: 34 bits, two minutes, few tries."""
    number, letters = int.from_bytes(_draw(nonce, "short"), "big"), ""
    for _place in range(LETTERS):
        number, at = divmod(number, len(ALPHABET))
        letters += ALPHABET[at]
    return letters


def written(letters: str) -> str:
    """WDJB-MJHT."""
    return f"{letters[:4]}-{letters[4:]}"


def read(text: str) -> str | None:
    """The short code as somebody typed it (small letters, spaces, dashes); None when it cannot be one."""
    plain = "".join(letter for letter in text[:40].upper() if letter.isalnum())
    return plain if len(plain) == LETTERS and all(letter in ALPHABET for letter in plain) else None


def numbers(nonce: str, right: int) -> list[int]:
    """Three numbers in an order that stays, one of them the right one."""
    drawn, found = _draw(nonce, "numbers"), [right]
    for byte in drawn:
        other = 10 + byte % 90
        if other not in found and len(found) < 3:
            found.append(other)
    return sorted(found, key=lambda one: salted_hmac(SALT, f"{nonce}:{one}", algorithm="sha256").digest())


def _draw(nonce: str, what: str) -> bytes:
    return salted_hmac(SALT, f"{nonce}:{what}", algorithm="sha256").digest()


def browser(request: HttpRequest) -> str:
    """The digest of a secret this browser's session holds; made when first asked for, lives through signing in."""
    if "screen" not in request.session:
        request.session["screen"] = secrets.token_urlsafe(24)
    return ids.digest(str(request.session["screen"]))


def title_of(address: str) -> str:
    """What the page at this address is called."""
    return next((title for name in TITLES if (title := name(address))), "")


def seal(text: str) -> str:
    """For two minutes in the table, closed with a key that is not there."""
    return _sealer().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed; "" when the installation's secret has changed meanwhile."""
    try:
        return _sealer().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return ""


def _sealer() -> MultiFernet:
    return sealer([str(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)], "pairing")
