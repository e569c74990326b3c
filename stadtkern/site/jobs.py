"""The city's clock: what happens every minute and every night, once per period however many workers run."""

from datetime import date

from django.utils import timezone
from procrastinate.contrib.django import app

from stadtkern.kernel.events.actions import rescue, webhooks
from stadtkern.kernel.events.queue import Patient
from stadtkern.kernel.payments.reactions import poll

KEEP_PROOF_DAYS = 90  # of deliveries and ticks


@app.task(name="clock.minute", queueing_lock="clock.minute", queue="clock")
def every_minute(timestamp: int) -> None:
    """Short work only: the next minute does what this one could not."""
    webhooks.wake_waiting()


@app.task(name="clock.night", retry=Patient(), queue="clock")
def every_night(timestamp: int) -> None:
    """Housekeeping; each part may run twice."""
    webhooks.forget_delivered(KEEP_PROOF_DAYS)
    rescue.forget_ticks(KEEP_PROOF_DAYS)
    rescue.forget_lost_failures()


def today() -> date:
    return timezone.localdate()


def keep_time() -> None:
    """Called by the worker alone, so that tests and commands have no clock of their own."""
    app.periodic_registry.periodic_tasks.clear()
    app.periodic(cron="* * * * *")(every_minute)
    app.periodic(cron="* * * * *")(poll)
    app.periodic(cron="17 2 * * *")(every_night)
