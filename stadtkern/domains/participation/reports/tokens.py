"""Links that need no account: to a report, to a subscription. They are computed, not stored, so a mail can repeat them."""

import hmac

from django.core import signing
from django.utils.crypto import salted_hmac

SALT = "participation.reports"


def token_of(pk: int) -> str:
    """The secret half of a report's link."""
    return salted_hmac(SALT, f"report:{pk}", algorithm="sha256").hexdigest()[:32]


def opens(pk: int, token: str) -> bool:
    """Whether this is the link of this report."""
    return hmac.compare_digest(token_of(pk), token) if token.isascii() else False


def sign(kind: str, pk: int) -> str:
    """For the link in a mail: which subscription."""
    return signing.Signer(salt=SALT, sep=".").sign(f"{kind}-{pk}")


def read(text: str) -> tuple[str, int] | None:
    """What `sign` signed; None for anything else."""
    try:
        kind, _dash, number = signing.Signer(salt=SALT, sep=".").unsign(text).partition("-")
        return kind, int(number)
    except (signing.BadSignature, ValueError):
        return None
