"""Rides by the clock: answers that did not come, holds that end, bills, rides that are old."""

from django.utils import timezone
from procrastinate.contrib.django import app

from ..actions import demand, rides, riding


@app.task(name="mobility.rides", queueing_lock="mobility.rides", queue="periodic")
def settle(timestamp: int) -> None:
    """Every minute."""
    riding.settle_due(timezone.now())


@app.task(name="mobility.forget_rides", queueing_lock="mobility.forget_rides", queue="periodic")
def forget(timestamp: int) -> None:
    """Every night."""
    while rides.forget(timezone.now()):
        pass
    demand.forget(timezone.now())


SCHEDULE = [("* * * * *", settle), ("46 3 * * *", forget)]
