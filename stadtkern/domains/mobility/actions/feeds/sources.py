"""A source is set up, changed, asked for, or given a file by hand."""

import tempfile
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.validators import validate_slug
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.events.outgoing import Forbidden, check_address

from ...models import Feed
from ...trips import bounded, demo, fetching, folder
from .pointing import point

State, Kind = Feed.State, Feed.Kind
STUCK = timedelta(hours=1)  # nobody waits longer for a worker; then it may be asked for again
SHORTEST = {Kind.GTFS: 15, Kind.OSM: 60, Kind.GBFS: 1, Kind.REALTIME: 1}  # minutes between two askings


class Refused(Exception):
    """Not possible; the message says what to do instead."""


@transaction.atomic
def set_up(actor: Actor, told: dict[str, Any], feed: Feed | None = None) -> Feed:
    """A new source, or other settings of one. Diary: `feed.added`, `feed.changed`. Raises Refused."""
    row = Feed.objects.select_for_update().get(pk=feed.pk) if feed else Feed(kind=told.get("kind", ""))
    if row.kind not in Kind.values:
        raise Refused(_("Wählen Sie, was die Quelle liefert."))
    if feed is None:
        row.key = str(told.get("key", ""))
        try:
            validate_slug(row.key)
        except Exception:
            raise Refused(_("Das Kürzel besteht aus Buchstaben, Ziffern und Strichen, zum Beispiel „vrs-fahrplan“.")) from None
    for name, most in (("title", 120), ("url", 500), ("licence", 80), ("licence_url", 500), ("credit", 200)):
        setattr(row, name, str(told.get(name, "")).replace("\x00", "").strip()[:most])
    if not row.title:
        raise Refused(_("Geben Sie der Quelle einen Namen."))
    if row.licence_url and not row.licence_url.startswith(("https://", "http://")):
        raise Refused(_("Die Adresse der Lizenz beginnt mit https://."))
    row.timetable = None
    if row.kind == Kind.REALTIME:
        row.timetable = Feed.objects.filter(kind=Kind.GTFS, key=str(told.get("timetable", ""))[:40]).first()
    row.every_minutes = _minutes(row, told.get("every_minutes"))
    row.open_data, row.active = bool(told.get("open_data")), bool(told.get("active"))
    _check_url(row)
    row.etag = row.last_modified = ""
    row.next_at = timezone.now() if row.every_minutes else None
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refused(_("Dieses Kürzel gibt es schon.")) from None
    record("feed.changed" if feed else "feed.added", subject=str(row), actor=actor.key)
    transaction.on_commit(lambda: point(row))
    return row


def _minutes(row: Feed, told: Any) -> int:
    text = str(told or "0").strip()
    minutes = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    return max(minutes, SHORTEST[Kind(row.kind)]) if minutes else 0


def _check_url(row: Feed) -> None:
    if not row.url or demo.is_demo(row.url):
        return
    try:
        row.url = check_address(row.url).geturl()[:500]
    except Forbidden as no:
        raise Refused(str(no)) from None


@transaction.atomic
def ask(actor_key: str, feed: Feed, now: datetime | None = None) -> bool:
    """Read it now, as a job; False when one is at it already. Diary: `feed.asked`."""
    now = now or timezone.now()
    row = Feed.objects.select_for_update().get(pk=feed.pk)
    waits = row.state == State.WAITING and bool(row.started_at and row.started_at > now - STUCK)
    if waits or (row.state == State.RUNNING and not stopped(row)):
        return False
    if actor_key != SYSTEM and row.state == State.FAILED:
        row.etag = row.last_modified = ""  # what was refused is fetched and looked at again where a person wants it
    row.state, row.step, row.problem, row.started_at = State.WAITING, "", "", now
    row.save(update_fields=["state", "step", "problem", "started_at", "etag", "last_modified"])
    if actor_key != SYSTEM:
        record("feed.asked", subject=str(row), actor=actor_key)
    job = app.configure_task("mobility.read_feed", queue="default", queueing_lock=f"mobility.read_feed:{row.pk}")
    with suppress(AlreadyEnqueued), transaction.atomic():
        job.defer(feed_id=row.pk)
    return True


def stopped(feed: Feed) -> bool:
    """Whether its reading broke off: it says that it is being read, and no living process is at it."""
    return feed.state == State.RUNNING and not folder.is_being_read(feed.key)


def upload(actor: Actor, feed: Feed, chunks: Iterable[bytes], size: int) -> None:
    """A file by hand: kept aside, read by the job. Raises Refused."""
    if feed.kind not in (Kind.GTFS, Kind.OSM):
        raise Refused(_("Diese Art von Quelle wird nicht hochgeladen, sondern abgerufen."))
    if size > fetching.MOST_BYTES:
        raise Refused(_("Die Datei ist größer als %d MB. So große lesen wir nicht.") % (fetching.MOST_BYTES // 1_000_000))
    place = folder.home() / "incoming" / feed.key
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as file:
        try:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
        except OSError as error:
            Path(file.name).unlink()
            if error.errno in bounded.FULL:
                raise Refused(
                    _("Auf dem Server ist kein Platz für diese Datei. Schaffen Sie Platz und laden Sie sie noch einmal hoch.")
                ) from error
            raise
    Path(file.name).replace(place)
    if not ask(actor.key, feed):
        raise Refused(
            _("Gerade wird schon gelesen. Ihre Datei kommt danach an die Reihe; starten Sie das Lesen dann noch einmal.")
        )
