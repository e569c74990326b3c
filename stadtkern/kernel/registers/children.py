"""Whose parent somebody is, as far as it lets them act: minor, in their custody, in the same household."""

import uuid
from datetime import date

from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.actions.mandates import Human
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.privacy.actions import note_access

from .models import Parentage, Resident

LEGAL_BASIS = "§ 1629 BGB"
MOST = 20


@transaction.atomic
def of_parent(actor: Actor) -> list[Human]:
    """Children the person behind this account may act for; every look is noted for the child."""
    if actor.account is None or actor.register_key is None or actor.mandate:
        return []
    parent = Resident.objects.filter(key=actor.register_key).first()
    if parent is None:
        return []
    today = timezone.localdate()
    grown_up_born = date(today.year - 18, today.month, min(today.day, 28) if today.month == 2 else today.day)
    named = Parentage.objects.filter(parent_key=parent.key, custody=True).values("child_key")
    rows = Resident.objects.filter(key__in=named, household=parent.household_id, birth_date__gt=grown_up_born)
    children = [Human(row.given_names, row.family_name, row.birth_date, row.key) for row in rows.order_by("birth_date")[:MOST]]
    for child in children:
        note_access(
            actor=actor,
            person_key=child.register_key,
            account=None,
            purpose="mandate",
            legal_basis=LEGAL_BASIS,
            source="residents",
            fields=["given_names", "family_name", "birth_date"],
            about=f"account:{actor.account.pk}",
        )
    record("register.children_asked", subject=f"account:{actor.account.pk}", actor=actor.key, data={"found": len(children)})
    return children


def key_of(given_names: str, family_name: str, birth_date: date) -> uuid.UUID | None:
    """The register's key of a person a clerk names by a document; None unless there is exactly one."""
    found = Resident.objects.filter(given_names__iexact=given_names, family_name__iexact=family_name, birth_date=birth_date)
    keys = list(found.values_list("key", flat=True)[:2])
    return keys[0] if len(keys) == 1 else None
