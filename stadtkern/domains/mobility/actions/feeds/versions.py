"""Versions of a source: an earlier one counts again, old ones go."""

from django.db import transaction
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record

from ...models import Feed, FeedVersion
from ...trips import folder
from .pointing import point
from .sources import Refused

VERSIONS = 20  # whose report is kept


@transaction.atomic
def go_back(actor: Actor, feed: Feed, number: int) -> FeedVersion:
    """An earlier version counts again, at once; the source is not asked again by itself. Diary: `feed.rolled_back`."""
    row = Feed.objects.select_for_update().get(pk=feed.pk)
    version = FeedVersion.objects.filter(feed=row, number=number, state=FeedVersion.State.READY).first()
    if version is None or not folder.version_folder(row.key, number).is_dir():
        raise Refused(_("Diese Fassung liegt nicht mehr vor."))
    if row.current_id == version.pk:
        return version
    row.current, row.every_minutes, row.next_at = version, 0, None
    row.save(update_fields=["current", "every_minutes", "next_at"])
    record("feed.rolled_back", subject=str(row), actor=actor.key, data={"number": number})
    transaction.on_commit(lambda: point(row))
    return version


@transaction.atomic
def tidy(feed: Feed) -> None:
    """Files of older versions go, reports of very old ones too."""
    ready = FeedVersion.objects.filter(feed=feed, state=FeedVersion.State.READY).exclude(pk=feed.current_id or 0)
    for version in ready[folder.KEEP - 1 :]:
        folder.remove(feed.key, version.number)
        version.state = FeedVersion.State.REMOVED
        version.save(update_fields=["state"])
    old = FeedVersion.objects.filter(feed=feed).exclude(pk=feed.current_id or 0).exclude(state=FeedVersion.State.READY)
    FeedVersion.objects.filter(pk__in=[row.pk for row in old[VERSIONS:]]).delete()
