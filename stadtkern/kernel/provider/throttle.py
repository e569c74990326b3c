"""Brakes at the doors for programs: only attempts that went wrong are counted, per address."""

from django.http import HttpRequest

from stadtkern.kernel.accounts import throttle

MISSES = 20


def note(request: HttpRequest, what: str) -> None:
    """One more attempt that counts."""
    throttle.miss(request, f"provider:{what}")


def too_many(request: HttpRequest, what: str, most: int = MISSES) -> bool:
    """Whether this address has failed too often lately; does not count."""
    return throttle.misses(request, f"provider:{what}") >= most
