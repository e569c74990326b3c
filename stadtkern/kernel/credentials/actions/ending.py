"""The end of a proof: revoked by the city, deleted by the person, over by time."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.credentials.models import Copy, Credential, Grant, UsedNonce
from stadtkern.kernel.events.actions import record

from .listing import strike

BATCH = 500
_DAY = timedelta(days=1)


@transaction.atomic
def revoke(actor_key: str, credential: Credential) -> Credential:
    """No copy in any wallet holds any longer; the status list says so. A second time changes nothing.

    Diary: `credential.revoked`.
    """
    row = Credential.objects.select_for_update().get(pk=credential.pk)
    if row.revoked_at is None:
        count = _strike_all(row)
        row.revoked_at, row.claims = timezone.now(), b""
        row.save(update_fields=["revoked_at", "claims"])
        record("credential.revoked", subject=row.about, actor=actor_key, data={"credential": row.pk, "copies": count})
    return row


@transaction.atomic
def delete(actor: Actor, credential: Credential) -> None:
    """The person does not want it any longer: copies stop to hold, nothing of it stays here. Diary: `credential.deleted`."""
    row = Credential.objects.select_for_update().get(pk=credential.pk)
    if actor.account is None or actor.company is not None or row.account_id != actor.account.pk:
        raise PermissionError("A proof belongs to one person")
    _delete(row, actor.key)


def _delete(row: Credential, actor_key: str) -> None:
    count = _strike_all(row)
    number = row.pk
    row.delete()
    record("credential.deleted", subject=row.about, actor=actor_key, data={"credential": number, "copies": count})


@transaction.atomic
def delete_all(account_id: int, actor_key: str = SYSTEM) -> int:
    """Every proof of a person who leaves; returns how many. Diary: `credential.deleted`, one line for each."""
    rows = list(Credential.objects.select_for_update().filter(account=account_id).order_by("pk"))
    for row in rows:
        _delete(row, actor_key)
    return len(rows)


def _strike_all(row: Credential) -> int:
    Grant.objects.filter(credential=row).delete()
    copies = list(Copy.objects.select_for_update().filter(credential=row, revoked_at=None).order_by("pk"))
    strike(copies)
    Copy.objects.filter(pk__in=[copy.pk for copy in copies]).update(revoked_at=timezone.now())
    return len(copies)


@transaction.atomic
def forget_due(now: datetime, batch: int = BATCH) -> int:
    """What nobody needs any longer, one batch; returns how many rows. Diary: `credential.forgotten`.

    Claims nobody fetched in time, ways and nonces that are over, proofs whose validity ended a year ago.
    """
    unfetched = Credential.objects.filter(open_until__lt=now).exclude(claims=b"").values_list("pk", flat=True)
    emptied = Credential.objects.filter(pk__in=list(unfetched[:batch])).update(claims=b"")
    ways = list(Grant.objects.filter(expires_at__lt=now - _DAY).values_list("pk", flat=True)[:batch])
    gone, _ = Grant.objects.filter(pk__in=ways).delete()
    UsedNonce.objects.filter(expires_at__lt=now).delete()
    ended = list(Credential.objects.filter(valid_until__lt=now - 366 * _DAY).values_list("pk", flat=True)[:batch])
    Credential.objects.filter(pk__in=ended).delete()
    if total := emptied + gone + len(ended):
        record("credential.forgotten", subject="credentials", actor=SYSTEM, data={"rows": total})
    return total
