"""Free times for alternatives with hours of their own: each day only at its hour, in order, and both are there."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.appointments import plan, search
from stadtkern.kernel.appointments.models import Appointment
from stadtkern.kernel.appointments.tests.conftest import Hall
from stadtkern.kernel.appointments.wish import Wish
from stadtkern.kernel.voice.booking import CityWorld
from stadtkern.kernel.voice.dialogue import Talk
from stadtkern.kernel.voice.suggest import suggest
from stadtkern.lib.when import Clock, Span, Window, read
from stadtkern.lib.when.say import in_words

WISH, DAY = Wish.of("ausweis"), timedelta(days=1)


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


@pytest.fixture
def crowded(open_hall: Hall, monkeypatch: pytest.MonkeyPatch) -> datetime:
    """So much is free that only the first morning is looked at: what many places are in earnest. The first free moment."""
    monkeypatch.setattr("stadtkern.kernel.voice.suggest.MOST", 20)
    return suggest(WISH, Window(timezone.localdate()), 0, timezone.localtime())[0][0].starts_at


def working(day: date) -> date:
    """The first Monday to Friday from ten days later on that is open."""
    open_days = search.days(WISH, day + timedelta(days=10), day + timedelta(days=40))
    return next(iter(open_days))


def test_a_liked_day_is_found_behind_however_much_is_free(crowded: datetime) -> None:
    best = working(crowded.date())
    for window in (
        Window(crowded.date(), spans=(Span.day(crowded.date()), Span.day(best)), rather=Window(best, spans=(Span.day(best),))),
        Window(crowded.date(), rather=Window(best, spans=(Span.day(best),), clock=Clock(after=time(14)))),
        Window(crowded.date(), rather=Window(best, spans=(Span.day(best),), clock=Clock(at=time(14)))),
    ):
        with CaptureQueriesContext(connection) as seen:
            shown, note = suggest(WISH, window, 0, timezone.localtime())
        clock = window.rather.clock if window.rather else Clock()
        assert note == "" and shown[0].starts_at.date() == best, (shown, note)
        assert clock.allows(shown[0].starts_at.time().replace(tzinfo=None)), shown[0]
        assert len(seen) <= 6  # three for all the days, three for the liked ones


def test_exceptions_and_hours_do_not_hide_what_comes_behind_them(crowded: datetime) -> None:
    best, today = working(crowded.date()), crowded.date()
    week = Span(best - timedelta(days=best.weekday()), best - timedelta(days=best.weekday() - 6))
    for window in (
        Window(
            today, weekdays=frozenset({best.weekday()}), spans=(Span(today, week.last),), without=(Span(today, best - DAY),)
        ),
        Window(today, without=(Span(today, best - DAY),)),
        Window(today, spans=(week,), weekdays=frozenset({best.weekday()})),
        Window(today, without=(Span(today, best - DAY),), clock=Clock(at=time(15))),
    ):
        shown, note = suggest(WISH, window, 0, timezone.localtime())
        assert note == "" and shown and shown[0].starts_at.date() == best, (window, shown, note)
    taken = Window(today, without=(Span(today, best - DAY),), clock=Clock(at=time(16, 30)))  # closed by then
    shown, note = suggest(WISH, taken, 0, timezone.localtime())
    assert "Am nächsten daran" in note and {free.starts_at.hour for free in shown} == {15} and shown[0].starts_at.date() >= best


def test_a_time_of_day_is_one_moment_also_before_midnight() -> None:
    assert plan.later(time(8, 50), 15) == time(9, 5) and plan.later(time(23, 45), 15) is None
