"""Every look at personal data leaves a line: for one person, or for all the people of a list in one row."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol

from django.db import connection
from django.utils import timezone
from psycopg.types.json import Jsonb

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account

from ..models import Access

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
# One round trip looks for a line that already says all of this, and writes one if there is none. OFFSET 0 keeps the planner
# at this actor's newest lines: the index by subject costs fifty descents for a list of fifty people.
_UNLESS = """ WHERE NOT EXISTS (SELECT FROM (
    SELECT * FROM privacy_access WHERE actor = %(actor)s AND at > %(since)s ORDER BY at DESC OFFSET 0) a
    WHERE a.purpose = %(purpose)s AND a.source = %(source)s AND a.channel = %(channel)s AND a.about = %(about)s
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
    row = _written(_INSERT, values)
    assert row is not None  # without _UNLESS there is always one
    return row


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


def note_colleague(
    actor: Actor,
    owners: Iterable[tuple[int | None, int | None]],
    *,
    source: str,
    fields: Sequence[str],
    purpose: str = "representation",
    about: str = "",
    channel: str = Access.Channel.PAGE,
) -> Access | None:
    """Somebody who acts for a company or for another person reads what an account they act beside or for has handed in.

    `owners`: (account, case or None) of everything shown. One's own things are no look, and cost no query.
    """
    own = actor.account.pk if actor.account else None
    others = [(account, case) for account, case in owners if account and account != own]
    if own is None or not others:
        return None
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
    channel: str = Access.Channel.PAGE,
) -> Access | None:
    """Somebody sees things (`Owned`) of others: staff for `purpose`, or whoever acts for the company they belong to."""
    own = actor.account.pk if actor.account else None
    others: list[Owned] = [thing for thing in things if thing.account_id and thing.account_id != own]
    if not others:
        return None
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
    actor: Actor | str, purpose: str, legal_basis: str, source: str, fields: Sequence[str], *, about: str, **more: Any
) -> dict[str, Any]:
    member = actor.staff if isinstance(actor, Actor) else None
    if not more.get("cases") and (number := _case(about)):
        more["cases"] = [number]
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
    # Arrays as text: the driver looks at every element of a list before it sends it.
    sent = values | {name: _array(values[name]) for name in ("accounts", "person_keys", "cases")}
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} RETURNING id", sent | {"fields": Jsonb(values["fields"])})
        found = cursor.fetchone()
    if found is None:
        return None
    access = Access(pk=found[0], **{name: values[name] for name in _COLUMNS})
    access._state.adding, access._state.db = False, connection.alias
    return access


def _array(items: Sequence[Any]) -> str:
    """Numbers or UUIDs as PostgreSQL writes an array."""
    return "{" + ",".join(map(str, items)) + "}"
