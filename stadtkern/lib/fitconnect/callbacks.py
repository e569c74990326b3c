"""Callbacks of the delivery service: an HMAC over timestamp and body, at most five minutes old.

FITKO documentation, "Verwendung von Callbacks": `callback-authentication` = hex HMAC-SHA512 of "<timestamp>.<body>",
`callback-timestamp` = Unix seconds.
"""

import hashlib
import hmac
import time

WINDOW = 300  # seconds
NEW_SUBMISSIONS = "https://schema.fitko.de/fit-connect/submission-api/callbacks/new-submissions"
NEW_EVENTS = "https://schema.fitko.de/fit-connect/submission-api/callbacks/new-events"


class CallbackRefused(Exception):
    """Not from the delivery service, or too old."""


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """The value of `callback-authentication`."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha512).hexdigest()


def check(secret: str, timestamp: str, given: str, body: bytes, now: float | None = None) -> None:
    """Raises CallbackRefused. Compares in constant time, and always compares."""
    seconds = int(timestamp) if timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12 else 0
    expected = signature(secret, seconds, body)
    genuine = hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))
    if not secret or not genuine:
        raise CallbackRefused("the signature does not match")
    if abs((time.time() if now is None else now) - seconds) > WINDOW:
        raise CallbackRefused("the callback is older than five minutes")
