"""Proofs of identity: they raise the session's level of trust and may link the account to the residents register."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from stadtkern.kernel.events.actions import record

from ..access import actor_of
from ..models import Account, DemoCard, Person, Trust

RAISED_FOR = timedelta(minutes=30)


class IdentityTaken(ValueError):
    """The proof belongs to somebody else: another account is linked to this person, or this account to another person."""


@transaction.atomic
def link_resident(
    account: Account, register_key: uuid.UUID, proved_by: str, trust: Trust, facts: Mapping[str, Any] | None = None
) -> Person:
    """Say whose account this is. One account per person; a proved person is never swapped for another.

    `facts` are fields of Person as the proof states them (names, birth date, address).
    """
    person, _ = Person.objects.select_for_update().get_or_create(account=account)
    if person.register_key not in (None, register_key):
        raise IdentityTaken
    person.register_key, person.proved_by, person.proved_trust = register_key, proved_by, trust
    person.proved_at = timezone.now()
    for name, value in (facts or {}).items():
        setattr(person, name, value)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as taken:
        raise IdentityTaken from taken
    if facts and (name := f"{person.given_names} {person.family_name}".strip()):
        Account.objects.filter(pk=account.pk).update(name=name)
    data = {"by": proved_by, "trust": int(trust)}
    record("account.identity_proved", subject=f"account:{account.pk}", actor=f"account:{account.pk}", data=data)
    return person


@transaction.atomic
def raise_trust(request: HttpRequest, trust: Trust) -> None:
    """This session is trusted more for the next 30 minutes."""
    actor = actor_of(request)
    if actor.account is None:
        raise ValueError("Only a signed-in session has a level of trust")
    request.session["trust"] = int(trust)
    request.session["trust_until"] = (timezone.now() + RAISED_FOR).timestamp()
    del request._actor  # type: ignore[attr-defined]
    record("account.trust_raised", subject=f"account:{actor.account.pk}", actor=actor.key, data={"trust": int(trust)})


@transaction.atomic
def issue_demo_card(register_key: uuid.UUID, *, holder: Account | None = None, **facts: Any) -> DemoCard:
    """Make an identity card of the demo; without a holder it is a sample that anybody can pick up."""
    card, fresh = DemoCard.objects.get_or_create(register_key=register_key, defaults={"holder": holder, **facts})
    if fresh:
        record("card.issued", subject=f"card:{card.pk}", actor="system")
    return card
