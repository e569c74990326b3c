"""The clerks' pages: the day, who may, what is noted; hours with a choice and undo; roster and absences; plan and actual."""

from datetime import time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from stadtkern.kernel.appointments import actions as engine
from stadtkern.kernel.appointments.desk import actions as desk
from stadtkern.kernel.appointments.desk import figures
from stadtkern.kernel.appointments.desk.actions.counting import count_day
from stadtkern.kernel.appointments.models import (
    Absence,
    Appointment,
    Day,
    Hours,
    HoursChange,
    Kiosk,
    LoadHour,
    Partner,
    Shift,
    Skill,
    SpecialDay,
)  # fmt: skip
from stadtkern.kernel.appointments.outside import outside
from stadtkern.kernel.appointments.refusals import Refused
from stadtkern.kernel.appointments.walkin import actions as walkin
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.privacy.models import Access
from stadtkern.kernel.registers.models import Resident

from .conftest import MONDAY
from .desk_hall import status

TUESDAY, WEEK = MONDAY + timedelta(days=1), MONDAY + timedelta(days=7)
DAY = "/schalter/mitte/"


def read(browser, path, expected=200, **data):
    answer = browser.post(path, data) if data else browser.get(path)
    assert answer.status_code == expected, (path, answer.status_code)
    return answer.content.decode()


# The day


def test_the_day_shows_who_comes_when_and_notes_it(hall, clock, due, login, clerk, citizen):
    row = due(9, 30)
    Appointment.objects.filter(pk=row.pk).update(account=citizen, about="case:17")
    browser = login(clerk.account)
    text = read(browser, DAY)
    assert "Frau anna" in text and "09:30–09:45" in text and "Erwartet" in text and "frei, " in text
    line = Access.objects.get(purpose="appointments")
    assert line.accounts == [citizen.pk] and line.cases == [17] and line.fields == ["name", "appointment"]
    browser.post(reverse("counter:appointment", args=[row.pk, "arrive"]))
    assert status(row) == "ARRIVED" and "Ist da" in read(browser, DAY)
    printed = read(browser, f"{DAY}liste/")
    assert "Frau anna" in printed and "Tagesliste" in printed
    assert "Frau anna" not in read(browser, f"{DAY}?tag={TUESDAY}")
    for odd in ("x", "9999-99-99", "0001-01-01", "%00"):
        read(browser, f"{DAY}?tag={odd}")


def test_a_hidden_person_has_no_name_on_any_list(hall, clock, due, login, clerk, citizen, resident):
    Resident.objects.filter(pk=resident.pk).update(blocked=True)
    row = due(9, 30)
    Appointment.objects.filter(pk=row.pk).update(account=citizen, name="Geheim Person", names=["Kind Geheim"], phone="0123")
    browser = login(clerk.account)
    for path in (DAY, f"{DAY}liste/"):
        text = read(browser, path)
        assert "Auskunftssperre" in text and "Geheim" not in text


def test_other_offices_and_roles_see_nothing(hall, clock, due, login, other_clerk, operator, mayor, citizen, clerk, client):
    row = due(9, 30)
    read(login(other_clerk.account), DAY, 404)
    read(login(other_clerk.account), reverse("counter:appointment", args=[row.pk, "arrive"]), 404, x="1")
    for who in (operator.account, mayor.account, citizen):
        read(login(who), DAY, 403)
    assert client.get(DAY).status_code == 302
    for page in ("oeffnungszeiten/", "dienstplan/", "auslastung/", "geraete/"):
        read(login(clerk.account), DAY + page, 403)
    for verb in ("drop", "call_next", "__class__"):
        read(login(clerk.account), f"/schalter/termin/{row.pk}/{verb}/", 404, x="1")
    read(login(clerk.account), f"/schalter/termin/{10**30}/arrive/", 404, x="1")


def test_buttons_and_refusals(hall, clock, due, login, clerk, second_clerk):
    first, second = due(9, 0, "a"), due(9, 0, "b")
    petra, jan = login(clerk.account), login(second_clerk.account)
    call = reverse("counter:appointment", args=[first.pk, "call"])
    assert "Wählen Sie zuerst Ihren Schalter" in petra.post(call, follow=True).content.decode()
    read(petra, f"{DAY}platz/", 302, schalter=hall.one.pk)
    read(jan, f"{DAY}platz/", 302, schalter=hall.two.pk)
    petra.post(call)
    assert status(first) == "CALLED"
    assert "wartet nicht mehr" in jan.post(call, follow=True).content.decode(), "somebody was faster"
    again = petra.post(reverse("counter:appointment", args=[second.pk, "call"]), follow=True).content.decode()
    assert "ist noch jemand" in again and status(second) == "BOOKED", "nothing half done"
    petra.post(f"{DAY}naechste/")
    assert status(first) == "DONE"
    for hostile in ("", "x", "9" * 40, "-1", str(hall.three.pk)):
        read(petra, f"{DAY}platz/", 302, schalter=hostile)


def test_a_phone_call_needs_no_waiting_room(hall, clock, due, login, clerk):
    hall.centre.counters.filter(pk=hall.one.pk).update(channels=["desk", "phone"])
    row = due(9, 0)
    Appointment.objects.filter(pk=row.pk).update(channel="phone", phone="0170 1", counter=hall.one)
    text = read(login(clerk.account), DAY)
    assert "Beginnen" in text and "0170 1" in text


# Opening hours


def weekly(opens="08:00", closes="12:00", days=range(5)):
    return [(day, time.fromisoformat(opens), time.fromisoformat(closes)) for day in days]


def fields(opens, closes, since, **more):
    return {f"von-{day}": opens for day in range(5)} | {f"bis-{day}": closes for day in range(5)} | {"ab": since} | more


def test_hours_are_previewed_before_anything_is_saved(hall, clock, login, lead, sound):
    row = hall.book(hall.at(14, 0, TUESDAY), "anna", now=hall.at(7))
    browser, path = login(lead.account), f"{DAY}oeffnungszeiten/"
    before = list(Hours.objects.values_list("pk", flat=True))
    asked = read(browser, path, 409, **fields("08:00", "12:00", TUESDAY.isoformat()))
    assert "1 gebuchter Termin läge außerhalb" in asked and "Frau anna" in asked
    assert list(Hours.objects.values_list("pk", flat=True)) == before and not HoursChange.objects.exists()
    read(browser, path, 302, **fields("08:00", "12:00", TUESDAY.isoformat(), dann="move"))
    row.refresh_from_db()
    assert row.status == "BOOKED" and row.starts_at.astimezone(hall.at(9).tzinfo).hour < 12
    assert not outside([hall.centre.pk])
    sound()


@pytest.mark.parametrize(("choice", "expected", "left"), [("keep", "BOOKED", 1), ("cancel", "CANCELLED", 0)])
def test_keep_or_cancel(hall, clock, ruth, choice, expected, left, sound):
    row = hall.book(hall.at(14, 0, TUESDAY), "anna", now=hall.at(7))
    found = desk.change_hours(ruth, hall.centre, weekly(), counter=None, valid_from=TUESDAY, choice=desk.Choice(choice))
    assert status(row) == expected and len(found) == left
    names = [one.name for one in Event.objects.filter(name__startswith="hours.")]
    assert names == ["hours.changed", "hours.entered"]
    sound()


def test_a_change_is_undone(hall, clock, ruth, sound):
    def open_on(day):
        return Day.objects.get(counter=hall.one, date=day).open.count("1")

    was = sorted(Hours.objects.filter(place=hall.centre).values_list("weekday", "opens", "closes", "valid_from", "valid_until"))
    desk.change_hours(ruth, hall.centre, weekly("09:00", "10:00"), counter=None, valid_from=TUESDAY, choice=desk.Choice.ASK)
    desk.change_hours(ruth, hall.centre, weekly("09:00", "11:00"), counter=None, valid_from=TUESDAY, choice=desk.Choice.ASK)
    assert (open_on(MONDAY), open_on(TUESDAY)) == (84, 24)
    second, first = HoursChange.objects.order_by("-pk")
    with pytest.raises(Refused, match="jüngste"):
        desk.undo_hours(ruth, first)
    desk.undo_hours(ruth, second)
    assert open_on(TUESDAY) == 12
    desk.undo_hours(ruth, first)
    now = sorted(Hours.objects.filter(place=hall.centre).values_list("weekday", "opens", "closes", "valid_from", "valid_until"))
    assert (open_on(TUESDAY), now) == (84, was)
    sound()


def test_exceptions_close_shorten_open_and_go(hall, clock, login, lead, ruth):
    browser, path = login(lead.account), f"{DAY}oeffnungszeiten/"
    tuesday = {"erster": TUESDAY.isoformat()}
    read(browser, f"{path}ausnahme/", 302, **tuesday, grund="Personalversammlung")
    assert "1" not in Day.objects.get(counter=hall.one, date=TUESDAY).open
    assert "Personalversammlung" in read(browser, path)
    read(browser, f"{path}ausnahme/", 302, erster="2027-03-06", **{"von-a": "10:00", "bis-a": "12:00"}, schalter=hall.two.pk)
    assert Day.objects.get(counter=hall.two, date=MONDAY + timedelta(days=5)).open.count("1") == 24, "an extra Saturday"
    special = SpecialDay.objects.get(first=TUESDAY)
    read(browser, f"{path}ausnahme/{special.pk}/aufheben/", 302, x="1")
    assert Day.objects.get(counter=hall.one, date=TUESDAY).open.count("1") == 84
    read(browser, f"{path}ausnahme/{special.pk}/aufheben/", 404, x="1")


UNREADABLE = [
    (fields("08:00", "07:00", "2027-03-02"), "liegt nicht nach dem Anfang"),
    (fields("acht", "zwölf", "2027-03-02"), "als Uhrzeit"),
    (fields("08:00", "", "2027-03-02"), "als Uhrzeit"),
    (fields("08:00", "12:00", ""), "als Datum"),
    (fields("08:00", "12:00", "2026-01-01"), "frühestens ab heute"),
    (fields("08:00", "12:00", "9999-12-31"), "zu weit"),
    ({"von-0": ["08:00", "10:00"], "bis-0": ["12:00", "13:00"], "ab": "2027-03-02"}, "überschneiden"),
]


def test_unreadable_hours_are_named_and_nothing_is_lost(hall, clock, login, lead):
    browser = login(lead.account)
    for typed, said in UNREADABLE:
        text = read(browser, f"{DAY}oeffnungszeiten/", 422, **typed)
        assert said in text and not HoursChange.objects.exists(), said
        if isinstance(typed["von-0"], str):
            assert f'value="{typed["von-0"]}"' in text


# Roster


def test_a_counter_follows_who_is_there(hall, clock, ruth, clerk, second_clerk, sound):
    desk.start_roster(ruth, hall.centre, TUESDAY)
    day = Day.objects.get(counter=hall.one, date=TUESDAY)
    assert "1" not in day.open and "1" in Day.objects.get(counter=hall.one, date=MONDAY).open
    desk.add_shifts(ruth, clerk, hall.one, [TUESDAY], time(9), time(14))
    desk.set_skills(ruth, clerk, [hall.move])
    day.refresh_from_db()
    assert day.open.count("1") == 36 + 12 and day.matters == [hall.move.pk], "opening hours and duty; her matters alone"
    found = hall.hold(hall.at(9, 0, TUESDAY), matter="ummelden", now=clock())
    assert found.counter == hall.one
    desk.set_skills(ruth, clerk, [])
    day.refresh_from_db()
    assert set(day.matters) == {hall.move.pk, hall.pass_.pk}
    desk.stop_roster(ruth, hall.centre)
    day.refresh_from_db()
    assert day.open.count("1") == 84
    sound()


def test_nobody_is_at_two_counters_at_once(hall, clock, ruth, clerk, other_clerk):
    desk.add_shifts(ruth, clerk, hall.one, [TUESDAY, WEEK], time(8), time(12))
    with pytest.raises(Refused, match="schon an einem Schalter"):
        desk.add_shifts(ruth, clerk, hall.two, [MONDAY + timedelta(days=2), WEEK], time(11), time(13))
    assert Shift.objects.count() == 2, "all days or none"
    with pytest.raises(IntegrityError), transaction.atomic():  # past the code, the table says no
        Shift.objects.create(staff=clerk, counter=hall.two, date=TUESDAY, starts=time(10), ends=time(11))
    desk.add_shifts(ruth, clerk, hall.two, [TUESDAY], time(12), time(13))
    with pytest.raises(Refused, match="anderen Amt"):
        desk.add_shifts(ruth, other_clerk, hall.one, [TUESDAY], time(8), time(9))


def test_a_sick_clerk_leaves_appointments_that_find_another_counter(hall, clock, ruth, login, lead, clerk, second_clerk, sound):
    desk.start_roster(ruth, hall.centre, MONDAY)
    desk.add_shifts(ruth, clerk, hall.one, [TUESDAY], time(8), time(16))
    row = hall.book(hall.at(10, 0, TUESDAY), "anna", now=hall.at(7))
    assert row.counter == hall.one
    desk.add_absence(ruth, clerk, TUESDAY, TUESDAY)
    assert [one.pk for one in outside([hall.centre.pk])] == [row.pk]
    assert {field.name for field in Absence._meta.get_fields()} == {"id", "staff", "first", "last"}, "no reason is kept"
    browser = login(lead.account)
    assert "1 Termin ohne offenen Schalter" in read(browser, f"{DAY}oeffnungszeiten/")
    found, left = desk.rehome(ruth, list(outside([hall.centre.pk])))
    assert (found, len(left)) == (0, 1), "nobody else is there that day or later"
    desk.add_shifts(ruth, second_clerk, hall.two, [TUESDAY], time(8), time(16))
    read(browser, f"{DAY}ohne-schalter/", 302, termin=[row.pk], was="umziehen")
    row.refresh_from_db()
    assert (row.counter, row.starts_at) == (hall.two, hall.at(10, 0, TUESDAY)), "the same time, another counter"
    sound()


def test_roster_pages(hall, clock, login, lead, clerk, ruth):
    browser, path = login(lead.account), f"{DAY}dienstplan/"
    duty = {"wer": clerk.pk, "schalter": hall.one.pk, "tag": TUESDAY.isoformat(), "von": "08:00", "bis": "12:00", "wochen": "2"}
    read(browser, f"{path}dienst/", 302, **duty)
    assert Shift.objects.count() == 2 and "Petra Sommer" in read(browser, f"{path}?tag={TUESDAY}")
    assert "schon an einem Schalter" in read(browser, f"{path}dienst/", 422, **duty)
    for wrong in ({"wer": ""}, {"tag": "morgen"}, {"von": "x"}, {"wochen": "99"}, {"bis": "07:00"}, {"wer": "9" * 30}):
        read(browser, f"{path}dienst/", 422, **(duty | wrong))
    read(browser, f"{path}faehigkeiten/{clerk.pk}/", 302, anliegen=[hall.pass_.pk, "x", "9" * 30])
    assert Skill.objects.get().matter == hall.pass_
    read(browser, f"{path}abwesend/", 302, wer=clerk.pk, erster=TUESDAY.isoformat())
    read(browser, f"{path}abwesend/{Absence.objects.get().pk}/aufheben/", 302, x="1")
    read(browser, f"{path}gilt/", 302, ab=TUESDAY.isoformat())
    read(browser, f"{path}dienst/{Shift.objects.first().pk}/streichen/", 302, x="1")
    read(browser, f"{path}gilt/", 302, was="aus")
    assert Shift.objects.count() == 1 and not Absence.objects.exists()


# Devices, partners


def test_devices_and_partners(hall, clock, login, lead, citizen):
    browser = login(lead.account)
    assert "/wartezimmer/g/" in read(browser, f"{DAY}geraete/", name="Eingang")
    read(browser, f"{DAY}geraete/", 422, name=" ")
    read(browser, f"{DAY}geraete/{Kiosk.objects.get().pk}/beenden/", 302, x="1")
    assert Kiosk.objects.get().ended_at
    good = {"name": "Praxis", "mail": citizen.email.upper(), "umfang": "BOOK"}
    read(browser, "/schalter/praxen/", 302, **good)
    for wrong in ({"mail": "niemand@example.org"}, {"umfang": "ROOT"}, {"name": ""}, {"mail": "x\0"}):
        read(browser, "/schalter/praxen/", 422, **(good | wrong))
    read(browser, f"/schalter/praxen/{Partner.objects.get().pk}/beenden/", 302, x="1")
    assert Partner.objects.get().ended_at


# Figures


def test_a_day_becomes_figures_without_anybody(hall, clock, petra, due):
    kept, missed, never = due(9, 0, "a"), due(9, 0, "b"), due(9, 15, "c")
    clock.to(9, 5)
    for row, counter in ((kept, hall.one), (missed, hall.two)):
        walkin.call(petra, counter, walkin.arrive(petra, row))
    clock.on(12)
    engine_visit = walkin.done(petra, kept_visit := _visit(kept))
    assert engine_visit == kept_visit
    walkin.missed(petra, _visit(missed))
    walkin.draw(hall.centre, hall.pass_)
    _gone, code = walkin.draw(hall.centre, hall.pass_)
    walkin.give_back(code)
    clock.to(9, 30)
    walkin.call_next(petra, hall.one)
    clock.on(6)
    walkin.call_next(petra, hall.one)
    assert count_day(hall.centre, MONDAY) == 1 and count_day(hall.centre, MONDAY) == 0
    row = LoadHour.objects.get()
    assert (row.hour, row.booked, row.missed, row.tickets, row.gone) == (9, 3, 1, 2, 1)
    assert (row.waited, row.wait_seconds, row.served, row.service_seconds) == (3, 13 * 60, 2, 18 * 60), (
        "one waits from the time of the appointment on"
    )
    assert row.people == 4 and status(never) == "BOOKED", "whoever nobody clicked is not called missing"
    assert {field.name for field in LoadHour._meta.get_fields()} & {"account", "appointment", "staff", "counter"} == set()
    clock.on(24 * 60)
    desk.count_days()
    assert LoadHour.objects.count() == 1


def test_the_load_page_says_plan_actual_and_error(hall, clock, login, lead, django_assert_max_num_queries):
    for week in range(1, 13):
        for day in range(5):
            for hour in (9, 10):
                on = MONDAY - timedelta(weeks=week) + timedelta(days=day)
                LoadHour.objects.create(
                    place=hall.centre, date=on, hour=hour, booked=10 + day, missed=1, tickets=5, waited=10, wait_seconds=6000,
                    served=10, service_seconds=5400,
                )  # fmt: skip
    load = figures.read(hall.centre)
    assert load.quality.mape == 0 and load.next_on == MONDAY and [bar.label for bar in load.next_day] == ["9–10", "10–11"]
    assert load.ahead[0][1].total == 28 and load.days[0].wait == 10 and load.days[0].missed_share == 7
    browser = login(lead.account)
    with django_assert_max_num_queries(20):
        text = read(browser, f"{DAY}auslastung/")
    assert "MAPE" in text and "<svg" in text and "min" in text
    LoadHour.objects.all().delete()
    assert "Noch zu wenig gezählt" in read(browser, f"{DAY}auslastung/")


def _visit(row):
    from stadtkern.kernel.appointments.models import Visit

    return Visit.objects.get(appointment=row)


def test_engine_and_desk_agree(hall, clock, due, petra):
    """The engine's own steps and the desk's lead to the same."""
    row = due(9, 15)
    engine.arrive(petra, row)
    walkin.arrive(petra, row)
    assert walkin.call_next(petra, hall.one).appointment == row


def test_old_duties_and_absences_are_forgotten(hall, clock, ruth, clerk):
    desk.add_shifts(ruth, clerk, hall.one, [TUESDAY, WEEK], time(8), time(9))
    desk.add_absence(ruth, clerk, TUESDAY, TUESDAY)
    assert desk.forget_duties(WEEK) == 2 and desk.forget_duties(WEEK) == 0
    assert Shift.objects.get().date == WEEK
