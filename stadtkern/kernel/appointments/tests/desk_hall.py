"""The town hall of conftest.py on a Monday morning, with a clock that can be set and clerks at the counters."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.appointments.models import Appointment, Visit

if TYPE_CHECKING:
    from .conftest import Hall


class Clock:
    """`timezone.now()` says what this says."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def on(self, minutes: float) -> None:
        self.at += timedelta(minutes=minutes)

    def to(self, hour: int, minute: int = 0) -> None:
        self.at = self.at.replace(hour=hour, minute=minute, second=0)


@pytest.fixture
def clock(hall: "Hall", monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Monday, nine o'clock."""
    made = Clock(hall.at(9))
    monkeypatch.setattr(timezone, "now", made)
    return made


@pytest.fixture
def petra(clerk: object) -> Actor:
    return Actor(clerk.account, clerk)


@pytest.fixture
def jan(second_clerk: object) -> Actor:
    return Actor(second_clerk.account, second_clerk)


@pytest.fixture
def ruth(lead: object) -> Actor:
    return Actor(lead.account, lead)


@pytest.fixture
def due(hall: "Hall", clock: Clock) -> Callable[..., Appointment]:
    """An appointment today."""

    def book(hour: int, minute: int = 0, who: str = "anna", **more: object) -> Appointment:
        return hall.book(hall.at(hour, minute), who, now=hall.at(7), **more)

    return book


def status(row: Visit | Appointment) -> str:
    row.refresh_from_db()
    return row.status
