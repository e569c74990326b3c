"""The demo register: our own tables, with an outage and a slowness that can be switched on."""

import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings

from stadtkern.kernel.registers.models import Resident

from . import Answer, NotFound, RegisterUnavailable

NAME = "residents"
PATIENCE = 5.0  # seconds a caller waits before the register counts as unavailable


def ask(person_key: uuid.UUID, fields: Sequence[str]) -> Answer:
    """Answer from the tables; the files outage/registers and outage/registers-slow (seconds) in HOME disturb it."""
    _disturb()
    try:
        row = Resident.objects.select_related("household").get(key=person_key)
    except Resident.DoesNotExist as unknown:
        raise NotFound("unknown person key") from unknown
    return Answer({field: READ.get(field, _plain(field))(row) for field in fields}, row.blocked)


def _disturb() -> None:
    outage = settings.HOME / "outage"
    if (outage / "registers").exists():
        raise RegisterUnavailable("503 Service Unavailable")
    slow = outage / "registers-slow"
    if slow.exists():
        seconds = float(slow.read_text().strip() or 2)
        time.sleep(min(seconds, PATIENCE))
        if seconds > PATIENCE:
            raise RegisterUnavailable(f"no answer within {PATIENCE:.0f} s")


def _plain(field: str) -> Callable[[Resident], Any]:
    if field in ("street", "house_number", "postcode", "town", "district"):
        return lambda row: getattr(row.household, field)
    return lambda row: getattr(row, field)


def _size(row: Resident) -> int:
    return Resident.objects.filter(household=row.household_id).count()


READ: dict[str, Callable[[Resident], Any]] = {
    "birth_date": lambda row: row.birth_date.isoformat(),
    "moved_in_date": lambda row: row.moved_in_date.isoformat(),
    "household_size": _size,
    "household_members": lambda row: _size(row) - 1,
}
