"""What mobility does when something happened elsewhere, and by the clock: each part says it in its own reactions.py."""

from collections.abc import Callable
from typing import Any

from stadtkern.kernel.events.models import Event

from .parking import reactions as parking
from .plates import reactions as plates
from .sharing import reactions as sharing
from .tickets import reactions as tickets
from .traffic import reactions as traffic
from .trips import reactions as trips

PARTS: list[Any] = [parking, plates, sharing, tickets, traffic, trips]

REACTIONS: dict[str, list[Callable[[Event], None]]] = {}
for _part in PARTS:
    for _name, _reactions in getattr(_part, "REACTIONS", {}).items():
        REACTIONS.setdefault(_name, []).extend(_reactions)

SCHEDULE = [entry for _part in PARTS for entry in getattr(_part, "SCHEDULE", [])]
