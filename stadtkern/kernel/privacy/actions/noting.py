"""Every look at personal data leaves a line: for one person, or for all the people of a list in one row."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from psycopg.types.json import Jsonb

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account

from ..models import Access

SAME_LOOK = timedelta(minutes=15)
_COLUMNS = (
    "actor", "office", "purpose", "legal_basis", "source", "fields", "accounts", "person_keys", "cases", "about", "channel",
    "charge", "emergency", "at",
)  # fmt: skip
_CASTS = {"fields": "jsonb", "accounts": "bigint[]", "person_keys": "uuid[]", "cases": "bigint[]", "emergency": "bigint",
          "at": "timestamptz"}  # fmt: skip
_VALUES = ", ".join(f"%({name})s::{_CASTS.get(name, 'text')}" for name in _COLUMNS)
_INSERT = f"INSERT INTO privacy_access ({', '.join(_COLUMNS)}) SELECT {_VALUES}"
# One round trip looks for a line that already says all of this, and writes one if there is none.
_UNLESS = """ WHERE NOT EXISTS (SELECT FROM privacy_access a WHERE a.actor = %(actor)s AND a.at > %(since)s
    AND a.purpose = %(purpose)s AND a.source = %(source)s AND a.channel = %(channel)s AND a.about = %(about)s
    AND a.emergency IS NOT DISTINCT FROM %(emergency)s::bigint AND a.fields @> %(fields)s::jsonb
    AND a.accounts @> %(accounts)s::bigint[] AND a.person_keys @> %(person_keys)s::uuid[] AND a.cases @> %(cases)s::bigint[])"""


def note_access(
    *,
    actor: Actor | str,
    person_key: uuid.UUID | None,
    account: Account | None,
    purpose: str,
    legal_basis: str,
    source: str,
    fields: Sequence[str],
    about: str,
    **more: Any,
) -> Access:
    """One line about one person, every time: names of fields, never values. The calling action writes the diary line."""
    seen = {"accounts": [account.pk] if account else [], "person_keys": [person_key] if person_key else []}
    values = _row(actor, purpose, legal_basis, source, fields, about=about, **seen, **more)
    return _written(_INSERT, values)  # type: ignore[return-value]


def note_accesses(
    *,
    actor: Actor | str,
    accounts: Iterable[int | None] = (),
    person_keys: Iterable[uuid.UUID | None] = (),
    cases: Iterable[int | None] = (),
    purpose: str,
    legal_basis: str,
    source: str,
    fields: Sequence[str],
    about: str = "",
    again_after: timedelta = SAME_LOOK,
    **more: Any,
) -> Access | None:
    """One line for everybody a page shows, before it is shown; None when there was nobody, or such a line a moment ago.

    The actor's own account is left out: nobody is told of their own reads. `cases` are the cases they appear with. The same
    look of the same actor is not written twice within `again_after`, but a page with one more person is another look.
    `more`: channel, charge, emergency (see Access).
    """
    own = actor.account.pk if isinstance(actor, Actor) and actor.account else None
    seen = {
        "accounts": sorted({number for number in accounts if number and number != own}),
        "person_keys": sorted({key for key in person_keys if key}),
        "cases": sorted({number for number in cases if number}),
    }
    if not any(seen.values()):
        return None
    values = _row(actor, purpose, legal_basis, source, fields, about=about, **seen, **more)
    values["since"] = values["at"] - again_after
    return _written(_INSERT + _UNLESS, values)


def _row(
    actor: Actor | str, purpose: str, legal_basis: str, source: str, fields: Sequence[str], *, about: str, **more: Any
) -> dict[str, Any]:
    member = actor.staff if isinstance(actor, Actor) else None
    if not more.get("cases") and about.startswith("case:") and about[5:].isdecimal():
        more["cases"] = [int(about[5:])]
    return {
        "actor": actor.key if isinstance(actor, Actor) else actor,
        "office": member.office.key if member else "",
        "purpose": purpose[:100],
        "legal_basis": legal_basis[:200],
        "source": source,
        "fields": list(fields),
        "about": about,
        "accounts": [],
        "person_keys": [],
        "cases": [],
        "channel": Access.Channel.PAGE.value,
        "charge": "",
        "emergency": None,
        "at": timezone.now(),
    } | more


def _written(statement: str, values: dict[str, Any]) -> Access | None:
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} RETURNING id", values | {"fields": Jsonb(values["fields"])})
        found = cursor.fetchone()
    if found is None:
        return None
    access = Access(pk=found[0], **{name: values[name] for name in _COLUMNS})
    access._state.adding, access._state.db = False, connection.alias
    return access
