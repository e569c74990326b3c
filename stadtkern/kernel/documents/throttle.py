"""A brake on guessing: only attempts that found nothing are counted, so nobody with a real paper is ever stopped."""

from django.http import HttpRequest

from stadtkern.kernel.accounts import throttle
from stadtkern.kernel.accounts.throttle import WINDOW as WINDOW

MISSES = 20  # per address and window


def another_miss(request: HttpRequest) -> bool:
    """Count one more attempt without result; True when this address has tried too often."""
    return throttle.another_miss(request, "documents", MISSES)
