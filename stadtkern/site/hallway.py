"""The counters of the demo are busy: today's visits so far, and who will come in the next two weeks."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.appointments import actions, plan
from stadtkern.kernel.appointments.models import Counter, Day, Matter

AHEAD = 14  # days
BUSY = (0.42, 0.34, 0.24, 0.38, 0.27, 0.3, 0.0)  # Monday to Sunday
MISSED, CANCELLED = 0.06, 0.04


def play(source: dict[str, Any], seed: int = 21) -> int:
    """Returns how many; nothing in a city without counters."""
    dice, now = random.Random(seed), timezone.localtime()  # noqa: S311 - invention, not secrecy
    today = now.date()
    matters = Matter.objects.in_bulk()
    counters = {row.pk: row for row in Counter.objects.select_related("place")}
    days = Day.objects.filter(date__range=(today, today + timedelta(days=AHEAD)))
    made = [
        one
        for row in days.order_by("date", "counter")
        if row.matters
        for one in _of_day(dice, row, counters[row.counter_id], [matters[key] for key in row.matters], now, source)
    ]
    return actions.take_over(made, SYSTEM)


def _of_day(
    dice: random.Random, row: Day, counter: Counter, served: list[Matter], now: datetime, source: dict[str, Any]
) -> Iterator[actions.Former]:
    """From the first open cell on: a visit, or a while of nothing."""
    ahead = (row.date - now.date()).days
    busy = BUSY[row.date.weekday()] * (1 if ahead <= 1 else max(0.1, 1 - ahead / 14))
    cell = 0
    while (cell := row.open.find("1", cell)) >= 0:
        matter = dice.choice(served)
        minutes, before, after = (plan.rounded(number) for number in (matter.minutes, matter.before, matter.after))
        cells = (before + minutes + after) // 5
        step = matter.step or plan.step_of(minutes)
        if "0" in row.open[cell : cell + cells] or cell + cells > len(row.open) or (cell * 5 + before) % step:
            cell += 1
            continue
        if dice.random() < busy:
            yield _visit(dice, counter, matter, plan.moment(row.date, cell + before // 5), minutes, now, source)
        cell += cells


def _visit(
    dice: random.Random, counter: Counter, matter: Matter, at: datetime, minutes: int, now: datetime, source: dict[str, Any]
) -> actions.Former:
    if at + timedelta(minutes=minutes) < now:
        return _past(dice, counter, matter, at, minutes)
    name = f"{dice.choice(source[dice.choice(['female', 'male'])])} {dice.choice(source['family'])}"
    return actions.Former(counter, matter, at, minutes, name=name)


def _past(dice: random.Random, counter: Counter, matter: Matter, at: datetime, minutes: int) -> actions.Former:
    lot = dice.random()
    if lot < MISSED + CANCELLED:
        return actions.Former(counter, matter, at, minutes, status="MISSED" if lot < MISSED else "CANCELLED")
    arrived = at - timedelta(minutes=dice.randint(1, 12))
    called = max(arrived, at + timedelta(minutes=dice.choice([0, 0, 0, 1, 2, 4, 7])))
    done = called + timedelta(minutes=max(2, round(minutes * dice.uniform(0.6, 1.25))))
    return actions.Former(counter, matter, at, minutes, status="DONE", arrived_at=arrived, called_at=called, done_at=done)
