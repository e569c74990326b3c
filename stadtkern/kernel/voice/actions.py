"""Begin, continue and end a talk. Holding and booking a time are actions of the room appointments."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.events.actions import record
from stadtkern.lib import ids

from .models import KEEP, Conversation

BATCH = 1000


@transaction.atomic
def begin(actor: Actor, door: str, secret: str) -> Conversation:
    """A new talk under this secret; one that was there ends. Diary: `conversation.begun`."""
    Conversation.objects.filter(key=ids.digest(secret)).delete()
    row = Conversation.objects.create(key=ids.digest(secret), door=door)
    record("conversation.begun", subject=f"conversation:{row.pk}", actor=actor.key, data={"door": door})
    return row


def keep(row: Conversation, state: dict[str, Any]) -> None:
    """What the talk remembers; a turn is no line in the diary, what it leads to is."""
    Conversation.objects.filter(pk=row.pk).update(state=state, touched_at=timezone.now())


@transaction.atomic
def end(actor: Actor, row: Conversation) -> None:
    """Everything said is gone. Diary: `conversation.ended`."""
    if Conversation.objects.filter(pk=row.pk).delete()[0]:
        record("conversation.ended", subject=f"conversation:{row.pk}", actor=actor.key, data={"door": row.door})


@transaction.atomic
def forget_old(now: datetime) -> int:
    """Talks nobody has gone on with for an hour. Diary: `conversation.forgotten` with their number."""
    old = list(Conversation.objects.filter(touched_at__lt=now - KEEP).values_list("pk", flat=True)[:BATCH])
    count = Conversation.objects.filter(pk__in=old).delete()[0] if old else 0
    if count:
        record("conversation.forgotten", subject="conversation:0", actor=SYSTEM, data={"count": count})
    return count
