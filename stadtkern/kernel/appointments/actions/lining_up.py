"""Line up in the queue of a wave: a ticket for the lot, a place behind, and one behind once more after a turn not used.

No line in the diary: a ticket is a place to stand, like a session, and is forgotten after a week.
"""

import secrets
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from stadtkern.kernel.accounts import queries

from .admission import draw_due

PER_NETWORK = 500  # tickets from one network; a family, a library, a school stay far below

_OWN = """
SELECT id, lot, coalesce(moved_to, place) FROM appointments_ticket WHERE wave_id = %(wave)s AND account_id = %(account)s
"""
# For the lot until the moment itself; whoever comes then, or joins during the drawing, waits for it and stands behind.
_JOIN = f"""
WITH who AS (SELECT id, password FROM accounts_account WHERE id = %(account)s AND is_active),
own (id, lot, place) AS ({_OWN}),
near AS (
    SELECT count(*) AS people FROM appointments_ticket
    WHERE wave_id = %(wave)s AND network = %(network)s AND network <> ''
), open AS (
    SELECT w.id FROM appointments_wave w
    WHERE w.id = %(wave)s AND w.drawn_at IS NULL AND w.opens_at > %(now)s AND EXISTS (SELECT FROM who)
    AND NOT EXISTS (SELECT FROM own) AND (SELECT people FROM near) < %(most)s FOR SHARE
), fresh AS (
    INSERT INTO appointments_ticket (wave_id, account_id, lot, network, joined_at)
    SELECT id, %(account)s, %(lot)s, %(network)s, now() FROM open
    ON CONFLICT (wave_id, account_id) DO UPDATE SET joined_at = appointments_ticket.joined_at RETURNING id, lot, place
)
SELECT who.password, t.id, t.lot, t.place, (SELECT people FROM near) >= %(most)s
FROM who LEFT JOIN (SELECT * FROM own UNION ALL SELECT * FROM fresh) t ON true
"""  # noqa: S608 - constants
# Fails where there is a ticket already: then no place is given away either, and nobody is called who does not exist.
_BEHIND = """
WITH w AS (UPDATE appointments_wave SET joined = joined + 1 WHERE id = %(wave)s AND drawn_at IS NOT NULL RETURNING id, joined)
INSERT INTO appointments_ticket (wave_id, account_id, lot, place, network, joined_at)
SELECT id, %(account)s, %(lot)s, joined, %(network)s, now() FROM w RETURNING id, lot, place
"""
# Once for each turn that passed: a second window, which still shows the former place, gets what the first one was given.
_AGAIN = """
WITH t AS (
    SELECT id, coalesce(moved_to, place) AS place FROM appointments_ticket
    WHERE id = %(ticket)s AND wave_id = %(wave)s AND account_id = %(account)s FOR UPDATE
), w AS (
    UPDATE appointments_wave SET joined = joined + 1
    WHERE id = %(wave)s AND drawn_at IS NOT NULL AND gone_at IS NULL AND EXISTS (SELECT FROM t WHERE place = %(place)s)
    RETURNING joined
), moved AS (
    UPDATE appointments_ticket SET moved_to = w.joined FROM w WHERE id = %(ticket)s RETURNING moved_to
)
SELECT coalesce((SELECT moved_to FROM moved), t.place) FROM t
"""


class Crowded(Exception):
    """Too many tickets from one network."""


@dataclass(frozen=True)
class Joined:
    """A ticket, new or from before."""

    account: int
    password: str
    ticket: int
    lot: int
    place: int  # 0: drawn at the opening


def join(wave: int, session_key: str, network: str) -> Joined | None:
    """The ticket of the account that is signed in; joining again gives the same one. None: nobody is. Raises Crowded.

    Two round trips before the drawing; a few more for whoever comes later. `network`: "" is not counted.
    """
    if (claim := queries.who_claims(session_key)) is None:
        return None
    account, proof = claim
    given: dict[str, Any] = {
        "wave": wave, "account": account, "network": network, "lot": secrets.randbits(62), "most": PER_NETWORK,
        "now": timezone.now(),
    }  # fmt: skip
    row = _one(_JOIN, given)
    if row is None or not queries.vouches(row[0], proof):
        return None
    password, *ticket, crowded = row
    if ticket[0] is None:
        if crowded:
            raise Crowded
        if (behind := stand_behind(given)) is None:
            return None
        ticket = list(behind)
    return Joined(account, password, ticket[0], ticket[1], ticket[2] or 0)


def stand_behind(given: dict[str, Any]) -> tuple[int, int, int] | None:
    """Ticket, lot, place: after everybody who is there. The moment has come, so it is drawn now if nobody has done it yet."""
    for _attempt in range(2):
        try:
            # By itself it is one round trip, so that the wave is not locked while this process waits for its turn to commit.
            with transaction.atomic() if connection.in_atomic_block else nullcontext():
                row = _one(_BEHIND, given)
        except IntegrityError:  # another window of the same person was faster (or the account has just been closed)
            row = _one(_OWN, given)
        if row is not None:
            return row[0], row[1], row[2]
        draw_due(given["wave"], given["now"])
    return None


def stand_again(wave: int, ticket: int, account: int, place: int) -> int:
    """A place behind everybody, for one whose turn passed without a booking; 0 when the ticket is no more."""
    row = _one(_AGAIN, {"wave": wave, "ticket": ticket, "account": account, "place": place})
    return int(row[0] or 0) if row else 0


def _one(statement: str, given: dict[str, Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row
