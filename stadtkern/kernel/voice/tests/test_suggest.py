"""Free times for alternatives with hours of their own: each day only at its hour, in order, and both are there."""

from datetime import time, timedelta

from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.appointments.models import Appointment
from stadtkern.kernel.appointments.tests.conftest import Hall
from stadtkern.kernel.appointments.wish import Wish
from stadtkern.kernel.voice.booking import CityWorld
from stadtkern.kernel.voice.dialogue import Talk
from stadtkern.kernel.voice.suggest import suggest
from stadtkern.lib.when import Clock, Span, Window, read
from stadtkern.lib.when.say import in_words


def test_alternatives_are_searched_each_with_its_own_hours(open_hall: Hall) -> None:
    now = timezone.localtime()
    early = Window(now.date(), weekdays=frozenset({0, 2}), clock=Clock(before=time(10)))
    late = Window(now.date(), weekdays=frozenset({1, 3}), clock=Clock(after=time(11)))
    window = Window(early.today, weekdays=early.weekdays, clock=early.clock, others=(late,))
    found, note = [], ""
    for skip in (0, 3, 6):
        shown, note = suggest(Wish.of("ausweis"), window, skip, now)
        found += shown
    assert note == "" and len(found) == 9
    for free in found:
        clocks = window.clocks(free.starts_at.date())
        assert any(clock.allows(free.starts_at.time().replace(tzinfo=None)) for clock in clocks), free
    assert found == sorted(found, key=lambda free: free.starts_at)
    assert {free.starts_at.weekday() % 2 for free in found} == {0, 1}
    assert in_words(window) == "montags und mittwochs, bis 10 Uhr oder dienstags und donnerstags, ab 11 Uhr"


def test_what_somebody_would_rather_have_is_offered_first(open_hall: Hall) -> None:
    now = timezone.localtime()
    soon = suggest(Wish.of("ausweis"), Window(now.date()), 0, now)[0][0].starts_at
    later = Window(now.date(), spans=(Span(soon.date() + timedelta(days=5), soon.date() + timedelta(days=30)),))
    first = suggest(Wish.of("ausweis"), later, 0, now)[0][0].starts_at
    said = f"am liebsten am {first:%d.%m.%Y}, sonst am {soon:%d.%m.%Y}"
    shown, note = suggest(Wish.of("ausweis"), read(said, now, "NW").window, 0, now)
    dates = [free.starts_at.date() for free in shown]
    assert note == "" and dates and dates == sorted(dates, reverse=True) and dates[0] == first.date(), dates


def test_two_matters_of_one_sentence_are_one_visit(open_hall: Hall) -> None:
    talk = Talk(CityWorld(Actor(), "browser", by_page=False))
    said = talk.turn("Personalausweis und Wohnung ummelden").spoken
    assert "Personalausweis und Wohnung ummelden" in said and talk.state.also == "ummelden", said
    talk.turn("eins")
    row = Appointment.objects.get(status=Appointment.Status.HELD)
    assert row.matter.key == "ausweis" and "ummelden" in str(row.matters)
