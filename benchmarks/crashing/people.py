"""Residents with an account and a fresh proof of identity, one for every application: nobody applies twice on purpose."""

import time
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Citizen:
    """Who applies, and what the register knows (typed by hand when it does not answer)."""

    account: int
    session: str
    facts: dict[str, str]


def admit(count: int) -> list[Citizen]:
    """Seed offices and people, then accounts and sessions. Direct rows: signing in is not what is proved here."""
    from django.conf import settings
    from django.contrib.auth.hashers import make_password
    from django.core.management import call_command

    from stadtkern.kernel.accounts.models import Account, Person
    from stadtkern.kernel.registers.models import Resident

    call_command("seed", people=max(60, count * 5 // 4), bare=True, verbosity=0)
    known = Person.objects.filter(register_key__isnull=False).values("register_key")
    people = list(
        Resident.objects.exclude(key__in=known).filter(blocked=False).select_related("household").order_by("pk")[:count]
    )
    if len(people) < count:
        raise RuntimeError(f"only {len(people)} residents for {count} applications")
    password = make_password(None)
    accounts = Account.objects.bulk_create(
        Account(email=f"person{number}@example.org", name="", password=password) for number in range(count)
    )
    Person.objects.bulk_create(
        Person(account=account, given_names=r.given_names, family_name=r.family_name, birth_date=r.birth_date,
               register_key=r.key, proved_by="counter", proved_trust=3)
        for account, r in zip(accounts, people, strict=True)
    )  # fmt: skip
    return [
        Citizen(account.pk, _session(account, settings.AUTHENTICATION_BACKENDS[0]), _facts(resident))
        for account, resident in zip(accounts, people, strict=True)
    ]


def _session(account: Any, backend: str) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session.update({
        SESSION_KEY: str(account.pk), BACKEND_SESSION_KEY: backend, HASH_SESSION_KEY: account.get_session_auth_hash(),
        "trust": 3, "trust_until": time.time() + 6 * 3600,
    })  # fmt: skip
    session.create()
    return str(session.session_key)


def _facts(resident: Any) -> dict[str, str]:
    home, born = resident.household, resident.birth_date
    return {
        "person/given_names": resident.given_names,
        "person/family_name": resident.family_name,
        "person/birth_date.day": str(born.day),
        "person/birth_date.month": str(born.month),
        "person/birth_date.year": str(born.year),
        "address/street": home.street,
        "address/house_number": home.house_number,
        "address/postcode": home.postcode,
        "address/town": home.town,
    }
