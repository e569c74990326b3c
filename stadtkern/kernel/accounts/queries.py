"""The busiest reads of the house in plain SQL: who is signed in, and who calls with this key."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, models
from django.utils.crypto import constant_time_compare
from django.utils.timezone import now

from stadtkern.kernel.city.models import Office

from .access import Actor
from .models import Account, Company, Person, Staff, Trust

_PERSON: dict[str, type[models.Model]] = {"a": Account, "p": Person, "s": Staff, "o": Office}
_CALLER: dict[str, type[models.Model]] = {**_PERSON, "c": Company}
_FROM = """
FROM accounts_account a
LEFT JOIN accounts_person p ON p.account_id = a.id
LEFT JOIN accounts_staff s ON s.account_id = a.id
LEFT JOIN city_office o ON o.id = s.office_id
"""
_WITH_KEY = """
JOIN accounts_token t ON t.account_id = a.id
LEFT JOIN accounts_company c ON c.id = t.company_id
WHERE t.digest = %s AND t.revoked_at IS NULL AND t.expires_at > %s AND a.is_active
  AND (t.company_id IS NULL OR EXISTS (
       SELECT FROM accounts_membership m WHERE m.account_id = t.account_id AND m.company_id = t.company_id))
"""


def account(key: int) -> Account | None:
    """An account that may sign in, with person, staff and office: one query, none of it built by the ORM."""
    row = _row(f"SELECT {_columns(*_PERSON)}{_FROM} WHERE a.id = %s AND a.is_active", [key])
    return _account(_read(_PERSON, row)) if row else None


def who_claims(session_key: str) -> tuple[int, str] | None:
    """Account and proof a living session names, in one query and without the account; `vouches` compares the proof."""
    row = _row("SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s", [session_key, now()])
    found = SessionStore().decode(row[0]) if row else {}
    try:
        return int(found[SESSION_KEY]), str(found[HASH_SESSION_KEY])
    except (KeyError, ValueError):
        return None


def vouches(password: str, proof: str) -> bool:
    """Whether a session with this proof was opened with the account's present password, as Django's get_user asks."""
    account = Account(password=password)
    hashes = [account.get_session_auth_hash(), *account.get_session_auth_fallback_hash()]
    return any(constant_time_compare(proof, one) for one in hashes)


def caller(digest: str, now: datetime) -> tuple[Actor, int, datetime | None] | None:
    """The actor of a living key, the key's id and when it was last used, in one query."""
    row = _row(f"SELECT {_columns(*_CALLER)}, t.id, t.last_used_at{_FROM}{_WITH_KEY}", [digest, now])
    if row is None:
        return None
    found = _read(_CALLER, row)
    known = _account(found)
    return Actor(known, getattr(known, "staff", None), found["c"], Trust.BASIC), row[-2], row[-1]


def _row(statement: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: tuple[Any, ...] | None = cursor.fetchone()
    return found


def _account(found: dict[str, Any]) -> Account:
    account: Account = found["a"]
    for name, letter in (("person", "p"), ("staff", "s")):
        account._state.fields_cache[name] = found[letter]  # None is known, too: nobody asks again
        if found[letter]:
            found[letter].account = account
    if found["s"]:
        found["s"].office = found["o"]
    return account


def _read(parts: dict[str, type[models.Model]], row: tuple[Any, ...]) -> dict[str, Any]:
    found, at = {}, 0
    for letter, model in parts.items():
        names = [name for name, _column in _plain(model)]
        values = row[at : at + len(names)]
        found[letter] = model.from_db(connection.alias, names, values) if values[0] is not None else None
        at += len(names)
    return found


@cache
def _columns(*letters: str) -> str:
    return ", ".join(f"{letter}.{column}" for letter in letters for _name, column in _plain(_CALLER[letter]))


@cache
def _plain(model: type[models.Model]) -> list[tuple[str, str]]:
    """Attribute and column the database hands over ready to use; the others (JSON) are read when somebody asks for them."""
    return [(f.attname, str(f.column)) for f in model._meta.concrete_fields if not hasattr(f, "from_db_value")]
