"""A small town hall: two places, three counters, three matters, open from eight to twelve and from one to four."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.appointments import actions, plan
from stadtkern.kernel.appointments.models import Appointment, Counter, Hours, Matter, Place
from stadtkern.kernel.appointments.wish import Wish
from stadtkern.kernel.city.models import Office

from .contested import wave
from .desk_hall import clock, due, jan, petra, ruth

__all__ = ["clock", "due", "jan", "petra", "ruth", "wave"]

MONDAY = date(2027, 3, 1)  # no holiday nearby
NOW = datetime(2027, 2, 26, 9, 0, tzinfo=plan.BERLIN)  # the Friday before
NOBODY = Actor()


class Hall:
    """What a test needs at hand."""

    def __init__(self, office: Office) -> None:
        self.pass_, self.move = (
            Matter.objects.create(key=key, title=title, minutes=minutes, persons_max=5, per_person=10,
                                  channels=["desk", "phone", "video"])
            for key, title, minutes in (("ausweis", "Personalausweis", 15), ("ummelden", "Wohnung ummelden", 10))
        )  # fmt: skip
        self.wedding = Matter.objects.create(
            key="trauung", title="Eheschließung", minutes=45, before=15, after=15, per_person_limit=0
        )
        self.centre = Place.objects.create(key="mitte", title="Bürgeramt Mitte", office=office, state="NW")
        self.north = Place.objects.create(key="nord", title="Bürgeramt Nord", office=office, state="NW")
        self.one = self._counter(self.centre, "a", ["desk"], self.pass_, self.move)
        self.two = self._counter(self.centre, "b", ["desk", "video"], self.pass_)
        self.three = self._counter(self.north, "c", ["desk", "phone"], self.pass_, self.move, self.wedding)
        for place in (self.centre, self.north):
            for weekday in range(5):
                for opens, closes in ((time(8), time(12)), (time(13), time(16))):
                    Hours.objects.create(place=place, weekday=weekday, opens=opens, closes=closes)
        actions.generate_days(MONDAY, MONDAY + timedelta(days=6))

    def _counter(self, place: Place, key: str, channels: list[str], *matters: Matter) -> Counter:
        row = Counter.objects.create(place=place, key=key, name=f"Schalter {key.upper()}", channels=channels)
        row.matters.set(matters)
        return row

    def at(self, hour: int, minute: int = 0, day: date = MONDAY) -> datetime:
        return datetime.combine(day, time(hour, minute), plan.BERLIN)

    def hold(self, at: datetime, holder: str = "browser", *, matter: str = "ausweis", place: Place | None = None,
             actor: Actor = NOBODY, now: datetime = NOW, persons: int = 1, **more: object) -> Appointment:  # fmt: skip
        return actions.hold(actor, Wish.of(matter, persons), place or self.centre, at, holder=holder, now=now, **more)

    def book(self, at: datetime, holder: str = "browser", email: str = "", **more: object) -> Appointment:
        actor, now = more.get("actor", NOBODY), more.get("now", NOW)
        row = self.hold(at, holder, **more)
        return actions.confirm(actor, row, name=f"Frau {holder}", email=email or f"{holder}@example.org", now=now)


@pytest.fixture
def hall(offices: dict[str, Office]) -> Hall:
    return Hall(offices["buergeramt"])


@pytest.fixture
def sound() -> Callable[[], None]:
    """Free is open minus what is taken, on every day."""
    from stadtkern.kernel.appointments.tests.oracle import check

    return check
