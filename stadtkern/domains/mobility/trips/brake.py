"""How often one household may ask: planning costs milliseconds of a core; the brake is there for machines, not for people."""

import time
from collections import OrderedDict
from threading import Lock

from django.http import HttpRequest

from stadtkern.kernel.accounts.throttle import network_of

MOST = {
    "plan": 120,
    "places": 600,
    "reach": 30,
    "api": 600,
    "search": 30,
    "files": 60,
}  # a minute, for each process
WINDOW = 60.0
_seen: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()
_lock = Lock()


def too_many(request: HttpRequest, door: str) -> bool:
    """One more question; True when this network asked too often within the minute. Kept in memory, without a query."""
    network = network_of(request)
    if not network:
        return False
    now = time.monotonic()
    with _lock:
        since, count = _seen.pop((door, network), (now, 0))
        if now - since > WINDOW:
            since, count = now, 0
        _seen[door, network] = (since, count + 1)
        while len(_seen) > 20_000:
            _seen.popitem(last=False)
    return count + 1 > MOST[door]
