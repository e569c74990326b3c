"""Who of the residents somebody is: asked of the register, which lies above this room and is plugged in at start."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from .adapters import Identity
from .models import Trust

# (given names, family name, birth date, address as proved) -> keys of all residents who fit; filled by site/wiring.py.
Find = Callable[[Mapping[str, Any]], list[uuid.UUID]]
FIND: list[Find] = []
NEEDED = ("given_names", "family_name", "birth_date", "street", "postcode")


def resident_of(identity: Identity) -> uuid.UUID | None:
    """The one resident with these names, this birth date and this address, proved at level 3 or more.

    None for nobody, for two, for less than that. Two people may share name and birth date, so the address decides always.
    """
    facts = identity.facts
    if identity.trust < Trust.SUBSTANTIAL or any(not facts.get(name) for name in NEEDED):
        return None
    found = {key for find in FIND for key in find(facts)}
    return found.pop() if len(found) == 1 else None
