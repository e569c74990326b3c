"""A brake on guessing codes and on making them without end, per address."""

from django.http import HttpRequest

from .. import throttle

WINDOW = 120  # seconds
MOST = {"miss": 10, "made": 30}


def too_many(request: HttpRequest, what: str) -> bool:
    """Count one more; True when this address has done it too often in the last two minutes."""
    return throttle.miss(request, f"pairing:{what}", WINDOW) > MOST[what]


def stopped(request: HttpRequest) -> bool:
    """Whether this address has guessed too often; counts nothing."""
    return throttle.misses(request, "pairing:miss") > MOST["miss"]
