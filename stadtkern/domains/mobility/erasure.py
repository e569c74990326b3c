"""What goes and stays in mobility when a person goes: each part says it in its own erasure.py."""

from typing import Any
from uuid import UUID

from stadtkern.kernel.privacy.erasure import Kept, Preview

from .plates import erasure as plates
from .sharing import erasure as sharing
from .tickets import erasure as tickets
from .trips import erasure as trips

PARTS: list[Any] = [plates, sharing, tickets, trips]


def preview(account_id: int, register_key: UUID | None) -> Preview:
    """In words, before it happens."""
    told = [part.preview(account_id, register_key) for part in PARTS]
    return Preview([word for one in told for word in one.goes], [word for one in told for word in one.kept])


def erase(account_id: int, register_key: UUID | None) -> list[Kept]:
    """Part by part; what one of them keeps is told with its reason."""
    return [kept for part in PARTS for kept in part.erase(account_id, register_key)]
