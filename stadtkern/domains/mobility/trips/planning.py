"""From a question to trips: the world of that day is asked, and what comes back is made ready to be shown."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.lib import journeys
from stadtkern.lib.journeys import Request, World

from . import world
from .asking import PREFER, Asked
from .showing import Shower, TripRow

MANY = 6
WINDOW = 3600


def request_of(one: Asked, now: World) -> Request:
    assert one.start is not None and one.goal is not None and now.timetable is not None
    return Request(
        start=one.start.point,
        goal=one.goal.point,
        at=now.timetable.seconds(one.at),
        arrive_by=one.arrive,
        window_s=WINDOW,
        modes=one.kinds(),
        wheelchair=one.wheelchair,
        walk_kmh=3.6 if one.wheelchair else 4.8,
        prefer=PREFER[one.prefer][0],
        many=MANY,
    )


def trips(one: Asked) -> list[TripRow]:
    """The trips for a complete question. Raises NoTimetable for a day of which there is none."""
    now = world.world(one.day)
    assert one.start is not None and one.goal is not None and now.timetable is not None
    found = journeys.plan(request_of(one, now), now)
    rows = Shower(now.timetable, world.stations()).rows(found, one.start.title, one.goal.title)
    rows.sort(key=lambda row: row.arrives if not one.arrive else row.departs)
    for row in rows:
        row.query = one.query(fahrt=row.key)
    return rows


def why_not(one: Asked) -> str:
    """A day without a timetable, in words."""
    span = world.days()
    if span is None:
        return _("Zurzeit ist kein Fahrplan geladen. Bitte versuchen Sie es später noch einmal.")
    told = {"first": f"{span[0]:%d.%m.%Y}", "last": f"{span[1]:%d.%m.%Y}"}
    return _("Für diesen Tag ist kein Fahrplan geladen. Auskunft geben wir vom %(first)s bis zum %(last)s.") % told


def later_by(rows: list[TripRow], one: Asked, earlier: bool) -> str:
    """The same question for the trips before or after these."""
    from .asking import later

    if not rows:
        return later(one, -60 if earlier else 60)
    if one.arrive:
        return later(one, -60 if earlier else 60)
    last = max(row.departs for row in rows)
    return later(one, -60) if earlier else later(one, max(1, int((last - one.at) / timedelta(minutes=1)) + 1))


def is_past(one: Asked) -> bool:
    return one.at < timezone.now() - timedelta(hours=2)


def one_of(rows: list[TripRow], key: str) -> TripRow | None:
    return next((row for row in rows if row.key == key), None)
