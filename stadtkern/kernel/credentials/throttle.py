"""How often an address may fail at the doors of this room."""

from django.http import HttpRequest

from stadtkern.kernel.accounts import throttle
from stadtkern.kernel.accounts.throttle import WINDOW as WINDOW

MISSES = {"token": 20, "credential": 30, "check": 30, "answer": 60, "nonce": 300}


def too_many(request: HttpRequest, door: str) -> bool:
    """Whether this address has failed too often lately; does not count."""
    return throttle.misses(request, f"credentials:{door}") > MISSES[door]


def miss(request: HttpRequest, door: str) -> None:
    """One more failure."""
    throttle.miss(request, f"credentials:{door}")
