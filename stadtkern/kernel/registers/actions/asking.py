"""Ask a register once, with a ground, and write down that it was asked."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.privacy.actions import note_access
from stadtkern.kernel.privacy.models import Consent

from ..adapters import NotFound, ResidentsRegister
from ..fields import FIELDS


class Blocked(PermissionError):
    """The person has a block on information (Auskunftssperre, § 51 BMG): only they themselves may see their data."""


@dataclass(frozen=True)
class Evidence:
    """An answer with its origin; goes into the application as it is."""

    source: str  # "residents"
    asked_at: datetime
    values: dict[str, Any]


def ask(
    actor: Actor,
    *,
    person_key: uuid.UUID,
    fields: Sequence[str],
    purpose: str,
    legal_basis: str,
    about: str,
    consent: Consent | None,
) -> Evidence:
    """One question about one person.

    Who may: the person themselves, staff with a legal basis, anybody with the person's live consent to these fields.
    Raises NotFound (also for people one may not ask about), Blocked, RegisterUnavailable; ValueError for unknown fields.
    """
    if unknown := [field for field in fields if field not in FIELDS]:
        raise ValueError(f"The residents register has no field {', '.join(unknown)}")
    if not purpose or not legal_basis:
        raise ValueError("A register is asked for a purpose and on a legal basis")
    myself = _is(actor, person_key)
    if not myself and actor.staff is None and not _allowed(consent, person_key, fields, purpose):
        raise NotFound("nobody this actor may ask about")
    register = cast(ResidentsRegister, city().adapter("registers"))
    answer = register.ask(person_key, fields)  # outside of our transaction: it may take seconds
    if answer.blocked and not myself:
        _refuse(actor, about)
        raise Blocked
    asked_at = timezone.now()
    with transaction.atomic():
        access = note_access(
            actor=actor,
            person_key=person_key,
            account=actor.account if myself else None,
            purpose=purpose,
            legal_basis=legal_basis,
            source=register.NAME,
            fields=list(fields),
            about=about,
        )
        record("register.asked", subject=about, actor=actor.key, data={"access": access.pk, "fields": len(fields)})
    return Evidence(register.NAME, asked_at, answer.values)


@transaction.atomic
def _refuse(actor: Actor, about: str) -> None:
    record("register.refused", subject=about, actor=actor.key)


def _is(actor: Actor, person_key: uuid.UUID) -> bool:
    person = getattr(actor.account, "person", None)
    return person is not None and person.register_key == person_key


def _allowed(consent: Consent | None, person_key: uuid.UUID, fields: Sequence[str], purpose: str) -> bool:
    if consent is None or consent.revoked_at is not None or consent.purpose != purpose:
        return False
    person = getattr(consent.account, "person", None)
    return person is not None and person.register_key == person_key and set(fields) <= set(consent.fields)
