"""Short-lived secrets worked out instead of stored: the code and the PIN of an offer, nonces, the state of a question."""

import secrets
import time

from django.utils.crypto import constant_time_compare, salted_hmac

from stadtkern.lib.ids import digest, secret

__all__ = ["answer_key", "code_of", "digest", "nonce", "nonce_is_ours", "pin_fits", "pin_of", "secret", "state_of"]

PIN = 6
NONCE_SECONDS = 300


def code_of(key: str) -> str:
    """The pre-authorised code behind the address of an offer."""
    return _mac("code", key)


def pin_of(code: str) -> str:
    """The PIN that stands beside the QR code and nowhere else; whoever has the code alone cannot work it out."""
    return f"{int(_mac('pin', code), 16) % 10**PIN:0{PIN}}"


def pin_fits(code: str, pin: str) -> bool:
    return constant_time_compare(pin_of(code), pin)


def state_of(handle: str) -> str:
    return _mac("state", handle)


def answer_key(handle: str) -> str:
    """What the key for the answer to one question is made from."""
    return _mac("answer", handle)


def nonce() -> str:
    """A new challenge for a wallet: it says itself until when it holds, and that it is ours."""
    body = f"{int(time.time()) + NONCE_SECONDS:x}.{secrets.token_urlsafe(16)}"
    return f"{body}.{_mac('nonce', body)}"


def nonce_is_ours(text: str) -> bool:
    """Ours and not yet over; whether it was used is in the database."""
    body, _, mac = text.rpartition(".")
    if not constant_time_compare(mac, _mac("nonce", body)):
        return False
    return int(body.split(".")[0], 16) >= time.time()


def _mac(purpose: str, text: str) -> str:
    return salted_hmac(f"stadtkern.credentials.{purpose}", text, algorithm="sha256").hexdigest()
