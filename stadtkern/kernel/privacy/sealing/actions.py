"""Make, hand over, rewrap and destroy the keys of people."""

import secrets
import uuid
from collections.abc import Collection

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from stadtkern.kernel.events.actions import record

from ..erasing import journal
from ..models import Key
from . import kek

BATCH = 500


def key_for(owner: str, about: str) -> tuple[uuid.UUID, bytes]:
    """The living key of this owner for this matter, made now if there is none; in the caller's transaction.

    Never from a cache: a key whose making was rolled back must not seal anything. Making one is no line of the diary; what
    is sealed with it is.
    """
    for _attempt in range(3):
        if row := Key.objects.filter(owner=owner, about=about, current=True).first():
            return row.pk, kek.unwrap(row.kek, bytes(row.wrapped), row.pk.bytes)
        raw, key_id = secrets.token_bytes(kek.BYTES), uuid.uuid4()
        name, wrapped = kek.wrap(raw, key_id.bytes)
        try:
            with transaction.atomic():
                Key.objects.create(pk=key_id, owner=owner, about=about, kek=name, wrapped=wrapped)
        except IntegrityError:  # somebody made it meanwhile
            continue
        return key_id, raw
    raise RuntimeError("No key in three attempts")


@transaction.atomic
def hand_over(owner: str, to: str) -> int:
    """What belonged to a draft without an account belongs to the account now, keys included; returns how many.

    The caller's diary line covers it.
    """
    return Key.objects.filter(owner=owner, shredded_at=None).update(owner=to, current=False)


@transaction.atomic
def move(about: str, to: str) -> int:
    """What came in before its case existed belongs to the case now. The caller's diary line covers it."""
    Key.objects.filter(owner=about, shredded_at=None).update(owner=to, current=False)
    return Key.objects.filter(about=about, shredded_at=None).update(about=to, current=False)


@transaction.atomic
def shred(owner: str, *, actor_key: str, keep: Collection[str] = ()) -> list[uuid.UUID]:
    """Destroy the keys of this owner, except for the matters in `keep`; nothing sealed with them opens again, anywhere.

    Diary: `key.shredded`.
    """
    return _destroy(Key.objects.filter(owner=owner).exclude(about__in=list(keep)), owner, actor_key)


@transaction.atomic
def shred_matter(about: str, *, actor_key: str) -> list[uuid.UUID]:
    """Destroy every key of one matter ("case:17"), whoever owns it. Diary: `key.shredded`."""
    return _destroy(Key.objects.filter(about=about), about, actor_key)


@transaction.atomic
def shred_again(ids: Collection[uuid.UUID]) -> int:
    """After a restore: what the journal knows as destroyed is destroyed again; returns how many came back with the archive."""
    return len(_destroy(Key.objects.filter(pk__in=list(ids)), "journal", "system"))


def _destroy(rows: "models.QuerySet[Key]", subject: str, actor_key: str) -> list[uuid.UUID]:
    from .. import keys

    living = rows.filter(shredded_at=None)
    ids = list(living.select_for_update().values_list("pk", flat=True))
    if ids:
        Key.objects.filter(pk__in=ids).update(wrapped=b"", kek="", current=False, shredded_at=timezone.now())
        record("key.shredded", subject=subject, actor=actor_key, data={"keys": len(ids)})
        keys.forget(ids)
        named = [str(key_id) for key_id in ids]
        # After the commit: a line about keys that live on would destroy them at the next restore.
        transaction.on_commit(lambda: journal.write("keys", keys=named))
    return ids


def rewrap(batch: int = BATCH) -> int:
    """Wrap one batch of old keys with the city's newest; returns how many were left to do. Sealed data stay as they are."""
    newest = kek.names()[0]
    with transaction.atomic():
        rows = list(Key.objects.select_for_update().filter(shredded_at=None).exclude(kek=newest)[:batch])
        for row in rows:
            row.kek, row.wrapped = kek.wrap(kek.unwrap(row.kek, bytes(row.wrapped), row.pk.bytes), row.pk.bytes)
        Key.objects.bulk_update(rows, ["kek", "wrapped"])
        if rows:
            record("key.rewrapped", subject="keys", actor="system", data={"keys": len(rows)})
    return len(rows)
