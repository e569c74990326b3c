"""What people say about themselves: name, address, language."""

from typing import Any

from django.db import transaction

from stadtkern.kernel.events.actions import record

from ..access import Actor
from ..models import Account, Person

PROVED = ("given_names", "family_name", "birth_date")  # cannot be edited once an identity was proved
OPEN = ("street", "house_number", "postcode", "town")


@transaction.atomic
def save_profile(actor: Actor, facts: dict[str, Any]) -> Person:
    """Keep what the person says; names and birth date of a proved person stay as proved."""
    if actor.account is None:
        raise ValueError("Only an account has a profile")
    person, _ = Person.objects.select_for_update().get_or_create(account=actor.account)
    names = OPEN if person.proved else PROVED + OPEN
    changed = [name for name in names if name in facts and getattr(person, name) != facts[name]]
    for name in changed:
        setattr(person, name, facts[name])
    person.save()
    full_name = f"{person.given_names} {person.family_name}".strip()
    if full_name and not actor.staff and full_name != actor.account.name:
        Account.objects.filter(pk=actor.account.pk).update(name=full_name)
    record("account.profile_saved", subject=f"account:{actor.account.pk}", actor=actor.key, data={"fields": changed})
    return person


@transaction.atomic
def choose_language(actor: Actor, language: str) -> None:
    """The language of pages and letters for this account."""
    if actor.account and Account.objects.filter(pk=actor.account.pk).exclude(language=language).update(language=language):
        record("account.language_chosen", subject=f"account:{actor.account.pk}", actor=actor.key)
