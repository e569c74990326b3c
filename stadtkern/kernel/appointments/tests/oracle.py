"""Whether the tables are right, looked at from the appointments themselves and not from the code under test."""

from django.db import connection

TAKES = "('HELD', 'BOOKED', 'ARRIVED', 'CALLED', 'DONE')"
DOUBLES = f"""
    SELECT a.id, b.id FROM appointments_appointment a JOIN appointments_appointment b
    ON a.counter_id = b.counter_id AND a.id < b.id AND a.status IN {TAKES} AND b.status IN {TAKES}
    AND a.starts_at - a.before * interval '1 min' < b.ends_at + b.after * interval '1 min'
    AND b.starts_at - b.before * interval '1 min' < a.ends_at + a.after * interval '1 min'
"""
# Cell by cell, from the times of the appointments.
WRONG_BITS = f"""
    SELECT d.counter_id, d.date, cell FROM appointments_day d, generate_series(0, 287) cell
    WHERE get_bit(d.free, cell) <> (get_bit(d.open, cell) = 1 AND NOT EXISTS (
        SELECT FROM appointments_appointment a WHERE a.counter_id = d.counter_id AND a.status IN {TAKES}
        AND a.starts_at - a.before * interval '1 min' <= (d.date + cell * interval '5 min') AT TIME ZONE 'Europe/Berlin'
        AND a.ends_at + a.after * interval '1 min' > (d.date + cell * interval '5 min') AT TIME ZONE 'Europe/Berlin'))::int
"""


def check() -> None:
    with connection.cursor() as cursor:
        for what in (DOUBLES, WRONG_BITS):
            cursor.execute(what)
            assert cursor.fetchall() == []
