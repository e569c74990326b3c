"""Ask a register once, with a ground, and write down that it was asked."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.privacy.actions import note_access
from stadtkern.kernel.privacy.models import Consent

from ..adapters import Answer, Inquiry, Malformed, NotFound, TooImmature, plug
from ..blocks import is_blocked, is_same
from ..evidence import EvidenceType, find
from ..models import Proof
from .proofs import again, keep


class Blocked(PermissionError):
    """The person has a block on information (Auskunftssperre, § 51 BMG): only they themselves may see their data."""


class MoreTrust(PermissionError):
    """This evidence needs a stronger proof of who asks."""


@dataclass(frozen=True)
class Evidence:
    """An answer with its origin; goes into the application as it is."""

    source: str  # key of the catalogue: "residents", "vehicles"
    asked_at: datetime
    values: Mapping[str, Any]  # of the only record; empty where there are none or several
    records: Sequence[Mapping[str, Any]] = ()
    maturity: str = ""
    provider: str = ""
    proof: Proof | None = field(default=None, compare=False)  # waits for the person's yes
    again: bool = False  # fetched before, for the same purpose


def ask(
    actor: Actor,
    *,
    person_key: uuid.UUID,
    fields: Sequence[str],
    purpose: str,
    legal_basis: str,
    about: str,
    consent: Consent | None,
    evidence: str = "residents",
) -> Evidence:
    """One question about one person to the register that holds this evidence.

    Who may: the person themselves, staff with a legal basis, anybody with the person's live consent to these fields.
    With consent the answer of a type with `preview` is kept as a Proof until the person has looked at it.
    Raises NotFound (also for people one may not ask about), Blocked, MoreTrust, RegisterUnavailable; ValueError for unknown
    evidence or fields.
    """
    asked = find(evidence)
    if unknown := [name for name in fields if name not in asked.fields]:
        raise ValueError(f"{asked.register.english} has no field {', '.join(unknown)}")
    if not purpose or not legal_basis:
        raise ValueError("A register is asked for a purpose and on a legal basis")
    myself = is_same(actor, person_key)
    if not myself and actor.staff is None and not _allowed(actor, consent, asked, person_key, fields, purpose):
        raise NotFound("nobody this actor may ask about")
    if myself and actor.trust < asked.trust:
        raise MoreTrust
    if not myself and is_blocked(person_key):
        _refuse(actor, about)
        raise Blocked
    allowed = consent if consent and _allowed(actor, consent, asked, person_key, fields, purpose) else None
    known = Proof.objects.usable_again(allowed, evidence, person_key, fields) if allowed and asked.keep else None
    inquiry = Inquiry(asked, person_key, fields, purpose, legal_basis, allowed.pk if allowed else None)
    # Outside of our transaction: it may take seconds.
    answer = again(known, fields) if known else _checked(plug(evidence).ask(inquiry), inquiry)
    if answer.blocked and not myself:
        _refuse(actor, about)
        raise Blocked
    account = actor.owner if myself else None
    return _note(actor, account, inquiry, answer, about, allowed, known)


def _checked(answer: Answer, inquiry: Inquiry) -> Answer:
    """Exactly the fields that were asked for, of the types of the catalogue: neither more nor something else."""
    asked = inquiry.evidence
    if (answer.maturity or asked.maturity) not in ("C", "D"):
        raise TooImmature(f"maturity {answer.maturity}")
    if len(answer.records) > 1 and not asked.many:
        raise Malformed("several records where there is one")
    for row in answer.records:
        if set(row) != set(inquiry.fields):
            raise Malformed("other fields than those asked for")
        for name, value in row.items():
            if value != "" and (type(value) is not asked.fields[name].type or not _day_or_other(asked, name, value)):
                raise Malformed(f"{name} is of another type")
    return answer


def _day_or_other(asked: EvidenceType, name: str, value: Any) -> bool:
    if isinstance(value, str) and (len(value) > 2000 or "\x00" in value or not value.isprintable()):
        return False
    if asked.fields[name].kind != "date":
        return True
    try:
        return date.fromisoformat(value).isoformat() == str(value)
    except ValueError:
        return False


@transaction.atomic
def _note(
    actor: Actor,
    account: Account | None,
    inquiry: Inquiry,
    answer: Answer,
    about: str,
    consent: Consent | None,
    known: Proof | None,
) -> Evidence:
    asked_at = known.fetched_at if known else timezone.now()
    access = note_access(
        actor=actor,
        person_key=inquiry.person_key,
        account=account,
        purpose=inquiry.purpose,
        legal_basis=inquiry.legal_basis,
        source=inquiry.evidence.key,
        fields=list(inquiry.fields),
        about=about,
    )
    data = {"access": access.pk, "fields": len(inquiry.fields)}
    name = "register.reused" if known else "register.asked"
    record(name, subject=about, actor=actor.key, data=data)
    proof = None
    if consent and inquiry.evidence.preview and answer.records:
        proof = keep(inquiry, answer, consent, about, asked_at)
    values = answer.records[0] if len(answer.records) == 1 else {}
    maturity = answer.maturity or inquiry.evidence.maturity
    return Evidence(inquiry.evidence.key, asked_at, values, answer.records, maturity, answer.provider, proof, known is not None)


@transaction.atomic
def _refuse(actor: Actor, about: str) -> None:
    record("register.refused", subject=about, actor=actor.key)


def _allowed(
    actor: Actor, consent: Consent | None, asked: EvidenceType, person_key: uuid.UUID, fields: Sequence[str], purpose: str
) -> bool:
    if consent is None or consent.revoked_at is not None or consent.purpose != purpose or consent.evidence != asked.key:
        return False
    if not set(fields) <= set(consent.fields):
        return False
    if actor.mandate and actor.owner and consent.account_id == actor.owner.pk:  # given for the child or ward acted for
        return actor.register_key == person_key
    person = getattr(consent.account, "person", None)
    return person is not None and person.register_key == person_key
