"""A brake on guessing and on work for nothing: only attempts that led nowhere are counted, per address and door."""

from ipaddress import IPv6Address, ip_address, ip_network

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

WINDOW = 60  # seconds
MISSES = 30


def misses(request: HttpRequest, door: str) -> int:
    """How often this address has failed lately; counts nothing."""
    key = _key(request, door)
    return int(cache.get(key) or 0) if key else 0


def miss(request: HttpRequest, door: str, window: int = WINDOW) -> int:
    """Count one more attempt without result; returns how many there were in this window."""
    key = _key(request, door)
    return count(key, window) if key else 0


def another_miss(request: HttpRequest, door: str, most: int = MISSES) -> bool:
    """Count one more attempt without result; True when this address has tried too often."""
    return miss(request, door) > most


def count(key: str, window: int) -> int:
    """One more of whatever the key stands for."""
    if cache.add(key, 1, window):
        return 1
    try:
        return int(cache.incr(key))
    except ValueError:  # ran out between the two lines
        cache.add(key, 1, window)
        return 1


def network_of(request: HttpRequest) -> str:
    """The network a request comes from: an IPv4 address (also written as IPv6), or the /56 a household has of IPv6.

    "" where the server was not told any: then nobody is counted, for everybody would be one.
    """
    try:  # the address that the sign-in brake uses, so that one setting about proxies holds for both
        address = ip_address(get_adapter(request).get_client_ip(request))
    except (PermissionDenied, ValueError):
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(ip_network((address, 56 if address.version == 6 else 32), strict=False).network_address)


def _key(request: HttpRequest, door: str) -> str:
    network = network_of(request)
    return f"misses:{door}:{network}" if network else ""
