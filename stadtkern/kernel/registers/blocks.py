"""Auskunftssperre (§ 51 BMG): who is hidden, and from whom. The one place of the rule; every door asks here."""

import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Person

from .models import Resident


def blocked_keys() -> "models.QuerySet[Resident, Any]":
    """Register keys of everybody who is hidden, as a subquery: what is blocked a minute ago is hidden now."""
    return Resident.objects.filter(blocked=True).values("key")


def blocked_accounts() -> "models.QuerySet[Person, Any]":
    """Accounts of hidden people, as a subquery."""
    return Person.objects.filter(register_key__in=blocked_keys()).values("account")


# The same for plain SQL: a condition about the column of an account.
HIDDEN_SQL = """EXISTS (SELECT FROM accounts_person hidden_person JOIN registers_resident hidden_resident
    ON hidden_resident.key = hidden_person.register_key
    WHERE hidden_person.account_id = {} AND hidden_resident.blocked)"""


def hidden(account: str = "account") -> models.Exists:
    """A condition for a queryset: the person behind this foreign key is hidden."""
    return models.Exists(Person.objects.filter(account=models.OuterRef(account), register_key__in=blocked_keys()))


def mask() -> str:
    """What stands where a hidden person's name would."""
    return _("Auskunftssperre (§ 51 BMG)")


def is_blocked(person_key: uuid.UUID | None) -> bool:
    return person_key is not None and Resident.objects.filter(key=person_key, blocked=True).exists()


def is_hidden(account_id: int | None) -> bool:
    """Whether the person behind this account is hidden."""
    return account_id is not None and blocked_accounts().filter(account=account_id).exists()


def is_same(actor: Actor, person_key: uuid.UUID) -> bool:
    """The person themselves, or who acts for them as parent or guardian: nothing is hidden from them."""
    return actor.register_key is not None and actor.register_key == person_key
