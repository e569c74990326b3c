"""Jobs of traffic, and what it does when a permit for works is granted or a damage of the road is reported."""

from contextlib import suppress
from datetime import date, timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from stadtkern.kernel.events.models import Event

from ..actions import counts, flows, incidents, punctuality, scenarios, signalling
from ..models import Feed
from ..trips import world

WEEK = 7  # days that are worked out once their counts are there


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
    flows.estimate(today - timedelta(days=1), WEEK)


@app.task(name="mobility.punctuality", queueing_lock="mobility.punctuality", queue="periodic")
def settle_trips(timestamp: int) -> None:
    """Every ten minutes: trips that are over."""
    now = timezone.now()
    incidents.tell_planner()
    planned: dict[tuple[date, str], int] = {}
    for back in (1, 0):
        with suppress(world.NoTimetable):
            planned |= punctuality.planned_trips(world.timetable(timezone.localdate(now) - timedelta(days=back)))
    for feed in Feed.objects.filter(kind=Feed.Kind.REALTIME):
        while punctuality.settle(feed, now, planned):
            pass


@app.task(name="mobility.forget_traffic", queueing_lock="mobility.forget_traffic", queue="periodic")
def forget(timestamp: int) -> None:
    """What is old."""
    now = timezone.now()
    while counts.forget(now):
        pass
    punctuality.forget(now)
    flows.forget(now)
    incidents.forget(now)
    scenarios.forget(now)
    signalling.forget(now)


SCHEDULE = [("*/10 * * * *", settle_trips), ("22 1 * * *", expect), ("41 3 * * *", forget)]
