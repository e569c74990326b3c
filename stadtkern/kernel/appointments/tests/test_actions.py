"""Hold, confirm, move, cancel: what people do, and what they do twice."""

from datetime import timedelta

import pytest

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.appointments import actions, search
from stadtkern.kernel.appointments.models import Appointment
from stadtkern.kernel.appointments.refusals import Refused, Taken, TooMany
from stadtkern.kernel.appointments.tests.conftest import MONDAY, NOW
from stadtkern.kernel.appointments.wish import Window, Wish
from stadtkern.kernel.events.models import Event


def test_free_times_are_found_by_place_and_start(hall):
    found = search.free(Wish.of("ausweis"), MONDAY, MONDAY, now=NOW)
    assert {one.place.key for one in found} == {"mitte", "nord"}
    mine = [one.starts_at for one in found if one.place == hall.centre]
    assert mine[0] == hall.at(8) and mine[-1] == hall.at(15, 45) and hall.at(11, 45) in mine and hall.at(12) not in mine
    assert len(mine) == 16 + 12
    assert search.days(Wish.of("ausweis"), MONDAY, MONDAY + timedelta(days=6), now=NOW) == {
        MONDAY + timedelta(days=number): 56 for number in range(5)
    }


def test_a_day_whose_last_time_is_over_has_none(hall):
    late = hall.at(15, 50)
    assert MONDAY not in search.days(Wish.of("ausweis"), MONDAY, MONDAY + timedelta(days=6), now=late)
    assert search.days(Wish.of("ausweis"), MONDAY, MONDAY, now=hall.at(15, 20)) == {MONDAY: 2}  # 15:45 at both places


def test_both_counters_of_a_place_are_given_then_none(hall, sound):
    first, second = hall.hold(hall.at(9), "a"), hall.hold(hall.at(9), "b")
    assert {first.counter, second.counter} == {hall.one, hall.two}
    with pytest.raises(Taken) as refusal:
        hall.hold(hall.at(9), "c")
    sound()
    near = refusal.value.alternatives()
    assert len(near) == 3 and {one.starts_at for one in near} <= {hall.at(9), hall.at(8, 45), hall.at(9, 15)}


def test_a_double_click_holds_once_and_another_time_gives_the_first_back(hall, sound):
    first = hall.hold(hall.at(9))
    assert hall.hold(hall.at(9)).pk == first.pk
    other = hall.hold(hall.at(10))
    first.refresh_from_db()
    assert (first.status, other.status) == ("EXPIRED", "HELD")
    sound()


def test_one_is_allowed_and_the_second_refused_by_account_and_by_mail(hall, citizen, other_citizen):
    hall.book(hall.at(9), actor=Actor(citizen))
    with pytest.raises(TooMany):
        hall.hold(hall.at(10), "elsewhere", actor=Actor(citizen))
    hall.hold(hall.at(10), "elsewhere", actor=Actor(citizen), matter="ummelden")
    hall.book(hall.at(9), "guest", email="Guest@Example.org")
    held = hall.hold(hall.at(11), "other browser")
    with pytest.raises(TooMany):
        actions.confirm(Actor(), held, name="Gast", email=" guest@example.ORG", now=NOW)
    assert actions.confirm(Actor(), held, name="Gast", email="g.uest@example.org", now=NOW).status == "BOOKED"


def test_who_missed_it_and_took_another_is_not_marked_as_there(hall, citizen, sound):
    missed = hall.book(hall.at(9), actor=Actor(citizen))
    actions.miss(Actor(), missed, now=NOW)
    hall.book(hall.at(10), "elsewhere", actor=Actor(citizen))
    with pytest.raises(Refused, match="inzwischen einen anderen Termin"):
        actions.arrive(Actor(), missed, now=NOW)
    assert Appointment.objects.get(pk=missed.pk).status == "MISSED"
    sound()


def test_an_expired_hold_is_free_for_search_and_for_the_next(hall, sound):
    hall.hold(hall.at(9), "a"), hall.hold(hall.at(9), "b")
    wish, later = Wish.of("ausweis", places=("mitte",)), NOW + timedelta(minutes=11)
    assert hall.at(9) not in [one.starts_at for one in search.free(wish, MONDAY, MONDAY, now=NOW)]
    assert hall.at(9) in [one.starts_at for one in search.free(wish, MONDAY, MONDAY, now=later)]
    assert hall.hold(hall.at(9), "c", now=later).status == "HELD"
    assert Appointment.objects.filter(status="EXPIRED").count() == 2
    assert Event.objects.filter(name="appointment.expired").count() == 2
    sound()


def test_confirming_too_late_takes_it_again_or_says_that_it_is_gone(hall, sound):
    late, later = hall.hold(hall.at(9), "a"), NOW + timedelta(minutes=30)
    actions.expire_due(later)
    assert actions.confirm(Actor(), late, name="A", email="a@example.org", now=later).status == "BOOKED"
    sound()
    slow = hall.hold(hall.at(10), "b", now=later)
    much_later = later + timedelta(minutes=30)
    hall.book(hall.at(10), "c", now=much_later), hall.book(hall.at(10), "d", now=much_later)
    with pytest.raises(Taken) as refusal:
        actions.confirm(Actor(), slow, name="B", email="b@example.org", now=much_later)
    assert refusal.value.alternatives()
    sound()


def test_moving_keeps_number_and_link_and_fails_without_loss(hall, sound):
    row = hall.book(hall.at(9))
    moved = actions.move(Actor(), row, hall.north, hall.at(10), now=NOW)
    assert (moved.pk, moved.number, moved.code_digest, moved.sequence) == (row.pk, row.number, row.code_digest, 1)
    assert (moved.place, moved.counter, moved.starts_at) == (hall.north, hall.three, hall.at(10))
    sound()
    hall.book(hall.at(11), "x", place=hall.north)
    with pytest.raises(Taken):
        actions.move(Actor(), moved, hall.north, hall.at(11), now=NOW)
    assert Appointment.objects.get(pk=row.pk).starts_at == hall.at(10)
    # Half an hour later, over its own old time.
    assert actions.move(Actor(), moved, hall.north, hall.at(10, 15), now=NOW).sequence == 2
    sound()


def test_cancelling_gives_the_time_back_once(hall, sound):
    row = hall.book(hall.at(9))
    assert actions.cancel(Actor(), row, now=NOW).status == "CANCELLED"
    assert actions.cancel(Actor(), row, now=NOW).sequence == 1
    sound()
    assert Event.objects.filter(name="appointment.cancelled").count() == 1
    assert hall.book(hall.at(9)).status == "BOOKED"


def test_a_family_with_several_matters_is_one_visit_at_a_counter_that_serves_all(hall, sound):
    wish = Wish((("ausweis", 3), ("ummelden", 3)))
    found = search.free(wish, MONDAY, MONDAY, now=NOW)
    assert {one.minutes for one in found} == {(15 + 20) + (10 + 20)}
    row = actions.hold(Actor(), wish, hall.centre, hall.at(9), holder="family", now=NOW)
    assert (row.counter, row.persons, row.minutes) == (hall.one, 3, 65)
    done = actions.confirm(Actor(), row, name="Anna", names=["Ben", "Cem"], email="a@example.org", now=NOW)
    assert done.names == ["Ben", "Cem"]
    sound()


def test_preparation_takes_the_counter_but_not_the_resident(hall, sound):
    row = hall.book(hall.at(9), matter="trauung", place=hall.north)
    assert (row.starts_at, row.ends_at) == (hall.at(9), hall.at(9, 45))
    free = [one.starts_at for one in search.free(Wish.of("ausweis", places=("nord",)), MONDAY, MONDAY, now=NOW)]
    assert hall.at(8, 30) in free and hall.at(8, 45) not in free and hall.at(9, 45) not in free and hall.at(10) in free
    sound()


def test_any_time_in_a_window_until_none_is_left(hall, sound):
    window = Window(MONDAY, MONDAY, hall.at(8).time(), hall.at(9).time())
    wish = Wish.of("ummelden", places=("mitte",))
    for number in range(6):
        actions.hold_any(Actor(), wish, window, holder=f"b{number}", now=NOW)
    with pytest.raises(Taken):
        actions.hold_any(Actor(), wish, window, holder="late", now=NOW)
    sound()


def test_days_not_released_yet_are_for_clerks_only(hall):
    from stadtkern.kernel.appointments.models import Day

    Day.objects.filter(date=MONDAY).update(opens_at=NOW + timedelta(days=1))
    assert search.free(Wish.of("ausweis"), MONDAY, MONDAY, now=NOW) == []
    assert search.free(Wish.of("ausweis"), MONDAY, MONDAY, now=NOW, unreleased=True)
    with pytest.raises(Taken):
        hall.hold(hall.at(9))
    assert hall.hold(hall.at(9), for_other=True).status == "HELD"


@pytest.mark.parametrize("wish", [Wish(()), Wish.of("gibt\0es nicht"), Wish.of("ausweis", 6), Wish.of("ausweis", 0),
                                  Wish.of("trauung", channel="phone"), Wish((("ausweis", 1), ("ausweis", 1)))])  # fmt: skip
def test_what_the_city_does_not_offer_is_said(hall, wish):
    with pytest.raises(Refused):
        search.free(wish, MONDAY, MONDAY, now=NOW)


def test_odd_and_past_times_are_refused(hall):
    for at in (hall.at(9, 1), hall.at(9, 5), hall.at(9) - timedelta(days=90)):
        with pytest.raises(Refused):
            hall.hold(at)


def test_hostile_names_are_one_line_that_a_table_can_hold(hall):
    row = hall.hold(hall.at(9))
    done = actions.confirm(
        Actor(), row, name=" Zoë\0\r\nBcc: x \ud800Łucja ", email="z\0oe@example.org", phone="1" * 99, now=NOW
    )
    done.refresh_from_db()
    assert (done.name, done.email, len(done.phone)) == ("Zoë Bcc: x Łucja", "z oe@example.org", 40)
    with pytest.raises(Refused):
        actions.confirm(Actor(), hall.hold(hall.at(10)), name="\0 \u200b\ud800", email="a@example.org", now=NOW)
