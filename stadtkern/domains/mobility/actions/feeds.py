"""What happens to sources: set up, asked for, read by a job, exchanged as a whole, taken back to the version before."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.validators import validate_slug
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.events.outgoing import Forbidden, check_address

from ..models import Feed, FeedVersion
from ..trips import bounded, demo, fetching, folder, sentences

State, Kind = Feed.State, Feed.Kind
STUCK = timedelta(hours=1)  # nobody waits longer for a worker; then it may be asked for again
SHORTEST = {Kind.GTFS: 15, Kind.OSM: 60, Kind.GBFS: 1, Kind.REALTIME: 1}  # minutes between two askings
DAYS = 21  # of a timetable are laid out in advance
VERSIONS = 20  # whose report is kept


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
    transaction.on_commit(lambda: _point(row))
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
    row.state, row.step, row.problem, row.started_at = State.WAITING, "", "", now
    row.save(update_fields=["state", "step", "problem", "started_at"])
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
        for chunk in chunks:
            file.write(chunk)
    Path(file.name).replace(place)
    if not ask(actor.key, feed):
        raise Refused(
            _("Gerade wird schon gelesen. Ihre Datei kommt danach an die Reihe; starten Sie das Lesen dann noch einmal.")
        )


def read(feed_id: int) -> FeedVersion | None:
    """The job: fetch, read in a bounded process, exchange. The old version answers until the new one is ready.

    Killed at any moment it can be done again: an upload stays until it was read, what was half done is thrown away.
    """
    feed = Feed.objects.get(pk=feed_id)
    with folder.reading(feed.key) as mine:
        if not mine:
            return None
        Feed.objects.filter(pk=feed.pk).update(state=State.RUNNING, step="fetch", started_at=timezone.now())
        place = folder.home() / "work" / feed.key
        shutil.rmtree(place, ignore_errors=True)
        work = place / uuid4().hex
        work.mkdir(parents=True)
        try:
            return _read(feed, work)
        except (fetching.NotFetched, bounded.Stopped) as no:
            _settle(feed, problem=str(no))
        except Exception:
            _settle(feed, problem=_("Beim Lesen ist etwas schiefgegangen. Der Fahrplan davor gilt weiter."))
            raise
        finally:
            shutil.rmtree(place, ignore_errors=True)
    return None


def _read(feed: Feed, work: Path) -> FeedVersion | None:
    got = _get(feed, work / "source")
    if got is None:
        _settle(feed, checked=True)
        return None
    source, fetched = got
    streets = str(streets_read() or "")
    same = feed.current and feed.current.digest == fetched.digest and feed.current.figures.get("streets", "") == streets
    if same and source != "upload":
        _settle(feed, checked=True, fetched=fetched)
        return None
    taken = (work / "source").stat().st_ino
    version = _take(feed, work, source, fetched)
    waiting = folder.home() / "incoming" / feed.key
    if source == "upload" and waiting.is_file() and waiting.stat().st_ino == taken:  # else another one came meanwhile
        waiting.unlink()
    return version


def _get(feed: Feed, target: Path) -> tuple[str, fetching.Fetched] | None:
    """What was uploaded, else what the address gives; None: nothing new."""
    waiting = folder.home() / "incoming" / feed.key
    if waiting.is_file():
        os.link(waiting, target)
        with target.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return "upload", fetching.Fetched(True, "", "", digest, target.stat().st_size)
    if not feed.url:
        raise fetching.NotFetched(_("Diese Quelle hat keine Adresse. Laden Sie eine Datei hoch."))
    if demo.is_demo(feed.url):
        return "demo", demo.fetch(feed.url, target)
    fetched = fetching.fetch(feed.url, target, etag=feed.etag, last_modified=feed.last_modified)
    return ("url", fetched) if fetched.fresh else None


def _take(feed: Feed, work: Path, source: str, fetched: fetching.Fetched) -> FeedVersion:
    number = (FeedVersion.objects.filter(feed=feed).values_list("number", flat=True).first() or 0) + 1
    job = job_of(feed.kind, work) | {"replaces": _counts(feed)}

    def step(text: str) -> None:
        Feed.objects.filter(pk=feed.pk).update(step=text)

    version = FeedVersion(feed=feed, number=number, digest=fetched.digest, size=fetched.size, source=source)
    try:
        done = bounded.build(job, step)
    except bounded.Stopped:
        raise
    except bounded.Refused as no:
        version.state = FeedVersion.State.REFUSED
        version.findings = [no.told["refused"] | {"refused": True}] if "refused" in no.told else []
        if any(one["code"] == "not_begun" for one in version.findings):
            fetched = replace(fetched, etag="", last_modified="")  # the same file is good later
        return _finish(feed, version, fetched, problem=" ".join([*map(sentences.sentence, version.findings)]) or str(no))
    version.state, version.findings, version.figures = FeedVersion.State.READY, done["findings"], done["figures"]
    version.figures |= {name: done[name] for name in ("seconds", "peak_mb")}
    if feed.kind == Kind.GTFS:
        version.figures["streets"] = str(streets_read() or "")
    target = folder.version_folder(feed.key, number)
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    work.replace(target)
    return _finish(feed, version, fetched)


def _counts(feed: Feed) -> bool:
    """Whether passengers get their answers from it today."""
    return feed.active and feed.current is not None and (feed.until is None or feed.until >= timezone.localdate())


@transaction.atomic
def _finish(feed: Feed, version: FeedVersion, fetched: fetching.Fetched, problem: str = "") -> FeedVersion:
    """Diary: `feed.read` or `feed.refused`; the pointer moves when the transaction holds."""
    row = Feed.objects.select_for_update().get(pk=feed.pk)
    version.save()
    if version.state == FeedVersion.State.READY:
        row.current = version
    _note_checked(row, fetched)
    row.state, row.step, row.problem = (State.FAILED if problem else State.IDLE), "", problem
    row.save()
    name = "feed.refused" if problem else "feed.read"
    record(name, subject=str(row), actor=SYSTEM, data={"number": version.number, "findings": len(version.findings)})
    if not problem:
        transaction.on_commit(lambda: _point(row))
        transaction.on_commit(lambda: tidy(row))
        if row.kind == Kind.OSM:  # walks to stops are measured anew
            Feed.objects.filter(kind=Kind.GTFS).update(etag="", last_modified="", next_at=timezone.now())
    return version


@transaction.atomic
def _settle(feed: Feed, *, checked: bool = False, fetched: fetching.Fetched | None = None, problem: str = "") -> None:
    """Nothing new, or nothing to be had: the next asking is later."""
    row = Feed.objects.select_for_update().get(pk=feed.pk)
    row.state, row.step, row.problem = (State.FAILED if problem else State.IDLE), "", problem
    if fetched:
        _note_checked(row, fetched)
    row.next_at = timezone.now() + timedelta(minutes=row.every_minutes) if row.every_minutes else None
    if checked:
        row.checked_at = timezone.now()
        transaction.on_commit(lambda: _point(row))  # where a kill came between the version and its pointer
    row.save()
    record("feed.failed" if problem else "feed.unchanged", subject=str(row), actor=SYSTEM)


def _note_checked(row: Feed, fetched: fetching.Fetched) -> None:
    now = timezone.now()
    row.etag, row.last_modified, row.checked_at = fetched.etag, fetched.last_modified, now
    row.next_at = now + timedelta(minutes=row.every_minutes) if row.every_minutes else None


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
    transaction.on_commit(lambda: _point(row))
    return version


def _point(row: Feed) -> None:
    """Workers see it at their next request."""
    told = None
    if row.active and row.current:
        place = folder.version_folder(row.key, row.current.number)
        told = {"kind": row.kind, "number": row.current.number, "folder": str(place), "feed": row.pk}
        told["until"] = row.current.figures.get("until", "")
    elif row.active and row.kind in (Kind.REALTIME, Kind.GBFS):
        told = {"kind": row.kind, "number": 0, "folder": str(folder.live_file(row.key)), "feed": row.pk}
        told["of"] = row.timetable.key if row.timetable else ""
    if folder.current().get(row.key) != told:
        folder.point_to(row.key, told)


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


def add_days() -> int:
    """Every night: the days that came nearer are laid out for timetables that count; days gone by are removed."""
    made = 0
    for feed in Feed.objects.filter(kind=Kind.GTFS, active=True).exclude(current=None).select_related("current"):
        assert feed.current is not None
        place = folder.version_folder(feed.key, feed.current.number)
        try:
            bounded.build(job_of(Kind.GTFS, place), lambda text: None)
            made += 1
        except bounded.Refused as no:
            Feed.objects.filter(pk=feed.pk).update(problem=str(no))
    if made:
        folder.touch()
    return made


def job_of(kind: str, place: Path) -> dict[str, Any]:
    """What the reading program is told."""
    read = streets_read()
    return {
        "kind": str(kind),
        "source": str(place / "source"),
        "target": str(place),
        "days": DAYS,
        "first": str(timezone.localdate() - timedelta(days=1)),  # yesterday's last trips run past midnight
        "ways": str(read / "ways") if read and kind == Kind.GTFS else "",
        "lines": str(Path(settings.CITY_FOLDER) / "geo" / "streets.geojson"),
        "bounds": settings.CITY_TOML.get("mobility", {}).get("bounds"),
    }


def streets_read() -> Path | None:
    """Where the streets of OpenStreetMap lie, if this city reads them."""
    return next((Path(told["folder"]) for told in folder.current().values() if told["kind"] == Kind.OSM), None)
