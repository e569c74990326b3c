"""The job that asks the provider about every unfinished payment; nobody's redirect is waited for."""

from procrastinate.contrib.django import app

from . import actions


@app.periodic(cron="* * * * *")
@app.task(name="payments.poll", queueing_lock="payments.poll", queue="periodic")
def poll(timestamp: int) -> None:
    """Every minute; a provider that is away leaves its note on the payments (see payments:operate)."""
    actions.poll_due()
