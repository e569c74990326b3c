"""Book in one statement: session and account asked, time taken, line written, wake-up left, all in one round trip.

It is what `hold` and `confirm` do in two requests, for contested matters: the next free time of a wave, confirmed, with
name and address of the account. The constraints of the table refuse what they always refuse.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone

from stadtkern.lib import ids

from .. import limits, link, plan, search
from .again import once_more
from .asking import PREFIX
from .holding import why_refused
from .lapsing import expire_due

if TYPE_CHECKING:
    from ..admission.about import Topic

QUIET = timedelta(seconds=20)  # reactions (mail) wait so long, so that they do not meet the rush

_OWN = """
SELECT number, starts_at, place_id, date FROM appointments_appointment
WHERE account_id = %(account)s AND matter_id = %(matter)s AND status IN ('BOOKED', 'ARRIVED', 'CALLED') ORDER BY id DESC LIMIT 1
"""


@dataclass(frozen=True)
class Answer:
    """The appointment, or nothing free, or nobody signed in."""

    number: str = ""
    starts_at: datetime | None = None
    place: int = 0
    former: bool = False  # not of this wave: the person had one already
    signed_out: bool = False


@once_more
def book(topic: "Topic", *, account: int, session_key: str, password: str, part: str = "") -> Answer:
    """The next free time for this account; its own one when it has one already. Raises TooMany.

    Diary: `appointment.booked`.
    """
    now = timezone.now()
    given = _parameters(topic, account, session_key, password, now)
    part = part if (part, False) in topic.book else ""
    for attempt in range(4):  # locked days are skipped, then waited for, then lapsed holds are given back
        with connection.cursor() as cursor:
            cursor.execute(topic.book[part, attempt > 0], given)
            who, key, day, place, starts_at = cursor.fetchone()
            if who is None:
                return Answer(signed_out=True)
            if key is not None:
                return Answer(given["number"], starts_at, place)
            if (day is not None or attempt) and (answer := own(topic, account)).number:
                return answer
        if day is not None:
            with transaction.atomic():
                why_refused(topic.need.matters, given["limits"], day, now)  # may raise TooMany: a hold of one's own
        elif attempt == 1:
            expire_due(now, topic.dates)
        elif attempt > 1:
            break
        given["number"] = ids.reference(PREFIX)
    return Answer()


def own(topic: "Topic", account: int) -> Answer:
    """The appointment this account has for the matter; an empty answer without one."""
    with connection.cursor() as cursor:
        cursor.execute(_OWN, {"account": account, "matter": topic.need.ids[0]})
        row = cursor.fetchone()
    return Answer(row[0], row[1], row[2], former=row[3] not in topic.dates) if row else Answer()


def _parameters(topic: "Topic", account: int, session_key: str, password: str, now: datetime) -> dict[str, Any]:
    """What differs from booking to booking; the rest stands in the statement (admission/about.py)."""
    seed, subject = link.new_seed(), f"account:{account}"
    today, late = plan.late(now + search.lead(), topic.need.before)
    return {
        "released": now, "now": now, "number": ids.reference(PREFIX), "matter": topic.need.ids[0],
        "limits": limits.written(limits.in_wave(topic.need.matters[0], subject)), "account": account,
        "session": session_key, "password": password, "seed": seed, "code": ids.digest(link.code_from(seed)),
        "actor": subject, "spread_at": now + QUIET,
        "today": today, "late": late,
    }  # fmt: skip
