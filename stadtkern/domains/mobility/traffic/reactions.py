"""Jobs of traffic, and what it does when a permit for works is granted or a damage of the road is reported."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from stadtkern.kernel.events.models import Event

from ..actions import counts, incidents, scenarios, signalling


def _case(event: Event, service: str) -> int | None:
    room, _, number = event.subject.partition(":")
    return int(number) if room == "case" and number.isdigit() and event.data.get("service") == service else None


def announce_works(event: Event) -> None:
    """A permit was decided."""
    if (pk := _case(event, incidents.WORKS)) is not None:
        incidents.announce_works(pk)


def announce_damage(event: Event) -> None:
    """A report of something broken was sent."""
    if (pk := _case(event, incidents.REPORTS)) is not None:
        incidents.announce_damage(pk)


def withdraw(event: Event) -> None:
    """Taken back."""
    incidents.withdraw(event.subject)


def settle_report(event: Event) -> None:
    """A report is settled: what it announced is over. Permits go on until their own end."""
    if _case(event, incidents.REPORTS) is not None:
        incidents.withdraw(event.subject)


REACTIONS = {
    "case.submitted": [announce_damage],
    "case.decided": [announce_works, settle_report],
    "case.withdrawn": [withdraw],
}


@app.task(name="mobility.read_counts", queue="default")
def read_counts(pk: int) -> None:
    """A file of counts."""
    counts.read(pk)
    counts.expect(timezone.localdate())


@app.task(name="mobility.scenario", queue="default")
def answer_scenario(pk: int) -> None:
    """What if."""
    scenarios.work_on(pk)


@app.task(name="mobility.signals", queue="default")
def study_signals(pk: int) -> None:
    """Plans for signals; takes minutes."""
    signalling.work_on(pk)


@app.task(name="mobility.expect", queueing_lock="mobility.expect", queue="default")
def expect(timestamp: int) -> None:
    """Every night: faults, and what is expected."""
    today = timezone.localdate()
    counts.check(today - timedelta(days=1))
    counts.expect(today)


@app.task(name="mobility.forget_traffic", queueing_lock="mobility.forget_traffic", queue="periodic")
def forget(timestamp: int) -> None:
    """What is old."""
    now = timezone.now()
    while counts.forget(now):
        pass
    incidents.forget(now)
    scenarios.forget(now)
    signalling.forget(now)


SCHEDULE = [("22 1 * * *", expect), ("41 3 * * *", forget)]
