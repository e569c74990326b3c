"""The job: a source is fetched, read in a bounded process and exchanged as a whole; what fails changes only what is said."""

import hashlib
import os
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.events.actions import record

from ...models import Feed, FeedVersion
from ...trips import bounded, demo, fetching, folder, sentences
from .days import job_of, streets_read
from .pointing import point
from .versions import tidy

State = Feed.State
DATABASE_AWAY = (OperationalError, InterfaceError)


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
        try:
            work.mkdir(parents=True)
            return _read(feed, work)
        except (fetching.NotFetched, bounded.Stopped) as no:
            _settle(feed, problem=str(no))
        except DATABASE_AWAY:
            raise  # nowhere to say it; the job comes again
        except OSError as error:
            if error.errno not in bounded.FULL:
                _settle(feed, problem=_went_wrong())
                raise
            _settle(feed, problem=bounded.no_room())
        except Exception:
            _settle(feed, problem=_went_wrong())
            raise
        finally:
            shutil.rmtree(place, ignore_errors=True)
    return None


def _went_wrong() -> str:
    return _("Beim Lesen ist etwas schiefgegangen. Der Fahrplan davor gilt weiter.")


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
        try:
            Feed.objects.filter(pk=feed.pk).update(step=text)
        except DATABASE_AWAY:  # it goes on without it, and the file need not be read from the beginning
            if connection.in_atomic_block:
                raise
            connection.close()

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
    if feed.kind == Feed.Kind.GTFS:
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
        transaction.on_commit(lambda: point(row))
        transaction.on_commit(lambda: tidy(row))
        if row.kind == Feed.Kind.OSM:  # walks to stops are measured anew
            Feed.objects.filter(kind=Feed.Kind.GTFS).update(etag="", last_modified="", next_at=timezone.now())
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
        transaction.on_commit(lambda: point(row))  # where a kill came between the version and its pointer
    row.save()
    record("feed.failed" if problem else "feed.unchanged", subject=str(row), actor=SYSTEM)


def _note_checked(row: Feed, fetched: fetching.Fetched) -> None:
    now = timezone.now()
    row.etag, row.last_modified, row.checked_at = fetched.etag, fetched.last_modified, now
    row.next_at = now + timedelta(minutes=row.every_minutes) if row.every_minutes else None
