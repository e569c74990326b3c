"""A brake on guessing: only attempts that found nothing are counted, so nobody with a real paper is ever stopped."""

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

WINDOW = 60  # seconds
MISSES = 20  # per address and window


def another_miss(request: HttpRequest) -> bool:
    """Count one more attempt without result; True when this address has tried too often."""
    # By the address that the sign-in brake uses, so that one setting about proxies holds for both.
    key = f"documents:misses:{get_adapter(request).get_client_ip(request)}"
    if cache.add(key, 1, WINDOW):
        return False
    try:
        return bool(cache.incr(key) > MISSES)
    except ValueError:  # ran out between the two lines
        return False
