"""The demo's buses, trams and shared vehicles of the last days: what its sources said, through the same collection."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from stadtkern.domains.mobility.actions import demand, punctuality
from stadtkern.domains.mobility.models import Feed, LineDay, SharingHour
from stadtkern.domains.mobility.trips import demo
from stadtkern.lib import transit
from stadtkern.lib.sharing import System, read_gbfs
from stadtkern.lib.transit.timetable import Timetable

DAYS = 10
EVERY = timedelta(minutes=30)
LENT = timedelta(days=5)
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


def lend() -> int:
    """Readings of the demo's shared vehicles; returns how many trips they show."""
    if SharingHour.objects.exists():
        return 0
    now, many = timezone.localtime(), 0
    for feed in Feed.objects.filter(kind=Feed.Kind.GBFS, url__startswith=demo.SHARING):
        before: System | None = None
        for step in range(round(LENT / EVERY), 0, -1):
            at = now - step * EVERY
            if 6 <= at.hour < 23:
                after = read_gbfs(demo.sharing(feed.url, at))
                many += demand.note(feed.key, before, after, at)
                before = after
            else:
                before = None
    return many


def _hear(feed: Feed, table: Timetable, now: datetime) -> None:
    punctuality.note(feed, table, transit.read_realtime(demo.realtime(now, table)), now)
