"""A brake on guessing codes and on making them without end, per address."""

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

WINDOW = 120  # seconds
MOST = {"miss": 10, "made": 30}


def too_many(request: HttpRequest, what: str) -> bool:
    """Count one more; True when this address has done it too often in the last two minutes."""
    key = f"pairing:{what}:{get_adapter(request).get_client_ip(request)}"
    if cache.add(key, 1, WINDOW):
        return False
    try:
        return bool(cache.incr(key) > MOST[what])
    except ValueError:  # ran out between the two lines
        return False


def stopped(request: HttpRequest) -> bool:
    """Whether this address has guessed too often; counts nothing."""
    return bool(cache.get(f"pairing:miss:{get_adapter(request).get_client_ip(request)}", 0) > MOST["miss"])
