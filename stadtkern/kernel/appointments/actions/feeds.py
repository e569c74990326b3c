"""The calendar address of an account: made, replaced, ended."""

from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.events.actions import record
from stadtkern.lib import ids

from ..models import Feed


@transaction.atomic
def new_feed(account: Account) -> str:
    """A new secret; whoever had the old address sees nothing from now on. Diary: `feed.opened`."""
    secret = ids.secret()
    Feed.objects.update_or_create(account=account, defaults={"digest": ids.digest(secret), "created_at": timezone.now()})
    record("feed.opened", subject=f"account:{account.pk}", actor=f"account:{account.pk}")
    return secret


@transaction.atomic
def end_feed(account_id: int, actor_key: str) -> None:
    """The address ends; a second time changes nothing. Diary: `feed.ended`."""
    deleted, _rows = Feed.objects.filter(account=account_id).delete()
    if deleted:
        record("feed.ended", subject=f"account:{account_id}", actor=actor_key)
