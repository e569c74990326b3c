"""Proofs of identity: they raise the session's level of trust and may link the account to the residents register."""

import uuid
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from stadtkern.kernel.events.actions import record

from ..access import actor_of
from ..models import Account, Person, Trust

RAISED_FOR = timedelta(minutes=30)


class IdentityTaken(ValueError):
    """The proof belongs to somebody else: another account is linked to this person, or this account to another person."""


@transaction.atomic
def link_resident(account: Account, register_key: uuid.UUID, proved_by: str, trust: Trust) -> Person:
    """Say whose account this is. One account per person; a proved person is never swapped for another."""
    person, _ = Person.objects.select_for_update().get_or_create(account=account)
    if person.register_key not in (None, register_key):
        raise IdentityTaken
    person.register_key, person.proved_by, person.proved_trust = register_key, proved_by, trust
    person.proved_at = timezone.now()
    try:
        with transaction.atomic():
            person.save(update_fields=["register_key", "proved_by", "proved_trust", "proved_at"])
    except IntegrityError as taken:
        raise IdentityTaken from taken
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


def lower_trust(request: HttpRequest) -> None:
    """Back to what a password is worth: at every new sign-in."""
    request.session.pop("trust", None)
    request.session.pop("trust_until", None)
