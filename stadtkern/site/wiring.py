"""Who reacts to what: every room's and domain's REACTIONS, merged once at start (`manage.py events` prints the table)."""

import importlib
import importlib.util

from django.conf import settings

from stadtkern.kernel.events import queue


def connect() -> None:
    """Fill the switchboard; calling it twice changes nothing."""
    queue.REACTIONS.clear()
    queue.EVERY.clear()
    places = [f"stadtkern.kernel.{room}" for room in settings.ROOMS] + [
        f"stadtkern.domains.{name}" for name in settings.DOMAINS
    ]
    for place in places:
        if importlib.util.find_spec(f"{place}.reactions"):
            module = importlib.import_module(f"{place}.reactions")
            queue.wire(getattr(module, "REACTIONS", {}))
            queue.EVERY.extend(getattr(module, "EVERY", []))
