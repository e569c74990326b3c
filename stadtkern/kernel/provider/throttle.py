"""Brakes at the doors for programs: only attempts that went wrong are counted, per address."""

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

WINDOW = 60  # seconds
MISSES = 20


def _key(request: HttpRequest, what: str) -> str:
    return f"provider:{what}:{get_adapter(request).get_client_ip(request)}"


def note(request: HttpRequest, what: str) -> None:
    """One more attempt that counts."""
    key = _key(request, what)
    if not cache.add(key, 1, WINDOW):
        try:
            cache.incr(key)
        except ValueError:  # ran out between the two lines
            cache.add(key, 1, WINDOW)


def too_many(request: HttpRequest, what: str, most: int = MISSES) -> bool:
    return int(cache.get(_key(request, what), 0)) >= most
