"""How one joins by video: told by the room that makes the calls, which is above this one."""

from collections.abc import Callable

from .models import Appointment, Channel

# Filled once at start by site/wiring.py: the path of the page where this appointment is joined, "" where there is none.
PAGES: list[Callable[[Appointment], str]] = []


def address_of(row: Appointment) -> str:
    """The path of the call of a video appointment; "" for others and where this city makes no calls."""
    if row.channel != Channel.VIDEO:
        return ""
    return next((found for ask in PAGES if (found := ask(row))), "")
