"""Every look at personal data leaves a line: for one person, or for all the people of a list in one row."""

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Any, Protocol

from django.db import connection, transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account

from .. import lately
from ..models import Access

PAGE = Access.Channel.PAGE.value
SAME_LOOK = timedelta(minutes=15)
PUBLIC_TASK = "Art. 6 Abs. 1 Buchst. e DSGVO"  # where nothing narrower is known
REPRESENTATION = "§ 14 VwVfG"  # acting for somebody
_COLUMNS = (
    "actor", "office", "purpose", "legal_basis", "source", "fields", "accounts", "person_keys", "cases", "about", "channel",
    "charge", "emergency", "at",
)  # fmt: skip
_CASTS = {"fields": "jsonb", "accounts": "bigint[]", "person_keys": "uuid[]", "cases": "bigint[]", "emergency": "bigint",
          "at": "timestamptz"}  # fmt: skip
_VALUES = ", ".join(f"%({name})s::{_CASTS.get(name, 'text')}" for name in _COLUMNS)
_INSERT = f"INSERT INTO privacy_access ({', '.join(_COLUMNS)}) SELECT {_VALUES}"
# One round trip looks for a line that already says all of this, and writes one if there is none. It looks at the newest lines
# of this actor only: the index by subject costs fifty descents for a list of fifty people, and whoever reads fifty other pages
# within minutes leaves a line more, not a long search for each. CASE: arrays are compared only where all else is the same.
_UNLESS = """ WHERE NOT EXISTS (SELECT FROM (
    SELECT * FROM privacy_access WHERE actor = %(actor)s AND at > %(since)s ORDER BY at DESC LIMIT 50) a
    WHERE CASE WHEN a.purpose = %(purpose)s AND a.source = %(source)s AND a.channel = %(channel)s AND a.about = %(about)s
    AND a.emergency IS NOT DISTINCT FROM %(emergency)s::bigint
    THEN a.fields @> %(fields)s::jsonb AND a.accounts @> %(accounts)s::bigint[]
    AND a.person_keys @> %(person_keys)s::uuid[] AND a.cases @> %(cases)s::bigint[] END)"""
_ALWAYS, _ONCE = f"{_INSERT} RETURNING id", _INSERT + _UNLESS


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
    cases: Sequence[int] = (),
    channel: str = PAGE,
) -> Access:
    """One line about one person, every time: names of fields, never values. The calling action writes the diary line."""
    people = ([account.pk] if account else [], [person_key] if person_key else [], list(cases))
    values = _row(actor, purpose, legal_basis, source, fields, about, people, timezone.now(), channel)
    with connection.cursor() as cursor:
        cursor.execute(_ALWAYS, _sent(values))
        number = cursor.fetchone()[0]
    return Access.from_db(connection.alias, ("id", *values), (number, *values.values()))


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
    channel: str = PAGE,
    charge: str = "",
    emergency: int | None = None,
    again_after: timedelta = SAME_LOOK,
) -> bool:
    """One line for everybody a page shows, before it is shown; False when there was nobody, or such a line a moment ago.

    The actor's own account is left out: nobody is told of their own reads. `cases` are the cases they appear with. The same
    look of the same actor is not written twice within `again_after`, but a page with one more person is another look.
    """
    key, own = (actor, None) if isinstance(actor, str) else (actor.key, actor.account and actor.account.pk)
    shown, now = (list(accounts), list(person_keys), list(cases)), timezone.now()
    look, since = lately.look(key, own, purpose, source, about, channel, emergency, tuple(fields), shown), now - again_after
    if lately.written(look, since):
        return False
    people = (
        sorted({number for number in shown[0] if number and number != own}),
        sorted({key for key in shown[1] if key}),
        sorted({number for number in shown[2] if number}),
    )
    if not any(people):
        return False
    sent = _sent(_row(actor, purpose, legal_basis, source, fields, about, people, now, channel, charge, emergency))
    sent["since"] = since
    with connection.cursor() as cursor:
        cursor.execute(_ONCE, sent)
        if cursor.rowcount == 0:
            return False
    transaction.on_commit(partial(lately.remember, look, now))
    return True


def note_colleague(
    actor: Actor,
    owners: Iterable[tuple[int | None, int | None]],
    *,
    source: str,
    fields: Sequence[str],
    purpose: str = "representation",
    about: str = "",
    channel: str = PAGE,
) -> bool:
    """Somebody who acts for a company or for another person reads what an account they act beside or for has handed in.

    `owners`: (account, case or None) of everything shown. One's own things are no look, and cost no query.
    """
    own = actor.account.pk if actor.account else None
    others = [(account, case) for account, case in owners if account and account != own]
    if own is None or not others:
        return False
    return note_accesses(
        actor=replace(actor, staff=None),  # as a private person, whatever else they are
        accounts=[account for account, _case in others],
        cases=[case for _account, case in others],
        purpose=purpose,
        legal_basis=REPRESENTATION,
        source=source,
        fields=fields,
        about=about,
        channel=channel,
    )


class Owned(Protocol):
    """A thing of somebody: a paper, a letter, a payment."""

    account_id: int | None
    company_id: int | None
    about: str


def note_owned(
    actor: Actor,
    things: Sequence[Any],
    *,
    source: str,
    fields: Sequence[str],
    purpose: str = "",
    legal_basis: str = "",
    channel: str = PAGE,
) -> bool:
    """Somebody sees things (`Owned`) of others: staff for `purpose`, or whoever acts for the company they belong to."""
    own = actor.account.pk if actor.account else None
    others: list[Owned] = [thing for thing in things if thing.account_id and thing.account_id != own]
    if not others:
        return False
    about = others[0].about if len({thing.about for thing in others}) == 1 else ""
    owners = [(thing.account_id, _case(thing.about)) for thing in others]
    if actor.staff is None or (actor.company and all(thing.company_id == actor.company.pk for thing in others)):
        return note_colleague(actor, owners, source=source, fields=fields, about=about, channel=channel)
    return note_accesses(
        actor=actor,
        accounts=[account for account, _number in owners],
        cases=[number for _account, number in owners],
        purpose=purpose or source,
        legal_basis=legal_basis or PUBLIC_TASK,
        source=source,
        fields=fields,
        about=about,
        channel=channel,
    )


def _case(about: str) -> int | None:
    return int(about[5:]) if about.startswith("case:") and about[5:].isdecimal() and len(about) < 24 else None


def _row(
    actor: Actor | str,
    purpose: str,
    legal_basis: str,
    source: str,
    fields: Sequence[str],
    about: str,
    people: tuple[list[int], list[uuid.UUID], list[int]],
    at: datetime,
    channel: str,
    charge: str = "",
    emergency: int | None = None,
) -> dict[str, Any]:
    """In the order of _COLUMNS."""
    member = None if isinstance(actor, str) else actor.staff
    return {
        "actor": actor if isinstance(actor, str) else actor.key,
        "office": member.office.key if member else "",
        "purpose": purpose[:100],
        "legal_basis": legal_basis[:200],
        "source": source,
        "fields": list(fields),
        "accounts": people[0],
        "person_keys": people[1],
        "cases": people[2] or ([number] if (number := _case(about)) else []),
        "about": about,
        "channel": channel,
        "charge": charge,
        "emergency": emergency,
        "at": at,
    }


def _sent(values: dict[str, Any]) -> dict[str, Any]:
    """Arrays and JSON as text: the driver looks at every element of a list before it sends it."""
    return values | {
        "fields": _json(tuple(values["fields"])),
        "accounts": _array(values["accounts"]),
        "person_keys": _array(values["person_keys"]),
        "cases": _array(values["cases"]),
    }


def _array(items: Sequence[Any]) -> str:
    """Numbers or UUIDs as PostgreSQL writes an array."""
    return "{" + ",".join(map(str, items)) + "}"


@lru_cache(maxsize=500)
def _json(fields: tuple[str, ...]) -> str:
    return json.dumps(fields)
