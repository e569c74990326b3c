"""The demo's buses and trams of the last weeks: the demo's real time, message after message, through the same collection."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from stadtkern.domains.mobility.actions import punctuality
from stadtkern.domains.mobility.models import Feed, LineDay
from stadtkern.domains.mobility.trips import demo
from stadtkern.lib import transit
from stadtkern.lib.transit.timetable import Timetable

DAYS = 10
EVERY = timedelta(minutes=30)
FIRST, LAST = 5, 25  # hours of a day of service


def play() -> int:
    """Returns how many trips were counted; none where the demo has no timetable."""
    feed, file = Feed.objects.filter(url=demo.REALTIME).first(), Path(settings.CITY_FOLDER) / "mobility" / "gtfs.zip"
    if feed is None or not file.is_file() or LineDay.objects.exists():
        return 0
    read, now, many = transit.read_feed(file), timezone.localtime(), 0
    for back in range(DAYS, -1, -1):
        day = (now - timedelta(days=back)).date()
        table = transit.day(read, day)
        at, last = table.moment(FIRST * 3600), min(now, table.moment(LAST * 3600))
        while at < last:
            _hear(feed, table, at)
            at += EVERY
        many += punctuality.settle(feed, last + timedelta(hours=2) if back else now, punctuality.planned_trips(table))
    return many


def _hear(feed: Feed, table: Timetable, now: datetime) -> None:
    punctuality.note(feed, table, transit.read_realtime(demo.realtime(now, table)), now)
