"""Figures of unusual access: per place of work, with the thresholds said; reasons to ask, no verdicts.

Everything is counted from the access log by the database, in three queries whatever its size.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import Access

DAYS, BEFORE = 30, 90  # counted, and what it is compared with
TIMES, ENOUGH = 3, 30  # more than three times as often, and at least 30 looks
LATE, CHARGE, SHARE = 5, 10, 0.2
HOURS = (6, 20)  # Monday to Friday; before and after is out of hours
# Accounts and register keys of people with a block on information; from the registers above (site/wiring.py).
BLOCKED: list[Callable[[], tuple[list[int], list[UUID]]]] = []

_LATE = f"""(extract(isodow FROM a.at AT TIME ZONE '{settings.TIME_ZONE}') > 5
 OR extract(hour FROM a.at AT TIME ZONE '{settings.TIME_ZONE}') NOT BETWEEN {HOURS[0]} AND {HOURS[1] - 1})"""
_CHARGE = "a.charge IN ('colleague', 'closed', 'foreign')"
_ONE = "a.about <> ''"  # a look at one thing; lists cannot be chosen
_CLOSE = """EXISTS (
  SELECT FROM unnest(a.accounts) AS s(account)
  JOIN accounts_staff m ON a.actor = 'staff:' || m.id
  JOIN accounts_account ma ON ma.id = m.account_id
  LEFT JOIN accounts_person q ON q.account_id = m.account_id
  LEFT JOIN accounts_person p ON p.account_id = s.account
  LEFT JOIN accounts_staff c ON c.account_id = s.account
  WHERE s.account <> m.account_id AND (c.id IS NOT NULL
    OR (p.family_name <> ''
        AND lower(p.family_name) = lower(coalesce(nullif(q.family_name, ''), regexp_replace(ma.name, '^.* ', ''))))
    OR (p.street <> '' AND lower(p.street) = lower(q.street) AND lower(p.house_number) = lower(q.house_number)
        AND p.postcode = q.postcode)))"""
_BLOCKED = "(a.accounts && %(blocked)s::bigint[] OR a.person_keys && %(blocked_keys)s::uuid[])"

# Sign -> (condition in SQL, name, what it means and from when on it is marked)
SIGNS: dict[str, tuple[str, Any, Any]] = {
    "late": (
        f"{_ONE} AND {_LATE}",
        gettext_lazy("außerhalb der Dienstzeit"),
        gettext_lazy("Montag bis Freitag vor 6 oder nach 20 Uhr, oder am Wochenende. Ab 5 in 30 Tagen."),
    ),
    "charge": (
        f"{_ONE} AND {_CHARGE}",
        gettext_lazy("ohne den Vorgang zu bearbeiten"),
        gettext_lazy("Der Vorgang lag bei jemand anderem, war schon entschieden oder gehört einem anderen Amt. "
                     "Ab 10 und mehr als einem Fünftel."),
    ),
    "close": (
        f"{_ONE} AND {_CLOSE}",
        gettext_lazy("bei nahen Personen"),
        gettext_lazy("Kolleginnen und Kollegen, gleicher Familienname oder gleiche Anschrift. Ab einem."),
    ),
    "blocked": (
        f"{_ONE} AND {_BLOCKED}",
        gettext_lazy("bei Personen mit Auskunftssperre"),
        gettext_lazy("Ab einem."),
    ),
    "emergency": (
        "a.emergency IS NOT NULL",
        gettext_lazy("im Notfallzugriff"),
        gettext_lazy("Ab zwei in 30 Tagen."),
    ),
}  # fmt: skip


@dataclass
class Place:
    """One place of work; ids, no names."""

    actor: str
    office: str
    looks: int = 0
    before: int = 0  # in the 90 days before
    single: int = 0
    signs: dict[str, int] = field(default_factory=dict)
    marks: list[str] = field(default_factory=list)

    @property
    def number(self) -> str:
        return self.actor.removeprefix("staff:")

    @property
    def usual(self) -> float:
        """What 30 days were like before."""
        return self.before * DAYS / BEFORE

    def counts(self) -> list[tuple[str, Any, int]]:
        return [(key, SIGNS[key][1], self.signs.get(key, 0)) for key in SIGNS]


_COUNT = f"""
SELECT a.actor, max(a.office), count(*) FILTER (WHERE a.at > %(since)s), count(*) FILTER (WHERE a.at <= %(since)s),
  count(*) FILTER (WHERE a.at > %(since)s AND {_ONE}),
  count(*) FILTER (WHERE a.at > %(since)s AND {SIGNS["late"][0]}),
  count(*) FILTER (WHERE a.at > %(since)s AND {SIGNS["charge"][0]}),
  count(*) FILTER (WHERE a.at > %(since)s AND {SIGNS["blocked"][0]}),
  count(*) FILTER (WHERE a.at > %(since)s AND {SIGNS["emergency"][0]})
FROM privacy_access a WHERE a.at > %(earliest)s AND a.actor LIKE 'staff:%%' AND a.purpose <> 'oversight' GROUP BY a.actor"""  # noqa: S608
_CLOSE_COUNT = f"""SELECT a.actor, count(*) FROM privacy_access a
WHERE a.at > %(since)s AND a.actor LIKE 'staff:%%' AND {SIGNS["close"][0]} GROUP BY a.actor"""  # noqa: S608


def places(now: datetime | None = None) -> list[Place]:
    """Every place of work that looked at anything, those with marks first."""
    values = _values(now or timezone.now())
    found: dict[str, Place] = {}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        for actor, office, looks, before, single, late, charge, blocked, emergency in cursor.fetchall():
            signs = {"late": late, "charge": charge, "blocked": blocked, "emergency": emergency}
            found[actor] = Place(actor, office, looks, before, single, signs)
        cursor.execute(_CLOSE_COUNT, values)
        for actor, close in cursor.fetchall():
            if actor in found:
                found[actor].signs["close"] = close
    for place in found.values():
        place.marks = _marks(
            place, [other.looks for other in found.values() if other.office == place.office and other is not place]
        )
    return sorted(found.values(), key=lambda place: (-len(place.marks), -place.looks, place.actor))


def _marks(place: Place, colleagues: list[int]) -> list[str]:
    """Why somebody might ask; each with its figures."""
    found = []
    if place.looks >= ENOUGH and place.before >= 10 and place.looks > TIMES * place.usual:
        found.append(
            _("mehr als dreimal so oft wie sonst (%(now)d statt %(then)d)") % {"now": place.looks, "then": place.usual}
        )
    if place.looks >= ENOUGH and len(colleagues) >= 2 and place.looks > TIMES * median(colleagues):
        told = {"now": place.looks, "then": median(colleagues)}
        found.append(_("mehr als dreimal so oft wie im Amt üblich (%(now)d statt %(then)d)") % told)
    signs = place.signs
    limits = {"late": LATE, "close": 1, "blocked": 1, "emergency": 2}
    found += [f"{signs[key]} {SIGNS[key][1]}" for key, limit in limits.items() if signs.get(key, 0) >= limit]
    if signs.get("charge", 0) >= CHARGE and signs["charge"] > SHARE * place.single:
        found.append(f"{signs['charge']} {SIGNS['charge'][1]}")
    return found


def lines(actor: str, sign: str, before: int | None, limit: int) -> list[Access]:
    """Lines of one place of work, newest first; `sign` narrows them down."""
    condition = SIGNS[sign][0] if sign in SIGNS else "TRUE"
    values = _values(timezone.now()) | {"actor": actor, "before": before or 2**62, "limit": limit}
    statement = f"""SELECT a.* FROM privacy_access a WHERE a.actor = %(actor)s AND a.at > %(since)s AND a.id < %(before)s
        AND {condition} ORDER BY a.at DESC, a.id DESC LIMIT %(limit)s"""  # noqa: S608 - conditions of ours
    return list(Access.objects.raw(statement, values))


def _values(now: datetime) -> dict[str, Any]:
    accounts, keys = BLOCKED[0]() if BLOCKED else ([], [])
    since = now - timedelta(days=DAYS)
    earliest = since - timedelta(days=BEFORE)
    return {"since": since, "earliest": earliest, "blocked": accounts, "blocked_keys": keys}
