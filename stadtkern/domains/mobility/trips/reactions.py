"""Sources are asked by the clock; whoever watches a line hears of its alerts."""

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.events.models import Event

from ..actions import alerts, feeds, joined, live
from ..models import Feed


def tell_watchers(event: Event) -> None:
    """A new alert."""
    alerts.tell(int(event.subject.removeprefix("alert:")))


def join_again(event: Event) -> None:
    """A timetable was read, taken back, switched on or off."""
    joined.ask()


REACTIONS = {
    "alert.published": [tell_watchers],
    "feed.read": [join_again],
    "feed.unchanged": [join_again],  # a joining that was killed is done now
    "feed.changed": [join_again],
    "feed.rolled_back": [join_again],
}


AGAIN = RetryStrategy(wait=30, retry_exceptions=feeds.DATABASE_AWAY)  # seconds; whatever else went wrong stands on the page


@app.task(name="mobility.read_feed", queue="default", retry=AGAIN)
def read_feed(feed_id: int) -> None:
    """A source is read; takes minutes where it is large."""
    feeds.read(feed_id)


@app.task(name="mobility.join", queue="default", retry=AGAIN)
def join() -> None:
    """Several timetables as one."""
    joined.join()


@app.task(name="mobility.feeds", queueing_lock="mobility.feeds", queue="periodic")
def ask_feeds(timestamp: int) -> None:
    """Every minute: what is due."""
    for feed in Feed.objects.due(timezone.now()):
        if feed.kind in (Feed.Kind.REALTIME, Feed.Kind.GBFS):
            live.refresh(feed)
        else:
            feeds.ask(SYSTEM, feed)


@app.task(name="mobility.days", queueing_lock="mobility.days", queue="default")
def add_days(timestamp: int) -> None:
    """Every night: the days that came nearer."""
    feeds.add_days()
    joined.add_days()


@app.task(name="mobility.alerts", queueing_lock="mobility.alerts", queue="periodic")
def tidy_alerts(timestamp: int) -> None:
    """Every night: old alerts, watches of trips that are over."""
    while alerts.forget(timezone.now()):
        pass


SCHEDULE = [("* * * * *", ask_feeds), ("7 1 * * *", add_days), ("51 2 * * *", tidy_alerts)]
