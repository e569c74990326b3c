"""A brake on guessing at our doors: only attempts that led nowhere are counted, per address and minute."""

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

WINDOW = 60  # seconds
MISSES = 30


def another_miss(request: HttpRequest, door: str) -> bool:
    """Count one more attempt without result; True when this address has tried too often."""
    key = f"accounts:misses:{door}:{get_adapter(request).get_client_ip(request)}"
    if cache.add(key, 1, WINDOW):
        return False
    try:
        return bool(cache.incr(key) > MISSES)
    except ValueError:  # ran out between the two lines
        return False
