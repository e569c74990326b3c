"""Ids of things that are no rows: a schedule is a matter at a place, a slot a moment of it. They can be taken apart again."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

MOST = 2**31  # ids of rows and minutes since 1970 stay below
_SCHEDULE = re.compile(r"([1-9][0-9]{0,9})-([1-9][0-9]{0,9})", re.ASCII)
_SLOT = re.compile(r"([1-9][0-9]{0,9})-([1-9][0-9]{0,9})-([1-9][0-9]{0,9})", re.ASCII)
_ROW = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)


@dataclass(frozen=True)
class ScheduleId:
    """A matter at a place; the HealthcareService that offers it has the same id."""

    place: int
    matter: int

    def __str__(self) -> str:
        return f"{self.place}-{self.matter}"


@dataclass(frozen=True)
class SlotId:
    """A moment at which the matter could begin there."""

    place: int
    matter: int
    minute: int  # since 1970, UTC

    @classmethod
    def at(cls, schedule: ScheduleId, starts_at: datetime) -> "SlotId":
        return cls(schedule.place, schedule.matter, int(starts_at.timestamp()) // 60)

    @property
    def schedule(self) -> ScheduleId:
        return ScheduleId(self.place, self.matter)

    @property
    def starts_at(self) -> datetime:
        return datetime.fromtimestamp(self.minute * 60, tz=UTC)

    def __str__(self) -> str:
        return f"{self.place}-{self.matter}-{self.minute}"


def read_schedule(text: str) -> ScheduleId | None:
    """None for whatever was not written by us."""
    found = _SCHEDULE.fullmatch(text)
    numbers = [int(part) for part in found.groups()] if found else []
    return ScheduleId(*numbers) if numbers and max(numbers) < MOST else None


def read_slot(text: str) -> SlotId | None:
    """None for whatever was not written by us."""
    found = _SLOT.fullmatch(text)
    numbers = [int(part) for part in found.groups()] if found else []
    return SlotId(*numbers) if numbers and max(numbers) < MOST else None


def read_row(text: str) -> int | None:
    """The number of a row."""
    return number if _ROW.fullmatch(text) and (number := int(text)) < MOST else None


def of_reference(reference: str, kind: str, base: str) -> str | None:
    """The id in "Slot/7" or in the same with our own address in front; None for another kind or somebody else's server."""
    own = reference.removeprefix(f"{base.rstrip('/')}/")
    name, _slash, rest = own.partition("/")
    return rest if name == kind and rest and "/" not in rest else None
