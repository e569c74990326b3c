"""The job that asks the provider about every unfinished payment; nobody's redirect is waited for."""

from procrastinate.contrib.django import app

from . import actions


@app.task(name="payments.poll", queueing_lock="payments.poll", queue="payments")
def poll(timestamp: int) -> None:
    """Every minute (site/jobs.py); a provider that is away leaves its note on the payments, for the operator."""
    actions.poll_due()
