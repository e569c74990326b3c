"""Tickets and calls: the rule of the order, two clerks at once, honest waiting times, closing time, undo."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connections, transaction
from django.urls import reverse

from stadtkern.kernel.appointments.desk import actions as desk
from stadtkern.kernel.appointments.models import Kiosk, Skill, Tickets, Visit
from stadtkern.kernel.appointments.refusals import Refused
from stadtkern.kernel.appointments.walkin import actions, estimate, room
from stadtkern.kernel.events.models import Event

from .desk_hall import status

NINE = datetime(2027, 3, 1, 9, tzinfo=ZoneInfo("Europe/Berlin"))


# The estimate alone


def test_the_wait_is_played_forward_with_appointments_first():
    speed = estimate.Pace(10, 14, measured=True)
    free = estimate.wait(NINE, ahead=0, busy_since=[], free=1, due=[], speed=speed)
    assert (free.low, free.high, free.measured) == (0, 5, True)
    # two counters, both began five minutes ago, three wait: 5, 5, 15, then I: 15
    told = estimate.wait(NINE, ahead=3, busy_since=[NINE - timedelta(minutes=5)] * 2, free=0, due=[], speed=speed)
    assert (told.low, told.high) == (15, 25)
    # an appointment that is due in a minute goes first
    later = estimate.wait(
        NINE, ahead=0, busy_since=[NINE - timedelta(minutes=8)], free=0, due=[NINE + timedelta(minutes=1)], speed=speed
    )
    assert later.low == 10 and later.high > told.low - 5


def test_without_an_open_counter_nothing_is_promised():
    assert estimate.wait(NINE, ahead=2, busy_since=[], free=0, due=[], speed=estimate.pace([], 15)) is None


def test_the_pace_is_measured_or_says_that_it_is_planned():
    assert estimate.pace([3, 4], 15) == estimate.Pace(15, 22.5, measured=False)
    measured = estimate.pace([4, 20, 6, 8, 10], 15)
    assert measured.measured and measured.middle == 8 and measured.long == pytest.approx(12)


def test_nobody_gets_a_number_who_would_not_be_served():
    speed = estimate.Pace(10, 15, measured=True)
    told = estimate.wait(NINE, ahead=4, busy_since=[], free=1, due=[], speed=speed)
    assert estimate.closes_too_early(told, NINE, NINE + timedelta(minutes=60), 10)
    assert not estimate.closes_too_early(told, NINE, NINE + timedelta(minutes=90), 10)


# Tickets


def test_numbers_count_up_per_place_and_day(hall, clock):
    first, code = actions.draw(hall.centre, hall.move)
    second, other = actions.draw(hall.centre, hall.pass_)
    elsewhere, _code = actions.draw(hall.north, hall.move)
    assert [first.label, second.label, elsewhere.label] == ["001", "002", "001"]
    assert Visit.objects.by_code(code).get() == first and code != other
    assert Visit.objects.by_code("x" * 43).first() is None
    clock.on(24 * 60)
    assert actions.draw(hall.centre, hall.move)[0].label == "001"


def test_a_ticket_says_nothing_about_anybody(hall, clock):
    visit, code = actions.draw(hall.centre, hall.move)
    kept = {field.name for field in Visit._meta.get_fields()}
    assert not kept & {"name", "account", "email", "phone", "ip"}
    assert code not in str(Visit.objects.filter(pk=visit.pk).values())
    event = Event.objects.filter(name="visit.drawn").get()
    assert event.data == {"place": hall.centre.pk, "matter": hall.move.pk} and event.actor == "anonymous"


def test_the_day_ends_for_tickets_when_the_queue_is_full_or_a_clerk_says_so(hall, clock, petra):
    clock.to(15, 20)  # forty minutes, one counter for moving, ten minutes each; planned, so fifteen at worst
    drawn = 0
    with pytest.raises(actions.NoTicket, match="nicht mehr an die Reihe"):
        for _number in range(20):
            actions.draw(hall.centre, hall.move)
            drawn += 1
    assert 1 <= drawn <= 3
    clock.to(9)
    actions.end_day(petra, hall.centre)
    actions.end_day(petra, hall.centre)
    with pytest.raises(actions.NoTicket, match="keine Wartenummern"):
        actions.draw(hall.centre, hall.move)
    actions.end_day(petra, hall.centre, closed=False)
    assert Event.objects.filter(name="place.tickets_ended").count() == 1
    clock.to(16, 5)
    with pytest.raises(actions.NoTicket, match="niemand mehr"):
        actions.draw(hall.centre, hall.move)


def test_a_ticket_is_given_back_once(hall, clock):
    visit, code = actions.draw(hall.centre, hall.move)
    assert actions.give_back(code).status == "LEFT" and actions.give_back(code).status == "LEFT"
    assert Event.objects.filter(name="visit.left", subject=str(visit)).count() == 1
    assert actions.give_back("nichts-davon-gibt-es") is None


# The order


def test_appointments_at_their_time_then_whoever_waits_longest(hall, clock, petra, due):
    early, now, late = due(10, who="early"), due(9, 15, who="now"), due(8, 30, who="late")
    tickets = []
    for _number in range(2):
        clock.on(1)
        tickets.append(actions.draw(hall.centre, hall.move)[0])
    for row in (early, now):
        actions.arrive(petra, row)
    clock.on(1)
    too_late = actions.arrive(petra, late)
    assert too_late.due_at is None, "more than a quarter of an hour late: waits like everybody"
    clock.to(9, 12)
    called = [actions.call_next(petra, hall.one) for _number in range(5)]
    assert [one.label for one in called] == [
        f"T {now.number[-4:]}", "001", "002", f"T {late.number[-4:]}", f"T {early.number[-4:]}",
    ]  # fmt: skip
    assert actions.call_next(petra, hall.one) is None
    assert [status(one) for one in tickets] == ["DONE", "DONE"]
    assert {status(one) for one in (early, now, late)} == {"DONE"}


def test_only_what_counter_and_clerk_can_serve_is_called(hall, clock, petra, jan, clerk):
    actions.draw(hall.centre, hall.move)
    actions.draw(hall.centre, hall.pass_)
    assert actions.call_next(jan, hall.two).label == "002", "counter two does passports only"
    Skill.objects.create(staff=clerk, matter=hall.pass_)
    assert actions.call_next(petra, hall.one) is None, "Petra knows passports only"
    Skill.objects.create(staff=clerk, matter=hall.move)
    assert actions.call_next(petra, hall.one).label == "001"


def test_one_counter_serves_one(hall, clock, petra):
    first, second = (actions.draw(hall.centre, hall.move)[0] for _number in range(2))
    actions.call(petra, hall.one, second)
    with pytest.raises(Refused, match="ist noch jemand"):
        actions.call(petra, hall.one, first)
    with pytest.raises(IntegrityError), transaction.atomic():  # past the code, the table says no
        Visit.objects.filter(pk=first.pk).update(status="CALLED", counter=hall.one, called_at=clock())
    assert actions.call(petra, hall.one, second).recalls == 0, "a second click changes nothing"
    assert actions.call_next(petra, hall.one) == first and status(second) == "DONE"


def test_recall_missed_back_and_sent_on(hall, clock, petra, jan):
    visit, code = actions.draw(hall.centre, hall.pass_)
    actions.call(petra, hall.one, visit)
    clock.on(2)
    assert actions.recall(petra, visit).recalls == 1
    assert actions.missed(petra, visit).status == "MISSED" and actions.missed(petra, visit).status == "MISSED"
    assert actions.back(petra, visit).status == "WAITING"
    actions.call(petra, hall.one, visit)
    sent = actions.send_on(petra, visit, counter=hall.two)
    assert (sent.status, sent.target, sent.came_at) == ("WAITING", hall.two, visit.came_at)
    assert actions.call_next(petra, hall.one) is None, "it waits for counter two alone"
    assert actions.call_next(jan, hall.two) == visit
    with pytest.raises(Refused, match="bedient hier heute niemand"):
        actions.send_on(jan, visit, matter=hall.wedding)
    with pytest.raises(Refused, match="gibt es hier nicht"):
        actions.send_on(jan, visit, counter=hall.three)
    actions.done(jan, visit)
    clock.on(24 * 60)
    with pytest.raises(Refused, match="nicht mehr zurücknehmen"):
        actions.back(jan, visit)
    assert Visit.objects.by_code(code).get().status == "DONE"


def test_the_appointment_goes_along_and_back(hall, clock, petra, due, sound):
    row = due(9, 30)
    clock.to(9, 28)
    visit = desk.arrive(petra, row)
    assert desk.arrive(petra, row) == visit and status(row) == "ARRIVED"
    desk.call(petra, row, hall.one)
    assert status(row) == "CALLED"
    desk.back(petra, row)
    assert status(row) == "ARRIVED"
    desk.back(petra, row)
    assert status(row) == "BOOKED" and not Visit.objects.filter(appointment=row).exists()
    with pytest.raises(Refused, match="noch nicht begonnen"):
        desk.missed(petra, row)
    clock.to(9, 45)
    desk.missed(petra, row)
    assert status(row) == "MISSED"
    sound()
    desk.back(petra, row)
    assert status(row) == "BOOKED" and row.ended_at is None
    sound()


def test_who_was_served_and_has_booked_again_stays_served(hall, clock, petra, due):
    visit = actions.arrive(petra, due(9, 15))
    actions.done(petra, actions.call(petra, hall.one, visit))
    hall.book(hall.at(11), "anna", now=clock.at)
    with pytest.raises(Refused, match="neuen Termin"):
        actions.back(petra, visit)
    assert status(visit) == "DONE"


def test_a_missed_time_that_somebody_else_took_does_not_come_back(hall, clock, petra, due):
    row = due(9, 30)
    clock.to(9, 31)
    desk.missed(petra, row)
    for who in ("b", "c"):  # both counters of the place
        hall.book(hall.at(9, 30), who, now=hall.at(7))
    with pytest.raises(Refused, match="anders vergeben"):
        desk.back(petra, row)
    assert status(row) == "MISSED"


def test_two_clerks_never_call_the_same(hall, clock, petra, jan, transactional_db):
    for _number in range(12):
        actions.draw(hall.centre, hall.pass_)

    def call(who, counter):
        try:
            return [visit.pk for _number in range(6) if (visit := actions.call_next(who, counter))]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(call, petra, hall.one), pool.submit(call, jan, hall.two)]
        first, second = (one.result() for one in calls)
    assert len(first) == len(second) == 6 and not set(first) & set(second)
    assert Event.objects.filter(name="visit.called").count() == 12
    assert list(Visit.objects.filter(status="CALLED").values_list("counter").distinct()) != []


def test_the_night_closes_what_was_left_open(hall, clock, petra, due):
    waits = actions.draw(hall.centre, hall.move)[0]
    row = due(9, 30)
    desk.call(petra, row, hall.two)
    clock.on(24 * 60)
    assert actions.close_old() == 2 and actions.close_old() == 0
    assert (status(waits), status(row), status(Visit.objects.get(appointment=row))) == ("LEFT", "DONE", "DONE")
    clock.on(100 * 24 * 60)
    assert actions.forget_old(clock() - timedelta(days=90)) == 2
    assert not Tickets.objects.exists()


def test_expected_time_counts_who_is_ahead(hall, clock, petra):
    mine = [actions.draw(hall.centre, hall.move)[0] for _number in range(3)][1]
    found = room.expected(hall.centre, hall.move, clock(), mine)
    assert found.ahead == 1 and not found.wait.measured
    for number in range(6):  # six services of four minutes have been measured
        actions.call_next(petra, hall.one)
        clock.on(4)
        if number > 1:
            actions.draw(hall.centre, hall.move)
    actions.call_next(petra, hall.one)
    found = room.expected(hall.centre, hall.move, clock())
    assert found.wait.measured and found.wait.high <= 15


# Pages


def test_draw_follow_call_and_see_it_on_the_display(hall, clock, client, login, clerk):
    page = client.get(reverse("walkin:kiosk", args=["mitte"])).content.decode()
    assert "Wohnung ummelden" in page and "Wartezeit" in page
    drawn = client.post(reverse("walkin:draw", args=["mitte"]), {"anliegen": hall.move.pk})
    assert drawn.status_code == 302
    ticket = client.get(drawn["Location"]).content.decode()
    assert ">001<" in ticket and "data:image/svg" in ticket
    desk_browser = login(clerk.account)
    desk_browser.post(reverse("counter:sit", args=["mitte"]), {"schalter": hall.one.pk})
    desk_browser.post(reverse("counter:next", args=["mitte"]))
    assert "Sie sind dran: Schalter A" in client.get(drawn["Location"]).content.decode()
    shown = client.get(reverse("walkin:display", args=["mitte"]))
    text = shown.content.decode()
    assert "001" in text and "Schalter A" in text and 'http-equiv="refresh"' in text and 'aria-live="polite"' in text
    mark = text.split('data-mark="')[1].split('"')[0]
    state = reverse("walkin:display_state", args=["mitte"])
    assert client.get(f"{state}?stand={mark}").status_code == 204
    assert client.get(f"{state}?stand=alt").status_code == 200


def test_a_browser_draws_four_and_a_device_more(hall, clock, client, petra):
    address = reverse("walkin:draw", args=["mitte"])
    answers = [client.post(address, {"anliegen": hall.pass_.pk}).status_code for _number in range(6)]
    assert answers == [302] * 4 + [429] * 2
    _kiosk, secret = actions.admit_kiosk(petra, hall.centre, "Eingang")
    assert client.post(address, {"anliegen": hall.pass_.pk}).status_code == 403, "only the device draws now"
    set_up = client.post(reverse("walkin:become_kiosk", args=[secret]))
    assert set_up.status_code == 302 and set_up.cookies["kiosk"]["httponly"]
    assert client.post(address, {"anliegen": hall.pass_.pk}).status_code == 302
    actions.end_kiosk(petra, Kiosk.objects.get())
    assert client.get(reverse("walkin:become_kiosk", args=[secret])).status_code == 404


def test_hostile_matters_are_not_found(hall, clock, client):
    for value in ("", "0", "9" * 23, "-1", "x\0", "1e3", "²"):
        assert client.post(reverse("walkin:draw", args=["mitte"]), {"anliegen": value}).status_code == 404, value


def test_hostile_addresses(hall, clock, client):
    for path in (
        "/wartezimmer/n/x/",
        f"/wartezimmer/n/{'a' * 3000}/",
        "/wartezimmer/n/%00%ff/",
        "/wartezimmer/gibts-nicht/aufruf/",
    ):
        assert client.get(path).status_code in (400, 404), path


def test_only_counters_that_really_call_count(hall, clock, petra):
    for _number in range(4):
        actions.draw(hall.centre, hall.pass_)
    both = room.expected(hall.centre, hall.pass_, clock())
    actions.call_next(petra, hall.one)
    clock.on(1)
    one = room.expected(hall.centre, hall.pass_, clock())
    assert one.ahead == 3 and one.wait.low > both.wait.low + 10, "the other counter is open on paper only"


def test_a_break_lengthens_the_wait(hall, clock, client, django_assert_max_num_queries):
    told = estimate.Wait(20, 30, measured=True)
    lunch = [False] * 2 + [True] * 12 + [False] * 40
    assert estimate.with_breaks(told, lunch) == estimate.Wait(80, 90, measured=True)
    assert estimate.with_breaks(estimate.Wait(0, 10, True), lunch) == estimate.Wait(0, 10, True)
    clock.to(11, 50)
    for _number in range(4):
        actions.draw(hall.centre, hall.move)
    found = room.expected(hall.centre, hall.move, clock())
    assert found.wait.low >= 90, "forty minutes of work, ten before the break of an hour"
    with django_assert_max_num_queries(12):
        client.get(reverse("walkin:kiosk", args=["mitte"]))
