"""The ear of this city: over its services and matters as they are now; built again when they change."""

import threading

from stadtkern.kernel.appointments.models import Matter, Place
from stadtkern.kernel.services import catalogue

from .understanding.intent import Ear
from .understanding.targets import Bookable

_lock = threading.Lock()
_current: tuple[object, tuple[Bookable, ...], Ear] | None = None


def ear() -> Ear:
    """One query for the matters; the index is built only when something changed."""
    global _current
    services, known = catalogue.all_services(), bookables()
    found = _current
    if found is None or found[0] is not services or found[1] != known:
        with _lock:
            found = _current
            if found is None or found[0] is not services or found[1] != known:
                found = _current = (services, known, Ear(services, known))
    return found[2]


def bookables() -> tuple[Bookable, ...]:
    """The matters people can book."""
    rows = Matter.objects.filter(active=True).order_by("key").values_list("key", "title", "service", "words")
    return tuple(Bookable(key, title, service, tuple(str(word) for word in words)) for key, title, service, words in rows)


def places() -> list[tuple[str, str]]:
    """Keys and titles of the places there are."""
    return list(Place.objects.filter(active=True).values_list("key", "title"))


def warm() -> None:
    """Build it beside the first request."""
    threading.Thread(target=ear, name="ear", daemon=True).start()
