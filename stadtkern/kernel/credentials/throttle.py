"""A brake on guessing and on work for nothing: only attempts that failed are counted, per address and door."""

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

WINDOW = 60  # seconds
MISSES = {"token": 20, "credential": 30, "check": 30, "answer": 60, "nonce": 300}


def too_many(request: HttpRequest, door: str) -> bool:
    """Whether this address has failed too often lately; does not count."""
    return int(cache.get(_key(request, door)) or 0) > MISSES[door]


def miss(request: HttpRequest, door: str) -> None:
    """One more failure."""
    key = _key(request, door)
    if not cache.add(key, 1, WINDOW):
        try:
            cache.incr(key)
        except ValueError:  # ran out between the two lines
            cache.add(key, 1, WINDOW)


def _key(request: HttpRequest, door: str) -> str:
    return f"credentials:{door}:{get_adapter(request).get_client_ip(request)}"
