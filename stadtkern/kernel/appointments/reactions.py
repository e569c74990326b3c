"""The jobs of the clock: holds that are over, days ahead."""

from procrastinate.contrib.django import app

from . import actions


@app.task(name="appointments.expire", queueing_lock="appointments.expire", queue="appointments")
def expire(timestamp: int) -> None:
    """Every minute; a busy morning may leave thousands."""
    while actions.expire_due():
        pass
    actions.offer_freed()


@app.task(name="appointments.ahead", queueing_lock="appointments.ahead", queue="appointments")
def look_ahead(timestamp: int) -> None:
    """Every night: one more day at the far end."""
    actions.generate_days()
    while actions.end_waiting():
        pass


@app.task(name="appointments.forget", queueing_lock="appointments.forget", queue="appointments")
def forget(timestamp: int) -> None:
    """Every night: persons whose days are over."""
    while actions.forget_old():
        pass
