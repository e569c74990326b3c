"""What the department does by the clock: ask where documents are, and look into the locker."""

from django.utils import timezone
from procrastinate.contrib.django import app

from . import actions


@app.task(name="administration.papers", queueing_lock="administration.papers", queue="periodic")
def ask_about_papers(timestamp: int) -> None:
    """Every few minutes; who is not due is not asked."""
    actions.poll(timezone.now())
    actions.look_into_locker(timezone.localdate())


SCHEDULE = [("*/2 * * * *", ask_about_papers)]
