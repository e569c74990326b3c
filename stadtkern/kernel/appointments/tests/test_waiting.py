"""The waiting list: in order of joining, one offer at a time, nothing offered twice."""

from datetime import date, time, timedelta

import pytest

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.appointments import actions, search
from stadtkern.kernel.appointments.models import Appointment, Waiting
from stadtkern.kernel.appointments.refusals import Refused, Taken
from stadtkern.kernel.appointments.tests.conftest import MONDAY, NOW
from stadtkern.kernel.appointments.wish import Window, Wish
from stadtkern.kernel.events.models import Event

NINE = Window(MONDAY, MONDAY, time(9), time(9, 15))
WISH = Wish.of("ausweis", places=("mitte",))


def wait(who: str, now=NOW, window=NINE, **more) -> Waiting:
    return actions.join_waiting(Actor(), WISH, window, holder=who, name=who, email=f"{who}@example.org", now=now, **more)


@pytest.fixture
def full(hall):
    return [hall.book(hall.at(9), "x"), hall.book(hall.at(9), "y")]


def test_a_cancelled_time_goes_to_the_first_and_is_never_public(hall, full, sound):
    first, second = wait("first"), wait("second", NOW + timedelta(minutes=1))
    actions.cancel(Actor(), full[0], now=NOW)
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.status, second.status) == ("OFFERED", "WAITING")
    assert first.offer.held_until == NOW + timedelta(hours=12)
    assert hall.at(9) not in [one.starts_at for one in search.free(WISH, MONDAY, MONDAY, now=NOW)]
    assert actions.accept_offer(Actor(), first, now=NOW).name == "first"
    assert actions.accept_offer(Actor(), first, now=NOW).pk == first.offer.pk
    first.refresh_from_db()
    assert first.status == "TAKEN"
    sound()


def test_no_answer_and_no_pass_the_time_on(hall, full, sound):
    first, second, third = wait("first"), wait("second"), wait("third")
    actions.cancel(Actor(), full[0], now=NOW)
    later = NOW + timedelta(hours=13)
    actions.expire_due(later)
    for entry in (first, second):
        entry.refresh_from_db()
    assert (first.status, first.unanswered, second.status) == ("WAITING", 1, "OFFERED")
    with pytest.raises(Taken):
        actions.accept_offer(Actor(), first, now=later)
    actions.decline_offer(Actor(), second, now=later)
    third.refresh_from_db()
    assert third.status == "OFFERED"
    actions.leave_waiting(Actor(), third, now=later)  # nobody else wants it: public again
    assert hall.at(9) in [one.starts_at for one in search.free(WISH, MONDAY, MONDAY, now=later)]
    assert Event.objects.filter(name="appointment.offered").count() == 3
    sound()


def test_an_earlier_time_replaces_the_own_appointment(hall, full, sound):
    late = hall.book(hall.at(15), "mine")
    entry = wait("mine", replaces=late)
    actions.cancel(Actor(), full[1], now=NOW)
    entry.refresh_from_db()
    assert actions.accept_offer(Actor(), entry, now=NOW).starts_at == hall.at(9)
    assert Appointment.objects.get(pk=late.pk).status == "CANCELLED"
    sound()


def test_what_is_free_is_offered_at_once_and_hours_that_grow_too(hall, full):
    assert wait("early", window=Window(MONDAY, MONDAY)).status == "OFFERED"
    sunday = MONDAY + timedelta(days=6)
    entry = wait("sunday", window=Window(sunday, sunday))
    assert entry.status == "WAITING"
    actions.set_exception(Actor(), hall.centre, sunday, sunday, [(time(10), time(11))], now=NOW)
    entry.refresh_from_db()
    assert (entry.status, entry.offer.starts_at) == ("OFFERED", hall.at(10, 0, sunday))


def test_one_waits_once_and_says_who_one_is(hall, full):
    wait("first")
    with pytest.raises(Refused):
        wait("first")
    with pytest.raises(Refused):
        actions.join_waiting(Actor(), WISH, NINE, holder="z", name="Z", now=NOW)
    with pytest.raises(Refused):
        wait("past", window=Window(date(2020, 1, 1), date(2020, 1, 2)))


def test_entries_whose_days_are_over_end(hall, full):
    entry = wait("first")
    assert actions.end_waiting(NOW + timedelta(days=9)) == 1
    entry.refresh_from_db()
    assert entry.status == "OVER"


def test_who_says_no_is_asked_for_another_day(hall, full):
    actions.cancel(Actor(), full[0], now=NOW)
    tuesday = MONDAY + timedelta(days=1)
    entry = wait("picky", window=Window(MONDAY, tuesday, time(9), time(9, 15)))
    seen = []
    while entry.status == "OFFERED":
        seen.append(entry.offer.starts_at)
        entry = actions.decline_offer(Actor(), entry, now=NOW)
    assert seen == [hall.at(9), hall.at(9, 0, tuesday)] and entry.status == "WAITING"
