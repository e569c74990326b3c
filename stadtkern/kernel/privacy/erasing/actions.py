"""The steps of one erasure; each is one transaction, so that a killed process goes on where it was."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.events.actions import record

from ..models import Consent, Erasure
from ..purposes import CONSENT_YEARS


@transaction.atomic
def begin(account_id: int, register_key: uuid.UUID | None, actor_key: str) -> Erasure:
    """The erasure of this account, the unfinished one if there is one. Diary: `erasure.begun`."""
    row = Erasure.objects.select_for_update().filter(account_id=account_id, finished_at=None).first()
    if row is None:
        row = Erasure.objects.create(account_id=account_id, register_key=register_key, asked_by=actor_key)
        record("erasure.begun", subject=f"account:{account_id}", actor=actor_key, data={"erasure": str(row.pk)})
    return row


@transaction.atomic
def note_done(row: Erasure, room: str, kept: Sequence[dict[str, Any]]) -> None:
    """One room is through; belongs into the transaction of its deletions. The diary line is the room's own."""
    now = Erasure.objects.select_for_update().get(pk=row.pk)
    if room not in now.done:
        now.done = [*now.done, room]
        now.kept = [*now.kept, *kept]
        now.save(update_fields=["done", "kept"])
    row.done, row.kept = now.done, now.kept


@transaction.atomic
def finish(row: Erasure) -> None:
    """All rooms are through; the pseudonym that led to the register goes as well. Diary: `erasure.finished`."""
    if Erasure.objects.filter(pk=row.pk, finished_at=None).update(finished_at=timezone.now(), register_key=None):
        data = {"erasure": str(row.pk), "kept": len(row.kept)}
        record("erasure.finished", subject=f"account:{row.account_id}", actor="system", data=data)
    row.refresh_from_db()


@transaction.atomic
def revoke_consents(account_id: int) -> int:
    """From now on nothing is allowed any more; that it once was is proof and goes after its time. Diary: `consent.revoked`."""
    living = list(Consent.objects.select_for_update().filter(account=account_id, revoked_at=None))
    Consent.objects.filter(pk__in=[consent.pk for consent in living]).update(revoked_at=timezone.now())
    for consent in living:
        subject = consent.about or f"account:{account_id}"
        record("consent.revoked", subject=subject, actor="system", data={"consent": consent.pk})
    return len(living)


def consents_until() -> Any:
    """The day the proof of consents goes."""
    return timezone.localdate() + timedelta(days=365 * CONSENT_YEARS)
