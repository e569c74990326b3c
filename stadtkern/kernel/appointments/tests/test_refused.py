"""The database itself refuses: whatever writes past the actions, and people who come at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.appointments import actions, statement
from stadtkern.kernel.appointments.actions.opening import mend_day
from stadtkern.kernel.appointments.models import Appointment, Day
from stadtkern.kernel.appointments.refusals import Taken, TooMany
from stadtkern.kernel.appointments.tests.conftest import MONDAY, NOW, Hall
from stadtkern.kernel.appointments.tests.oracle import check
from stadtkern.kernel.appointments.wish import Window, Wish
from stadtkern.kernel.city.models import Office

# A copy of another row, somewhat later, of somebody else.
INSERT = """
    INSERT INTO appointments_appointment (
        number, counter_id, place_id, matter_id, matters, channel, persons, date, starts_at, ends_at, before, after,
        first_cell, cells, limits, status, holder, name, names, email, phone, language, about, seed, sequence, created_at)
    SELECT 'X-1', counter_id, place_id, matter_id, matters, channel, persons, date, starts_at + %s, ends_at + %s, before, after,
        first_cell + %s, cells, %s, 'BOOKED', '', 'Dieb', '[]', '', '', 'de', '', '', 0, now()
    FROM appointments_appointment WHERE id = %s
"""


def refused_by(constraint: str, sql: str, given: list) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, given)


def test_a_raw_row_over_another_is_refused_also_by_five_minutes(hall):
    row = hall.book(hall.at(9))
    for minutes in (0, 5, 10, -10):
        shift = timedelta(minutes=minutes)
        refused_by("appointment_no_double", INSERT, [shift, shift, minutes // 5, "{}", row.pk])
    with connection.cursor() as cursor:  # beside it is fine
        cursor.execute(INSERT, [timedelta(minutes=15), timedelta(minutes=15), 3, "{}", row.pk])


def test_a_raw_update_steals_nothing(hall):
    mine, other = hall.book(hall.at(9), "a", place=hall.north), hall.book(hall.at(10), "b", place=hall.north)
    table = "UPDATE appointments_appointment SET"
    moved = "starts_at = m.starts_at, ends_at = m.ends_at, first_cell = m.first_cell FROM appointments_appointment m"
    refused_by(
        "appointment_no_double", f"{table} {moved} WHERE m.id = %s AND appointments_appointment.id = %s", [mine.pk, other.pk]
    )
    Appointment.objects.filter(pk=other.pk).update(status="CANCELLED")
    third = hall.book(hall.at(11), "c", place=hall.north)
    Appointment.objects.filter(pk=third.pk).update(status="CANCELLED")
    mend_day(hall.three, MONDAY)
    hall.book(hall.at(10), "d", place=hall.north)
    refused_by("appointment_no_double", f"{table} status = 'BOOKED' WHERE id = %s", [other.pk])
    # Neither can the time be written past what the constraint looks at.
    later = "starts_at = starts_at + interval '6 hours', ends_at = ends_at + interval '6 hours'"
    refused_by("appointment_cells", f"{table} {later} WHERE id = %s", [mine.pk])
    with pytest.raises(Exception, match="generated column"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{table} span = 'empty' WHERE id = %s", [mine.pk])


def test_a_second_one_for_the_same_person_is_refused_by_the_table(hall, citizen):
    row = hall.book(hall.at(9), actor=Actor(citizen))
    day = timedelta(hours=2)
    refused_by("appointment_limit", INSERT, [day, day, 24, row.limits, row.pk])


def test_wrong_bits_give_no_double_and_are_mended(hall):
    """The index of free cells says something else than the appointments: nobody loses, and it is put right on the way."""
    hall.book(hall.at(9), "a", place=hall.north)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE appointments_day SET free = open WHERE counter_id = %s AND date = %s", [hall.three.pk, MONDAY])
    with pytest.raises(Taken):
        hall.hold(hall.at(9), "b", place=hall.north)
    mend_day(hall.three, MONDAY)
    check()
    with pytest.raises(IntegrityError, match="day_sound"), transaction.atomic():
        Day.objects.filter(counter=hall.three, date=MONDAY).update(free="1" * 288)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_every_time_once(offices: dict[str, Office]):
    """Twelve connections, more people than times: each time is given, once, and everybody else is told so."""
    hall = Hall(offices["buergeramt"])
    window, wish = Window(MONDAY, MONDAY, hall.at(8).time(), hall.at(10).time()), Wish.of("ausweis", places=("mitte",))
    start = threading.Barrier(12)

    def person(number: int) -> list[str]:
        try:
            start.wait()
            return [visit(f"{number}-{turn}") for turn in range(3)]
        finally:
            connections.close_all()

    def visit(name: str) -> str:
        try:
            row = actions.hold_any(Actor(), wish, window, holder=name, now=NOW)
            return actions.confirm(Actor(), row, name=name, email=f"{name}@example.org", now=NOW).status
        except Taken:
            return "TAKEN"

    with ThreadPoolExecutor(12) as pool:
        told = [word for words in pool.map(person, range(12)) for word in words]
    assert sorted(told) == ["BOOKED"] * 16 + ["TAKEN"] * 20
    check()


@pytest.mark.django_db(transaction=True)
def test_the_same_moves_crosswise_and_clicks_at_once(offices: dict[str, Office], citizen):
    """People who swap places wait for each other only as long as the database needs to notice; one person gets one."""
    hall = Hall(offices["buergeramt"])
    rows = [hall.book(hall.at(hour), f"p{hour}", place=hall.north) for hour in (8, 9, 10, 11)]
    start = threading.Barrier(8)

    def act(number: int) -> str:
        try:
            start.wait()
            if number < 4:
                return actions.move(Actor(), rows[number], hall.north, hall.at(8 + (number + 1) % 4), now=NOW).status
            return hall.hold(hall.at(13, 15 * (number - 4)), f"window {number}", actor=Actor(citizen)).status
        except (Taken, TooMany) as told:
            return type(told).__name__
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(act, range(8)))
    assert set(told[:4]) <= {"BOOKED", "Taken"} and Appointment.objects.filter(status="BOOKED").count() == 4
    assert "HELD" in told[4:] and Appointment.objects.filter(status="HELD", account=citizen).count() == 1
    check()


def test_the_statement_is_one_string(hall):
    """For those who run it bare (benchmarks): a start, parameters, one row."""
    assert statement.book(3).count("INSERT INTO") == 1 and statement.book(3).count(";") == 0
