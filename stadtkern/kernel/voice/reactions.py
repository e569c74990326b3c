"""The job of the clock: talks whose hour is over."""

from django.utils import timezone
from procrastinate.contrib.django import app

from . import actions


@app.task(name="voice.forget", queueing_lock="voice.forget", queue="clock")
def forget(timestamp: int) -> None:
    """Every five minutes."""
    while actions.forget_old(timezone.now()):
        pass
