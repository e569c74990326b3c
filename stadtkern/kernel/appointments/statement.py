"""The SQL of free times: how they are found, and the one statement that takes one.

A run of k free cells is found by shifting: bit i of `free & free << 1` says that i and i + 1 are free, and so on.
`book` chooses one counter's day with room (by lot among those that fit), writes the appointment and clears its bits; whoever
comes at the same moment skips the locked day and takes another. What really refuses a double is not this statement but
the constraints of the table (`appointment_no_double`, `appointment_limit`); then nothing is written and no bit cleared.
"""

# ruff: noqa: S608 - put together from constants and whole numbers only
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from psycopg.sql import quote

from stadtkern.kernel.accounts.models import NOWHERE
from stadtkern.kernel.events.actions import inline

from .models.fields import CELLS

_ALL = f"repeat('1', {CELLS})::bit varying"

# A day of a counter that may be used: parameters matters, channel, places (empty: any), dates, released.
_FITS = """
    d.date = ANY(%(dates)s::date[])
    AND (cardinality(%(places)s::bigint[]) = 0 OR d.place_id = ANY(%(places)s::bigint[]))
    AND d.matters @> %(matters)s::bigint[] AND d.channels @> ARRAY[%(channel)s]::varchar[]
    AND d.opens_at <= %(released)s::timestamptz
"""


def runs(bits: str, cells: int) -> str:
    """Expression: where `cells` free cells in a row begin, in doubling steps."""
    have, found = 1, bits
    while have < cells:
        more = min(have, cells - have)
        found, have = f"({found} & ({found} << {more}))", have + more
    return found


def _chain(bits: str, cells: int) -> tuple[str, str]:
    """The same for long visits, each step worked out once: FROM items and the name of the last."""
    items: list[str] = []
    have, last = 1, bits
    while have < cells:
        more, name = min(have, cells - have), f"r{len(items)}"
        items.append(f"CROSS JOIN LATERAL (SELECT {last} & ({last} << {more}) AS bits OFFSET 0) {name}")
        last, have = f"{name}.bits", have + more
    return " ".join(items), last


def _runs(bits: str, cells: int) -> tuple[str, str]:
    return ("", runs(bits, cells)) if cells <= 8 else _chain(bits, cells)


@lru_cache(maxsize=300)
def find(cells: int) -> str:
    """Starts by place and day: (place, date, bits). Parameters of _FITS, and mask (cells one may start at), now."""
    joins, found = _runs("f.bits", cells)
    return f"""
WITH lapsed AS MATERIALIZED (
    SELECT counter_id, date, bit_or(appointments_mask(first_cell, cells)) AS bits FROM appointments_appointment
    WHERE status = 'HELD' AND held_until <= %(now)s::timestamptz GROUP BY counter_id, date
)
SELECT place_id, date, (bit_or({found}) & %(mask)s::bit varying)::text
FROM (
    SELECT d.place_id, d.date, CASE WHEN l.bits IS NULL THEN d.free ELSE d.free | (l.bits & d.open) END AS bits
    FROM appointments_day d LEFT JOIN lapsed l ON l.counter_id = d.counter_id AND l.date = d.date
    WHERE {_FITS}
) f {joins}
GROUP BY place_id, date
"""


# Cells one may begin at: of today (parameter today) only those of the parameter late.
_FROM_NOW = f"%(mask)s::bit varying & CASE WHEN d.date > %(today)s::date THEN {_ALL} ELSE %(late)s::bit varying END"


def _start(cells: int, *, wait: bool, given: str = "true", mask: str = "%(mask)s::bit varying") -> str:
    joins, found = _runs("d.free", cells)
    return f"""room AS (
    SELECT d.id, d.counter_id, d.place_id, d.date,
           position(B'1' IN ({found} & {mask})) - 1 AS cell
    FROM appointments_day d {joins}
    WHERE {given} AND {_FITS} AND position(B'1' IN ({found} & {mask})) > 0
    ORDER BY random() LIMIT 1 FOR UPDATE OF d {"" if wait else "SKIP LOCKED"}
), start AS (
    SELECT *, (date + make_interval(mins => cell * 5 + %(before)s::int)) AT TIME ZONE 'Europe/Berlin' AS starts_at FROM room
)"""


@lru_cache(maxsize=600)
def book(cells: int, *, wait: bool = False) -> str:
    """Take one: a row (day, appointment or null, counter, place, date, cell); no row: nothing fits or (not `wait`) all locked.

    Parameters: those of _FITS, mask, and what the appointment says (see actions/holding.py). A null appointment means
    that a constraint refused.
    """
    return f"""
WITH {_start(cells, wait=wait)}, taken AS (
    INSERT INTO appointments_appointment (
        number, counter_id, place_id, matter_id, matters, channel, persons, date, starts_at, ends_at, before, after,
        first_cell, cells, limits, status, held_until, account_id, company_id, mandate_id, holder,
        name, names, email, phone, language, about, seed, sequence, created_at)
    SELECT %(number)s, counter_id, place_id, %(matter)s::bigint, %(wished)s::jsonb, %(channel)s, %(persons)s::int, date,
        starts_at, starts_at + make_interval(mins => %(minutes)s::int), %(before)s::int, %(after)s::int,
        cell, {cells}, %(limits)s::int8multirange, 'HELD', %(held_until)s::timestamptz, %(account)s::bigint,
        %(company)s::bigint, %(mandate)s::bigint, %(holder)s, '', '[]', '', '', %(language)s, %(about)s, '', 0,
        %(now)s::timestamptz
    FROM start
    ON CONFLICT DO NOTHING RETURNING id
), cleared AS (
    UPDATE appointments_day d SET free = d.free & ~appointments_mask(start.cell, {cells})
    FROM start, taken WHERE d.id = start.id
)
SELECT start.id, taken.id, counter_id, place_id, date, cell FROM start LEFT JOIN taken ON true
"""


@lru_cache(maxsize=300)
def count(cells: int) -> str:
    """How many visits the days of one opening still have room for, from now on.

    Parameters: first, last, opens_at, matter, channel, today, late, mask. Where visits may begin so close that they overlap
    (45 minutes, every quarter of an hour) what is free divided by their length is the most there can be.
    """
    joins, found = _runs("d.free", cells)
    return f"""
SELECT coalesce(sum(least(bit_count(f.starts), greatest(1, bit_count(f.free) / {cells}))), 0)::int
FROM (
    SELECT d.free, {found} & {_FROM_NOW} AS starts FROM appointments_day d {joins}
    WHERE d.date BETWEEN greatest(%(first)s::date, %(today)s::date) AND %(last)s AND d.opens_at = %(opens_at)s
    AND d.matters @> ARRAY[%(matter)s]::bigint[] AND d.channels @> ARRAY[%(channel)s]::varchar[]
) f WHERE position(B'1' IN f.starts) > 0
"""


# Session and account still live, and the password is the one the slip was given out with (admission/slip.py). Whoever signed
# in from elsewhere and told no address of their own is written to their post box only.
_WHO = f"""who AS MATERIALIZED (
    SELECT a.id, a.name, CASE WHEN a.email LIKE '%%@{NOWHERE}' THEN '' ELSE a.email END AS email, a.language
    FROM accounts_account a JOIN django_session s ON s.session_key = %(session)s
    WHERE a.id = %(account)s::bigint AND a.is_active AND s.expire_date > %(now)s::timestamptz
    AND left(encode(sha256(convert_to(a.password, 'UTF8')), 'hex'), 16) = %(password)s
)"""
_FACTS = """jsonb_build_object('counter', counter_id, 'place', place_id, 'matter', %(matter)s::bigint,
        'at', to_char(starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'))"""


@lru_cache(maxsize=600)
def book_at_once(cells: int, *, wait: bool = False) -> str:
    """Take one and confirm it for the account, with its diary line, in one round trip (actions/at_once.py).

    Always one row: (account or null: signed out, appointment or null, day, place, start). A day without an appointment: a
    constraint refused. Neither: nothing fits, or (not `wait`) all locked. Never what is past or nearer than `late` says.
    """
    given = "EXISTS (SELECT FROM who) AND d.date >= %(today)s::date"
    line = inline.line("appointment.booked", "start JOIN taken ON true", "'appointment:' || taken.id", _FACTS)
    return f"""
WITH {_WHO}, {_start(cells, wait=wait, given=given, mask=_FROM_NOW)}, taken AS (
    INSERT INTO appointments_appointment (
        number, counter_id, place_id, matter_id, matters, channel, persons, date, starts_at, ends_at, before, after,
        first_cell, cells, limits, status, account_id, holder, name, names, email, phone, language, about, seed,
        code_digest, sequence, created_at, booked_at)
    SELECT %(number)s, counter_id, place_id, %(matter)s::bigint, %(wished)s::jsonb, %(channel)s, 1, date,
        starts_at, starts_at + make_interval(mins => %(minutes)s::int), %(before)s::int, %(after)s::int,
        cell, {cells}, %(limits)s::int8multirange, 'BOOKED', who.id, '', who.name, '[]', who.email, '', who.language, '',
        %(seed)s, %(code)s, 0, %(now)s::timestamptz, %(now)s::timestamptz
    FROM start, who
    ON CONFLICT DO NOTHING RETURNING id
), cleared AS (
    UPDATE appointments_day d SET free = d.free & ~appointments_mask(start.cell, {cells})
    FROM start, taken WHERE d.id = start.id
), {line}
SELECT who.id, taken.id, start.id, start.place_id, start.starts_at
FROM (SELECT 1) one LEFT JOIN who ON true LEFT JOIN start ON true LEFT JOIN taken ON true
"""


@lru_cache(maxsize=600)
def shift(cells: int, *, wait: bool = False) -> str:
    """Move an appointment to another time; a row (appointment) or none. Parameters as for `book`, and appointment."""
    return f"""
WITH {_start(cells, wait=wait)}, moved AS (
    UPDATE appointments_appointment a SET counter_id = start.counter_id, place_id = start.place_id, date = start.date,
        starts_at = start.starts_at, ends_at = start.starts_at + make_interval(mins => %(minutes)s::int),
        before = %(before)s::int, after = %(after)s::int, first_cell = start.cell, cells = {cells}, sequence = a.sequence + 1
    FROM start WHERE a.id = %(appointment)s::bigint RETURNING a.id
), cleared AS (
    UPDATE appointments_day d SET free = d.free & ~appointments_mask(start.cell, {cells})
    FROM start, moved WHERE d.id = start.id
)
SELECT id FROM moved
"""


# The bits an appointment took are given back, where the counter is (still) open. Parameters: appointment.
GIVE_BACK = """
    UPDATE appointments_day d SET free = d.free | (appointments_mask(a.first_cell, a.cells) & d.open)
    FROM appointments_appointment a WHERE a.id = %(appointment)s AND d.counter_id = a.counter_id AND d.date = a.date
"""
# The bits of one appointment are taken again, if all of them are free; no row otherwise.
TAKE_AGAIN = """
    UPDATE appointments_day d SET free = d.free & ~appointments_mask(a.first_cell, a.cells)
    FROM appointments_appointment a WHERE a.id = %(appointment)s AND d.counter_id = a.counter_id AND d.date = a.date
    AND d.free & appointments_mask(a.first_cell, a.cells) = appointments_mask(a.first_cell, a.cells)
    RETURNING d.id
"""
# Work out `free` anew; the row must be locked before. Parameters: day.
MEND = f"""
    UPDATE appointments_day d SET free = d.open & ~coalesce((
        SELECT bit_or(appointments_mask(a.first_cell, a.cells)) FROM appointments_appointment a
        WHERE a.counter_id = d.counter_id AND a.date = d.date
        AND a.status IN ('HELD', 'BOOKED', 'ARRIVED', 'CALLED', 'DONE')), ~{_ALL})
    WHERE d.id = ANY(%(days)s::bigint[])
"""


def bound(text: str, values: Mapping[str, Any]) -> str:
    """The statement with these parameters written in as literals: what is the same all morning is not sent again."""

    def literal(found: "re.Match[str]") -> str:
        return quote(values[found[1]]).replace("%", "%%") if found[1] in values else found[0]

    return re.sub(r"%\((\w+)\)s", literal, text)
