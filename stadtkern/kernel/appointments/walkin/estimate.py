"""How long one will wait, said honestly: measured service times, the people ahead, and appointments that go first.

Plain arithmetic, no Django. The open counters are played forward with the middle service time and with the long one (four in
five are quicker): the two ends are what the ticket says. Nobody is promised a minute.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

MEASURED = 5  # fewer services measured: the planned minutes are used, and the ticket says so
STEP = 5  # minutes a figure is rounded to


@dataclass(frozen=True)
class Pace:
    """How long one service takes, in minutes: the middle, and what four in five stay below."""

    middle: float
    long: float
    measured: bool


@dataclass(frozen=True)
class Wait:
    """From and until, in minutes, rounded to five; `measured`: by the clock, not by plan."""

    low: int
    high: int
    measured: bool

    def until(self, now: datetime) -> datetime:
        """When the latest turn is expected."""
        return now + timedelta(minutes=self.high)


def pace(minutes: Sequence[float], planned: float) -> Pace:
    """Of the last measured services; of the plan while too few are measured."""
    if len(minutes) < MEASURED:
        return Pace(planned, planned * 1.5, measured=False)
    ordered = sorted(minutes)
    return Pace(_quantile(ordered, 0.5), _quantile(ordered, 0.8), measured=True)


def wait(
    now: datetime, *, ahead: int, busy_since: Sequence[datetime], free: int, due: Sequence[datetime], speed: Pace
) -> Wait | None:
    """For somebody who comes now. None while no counter is open.

    `ahead`: people who wait; `busy_since`: since when each occupied counter serves; `free`: counters that serve nobody;
    `due`: appointments to come, which go first at their time.
    """
    if not busy_since and free <= 0:
        return None
    low = _turn(now, ahead, busy_since, free, due, speed.middle)
    high = _turn(now, ahead, busy_since, free, due, speed.long)
    return Wait(int(low // STEP) * STEP, max(ceil(high / STEP) * STEP, STEP), speed.measured)


def with_breaks(told: Wait | None, closed: Sequence[bool]) -> Wait | None:
    """The same with breaks in which no counter is open: `closed` for each five minutes from now on."""
    if told is None:
        return None
    return Wait(_past_breaks(told.low, closed), _past_breaks(told.high, closed), told.measured)


def closes_too_early(expected: Wait | None, now: datetime, closing: datetime, service: float) -> bool:
    """Whether somebody who comes now would not be served before the doors close, in the worse of the two cases."""
    if expected is None:
        return now >= closing
    return expected.until(now) + timedelta(minutes=service) > closing


def _turn(
    now: datetime, ahead: int, busy_since: Sequence[datetime], free: int, due: Sequence[datetime], service: float
) -> float:
    """Minutes until the turn, every service taking the same time."""
    counters = [0.0] * free + [max(service - _minutes(now - since), 1.0) for since in busy_since]
    heapq.heapify(counters)
    appointments = sorted(max(_minutes(at - now), 0.0) for at in due)
    waiting = ahead
    while True:
        at = heapq.heappop(counters)
        if appointments and appointments[0] <= at:
            appointments.pop(0)
        elif waiting:
            waiting -= 1
        else:
            return at
        heapq.heappush(counters, at + service)


def _past_breaks(minutes: int, closed: Sequence[bool]) -> int:
    """Only open minutes count down the wait."""
    left, passed = minutes, 0
    for shut in closed:
        if left <= 0:
            break
        passed += STEP
        left -= 0 if shut else STEP
    return minutes if left > 0 else max(passed, minutes)


def _minutes(span: timedelta) -> float:
    return span.total_seconds() / 60


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Between the neighbours, as a ruler would."""
    at = share * (len(ordered) - 1)
    below = int(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (at - below)
