"""What becomes of a fetched proof: kept until the person has looked, used with their yes, dropped with their no, forgotten."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.privacy import keys
from stadtkern.kernel.privacy.models import Consent

from ..adapters import Answer, Inquiry
from ..evidence import find
from ..models import Proof

LOOK = timedelta(days=1)  # so long a proof waits for the person's look


def keep(inquiry: Inquiry, answer: Answer, consent: Consent, about: str, fetched_at: datetime) -> Proof:
    """Part of `ask`: the answer waits, sealed, for the person's look. An older one that still waits for the same is dropped."""
    older = Proof.objects.waiting(consent.account, about).filter(evidence=inquiry.evidence.key)
    older.update(state=Proof.State.DROPPED, content=b"")
    return Proof.objects.create(
        account=consent.account,
        person_key=inquiry.person_key,
        evidence=inquiry.evidence.key,
        purpose=inquiry.purpose,
        consent=consent,
        about=about,
        fields=sorted(inquiry.fields),
        content=_sealed(consent.account_id, answer.records),
        maturity=answer.maturity or inquiry.evidence.maturity,
        provider=answer.provider,
        fetched_at=fetched_at,
        until=max(fetched_at + inquiry.evidence.keep, timezone.now() + LOOK),
    )


def again(proof: Proof, fields: Sequence[str]) -> Answer:
    """A proof of the same purpose as if the register had just given it."""
    rows = [{name: row[name] for name in fields} for row in records_of(proof)]
    return Answer(rows, maturity=proof.maturity, provider=proof.provider)


def records_of(proof: Proof) -> list[dict[str, Any]]:
    """What the register said; nothing once it is dropped."""
    try:
        content = keys.open_(bytes(proof.content), place=_place(proof.account_id)) if proof.content else b"[]"
    except keys.KeyShredded:
        content = b"[]"
    rows: list[dict[str, Any]] = json.loads(content)
    return rows


def _sealed(account_id: int, records: Sequence[Mapping[str, Any]]) -> bytes:
    data = json.dumps([dict(row) for row in records], ensure_ascii=False).encode()
    return keys.seal(f"account:{account_id}", data, about="proofs", place=_place(account_id))


def _place(account_id: int) -> str:
    return f"proofs of account:{account_id}"


@transaction.atomic
def use_proof(actor: Actor, number: int, chosen: int) -> tuple[Proof, Mapping[str, Any]]:
    """The person said yes to one record. Raises Proof.DoesNotExist where there is nothing (more) to say yes to."""
    proof = _mine(actor, number)
    rows = records_of(proof)
    if not 0 <= chosen < len(rows):
        raise Proof.DoesNotExist("no such record")
    proof.state = Proof.State.USED
    proof.content = proof.content if _lasts(proof) else b""
    proof.save(update_fields=["state", "content"])
    record("proof.used", subject=proof.about or str(proof), actor=actor.key, data={"proof": proof.pk})
    return proof, rows[chosen]


def _lasts(proof: Proof) -> bool:
    return proof.until > timezone.now() and bool(find(proof.evidence).keep)


@transaction.atomic
def drop_proof(actor: Actor, number: int) -> Proof:
    """The person said no: nothing of it stays but the note that it was fetched and not used."""
    proof = _mine(actor, number)
    proof.state, proof.content = Proof.State.DROPPED, b""
    proof.save(update_fields=["state", "content"])
    record("proof.dropped", subject=proof.about or str(proof), actor=actor.key, data={"proof": proof.pk})
    return proof


def _mine(actor: Actor, number: int) -> Proof:
    mine = Proof.objects.select_for_update().filter(account=actor.owner, state=Proof.State.FETCHED)
    return mine.get(pk=number)


@transaction.atomic
def drop_with_consent(consent: int) -> int:
    """The consent is gone, and with it every proof that was kept for another time."""
    rows = Proof.objects.filter(consent=consent).exclude(content=b"")
    count = rows.update(content=b"", state=Proof.State.DROPPED)
    if count:
        record("proof.forgotten", subject=f"consent:{consent}", actor=SYSTEM, data={"proofs": count})
    return count


@transaction.atomic
def forget_proofs_of(account_id: int) -> int:
    """Erasure: every proof of this person goes; a second time changes nothing."""
    count, _ = Proof.objects.filter(account=account_id).delete()
    if count:
        record("proof.forgotten", subject=f"account:{account_id}", actor=SYSTEM, data={"proofs": count})
    return count


@transaction.atomic
def forget_proofs(batch: int = 5000) -> int:
    """Proofs past their time, in batches; returns how many."""
    old = Proof.objects.filter(until__lt=timezone.now()).order_by("until").values_list("pk", flat=True)[:batch]
    count, _ = Proof.objects.filter(pk__in=list(old)).delete()
    if count:
        record("proof.forgotten", subject="registers", actor=SYSTEM, data={"proofs": count})
    return count
